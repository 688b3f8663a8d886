package dev.clusterbox;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {

    private final JavaClasses ours = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(new ImportOption.DoNotIncludeJars())
            .importPackages("dev.clusterbox");

    @Test
    void packages_form_no_circle() {
        slices().matching("dev.clusterbox.(**)").should().beFreeOfCycles().check(ours);
    }

    @Test
    void only_the_host_starts_processes() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..host..")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ProcessBuilder.class)
                .check(ours);
    }

    @Test
    void only_the_edge_knows_http() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..machine..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.micronaut.http..")
                .check(ours);
    }

    @Test
    void what_is_common_to_providers_knows_none_of_them() {
        noClasses()
                .that()
                .resideInAnyPackage("..machine..", "..network..", "..seed..", "..host..", "..image..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..nspawn..")
                .check(ours);
    }
}
