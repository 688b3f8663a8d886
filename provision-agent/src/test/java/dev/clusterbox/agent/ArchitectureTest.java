package dev.clusterbox.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("/v1/"))
            .importPackages("dev.clusterbox.agent");

    @Test
    void packages_form_no_circle() {
        slices().matching("dev.clusterbox.agent.(**)").should().beFreeOfCycles().check(OURS);
    }

    @Test
    void only_the_runner_starts_processes() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..process..")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ProcessBuilder.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Runtime.class)
                .check(OURS);
    }

    @Test
    void only_the_link_knows_grpc() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..link..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.grpc..")
                .check(OURS);
    }

    @Test
    void nothing_listens() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ServerSocket.class)
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.nio.channels.ServerSocketChannel")
                .check(OURS);
    }
}
