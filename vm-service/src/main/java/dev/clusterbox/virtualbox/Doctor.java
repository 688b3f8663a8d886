package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandResult;
import dev.clusterbox.host.Host;
import dev.clusterbox.machine.Availability;
import dev.clusterbox.machine.Demand;
import dev.clusterbox.machine.Finding;
import dev.clusterbox.machine.Finding.Severity;
import dev.clusterbox.problem.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Looks at the computer with VirtualBox, this one or another, and says what stands in the way. It changes nothing and asks
 * for nothing that needs root.
 */
final class Doctor {

    /** {@code --version} does not talk to VBoxSVC, which may take 10 s to come back. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private final Host host;
    private final String program;
    private final Map<String, String> environment;

    /**
     * @param program VBoxManage, by name or path
     * @param environment as VBoxManage gets it
     */
    Doctor(Host host, String program, Map<String, String> environment) {
        this.host = host;
        this.program = program;
        this.environment = Map.copyOf(environment);
    }

    /** What it is that is looked at: asked once for all checks. */
    record Patient(Optional<Platform> platform, String machine, String kernel, Optional<Version> version) {

        boolean is(Platform some) {
            return platform.equals(Optional.of(some));
        }
    }

    /** Only what decides whether machines can be made at all, in two or three short commands. */
    Availability availability(String provider) throws InterruptedException {
        var findings = new ArrayList<Finding>();
        basics(findings);
        var problem = findings.stream().filter(Finding::isProblem).findFirst();
        return new Availability(
                provider,
                problem.isEmpty(),
                problem.map(finding -> finding.hint().isEmpty()
                                ? finding.message()
                                : finding.message() + ": " + finding.hint())
                        .orElseGet(() -> findings.getFirst().message()),
                findings.stream()
                        .filter(finding -> finding.severity() == Severity.WARNING)
                        .map(finding -> finding.message() + ": " + finding.hint())
                        .toList());
    }

    /** Everything, for people. */
    List<Finding> examine(Demand demand) throws InterruptedException {
        var findings = new ArrayList<Finding>();
        var patient = basics(findings);
        if (patient.version().isPresent()) {
            findings.add(service(patient));
        }
        var look = new HostChecks(host, patient);
        findings.addAll(look.processor());
        findings.addAll(look.networks(demand.network()));
        findings.addAll(look.room(demand));
        return List.copyOf(findings);
    }

    private Patient basics(List<Finding> findings) throws InterruptedException {
        var uname = BLANKS.splitAsStream(text("uname", "-s", "-m", "-r")).toList();
        var platform = uname.stream().findFirst().flatMap(Platform::named);
        // uname's order is its own: name, release, machine.
        var kernel = uname.stream().skip(1).findFirst().orElse("");
        var machine = uname.stream().skip(2).findFirst().orElse("");
        var version = version(platform, findings);
        var patient = new Patient(platform, machine, kernel, version);
        version.ifPresent(found -> judge(found, patient, findings));
        if (version.isPresent() && patient.is(Platform.LINUX)) {
            findings.add(driver(patient));
        }
        return patient;
    }

    private Optional<Version> version(Optional<Platform> platform, List<Finding> findings) throws InterruptedException {
        CommandResult result;
        try {
            result = host.run(Command.of(program, "--version").with(environment).within(LIMIT));
        } catch (ProblemException e) {
            findings.add(Finding.problem(
                    "VBoxManage",
                    "VirtualBox's VBoxManage cannot be run: " + e.problem().message(),
                    Install.advice(platform)));
            return Optional.empty();
        }
        // A shell on another computer says 127 for a program that is not there, 126 for one that cannot be run.
        if (result.exitCode() == 127) {
            findings.add(Finding.problem(
                    "VBoxManage", "VirtualBox is not installed: there is no " + program, Install.advice(platform)));
            return Optional.empty();
        }
        var version = Version.parse(result.stdout());
        if (version.isEmpty()) {
            var problem = KnownFailures.explain(result, platform);
            findings.add(Finding.problem("VBoxManage", problem.message(), problem.hint()));
        }
        return version;
    }

    private static void judge(Version version, Patient patient, List<Finding> findings) {
        var said = "VirtualBox %s".formatted(version);
        if (version.isOld()) {
            findings.add(Finding.problem(
                    "version", said + " is too old (expected: 7.0 to 7.2)", Install.advice(patient.platform())));
        } else if (version.isNewerThanKnown()) {
            findings.add(Finding.warning(
                    "version", said + " is newer than what was tried (7.0 to 7.2)", "if something fails, try 7.2"));
        } else if (patient.is(Platform.MACOS) && patient.machine().equals("arm64") && !version.isAtLeast(7, 1, 0)) {
            findings.add(Finding.problem(
                    "version",
                    said + " runs no machines on a Mac with Apple's processor (expected: 7.1 or newer)",
                    Install.advice(patient.platform())));
        } else {
            findings.add(Finding.fine("version", said));
        }
    }

    /** Without it no machine starts. On a Mac it is a matter of approval, which only shows when a machine starts. */
    private Finding driver(Patient patient) throws InterruptedException {
        if (host.exists("/dev/vboxdrv")) {
            return Finding.fine("kernel driver", "vboxdrv is loaded");
        }
        if (interprets()) {
            return Finding.warning(
                    "kernel driver",
                    "VirtualBox's kernel driver is not loaded, and VirtualBox was told to interpret machines' code, which is very slow",
                    "load the driver: 'sudo modprobe vboxdrv'");
        }
        return KnownFailures.named(secureBoot() ? "secure-boot" : "driver-not-loaded")
                .finding("kernel driver", patient.platform());
    }

    /** For tests of states and errors without a kernel driver: a machine can be switched on, if it has not much to do. */
    private boolean interprets() throws InterruptedException {
        return text(program, "getextradata", "global", "VBoxInternal/HM/FallbackToIEM")
                .strip()
                .endsWith("Value: 1");
    }

    private boolean secureBoot() throws InterruptedException {
        return text("mokutil", "--sb-state").contains("SecureBoot enabled");
    }

    /** VBoxSVC answers, with settings that it can read. */
    private Finding service(Patient patient) throws InterruptedException {
        try {
            var result = host.run(Command.of(program, "list", "systemproperties")
                    .with(environment)
                    .within(Duration.ofSeconds(60)));
            if (result.succeeded()) {
                return Finding.fine("service", "VirtualBox's service answers");
            }
            var problem = KnownFailures.explain(result, patient.platform());
            return Finding.problem("service", problem.message(), problem.hint());
        } catch (ProblemException e) {
            return Finding.problem("service", e.problem().message(), e.problem().hint());
        }
    }

    /** What a command printed; nothing if it failed or is not there. */
    private String text(String... arguments) throws InterruptedException {
        return HostChecks.text(host, Command.of(arguments).with(environment).within(LIMIT))
                .orElse("");
    }
}
