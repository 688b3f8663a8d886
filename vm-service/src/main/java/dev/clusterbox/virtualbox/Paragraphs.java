package dev.clusterbox.virtualbox;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What {@code VBoxManage list} prints of things that have several lines: {@code Name:  vboxnet0}, and an empty line after each. */
final class Paragraphs {

    private Paragraphs() {}

    /** Of a field that is there twice the first one counts. */
    static List<Map<String, String>> of(String printed) {
        return Stream.of(printed.split("\\R\\s*\\R", -1))
                .map(Paragraphs::fields)
                .filter(fields -> !fields.isEmpty())
                .toList();
    }

    static Map<String, String> fields(String paragraph) {
        Map<String, String> fields = new LinkedHashMap<>();
        paragraph
                .lines()
                .map(line -> line.split(":", 2))
                .filter(pair -> pair.length == 2)
                .forEach(pair -> fields.putIfAbsent(pair[0].strip(), pair[1].strip()));
        return fields;
    }
}
