package dev.clusterbox.machine;

import dev.clusterbox.network.Cidr;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.Accept;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks at a provider's computer and says what stands in the way. Changes nothing. */
@Controller("/v1/providers/{provider}/doctor")
@ExecuteOn(TaskExecutors.BLOCKING)
final class DoctorController {

    /** What would end a line or a field. */
    private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}+");

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    private final Providers providers;

    DoctorController(Providers providers) {
        this.providers = providers;
    }

    /** The answer's only member is a list, so that there can be more one day. */
    @Serdeable
    record Findings(List<Finding> findings) {}

    /**
     * All that was looked at, also what is as it should be.
     *
     * @param memoryMiB what the machines will need together
     * @param diskMiB what the machines will need together
     * @param cidr the range that the machines shall stand in
     */
    @Get
    @Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    @ApiResponse(
            responseCode = "200",
            description =
                    "what was found; as text/plain a line each, severity, subject, message and hint separated by tabs",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Findings.class)))
    HttpResponse<?> examine(
            HttpRequest<?> request,
            String provider,
            @QueryValue Optional<String> memoryMiB,
            @QueryValue Optional<String> diskMiB,
            @QueryValue Optional<String> cidr)
            throws InterruptedException {
        var demand = new Demand(
                positive("memoryMiB", memoryMiB), positive("diskMiB", diskMiB), cidr.map(Cidr::parseForMachines));
        var findings = providers.whetherAvailableOrNot(provider).examine(demand);
        return Accept.isText(request)
                ? HttpResponse.ok(lines(findings)).contentType(MediaType.TEXT_PLAIN_TYPE)
                : HttpResponse.ok(new Findings(findings)).contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    private static String lines(List<Finding> findings) {
        return findings.stream()
                .map(finding -> Stream.of(finding.severity().name(), finding.about(), finding.message(), finding.hint())
                        .map(text -> CONTROLS.matcher(text).replaceAll(" "))
                        .collect(Collectors.joining("\t", "", "\n")))
                .collect(Collectors.joining());
    }

    /** As text: Micronaut takes a number that is none for one that is not there. */
    private static int positive(String field, Optional<String> value) {
        if (value.isPresent() && !NUMBER.matcher(value.get()).matches()) {
            throw Problem.invalid("%s: '%s' (expected: a number of MiB)".formatted(field, value.get()), "")
                    .asException();
        }
        return value.map(Integer::parseInt).orElse(0);
    }
}
