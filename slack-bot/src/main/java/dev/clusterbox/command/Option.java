package dev.clusterbox.command;

import dev.clusterbox.problem.Problem;
import java.util.regex.Pattern;

/** An option of a command: how it is typed, what it means, and the gateway's field it becomes. */
public enum Option {
    NODES("nodes", "N", Kind.COUNT, "nodes", "how many nodes (3)"),
    CONTROLLERS("controllers", "N", Kind.COUNT, "controllers", "how many controllers (3)"),
    KUBERNETES("kubernetes", "VERSION", Kind.TEXT, "kubernetes", "which Kubernetes, for example 1.36"),
    PROVIDER("provider", "PROVIDER", Kind.TEXT, "provider", "what makes the machines: nspawn or virtualbox"),
    THROUGH("through", "STEP", Kind.TEXT, "through", "stop after a step, for example etcd"),
    SUBNET("subnet", "CIDR", Kind.TEXT, "subnet", "the machines' network, for example 192.168.56.0/24"),
    POD_CIDR("pod-cidr", "CIDR", Kind.TEXT, "podCidr", "the pods' range (10.244.0.0/16)"),
    SERVICE_CIDR("service-cidr", "CIDR", Kind.TEXT, "serviceCidr", "the services' range (10.32.0.0/24)"),
    IF_PLAN("if-plan", "HASH", Kind.TEXT, "plan", "only if this plan of 'plan' still holds"),
    MINUTES("minutes", "N", Kind.COUNT, "minutes", "how long (60)"),
    TAKE_OVER("take-over", "", Kind.FLAG, "takeOver", "replace somebody else's lock");

    /** What follows the option's name. */
    public enum Kind {
        COUNT,
        TEXT,
        FLAG
    }

    /** ASCII on purpose: {@link Integer#parseInt} would take the digits of every script. */
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,4}");

    private static final Pattern TEXT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9./:_-]{0,63}");

    private final String word;
    private final String placeholder;
    private final Kind kind;
    private final String field;
    private final String meaning;

    Option(String word, String placeholder, Kind kind, String field, String meaning) {
        this.word = word;
        this.placeholder = placeholder;
        this.kind = kind;
        this.field = field;
        this.meaning = meaning;
    }

    /** As it is typed, without its dashes. */
    public String word() {
        return word;
    }

    public Kind kind() {
        return kind;
    }

    /** The gateway's name for it. */
    public String field() {
        return field;
    }

    public String meaning() {
        return meaning;
    }

    /** As help shows it: {@code --nodes N}. */
    public String usage() {
        return kind == Kind.FLAG ? "--" + word : "--" + word + " " + placeholder;
    }

    /** Whether the number, version or range makes sense is for the gateway to say; here it is only well formed. */
    Object value(String typed) {
        return switch (kind) {
            case COUNT -> {
                if (!COUNT.matcher(typed).matches()) {
                    throw refused(typed, "a number");
                }
                yield Integer.valueOf(typed);
            }
            case TEXT -> {
                if (!TEXT.matcher(typed).matches()) {
                    throw refused(typed, "letters, digits and . / : _ -, at most 64");
                }
                yield typed;
            }
            case FLAG -> throw refused(typed, "nothing after it");
        };
    }

    private RuntimeException refused(String typed, String expected) {
        return Problem.invalid(
                        "--%s: '%s' (expected: %s)".formatted(word, Words.shown(typed), expected),
                        "type '%s': %s".formatted(usage(), meaning))
                .asException();
    }
}
