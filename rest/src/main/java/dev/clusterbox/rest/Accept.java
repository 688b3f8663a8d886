package dev.clusterbox.rest;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;

/** What a caller would rather read: a terminal asks for text first, a program for JSON. */
public final class Accept {

    private Accept() {}

    /** Whether {@code text/plain} stands first. */
    public static boolean isText(HttpRequest<?> request) {
        return first(request).equals(MediaType.TEXT_PLAIN_TYPE);
    }

    static MediaType first(HttpRequest<?> request) {
        return request.getHeaders().accept().stream().findFirst().orElse(MediaType.ALL_TYPE);
    }
}
