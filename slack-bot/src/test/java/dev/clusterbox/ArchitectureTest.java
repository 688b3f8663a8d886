package dev.clusterbox;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private final JavaClasses ours = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(new ImportOption.DoNotIncludeJars())
            .importPackages("dev.clusterbox");

    @Test
    void packages_form_no_circle() {
        slices().matching("dev.clusterbox.(*)..").should().beFreeOfCycles().check(ours);
    }

    @Test
    void only_the_edge_calls_slack() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..slack..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.slack.api.methods..")
                .check(ours);
    }

    @Test
    void only_the_clients_speak_http() {
        noClasses()
                .that()
                .resideInAnyPackage("..command..", "..message..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("okhttp3..", "io.micronaut.http..", "java.net.http..")
                .check(ours);
    }
}
