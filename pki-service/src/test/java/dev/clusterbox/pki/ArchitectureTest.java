package dev.clusterbox.pki;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.security.Signature;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {

    private final JavaClasses ours = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.clusterbox.pki");

    @Test
    void packages_form_no_circle() {
        slices().matching("dev.clusterbox.pki.(**)").should().beFreeOfCycles().check(ours);
    }

    @Test
    void only_authorities_sign_and_the_audit_log_its_heads_others_only_verify() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..pki.authority..")
                .and()
                .doNotHaveSimpleName("HeadKey")
                .should()
                .callMethod(Signature.class, "sign")
                .check(ours);
    }

    @Test
    void only_authorities_and_the_places_of_their_keys_see_private_keys() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..pki.authority..", "..pki.keystore..")
                .and()
                .doNotHaveSimpleName("HeadKey")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.security.PrivateKey")
                .check(ours);
    }

    @Test
    void nobody_starts_processes() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ProcessBuilder.class)
                .check(ours);
    }

    @Test
    void only_controllers_and_what_they_answer_know_http() {
        noClasses()
                .that()
                .haveSimpleNameNotEndingWith("Controller")
                .and()
                .doNotHaveSimpleName("CachedAnswer")
                .and()
                .haveNameNotMatching(".*(Controller\\$|\\$(Definition|Introspection)).*")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.micronaut.http..")
                .check(ours);
    }
}
