package dev.clusterbox;

import io.micronaut.runtime.Micronaut;
import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.enums.SecuritySchemeType;
import io.swagger.v3.oas.annotations.info.Info;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.security.SecurityScheme;

@OpenAPIDefinition(
        info =
                @Info(
                        title = "Clusterbox gateway",
                        version = "v1",
                        description = "Brings clusters up and down. Send 'Authorization: Bearer TOKEN'."),
        security = @SecurityRequirement(name = "token"))
@SecurityScheme(name = "token", type = SecuritySchemeType.HTTP, scheme = "bearer")
public final class Gateway {

    private Gateway() {}

    public static void main(String[] args) {
        Micronaut.build(args).mainClass(Gateway.class).banner(false).start();
    }
}
