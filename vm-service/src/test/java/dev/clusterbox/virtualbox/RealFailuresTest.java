package dev.clusterbox.virtualbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.machine.Demand;
import dev.clusterbox.machine.Finding.Severity;
import dev.clusterbox.network.Cidr;
import dev.clusterbox.problem.ProblemException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the real VBoxManage does wrong when it is asked for what cannot be, and what the doctor says of its computer. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RealFailuresTest {

    private RealVirtualBox box;

    @BeforeAll
    void start(@TempDir Path scratch) throws Exception {
        box = RealVirtualBox.start(scratch.resolve("virtualbox"));
        box.template("base");
    }

    @AfterAll
    void end() throws Exception {
        if (box != null) {
            box.close();
        }
    }

    /** The catalogue's sentence for what this command ends with. */
    private void assertKnown(String id, String... arguments) {
        var problem = assertThrows(ProblemException.class, () -> box.manage().run(arguments))
                .problem();
        var failure = KnownFailures.named(id);

        assertEquals(failure.code(), problem.code(), problem.toString());
        var beginning = failure.says().replaceAll("[ (]*\\{1}.*", "").replaceAll("\\.$", "");
        assertTrue(problem.message().startsWith(beginning), problem.toString());
    }

    @Test
    void what_it_prints_is_what_the_catalogue_knows() {
        assertKnown("machine-not-found", "showvminfo", "nosuchvm");
        assertKnown(
                "name-taken",
                "createvm",
                "--name",
                "base",
                "--basefolder",
                box.folder().resolve("images").toString(),
                "--platform-architecture",
                "x86",
                "--register");
        assertKnown("unknown-guest", "createvm", "--name", "bad1", "--ostype", "NoSuchOS_64", "--register");
        assertKnown("medium-lost", "closemedium", "disk", "/nosuch.vdi");
        assertKnown(
                "file-exists",
                "createmedium",
                "disk",
                "--size",
                "8",
                "--filename",
                box.folder().resolve("images/base/base.vbox").toString());
        assertKnown("shape-out-of-range", "modifyvm", "base", "--memory", "1");
        assertKnown("not-running", "controlvm", "base", "poweroff");
        assertKnown("no-dhcp-server", "dhcpserver", "remove", "--network", "NoSuchNet");
        assertKnown("interface-gone", "hostonlyif", "remove", "vboxnet77");
        assertKnown("no-hostonlynet-here", "hostonlynet", "add", "--name", "x");
    }

    @Test
    void the_doctor_knows_it_and_sees_that_it_has_no_driver() throws Exception {
        var doctor = new Doctor(box.host(), box.program().toString(), Map.of());

        var seen = doctor.availability("virtualbox");
        assertTrue(seen.available(), seen.why());
        assertTrue(seen.why().matches("VirtualBox 7\\.\\d+\\.\\d+"), seen.why());
        assertTrue(seen.warnings().getFirst().contains("very slow"), seen.toString());

        var findings = doctor.examine(new Demand(1 << 20, 0, Optional.of(Cidr.parse("192.168.61.0/24"))));
        assertEquals(
                Severity.FINE,
                findings.stream()
                        .filter(finding -> finding.about().equals("service"))
                        .findFirst()
                        .orElseThrow()
                        .severity(),
                findings.toString());
        assertTrue(
                findings.stream().anyMatch(finding -> finding.about().equals("memory") && finding.isProblem()),
                "a terabyte is more than there is: " + findings);
    }
}
