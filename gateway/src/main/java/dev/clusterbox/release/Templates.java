package dev.clusterbox.release;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The files of one release. What its own folder does not have is that of the release that it is like. A name that the context
 * does not have is an error, not an empty text.
 */
final class Templates {

    private static final Mustache.Compiler MUSTACHE =
            Mustache.compiler().escapeHTML(false).strictSections(true);

    private final List<String> folders;

    /** @param folders of the class path, each ending in a slash; the first that has a file is the one */
    Templates(List<String> folders) {
        this.folders = List.copyOf(folders);
    }

    /** These, and where they have none, those of the other. */
    Templates like(Templates other) {
        return new Templates(
                Stream.concat(folders.stream(), other.folders.stream()).toList());
    }

    static String render(String template, TemplateContext context) {
        return MUSTACHE.compile(template).execute(context);
    }

    String renderFile(String name, TemplateContext context) {
        return renderFile(name, Map.of(), context);
    }

    /** @param values what the template may name besides, themselves templates */
    String renderFile(String name, Map<String, String> values, TemplateContext context) {
        var rendered = new HashMap<String, String>();
        values.forEach((key, value) -> rendered.put(key, render(value, context)));
        var text = new StringWriter();
        MUSTACHE.compile(read("templates/" + name)).execute(rendered, context, text);
        return text.toString();
    }

    String read(String name) {
        for (var folder : folders) {
            try (var in = Templates.class.getResourceAsStream(folder + name)) {
                if (in != null) {
                    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        throw new IllegalArgumentException("no file %s in %s".formatted(name, folders));
    }
}
