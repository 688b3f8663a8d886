package dev.clusterbox.pki;

import dev.clusterbox.pki.audit.AuditVerification;
import io.micronaut.runtime.Micronaut;
import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.enums.SecuritySchemeType;
import io.swagger.v3.oas.annotations.info.Info;
import io.swagger.v3.oas.annotations.security.SecurityScheme;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Starts the certificate authority. */
@OpenAPIDefinition(
        info = @Info(title = "pki-service", version = "1", description = "The certificate authority of Clusterbox"))
@SecurityScheme(name = "token", type = SecuritySchemeType.HTTP, scheme = "bearer")
public final class PkiService {

    private PkiService() {}

    public static void main(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals("verify-audit")) {
            var options = options(List.of(arguments).subList(1, arguments.length));
            System.exit(AuditVerification.run(options, System.out));
        }
        Micronaut.build(arguments).mainClass(PkiService.class).banner(false).start();
    }

    /** {@code --name value} pairs; the state folder also from the environment, as the service has it. */
    private static Map<String, String> options(List<String> arguments) {
        var options = new HashMap<String, String>();
        var state = System.getProperty("clusterbox.state", System.getenv("CLUSTERBOX_STATE"));
        if (state != null) {
            options.put("state", state);
        }
        for (int i = 0; i + 1 < arguments.size(); i += 2) {
            if (!arguments.get(i).startsWith("--")) {
                return Map.of();
            }
            options.put(arguments.get(i).substring(2), arguments.get(i + 1));
        }
        return arguments.size() % 2 == 0 ? options : Map.of();
    }
}
