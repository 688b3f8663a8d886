package dev.clusterbox.pki;

import io.micronaut.runtime.Micronaut;
import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.enums.SecuritySchemeType;
import io.swagger.v3.oas.annotations.info.Info;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.security.SecurityScheme;

/** Starts the certificate authority. */
@OpenAPIDefinition(
        info = @Info(title = "pki-service", version = "1", description = "The certificate authority of Clusterbox"),
        security = @SecurityRequirement(name = "token"))
@SecurityScheme(name = "token", type = SecuritySchemeType.HTTP, scheme = "bearer")
public final class PkiService {

    private PkiService() {}

    public static void main(String[] arguments) {
        Micronaut.build(arguments).mainClass(PkiService.class).banner(false).start();
    }
}
