package dev.clusterbox.release;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

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
        return render(read("templates/" + name), context);
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
