package dev.clusterbox.command;

import static dev.clusterbox.command.Option.CONTROLLERS;
import static dev.clusterbox.command.Option.IF_PLAN;
import static dev.clusterbox.command.Option.KUBERNETES;
import static dev.clusterbox.command.Option.MINUTES;
import static dev.clusterbox.command.Option.NODES;
import static dev.clusterbox.command.Option.POD_CIDR;
import static dev.clusterbox.command.Option.PROVIDER;
import static dev.clusterbox.command.Option.SERVICE_CIDR;
import static dev.clusterbox.command.Option.SUBNET;
import static dev.clusterbox.command.Option.TAKE_OVER;
import static dev.clusterbox.command.Option.THROUGH;

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
            "[NAME]",
            "make a cluster, or bring it up to date",
            List.of("create", "make", "new", "deploy"),
            List.of(NODES, CONTROLLERS, KUBERNETES, PROVIDER, THROUGH, SUBNET, POD_CIDR, SERVICE_CIDR, IF_PLAN),
            List.of("up", "up demo --nodes 2 --through etcd"),
            arguments -> new SlashCommand.Up(arguments.nameOrDefault(), arguments.options())),
    PLAN(
            "plan",
            "[NAME]",
            "say what 'up' would do, with a button that does it",
            List.of("diff", "dry-run", "preview"),
            List.of(NODES, CONTROLLERS, KUBERNETES, PROVIDER, THROUGH, SUBNET, POD_CIDR, SERVICE_CIDR),
            List.of("plan demo --nodes 2"),
            arguments -> new SlashCommand.Plan(arguments.nameOrDefault(), arguments.options())),
    DOWN(
            "down",
            "NAME",
            "remove a cluster and everything in it",
            List.of("delete", "destroy", "remove", "rm"),
            List.of(),
            List.of("down demo"),
            arguments -> new SlashCommand.Down(arguments.nameNeeded())),
    STATUS(
            "status",
            "[NAME]",
            "say how a cluster is",
            List.of("show", "get", "state", "info"),
            List.of(),
            List.of("status demo"),
            arguments -> new SlashCommand.Status(arguments.nameOrDefault())),
    SMOKE_TEST(
            "smoke-test",
            "[NAME]",
            "try out what a cluster must be able to do",
            List.of("test", "try", "check", "smoke", "smoketest"),
            List.of(),
            List.of("smoke-test demo"),
            arguments -> new SlashCommand.SmokeTest(arguments.nameOrDefault())),
    RETRY(
            "retry",
            "[NAME]",
            "do again what has failed last",
            List.of("again", "repeat", "redo"),
            List.of(),
            List.of("retry demo"),
            arguments -> new SlashCommand.Retry(arguments.nameOrDefault())),
    EVENTS(
            "events",
            "[NAME]",
            "say what has happened last",
            List.of("log", "logs", "history"),
            List.of(),
            List.of("events demo"),
            arguments -> new SlashCommand.Events(arguments.nameOrDefault())),
    CANCEL(
            "cancel",
            "[NAME]",
            "end what is under way after its present step",
            List.of("abort", "kill", "interrupt"),
            List.of(),
            List.of("cancel demo"),
            arguments -> new SlashCommand.Cancel(arguments.nameOrDefault())),
    SCALE(
            "scale",
            "[NAME] N",
            "change how many nodes a cluster has",
            List.of("resize", "nodes", "grow", "shrink"),
            List.of(),
            List.of("scale demo 5"),
            arguments -> new SlashCommand.Scale(arguments.nameBeforeCount(), arguments.count("N"))),
    STOP(
            "stop",
            "NAME",
            "switch a cluster's machines off",
            List.of("halt", "suspend", "off", "pause"),
            List.of(),
            List.of("stop demo"),
            arguments -> new SlashCommand.Stop(arguments.nameNeeded())),
    START(
            "start",
            "[NAME]",
            "switch a stopped cluster on again",
            List.of("resume", "on", "boot"),
            List.of(),
            List.of("start demo"),
            arguments -> new SlashCommand.Start(arguments.nameOrDefault())),
    LOCK(
            "lock",
            "NAME REASON…",
            "keep others from changing a cluster for a while",
            List.of("reserve", "claim", "hold"),
            List.of(MINUTES, TAKE_OVER),
            List.of("lock demo upgrading etcd", "lock demo upgrading etcd --minutes 120"),
            arguments -> new SlashCommand.Lock(
                    arguments.nameNeeded(), arguments.rest(), arguments.number(MINUTES), arguments.has(TAKE_OVER))),
    UNLOCK(
            "unlock",
            "NAME",
            "end your lock",
            List.of("release", "free"),
            List.of(),
            List.of("unlock demo"),
            arguments -> new SlashCommand.Unlock(arguments.nameNeeded())),
    CSR(
            "csr",
            "[NAME] CSR…",
            "have a certificate request (PEM) signed for you",
            List.of("sign", "certificate", "cert"),
            List.of(),
            List.of("csr demo -----BEGIN CERTIFICATE REQUEST-----AAAA-----END CERTIFICATE REQUEST-----"),
            arguments -> SlashCommand.Csr.of(arguments.words())),
    KUBECONFIG(
            "kubeconfig",
            "[NAME]",
            "give you a kubeconfig of your own",
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
            "[COMMAND]",
            "explain a command",
            List.of("?", "man", "usage", "commands"),
            List.of(),
            List.of("help up"),
            arguments -> new SlashCommand.Help(arguments.first().map(SlashCommandParser::verb)));

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
        return word + (argument.isEmpty() ? "" : " " + argument) + options.collect(Collectors.joining());
    }

    /** How many words may follow that are no options. */
    int mostWords() {
        if (argument.endsWith("…")) {
            return Integer.MAX_VALUE;
        }
        return argument.isEmpty() ? 0 : argument.split(" ", -1).length;
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
