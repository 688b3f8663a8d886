package dev.clusterbox;

import io.micronaut.runtime.Micronaut;
import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.info.Info;

/** Starts the service. */
@OpenAPIDefinition(
        info =
                @Info(
                        title = "vm-service",
                        version = "v1",
                        description = "Machines on this host, and the networks and the image that they need."))
public final class VmService {

    private VmService() {}

    public static void main(String[] arguments) {
        Micronaut.build(arguments).mainClass(VmService.class).banner(false).start();
    }
}
