package dev.clusterbox.rest;

import dev.clusterbox.problem.Problem;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;

/** A service's edge, for tests. */
@Controller("/v1/things")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ThingController {

    @Serdeable
    record Thing(String name, int size) {}

    @Get(produces = MediaType.TEXT_PLAIN)
    String whoAsks(HttpRequest<?> request) {
        var caller = Caller.of(request);
        return caller.name() + " " + caller.role();
    }

    @Post
    Thing echo(@Body Thing thing) {
        return thing;
    }

    @Get(
            uri = "/problem/{code}",
            produces = {MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN, "text/tab-separated-values"})
    Thing problem(Problem.Code code) {
        return failing(new Problem(code, "it is so", "do this").asException());
    }

    @Get("/bug")
    Thing bug() {
        return failing(new IllegalStateException("a secret that belongs into the log"));
    }

    private static Thing failing(RuntimeException e) {
        throw e;
    }
}
