package dev.clusterbox.fetch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A server of files on loopback that can do what servers do: break off, stall, redirect, forget ranges. */
public final class Publisher implements AutoCloseable {

    /** How a path is answered; the first time only, if it is taken back. */
    public interface Answer {
        void to(HttpExchange exchange, byte[] content) throws IOException;
    }

    private final HttpServer server;
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final Map<String, Answer> once = new ConcurrentHashMap<>();
    private final Map<String, Answer> always = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile boolean ranges = true;

    public Publisher() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public void has(String path, byte[] content) {
        files.put(path, content);
    }

    public void answersOnce(String path, Answer answer) {
        once.put(path, answer);
    }

    public void answers(String path, Answer answer) {
        always.put(path, answer);
    }

    public void forgetsRanges() {
        ranges = false;
    }

    /** "GET /path" or "GET /path bytes=7-". */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    public List<String> gets() {
        return requests.stream().filter(line -> line.startsWith("GET")).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            var range = exchange.getRequestHeaders().getFirst("Range");
            requests.add(exchange.getRequestMethod() + " " + path + (range == null ? "" : " " + range));
            var content = files.get(path);
            boolean head = exchange.getRequestMethod().equals("HEAD");
            var special = head ? null : once.remove(path);
            if (special == null) {
                special = always.get(path);
            }
            if (special != null) {
                special.to(exchange, content == null ? new byte[0] : content);
            } else if (content == null) {
                exchange.sendResponseHeaders(404, -1);
            } else if (head) {
                exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
                exchange.sendResponseHeaders(200, -1);
            } else {
                send(exchange, content, range);
            }
        }
    }

    private void send(HttpExchange exchange, byte[] content, String range) throws IOException {
        var tag = tag(content);
        if (ranges) {
            exchange.getResponseHeaders().set("ETag", tag);
        }
        var condition = exchange.getRequestHeaders().getFirst("If-Range");
        if (ranges && range != null && (condition == null || condition.equals(tag))) {
            int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
            if (from >= content.length) {
                exchange.sendResponseHeaders(416, -1);
                return;
            }
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
            exchange.sendResponseHeaders(206, content.length - from);
            exchange.getResponseBody().write(content, from, content.length - from);
        } else {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
        }
    }

    public static String tag(byte[] content) {
        return "\"%d-%d\"".formatted(content.length, java.util.Arrays.hashCode(content));
    }

    /** Sends the beginning, with the tag that lets one go on, and breaks off. */
    public static Answer breakingOffAfter(int bytes) {
        return (exchange, content) -> {
            exchange.getResponseHeaders().set("ETag", tag(content));
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, bytes);
            exchange.getResponseBody().flush();
        };
    }

    /** Sends the beginning and then nothing, until the test is over. */
    public Answer stallingAfter(int bytes) {
        return (exchange, content) -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, bytes);
            exchange.getResponseBody().flush();
            try {
                end.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
    }

    public static Answer redirectingTo(String location) {
        return (exchange, content) -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(302, -1);
        };
    }

    public static Answer status(int status) {
        return (exchange, content) -> exchange.sendResponseHeaders(status, -1);
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
    }
}
