package dev.clusterbox.slack;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes something once, when it is first needed ({@code StableValue} is still a preview in JDK 25). */
final class Lazy<T> implements Supplier<T> {

    private final Supplier<T> origin;
    private @Nullable T value;

    Lazy(Supplier<T> origin) {
        this.origin = origin;
    }

    @Override
    public synchronized T get() {
        var made = value;
        if (made == null) {
            made = origin.get();
            value = made;
        }
        return made;
    }
}
