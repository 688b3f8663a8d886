package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/** A service's REST interface, as a script uses it. */
final class Api {

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    /** An answer; the body is parsed where it is JSON. */
    record Answer(int status, String body) {

        JsonObject json() {
            return JsonParser.parseString(body).getAsJsonObject();
        }

        Answer expect(int expected) {
            assertEquals(expected, status, body);
            return this;
        }
    }

    private final String url;
    private final String token;

    Api(String url, String token) {
        this.url = url;
        this.token = token;
    }

    String url() {
        return url;
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    Answer delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE());
    }

    Answer post(String path, String json) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
    }

    Answer patch(String path, String json) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", BodyPublishers.ofString(json)));
    }

    /** The operation's id. */
    String accepted(Answer answer) {
        return answer.expect(202).json().get("id").getAsString();
    }

    Answer put(String path, String json) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", "application/json").PUT(BodyPublishers.ofString(json)));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .header("Authorization", "Bearer " + token)
                .timeout(Duration.ofSeconds(60));
    }

    private static Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = HTTP.send(request.build(), BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    /** Asks for a cluster; returns the operation's id. */
    String up(String json) throws IOException, InterruptedException {
        return post("/v1/clusters", json).expect(202).json().get("id").getAsString();
    }

    List<String> clusters() throws IOException, InterruptedException {
        return elements(get("/v1/clusters").expect(200).json().getAsJsonArray("clusters")).stream()
                .map(cluster -> cluster.get("name").getAsString())
                .toList();
    }

    JsonObject cluster(String name) throws IOException, InterruptedException {
        return get("/v1/clusters/" + name).expect(200).json();
    }

    /** Waits until an operation is as it should be, through a gateway that may be away for a while. */
    JsonObject awaitOperation(String id, Duration patience, Predicate<JsonObject> state)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        String last = "";
        while (System.nanoTime() < end) {
            try {
                var operation = get("/v1/operations/" + id).expect(200).json();
                if (state.test(operation)) {
                    return operation;
                }
                last = operation.toString();
            } catch (IOException e) {
                last = e.toString();
            }
            Thread.sleep(10);
        }
        throw new AssertionError("waited %s; the operation is %s".formatted(patience, last));
    }

    /** Waits for the end of an operation, which must be good. */
    JsonObject awaitSuccess(String id) throws IOException, InterruptedException {
        var ended = awaitOperation(
                id, Duration.ofMinutes(5), o -> !o.get("state").getAsString().equals("RUNNING"));
        assertEquals("SUCCEEDED", ended.get("state").getAsString(), ended.toString());
        return ended;
    }

    static String stepState(JsonObject operation, String step) {
        return elements(operation.getAsJsonArray("steps")).stream()
                .filter(s -> s.get("id").getAsString().equals(step))
                .findFirst()
                .orElseThrow()
                .get("state")
                .getAsString();
    }

    static List<JsonObject> elements(Iterable<JsonElement> array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    static Set<String> texts(List<JsonObject> objects, String field) {
        var texts = new TreeSet<String>();
        objects.forEach(object -> texts.add(object.get(field).getAsString()));
        return texts;
    }
}
