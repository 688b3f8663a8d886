package dev.clusterbox;

import io.micronaut.runtime.Micronaut;
import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.info.Info;

@OpenAPIDefinition(
        info =
                @Info(
                        title = "Clusterbox gateway",
                        version = "v1",
                        description = "Brings clusters up and down. Send 'Authorization: Bearer TOKEN'."))
public final class Gateway {

    private Gateway() {}

    public static void main(String[] args) {
        Micronaut.build(args).mainClass(Gateway.class).banner(false).start();
    }
}
