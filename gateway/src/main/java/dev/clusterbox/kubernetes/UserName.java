package dev.clusterbox.kubernetes;

import dev.clusterbox.problem.Problem;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The name of a person in a cluster, as RBAC and the audit log have it. It is none that means something to Kubernetes or to
 * Clusterbox itself: who could be certified as {@code clusterbox:signer} would have that user's rights.
 */
record UserName(String value) {

    private static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9 :.@_-]{0,63}");

    private static final List<String> RESERVED_PREFIXES = List.of("system:", "clusterbox:", "kubeadm:");

    /** What machines are certified as. */
    private static final Set<String> RESERVED =
            Set.of("flannel", "kube-apiserver", "kube-apiserver-kubelet-client", "front-proxy-client");

    /** Why a name may not be given to a person; nothing where it may. */
    static Optional<String> whyNot(String name) {
        if (!PATTERN.matcher(name).matches() || name.endsWith(" ")) {
            return Optional.of(
                    "expected: 1 to 64 letters, digits and any of ' :.@_-', beginning with a letter or a digit");
        }
        var lower = name.toLowerCase(java.util.Locale.ROOT);
        if (RESERVED_PREFIXES.stream().anyMatch(lower::startsWith) || RESERVED.contains(lower)) {
            return Optional.of("this name is not a person's");
        }
        return Optional.empty();
    }

    UserName {
        var whyNot = whyNot(value);
        if (whyNot.isPresent()) {
            var shown = value.length() > 40 ? value.substring(0, 40) + "…" : value;
            throw Problem.invalid(
                            "user: '%s' (%s)".formatted(Api.shown(shown), whyNot.get()), "for example '?user=ada'")
                    .asException();
        }
    }

    /** RFC 4514; nothing in a name needs to be escaped there. */
    String subject() {
        return "CN=%s,O=clusterbox:admins".formatted(value);
    }
}
