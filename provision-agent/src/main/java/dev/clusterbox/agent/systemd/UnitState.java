package dev.clusterbox.agent.systemd;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What {@code systemctl show} says of a unit. */
public record UnitState(Map<String, String> properties) {

    static final String PROPERTIES =
            "LoadState,ActiveState,UnitFileState,NeedDaemonReload,FragmentPath,DropInPaths,Result,NRestarts,ExecMainStatus,InactiveExitTimestamp";

    static UnitState parse(String output) {
        var properties = new HashMap<String, String>();
        output.lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                properties.put(line.substring(0, equals), line.substring(equals + 1));
            }
        });
        return new UnitState(Map.copyOf(properties));
    }

    private String get(String name) {
        return properties.getOrDefault(name, "");
    }

    public boolean isLoaded() {
        return get("LoadState").equals("loaded");
    }

    public boolean isMasked() {
        return get("LoadState").equals("masked");
    }

    public boolean isAbsent() {
        return get("LoadState").equals("not-found");
    }

    public boolean isActive() {
        return get("ActiveState").equals("active");
    }

    /** Neither running nor about to. */
    public boolean isDown() {
        return get("ActiveState").equals("inactive") || get("ActiveState").equals("failed");
    }

    /** When it was started last, by whomever, to the second before; empty for one that never was. */
    public Optional<Instant> startedAt() {
        var at = get("InactiveExitTimestamp");
        return at.matches("@[0-9]{1,12}")
                ? Optional.of(Instant.ofEpochSecond(Long.parseLong(at.substring(1))))
                : Optional.empty();
    }

    /** Ended in failure, and systemd will not start it again by itself. */
    public boolean isFailed() {
        return get("ActiveState").equals("failed");
    }

    /** How often systemd has started it again by itself since a person did; none for what is no service. */
    public int restarts() {
        var restarts = get("NRestarts");
        return restarts.matches("[0-9]{1,9}") ? Integer.parseInt(restarts) : 0;
    }

    /** How it ended, for a person: "exit-code, status 1"; empty where there is nothing to say. */
    public String reason() {
        var result = get("Result").equals("success") ? "" : get("Result");
        return result.isEmpty()
                        || get("ExecMainStatus").isEmpty()
                        || get("ExecMainStatus").equals("0")
                ? result
                : "%s, status %s".formatted(result, get("ExecMainStatus"));
    }

    public boolean isEnabled() {
        return get("UnitFileState").equals("enabled");
    }

    /** It has no install section, so there is nothing to enable. */
    public boolean isStatic() {
        return Stream.of("static", "generated", "indirect", "alias", "transient")
                .anyMatch(get("UnitFileState")::equals);
    }

    /** systemd refuses to start it again until the failure is reset. */
    public boolean hitItsStartLimit() {
        return get("Result").equals("start-limit-hit");
    }

    public boolean needsReload() {
        return get("NeedDaemonReload").equals("yes");
    }

    /** The unit's own file; empty where it has none. */
    public String file() {
        return get("FragmentPath");
    }

    /** The files that define it. */
    public List<String> files() {
        return Stream.concat(Stream.of(file()), Stream.of(get("DropInPaths").split(" ", -1)))
                .filter(path -> !path.isEmpty())
                .toList();
    }

    /** For a person: "failed (exit-code)". */
    @Override
    public String toString() {
        return get("Result").isEmpty() || get("Result").equals("success")
                ? get("ActiveState")
                : "%s (%s)".formatted(get("ActiveState"), get("Result"));
    }
}
