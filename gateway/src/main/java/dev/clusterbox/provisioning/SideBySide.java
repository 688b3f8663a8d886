package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Objects;

/** What steps that ran side by side have learnt, put together. */
final class SideBySide {

    private SideBySide() {}

    /** The cluster with what each branch has changed. Two that made different things of the same part are a bug. */
    static Cluster merge(Cluster before, List<Cluster> branches) {
        try {
            var components = Cluster.class.getRecordComponents();
            var types = new Class<?>[components.length];
            var values = new Object[components.length];
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                values[i] = merge(components[i], before, branches);
            }
            return Cluster.class.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object merge(RecordComponent component, Cluster before, List<Cluster> branches)
            throws ReflectiveOperationException {
        var old = component.getAccessor().invoke(before);
        var merged = old;
        for (var branch : branches) {
            var value = component.getAccessor().invoke(branch);
            if (!Objects.equals(value, old)) {
                if (!Objects.equals(merged, old) && !Objects.equals(merged, value)) {
                    throw new IllegalStateException("two steps side by side have changed " + component.getName());
                }
                merged = value;
            }
        }
        return merged;
    }
}
