package dev.clusterbox.command;

import static dev.clusterbox.command.Option.CONTROLLERS;
import static dev.clusterbox.command.Option.KUBERNETES;
import static dev.clusterbox.command.Option.NODES;
import static dev.clusterbox.command.Option.POD_CIDR;
import static dev.clusterbox.command.Option.PROVIDER;
import static dev.clusterbox.command.Option.SERVICE_CIDR;
import static dev.clusterbox.command.Option.SUBNET;
import static dev.clusterbox.command.Option.THROUGH;
import static dev.clusterbox.command.Option.YES;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The first word of a command, and all there is to know of it. The parser reads this, help prints it, and each verb makes
 * its own {@link SlashCommand}: there is no second list to keep in step.
 */
@SuppressWarnings("ImmutableEnumChecker") // the lists are unmodifiable, the functions have no state
public enum Verb {
    UP(
            "up",
            "NAME",
            "make a cluster, or bring it up to date",
            List.of("create", "make", "new", "deploy"),
            List.of(NODES, CONTROLLERS, KUBERNETES, PROVIDER, THROUGH, SUBNET, POD_CIDR, SERVICE_CIDR),
            List.of("up", "up demo --nodes 2 --through etcd"),
            arguments -> new SlashCommand.Up(arguments.nameOrDefault(), arguments.options())),
    DOWN(
            "down",
            "NAME",
            "remove a cluster and everything in it",
            List.of("delete", "destroy", "remove", "rm"),
            List.of(YES),
            List.of("down demo --yes"),
            arguments -> new SlashCommand.Down(
                    arguments.nameOrDefault(), arguments.name().isPresent() && arguments.has(YES))),
    STATUS(
            "status",
            "NAME",
            "say how a cluster is",
            List.of("show", "get", "state", "info"),
            List.of(),
            List.of("status demo"),
            arguments -> new SlashCommand.Status(arguments.nameOrDefault())),
    SMOKE_TEST(
            "smoke-test",
            "NAME",
            "try out what a cluster must be able to do",
            List.of("test", "try", "check", "smoke", "smoketest"),
            List.of(),
            List.of("smoke-test demo"),
            arguments -> new SlashCommand.SmokeTest(arguments.nameOrDefault())),
    KUBECONFIG(
            "kubeconfig",
            "NAME",
            "say how kubectl gets to a cluster",
            List.of("kubectl", "config", "credentials", "login"),
            List.of(),
            List.of("kubeconfig demo"),
            arguments -> new SlashCommand.Kubeconfig(arguments.nameOrDefault())),
    LIST(
            "list",
            "",
            "say which clusters there are",
            List.of("ls", "clusters", "all"),
            List.of(),
            List.of("list"),
            _ -> new SlashCommand.ListClusters()),
    HELP(
            "help",
            "COMMAND",
            "explain a command",
            List.of("?", "man", "usage", "commands"),
            List.of(),
            List.of("help up"),
            arguments -> new SlashCommand.Help(arguments.word().map(SlashCommandParser::verb)));

    private final String word;
    private final String argument;
    private final String purpose;
    private final List<String> synonyms;
    private final List<Option> options;
    private final List<String> examples;
    private final Function<Arguments, SlashCommand> command;

    Verb(
            String word,
            String argument,
            String purpose,
            List<String> synonyms,
            List<Option> options,
            List<String> examples,
            Function<Arguments, SlashCommand> command) {
        this.word = word;
        this.argument = argument;
        this.purpose = purpose;
        this.synonyms = synonyms;
        this.options = options;
        this.examples = examples;
        this.command = command;
    }

    public String word() {
        return word;
    }

    public String purpose() {
        return purpose;
    }

    public List<Option> options() {
        return options;
    }

    /** Commands that work as they stand. */
    public List<String> examples() {
        return examples;
    }

    /** As help shows it: {@code up [NAME] [--nodes N] …}. */
    public String usage() {
        var options = this.options.stream().map(option -> " [" + option.usage() + "]");
        return word + (takesArgument() ? " [" + argument + "]" : "") + options.collect(Collectors.joining());
    }

    boolean takesArgument() {
        return !argument.isEmpty();
    }

    /** Other programs' words for the same. They are suggested, never carried out. */
    List<String> synonyms() {
        return synonyms;
    }

    Optional<Option> option(String typed) {
        return options.stream().filter(option -> option.word().equals(typed)).findFirst();
    }

    SlashCommand command(Arguments arguments) {
        return command.apply(arguments);
    }

    static Optional<Verb> of(String typed) {
        return Arrays.stream(values()).filter(verb -> verb.word.equals(typed)).findFirst();
    }
}
