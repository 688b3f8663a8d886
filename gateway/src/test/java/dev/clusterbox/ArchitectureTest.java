package dev.clusterbox;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
            .importPackages("dev.clusterbox");

    @Test
    void packages_form_no_circle() {
        slices().matching("dev.clusterbox.(*)..").should().beFreeOfCycles().check(OURS);
    }

    @Test
    void only_the_agents_edge_knows_grpc() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..agent..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.grpc..")
                .check(OURS);
    }

    @Test
    void nothing_here_starts_processes() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ProcessBuilder.class)
                .check(OURS);
    }
}
