package dev.clusterbox.release;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The templates of one release. A name that the context does not have is an error, not an empty text. */
final class Templates {

    private static final Mustache.Compiler MUSTACHE =
            Mustache.compiler().escapeHTML(false).strictSections(true);

    private final String folder;

    /** @param folder a folder of the class path, ending in a slash */
    Templates(String folder) {
        this.folder = folder;
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
        try (var in = Templates.class.getResourceAsStream(folder + name)) {
            if (in == null) {
                throw new IllegalArgumentException("no such file: " + folder + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
