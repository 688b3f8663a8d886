package dev.clusterbox.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MrkdwnTest {

    @ParameterizedTest
    @CsvSource({
        "<!channel>, &lt;!channel&gt;",
        "<@U123>, &lt;@U123&gt;",
        "<https://evil.example|gateway>, &lt;https://evil.example|gateway&gt;",
        "a & b, a &amp; b",
        "&lt;!here&gt;, &amp;lt;!here&amp;gt;",
    })
    void markup_of_others_is_only_text(String text, String harmless) {
        assertEquals(harmless, Mrkdwn.escape(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"@channel", "@here", "@everyone", "hello @Channel!", "@EVERYONE"})
    void nobody_is_called_by_a_name(String text) {
        assertFalse(Mrkdwn.escape(text).matches("(?i).*@(channel|here|everyone).*"), text);
    }

    @Test
    void text_cannot_be_turned_around_or_hidden() {
        assertEquals("a b c d", Mrkdwn.escape("a\u202eb\u0000c\u200bd"));
    }

    @Test
    void code_stays_code() {
        assertEquals("`a'*b* c`", Mrkdwn.code("a`*b*\nc"));
    }

    @Test
    void a_cut_never_splits_an_entity_or_a_character() {
        for (int limit = 5; limit < 30; limit++) {
            var cut = Mrkdwn.fit(Mrkdwn.escape("<<<<&&&&>>>>"), limit);
            assertTrue(cut.length() <= limit, cut);
            assertTrue(cut.matches("(&(lt|gt|amp);)*…"), cut);
            var faces = Mrkdwn.fit("😀".repeat(30), limit);
            assertEquals(
                    faces,
                    new String(
                            faces.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                            java.nio.charset.StandardCharsets.UTF_8));
        }
    }
}
