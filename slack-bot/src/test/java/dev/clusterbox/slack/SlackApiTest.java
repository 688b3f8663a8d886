package dev.clusterbox.slack;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlackApiTest {

    private final SlackApi api = new SlackApi(
            new SlackSettings(
                    "",
                    "",
                    "",
                    "https://slack.com/api/",
                    URI.create("https://hooks.slack.com/"),
                    Set.of(),
                    Set.of(),
                    Set.of(),
                    "",
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(1)),
            "xoxb");

    @Test
    void slacks_answering_addresses_are_hooks() {
        assertTrue(api.isHook("https://hooks.slack.com/commands/1234/5678"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hooks.slack.com/commands/1",
                "http://hooks.slack.com/commands/1",
                "https://hooks.slack.com.evil.example/commands/1",
                "https://hooks.slack.com@evil.example/commands/1",
                "https://me@hooks.slack.com/commands/1",
                "https://hooks.slack.com:8443/commands/1",
                "https://evil.example/?https://hooks.slack.com/",
                "https://evil.example#https://hooks.slack.com/",
                "https://hooks.slack.com/x#y",
                "file:///etc/passwd",
                "http://127.0.0.1:8080/v1/clusters",
                "https://hooks.slack.com\\@evil.example/",
                "javascript:alert(1)",
            })
    void other_addresses_are_none(String url) {
        assertFalse(api.isHook(url), url);
    }
}
