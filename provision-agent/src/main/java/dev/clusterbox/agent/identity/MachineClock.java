package dev.clusterbox.agent.identity;

import dev.clusterbox.agent.process.Command;
import dev.clusterbox.agent.process.CommandRunner;
import java.time.Instant;
import java.time.InstantSource;
import java.util.logging.Logger;

/** The machine's clock. A machine that slept, or has no battery, would find every certificate not valid yet. */
public final class MachineClock implements InstantSource {

    private static final Logger LOG = Logger.getLogger(MachineClock.class.getName());

    private final InstantSource clock;
    private final CommandRunner commands;

    public MachineClock(InstantSource clock, CommandRunner commands) {
        this.clock = clock;
        this.commands = commands;
    }

    @Override
    public Instant instant() {
        return clock.instant();
    }

    /** Sets a clock that is behind forward. Never backward, and never where the clock is the host's. */
    public void atLeast(Instant time, boolean sharedKernel) throws InterruptedException {
        if (sharedKernel || !instant().isBefore(time)) {
            return;
        }
        var result = commands.run(Command.of("date", "--utc", "--set=@" + (time.getEpochSecond() + 1)));
        if (result.succeeded()) {
            LOG.info("the clock was behind and is set to " + time);
        } else {
            LOG.warning("the clock is behind %s and cannot be set: %s".formatted(time, result.lastWords()));
        }
    }
}
