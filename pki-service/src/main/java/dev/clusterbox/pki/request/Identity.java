package dev.clusterbox.pki.request;

import dev.clusterbox.pki.request.Subject.Part;
import dev.clusterbox.pki.rule.Rule;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a certificate is to say: decided by the caller from its inventory, not by the one who has the key. */
public record Identity(Subject subject, SortedSet<AlternativeName> names) {

    private static final int MOST_NAMES = 100;

    public Identity {
        if (names.size() > MOST_NAMES) {
            throw Rule.NAME_COUNT.refuses(names.size() + " names", "at most " + MOST_NAMES);
        }
        names = Collections.unmodifiableSortedSet(new TreeSet<>(names));
    }

    /**
     * @param subject RFC 4514
     * @param names each {@code dns:NAME} or {@code ip:ADDRESS}
     */
    public static Identity parse(String subject, Collection<String> names) {
        var parsed = new TreeSet<AlternativeName>();
        for (var name : names) {
            parsed.add(AlternativeName.parse(name));
        }
        return new Identity(Subject.parse(subject), parsed);
    }

    public void requireSubject(List<Part> requested) {
        var approved = subject.parts();
        for (var part : requested) {
            if (!approved.contains(part)) {
                throw Rule.APPROVED_SUBJECT.refuses(part.toString(), subject.toString());
            }
        }
    }

    public void requireNames(Set<AlternativeName> requested) {
        for (var name : requested) {
            if (!names.contains(name)) {
                throw Rule.APPROVED_NAMES.refuses(
                        name.toString(), names.isEmpty() ? "no names" : String.join(", ", nameTexts()));
            }
        }
    }

    public List<String> nameTexts() {
        return names.stream().map(AlternativeName::toString).toList();
    }

    /** The common name, and the alternative names without their types. */
    public List<String> plainNames() {
        return Stream.concat(Stream.of(subject.commonName()), names.stream().map(AlternativeName::value))
                .toList();
    }
}
