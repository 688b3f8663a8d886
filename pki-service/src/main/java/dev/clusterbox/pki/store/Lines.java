package dev.clusterbox.pki.store;

import dev.clusterbox.pki.store.Paging.Page;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.util.Enumeration;
import java.util.Optional;
import java.util.function.Function;

/** Exports of any length: one JSON object to a line (ndjson.org), read page by page as they are fetched. */
@Singleton
public final class Lines {

    public static final String MEDIA_TYPE = "application/x-ndjson";

    private static final int AT_ONCE = 500;

    private final ObjectMapper mapper;

    Lines(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    public <T> InputStream of(Function<Paging, Page<T>> pages) {
        return new SequenceInputStream(new Pages<>(pages));
    }

    @SuppressWarnings("JdkObsolete") // SequenceInputStream takes nothing newer.
    private final class Pages<T> implements Enumeration<InputStream> {

        private final Function<Paging, Page<T>> pages;
        private Optional<Long> next = Optional.of(0L);

        Pages(Function<Paging, Page<T>> pages) {
            this.pages = pages;
        }

        @Override
        public boolean hasMoreElements() {
            return next.isPresent();
        }

        @Override
        public InputStream nextElement() {
            var page = pages.apply(new Paging(next.orElseThrow(), AT_ONCE));
            next = page.next();
            var text = new ByteArrayOutputStream();
            try {
                for (var row : page.rows()) {
                    text.write(mapper.writeValueAsBytes(row));
                    text.write('\n');
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new ByteArrayInputStream(text.toByteArray());
        }
    }
}
