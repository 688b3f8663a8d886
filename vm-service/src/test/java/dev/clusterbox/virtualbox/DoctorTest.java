package dev.clusterbox.virtualbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.machine.Demand;
import dev.clusterbox.machine.Finding;
import dev.clusterbox.machine.Finding.Severity;
import dev.clusterbox.network.Cidr;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of computers as they are described here. */
final class DoctorTest {

    private static final String DEBIAN = """
                WARNING: The character device /dev/vboxdrv does not exist.
                \t Please install the virtualbox-dkms package and the appropriate
                \t headers, most likely linux-headers-amd64.

                \t You will not be able to start VMs until this problem is fixed.
                7.2.22_Debianr175245
                """;

    private static ScriptedHost linux() {
        return new ScriptedHost()
                .prints("uname -s -m -r", "Linux 6.12.41 x86_64\n")
                .prints("VBoxManage --version", "7.2.22r175245\n")
                .prints("VBoxManage list systemproperties", "API version: 7_2\n")
                .prints("ip -o -4 addr show", """
                1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever
                2: eth0    inet 10.0.0.7/24 brd 10.0.0.255 scope global eth0\\       valid_lft forever
                5: vboxnet0    inet 192.168.56.1/24 scope global vboxnet0\\       valid_lft forever
                """)
                .has("/dev/vboxdrv", "")
                .has("/dev/vboxnetctl", "")
                .has("/proc/cpuinfo", "flags\t\t: fpu vme de vmx ssse3\n")
                .has("/proc/modules", "vboxdrv 700416 2 vboxnetadp,vboxnetflt, Live 0x0\n")
                .has("/proc/meminfo", "MemTotal:       16384000 kB\nMemAvailable:   12288000 kB\n");
    }

    private static ScriptedHost mac(String machine, String version) {
        return new ScriptedHost()
                .prints("uname -s -m -r", "Darwin 24.6.0 " + machine + "\n")
                .prints("VBoxManage --version", version + "\n")
                .prints("VBoxManage list systemproperties", "API version: 7_2\n")
                .prints("sysctl -n hw.memsize", "17179869184\n")
                .prints("ifconfig", """
                lo0: flags=8049<UP,LOOPBACK> mtu 16384
                \tinet 127.0.0.1 netmask 0xff000000
                en0: flags=8863<UP> mtu 1500
                \tether aa:bb:cc:dd:ee:ff
                \tinet 192.168.60.7 netmask 0xffffff00 broadcast 192.168.60.255
                """);
    }

    private static Doctor doctor(ScriptedHost host) {
        return new Doctor(host, "VBoxManage", Map.of());
    }

    private static List<Finding> examined(ScriptedHost host, Demand demand) {
        try {
            return doctor(host).examine(demand);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Demand inRange(String cidr) {
        return new Demand(0, 0, Optional.of(Cidr.parse(cidr)));
    }

    private static Finding about(List<Finding> findings, String about) {
        return findings.stream()
                .filter(finding -> finding.about().equals(about))
                .findFirst()
                .orElseThrow(() -> new AssertionError(about + " is not in " + findings));
    }

    private static List<String> troubles(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.severity() != Severity.FINE)
                .map(finding -> finding.severity() + " " + finding.about())
                .toList();
    }

    @Test
    void a_computer_where_all_is_well_has_no_trouble() {
        var findings = examined(linux(), new Demand(9216, 40_000, Optional.of(Cidr.parse("192.168.57.0/24"))));

        assertEquals(List.of(), troubles(findings));
        assertEquals("VirtualBox 7.2.22", about(findings, "version").message());
        assertEquals("12000 MiB are available", about(findings, "memory").message());
    }

    @ParameterizedTest
    @CsvSource({
        "7.0.26r168464, FINE, VirtualBox 7.0.26",
        "7.1.4r165100, FINE, VirtualBox 7.1.4",
        "7.1.12_Ubuntur169651, FINE, VirtualBox 7.1.12",
        "6.1.50r161033, PROBLEM, VirtualBox 6.1.50 is too old (expected: 7.0 to 7.2)",
        "7.3.0r180000, WARNING, VirtualBox 7.3.0 is newer than what was tried (7.0 to 7.2)"
    })
    void versions_from_7_0_to_7_2_are_known(String printed, Severity severity, String message) {
        var finding = about(examined(linux().prints("VBoxManage --version", printed + "\n"), Demand.NONE), "version");

        assertEquals(severity, finding.severity());
        assertEquals(message, finding.message());
    }

    @Test
    void a_virtualbox_that_is_not_there_is_said_with_the_way_to_get_it() throws Exception {
        var nothing = new ScriptedHost().prints("uname -s -m -r", "Linux 6.12.41 x86_64\n");

        var here = doctor(nothing).availability("virtualbox");
        assertFalse(here.available());
        assertTrue(here.why().contains("'VBoxManage' is not installed"), here.why());
        assertTrue(here.why().contains("apt-get install virtualbox"), here.why());
        // A shell on another computer says it like this.
        var elsewhere = doctor(nothing.fails("VBoxManage --version", 127, "", "sh: 1: VBoxManage: not found\n"))
                .availability("virtualbox-desk");
        assertEquals("virtualbox-desk", elsewhere.name());
        assertTrue(elsewhere.why().startsWith("VirtualBox is not installed"), elsewhere.why());
    }

    @Test
    void a_kernel_driver_that_is_not_loaded_makes_it_unavailable_and_debians_warning_does_not_hide_the_version()
            throws Exception {
        var host = linux().without("/dev/vboxdrv")
                .prints("VBoxManage --version", DEBIAN)
                .prints("VBoxManage getextradata global VBoxInternal/HM/FallbackToIEM", "No value set!\n");

        var seen = doctor(host).availability("virtualbox");
        assertFalse(seen.available());
        assertTrue(seen.why().startsWith("VirtualBox's kernel driver (vboxdrv) is not loaded"), seen.why());
        assertTrue(seen.why().contains("modprobe vboxdrv"), seen.why());
        assertEquals(
                "VirtualBox 7.2.22",
                about(examined(host, Demand.NONE), "version").message());

        host.prints("mokutil --sb-state", "SecureBoot enabled\n");
        assertTrue(doctor(host).availability("virtualbox").why().startsWith("Secure Boot refuses"));
    }

    @Test
    void a_virtualbox_that_interprets_machines_code_is_usable_and_slow() throws Exception {
        var host = linux().without("/dev/vboxdrv")
                .prints("VBoxManage getextradata global VBoxInternal/HM/FallbackToIEM", "Value: 1\n");

        var seen = doctor(host).availability("virtualbox");
        assertTrue(seen.available());
        assertTrue(seen.warnings().getFirst().contains("very slow"), seen.toString());
    }

    @Test
    void whether_it_is_available_costs_two_commands() throws Exception {
        var host = linux();
        assertTrue(doctor(host).availability("virtualbox").available());
        assertEquals(List.of("uname -s -m -r", "VBoxManage --version"), host.asked());
    }

    @Test
    void a_virtualbox_whose_service_does_not_answer_is_a_problem_in_words() {
        var host = linux().fails("VBoxManage list systemproperties", 1, "", """
                VBoxManage: error: Failed to create the VirtualBox object!
                VBoxManage: error: Code NS_ERROR_SOCKET_FAIL (0xc1f30200) - IPC daemon socket error
                """);
        var finding = about(examined(host, Demand.NONE), "service");

        assertEquals(Severity.PROBLEM, finding.severity());
        assertTrue(finding.message().startsWith("VirtualBox's service (VBoxSVC) does not start"), finding.message());
    }

    @Test
    void what_virtualbox_says_in_german_is_known_by_its_code() {
        var host = linux().fails("VBoxManage list systemproperties", 1, "", """
                VBoxManage: Fehler: VT-x ist nicht verfügbar (VERR_VMX_NO_VMX)
                VBoxManage: Fehler: Details: Code NS_ERROR_FAILURE (0x80004005), Komponente ConsoleWrap
                """);

        assertTrue(about(examined(host, Demand.NONE), "service")
                .message()
                .startsWith("the processor has no virtualisation"));
    }

    @ParameterizedTest
    @CsvSource({"kvm_intel, 6.1.0, 7.2.22", "kvm_amd, 6.1.0, 7.0.26"})
    void kvm_that_is_idle_on_an_older_kernel_is_no_trouble(String module, String kernel, String version) {
        var host = linux().prints("uname -s -m -r", "Linux " + kernel + " x86_64\n")
                .prints("VBoxManage --version", version + "r1\n")
                .has("/proc/modules", module + " 479232 0 - Live 0x0\nkvm 1425408 1 " + module + ", Live 0x0\n");

        assertEquals(List.of(), troubles(examined(host, Demand.NONE)));
    }

    @Test
    void kvm_that_runs_a_machine_has_the_processor() {
        var host = linux().has("/proc/modules", "kvm_intel 479232 4 - Live 0x0\n");
        var finding = about(examined(host, Demand.NONE), "KVM");

        assertEquals(Severity.PROBLEM, finding.severity());
        assertEquals("end it, then 'sudo modprobe -r kvm_intel'", finding.hint());
    }

    @ParameterizedTest
    @CsvSource({
        "7.1.4, Y, WARNING, VERR_SVM_IN_USE",
        "7.1.4, N, FINE, beside it",
        "7.2.22, Y, FINE, beside it",
        "7.2.22, 0, WARNING, VERR_SVM_HOST_SVME_NOT_ENABLED"
    })
    void since_linux_6_12_it_depends_on_virtualboxs_version_who_turns_virtualisation_on(
            String version, String atLoad, Severity severity, String says) {
        var host = linux().prints("VBoxManage --version", version + "r1\n")
                .has("/proc/modules", "kvm_amd 237568 0 - Live 0x0\n")
                .has("/sys/module/kvm/parameters/enable_virt_at_load", atLoad + "\n");
        var finding = about(examined(host, Demand.NONE), "KVM");

        assertEquals(severity, finding.severity());
        assertTrue(finding.message().contains(says), finding.message());
    }

    @Test
    void a_processor_without_virtualisation_is_a_problem() {
        var host = linux().has("/proc/cpuinfo", "flags\t\t: fpu vme de ssse3 svmx\n");

        assertEquals(List.of("PROBLEM processor"), troubles(examined(host, Demand.NONE)));
        // An arm64 kernel lists "Features": what it can do shows otherwise.
        assertEquals(
                List.of(), troubles(examined(linux().has("/proc/cpuinfo", "Features\t: fp asimd\n"), Demand.NONE)));
    }

    @Test
    void a_range_that_virtualbox_does_not_allow_is_a_problem_with_the_line_to_type() {
        var finding = about(examined(linux(), inRange("10.10.0.0/24")), "host-only range");

        assertEquals(Severity.PROBLEM, finding.severity());
        assertEquals("VirtualBox allows 192.168.56.0/21 for host-only networks, not 10.10.0.0/24", finding.message());
        assertEquals(
                "sudo mkdir -p /etc/vbox && echo '* 192.168.56.0/21 10.10.0.0/24' | sudo tee -a /etc/vbox/networks.conf",
                finding.hint());
        var more = linux().has("/etc/vbox/networks.conf", "# ours\n* 10.0.0.0/8 2001::/64\n");
        assertEquals(
                Severity.FINE,
                about(examined(more, inRange("10.10.0.0/24")), "host-only range")
                        .severity());
        // What is in the file takes the default's place.
        assertEquals(
                Severity.PROBLEM,
                about(examined(more, inRange("192.168.56.0/24")), "host-only range")
                        .severity());
    }

    @Test
    void a_host_only_driver_that_is_missing_is_said() {
        var finding = about(examined(linux().without("/dev/vboxnetctl"), Demand.NONE), "host-only driver");

        assertTrue(finding.hint().contains("modprobe -a vboxnetadp"), finding.hint());
    }

    @Test
    void a_range_that_another_interface_has_is_a_problem_and_virtualboxs_own_interfaces_do_not_count() {
        var finding = about(examined(linux(), inRange("10.0.0.0/24")), "addresses");

        assertEquals("10.0.0.0/24 overlaps 10.0.0.0/24 of the interface eth0", finding.message());
        assertEquals(
                Severity.FINE,
                about(examined(linux(), inRange("192.168.56.0/24")), "addresses")
                        .severity());
        assertEquals(
                "192.168.60.0/24 overlaps 192.168.60.0/24 of the interface en0",
                about(examined(mac("arm64", "7.2.4r170995"), inRange("192.168.60.0/24")), "addresses")
                        .message());
    }

    @Test
    void memory_and_disk_must_do_for_what_is_asked() {
        var findings = examined(linux().withFreeMiB(5000), new Demand(12_000, 8000, Optional.empty()));

        assertEquals(List.of("PROBLEM memory", "PROBLEM disk"), troubles(findings));
        assertEquals(
                "12000 MiB are available, the machines take 12000",
                about(findings, "memory").message());
        assertEquals(
                "5000 MiB are free where machines are kept, 9024 are needed",
                about(findings, "disk").message());
    }

    @Test
    void a_mac_is_asked_in_its_own_words() {
        var findings = examined(mac("x86_64", "7.0.26r168464"), new Demand(9216, 0, Optional.empty()));

        assertEquals(List.of(), troubles(findings));
        assertEquals("16384 MiB in all", about(findings, "memory").message());
        var apple = about(examined(mac("arm64", "7.0.26r168464"), Demand.NONE), "version");
        assertTrue(apple.message().endsWith("(expected: 7.1 or newer)"), apple.message());
        assertEquals(List.of(), troubles(examined(mac("arm64", "7.1.4r165100"), Demand.NONE)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "VBoxManage: error: nonsense", "7.2", "a 7.2.22"})
    void what_is_no_version_is_none(String printed) {
        assertEquals(Optional.empty(), Version.parse(printed));
    }

    @Test
    void the_file_of_allowed_ranges_is_read_as_virtualbox_reads_it() {
        assertEquals("192.168.56.0/21", NetworksConf.parse(Optional.empty()).toString());
        assertEquals("no range", NetworksConf.parse(Optional.of("")).toString());
        assertEquals(
                "10.0.0.0/8 192.168.0.0/16 172.16.0.0/12",
                NetworksConf.parse(Optional.of("""
                                # * 1.0.0.0/8
                                * 10.0.0.0/8 192.168.0.0/16
                                  *   172.16.0.0/12\t2001::/64 nonsense 300.0.0.0/8
                                192.168.99.0/24
                                """)).toString());
        var all = NetworksConf.parse(Optional.of("* 0.0.0.0/0 ::/0"));
        assertTrue(all.allows(Cidr.parse("10.10.0.0/24")));
        var narrow = NetworksConf.parse(Optional.of("* 192.168.56.0/25"));
        assertFalse(narrow.allows(Cidr.parse("192.168.56.0/24")), "only a part of it");
        assertTrue(narrow.allows(Cidr.parse("192.168.56.0/26")));
    }
}
