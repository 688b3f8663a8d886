package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.Host;
import dev.clusterbox.machine.Demand;
import dev.clusterbox.machine.Finding;
import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.virtualbox.Doctor.Patient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a computer must have and must not do so that VirtualBox's machines run on it. */
final class HostChecks {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** What stays for the computer itself when all machines have what they may use. */
    private static final int SPARE_MEMORY_MIB = 1024;

    private static final int SPARE_DISK_MIB = 1024;

    /** "kvm_intel 479232 3 - Live 0x…": module, bytes, users. */
    private static final Pattern KVM = Pattern.compile("(?m)^(?<name>kvm_intel|kvm_amd) \\d+ (?<users>\\d+) ");

    private static final Pattern LINUX_ADDRESS =
            Pattern.compile("(?m)^\\d+: (?<name>[^\\s@]+)\\s+inet (?<address>[0-9.]+)/(?<prefix>\\d+) ");
    /** On a Mac host-only networks show as bridges while a machine runs. */
    private static final Pattern VIRTUALBOXS = Pattern.compile("vboxnet|bridge1\\d\\d");

    private static final Pattern MAC_INTERFACE = Pattern.compile("(?m)^(?<name>[a-z]+\\d+): flags=");
    private static final Pattern MAC_BLOCKS = Pattern.compile("(?m)^(?=[a-z]+\\d+: flags=)");
    private static final Pattern MAC_ADDRESS =
            Pattern.compile("\\sinet (?<address>[0-9.]+) netmask 0x(?<mask>[0-9a-f]{8})");
    private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable: +(?<kib>\\d+) kB");

    private final Host host;
    private final Patient patient;

    HostChecks(Host host, Patient patient) {
        this.host = host;
        this.patient = patient;
    }

    /** An interface of the computer with the network that it is in. */
    private record Used(String name, Cidr range) {}

    /** What a command printed; nothing if it failed or is not there. */
    static Optional<String> text(Host host, Command command) throws InterruptedException {
        try {
            var result = host.run(command);
            return result.succeeded() ? Optional.of(result.stdout()) : Optional.empty();
        } catch (ProblemException _) {
            return Optional.empty();
        }
    }

    private Optional<String> text(String... arguments) throws InterruptedException {
        return text(host, Command.of(arguments).within(LIMIT));
    }

    private Optional<String> file(String path) throws InterruptedException {
        return text("cat", path);
    }

    /** The processor's virtualisation, and who else has it. */
    List<Finding> processor() throws InterruptedException {
        if (!patient.is(Platform.LINUX)) {
            return List.of();
        }
        var findings = new ArrayList<Finding>();
        var cpu = file("/proc/cpuinfo").orElse("");
        if (cpu.contains("flags")
                && !Pattern.compile("\\b(vmx|svm)\\b").matcher(cpu).find()) {
            findings.add(known("processor", "vt-x-missing"));
        } else {
            findings.add(Finding.fine("processor", "it has virtualisation"));
        }
        var kvm = KVM.matcher(file("/proc/modules").orElse(""));
        if (kvm.find()) {
            findings.add(kvm(kvm.group("name"), Integer.parseInt(kvm.group("users"))));
        }
        return findings;
    }

    /**
     * Linux 6.12 and newer turns virtualisation on when KVM is loaded, which older versions of VirtualBox do not bear
     * (VirtualBox's tracker, issue 141); 7.2.10 and newer rely on it (issue 711).
     */
    private Finding kvm(String module, int users) throws InterruptedException {
        if (users > 0) {
            return Finding.problem(
                    "KVM",
                    "a virtual machine of KVM (QEMU, libvirt, Android's emulator) runs and has the processor's virtualisation",
                    "end it, then 'sudo modprobe -r %s'".formatted(module));
        }
        var atLoad = file("/sys/module/kvm/parameters/enable_virt_at_load").map(String::strip);
        if (atLoad.isEmpty()) {
            return Finding.fine("KVM", "%s is loaded and idle: VirtualBox runs beside it".formatted(module));
        }
        boolean on = atLoad.get().matches("[Y1]");
        boolean relies =
                patient.version().map(version -> version.isAtLeast(7, 2, 10)).orElse(true);
        if (on && !relies) {
            return Finding.warning(
                    "KVM",
                    "%s is loaded, and this kernel (%s) has given it the processor's virtualisation: machines may not start (VERR_VMX_IN_VMX_ROOT_MODE, VERR_SVM_IN_USE)"
                            .formatted(module, patient.kernel()),
                    "'sudo modprobe -r %s', or write 'options kvm enable_virt_at_load=0' into /etc/modprobe.d/clusterbox-kvm.conf and restart"
                            .formatted(module));
        }
        if (!on && relies) {
            return Finding.warning(
                    "KVM",
                    "KVM was told not to turn the processor's virtualisation on, which this version of VirtualBox relies on (VERR_SVM_HOST_SVME_NOT_ENABLED)",
                    "'grep -r enable_virt_at_load /etc/modprobe.d /etc/default/grub' finds where; remove it and restart");
        }
        return Finding.fine("KVM", "%s is loaded and idle: VirtualBox runs beside it".formatted(module));
    }

    private Finding known(String about, String id) {
        return KnownFailures.named(id).finding(about, patient.platform());
    }

    /** Whether the range may be used, and whether something else has it. */
    List<Finding> networks(Optional<Cidr> asked) throws InterruptedException {
        var findings = new ArrayList<Finding>();
        if (patient.is(Platform.LINUX)) {
            findings.add(hostOnlyDriver());
            findings.add(allowed(asked));
        }
        if (asked.isPresent()) {
            findings.add(collision(asked.get()));
        }
        return findings;
    }

    private Finding hostOnlyDriver() throws InterruptedException {
        return host.exists("/dev/vboxnetctl")
                ? Finding.fine("host-only driver", "vboxnetadp is loaded")
                : known("host-only driver", "adapter-driver-missing");
    }

    private Finding allowed(Optional<Cidr> asked) throws InterruptedException {
        var conf = NetworksConf.parse(
                host.exists(NetworksConf.FILE)
                        ? Optional.of(file(NetworksConf.FILE).orElse(""))
                        : Optional.empty());
        var range = asked.orElseGet(() -> Cidr.parse("192.168.56.0/24"));
        if (conf.allows(range)) {
            return Finding.fine("host-only range", "VirtualBox allows " + conf);
        }
        return Finding.problem(
                "host-only range",
                "VirtualBox allows %s for host-only networks, not %s".formatted(conf, range),
                "sudo mkdir -p /etc/vbox && echo '* %s' | sudo tee -a %s"
                        .formatted(
                                conf.allowed().isEmpty() || host.exists(NetworksConf.FILE) ? range : conf + " " + range,
                                NetworksConf.FILE));
    }

    /** Interfaces of VirtualBox itself do not count: one of them may be the network that is meant. */
    private Finding collision(Cidr range) throws InterruptedException {
        return used().stream()
                .filter(used -> !VIRTUALBOXS.matcher(used.name()).lookingAt()
                        && used.range().overlaps(range))
                .findFirst()
                .map(used -> Finding.problem(
                        "addresses",
                        "%s overlaps %s of the interface %s".formatted(range, used.range(), used.name()),
                        "choose another range: './clusterbox up --subnet 192.168.60.0/24'"))
                .orElseGet(() -> Finding.fine("addresses", "nothing else uses " + range));
    }

    private List<Used> used() throws InterruptedException {
        if (patient.is(Platform.MACOS)) {
            return macInterfaces(text("ifconfig").orElse(""));
        }
        return LINUX_ADDRESS
                .matcher(text("ip", "-o", "-4", "addr", "show").orElse(""))
                .results()
                .filter(line -> !line.group("name").equals("lo"))
                .map(line -> new Used(
                        line.group("name"),
                        Cidr.around(Ipv4.parse(line.group("address")), Integer.parseInt(line.group("prefix")))))
                .toList();
    }

    private static List<Used> macInterfaces(String printed) {
        var found = new ArrayList<Used>();
        for (var block : MAC_BLOCKS.splitAsStream(printed).toList()) {
            var name = MAC_INTERFACE.matcher(block);
            var address = MAC_ADDRESS.matcher(block);
            if (name.find() && !name.group("name").startsWith("lo") && address.find()) {
                found.add(new Used(
                        name.group("name"),
                        Cidr.around(
                                Ipv4.parse(address.group("address")),
                                Integer.bitCount(Integer.parseUnsignedInt(address.group("mask"), 16)))));
            }
        }
        return found;
    }

    /** Virtual machines take the memory that they are given; their disks grow as they are written to. */
    List<Finding> room(Demand demand) throws InterruptedException {
        var findings = new ArrayList<Finding>();
        memory().ifPresent(
                        available -> findings.add(
                                available >= demand.memoryMiB() + SPARE_MEMORY_MIB
                                        ? Finding.fine("memory", said(available))
                                        : Finding.problem(
                                                "memory",
                                                "%s, the machines take %d"
                                                        .formatted(said(available), demand.memoryMiB()),
                                                "end other programs, or ask for fewer or smaller machines: './clusterbox up --controllers 1 --nodes 1 --memory 1536'")));
        var free = host.freeMiB(host.home());
        findings.add(
                free >= demand.diskMiB() + SPARE_DISK_MIB
                        ? Finding.fine("disk", "%d MiB are free".formatted(free))
                        : Finding.problem(
                                "disk",
                                "%d MiB are free where machines are kept, %d are needed"
                                        .formatted(free, demand.diskMiB() + SPARE_DISK_MIB),
                                "make room; './clusterbox images prune' removes images that nothing uses"));
        return findings;
    }

    private String said(long memory) {
        return (patient.is(Platform.MACOS) ? "%d MiB in all" : "%d MiB are available").formatted(memory);
    }

    /** A Mac says how much it has, but not in one number how much is left. */
    private Optional<Long> memory() throws InterruptedException {
        if (patient.is(Platform.MACOS)) {
            return text("sysctl", "-n", "hw.memsize")
                    .map(String::strip)
                    .filter(bytes -> bytes.matches("\\d{1,18}"))
                    .map(bytes -> Long.parseLong(bytes) >> 20);
        }
        var available = AVAILABLE.matcher(file("/proc/meminfo").orElse(""));
        return available.find() ? Optional.of(Long.parseLong(available.group("kib")) >> 10) : Optional.empty();
    }
}
