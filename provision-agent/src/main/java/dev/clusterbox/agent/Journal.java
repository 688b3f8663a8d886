package dev.clusterbox.agent;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The log, on standard error as journald wants it: a level in angle brackets (sd-daemon(3)), no time, one line each. */
final class Journal extends Formatter {

    static void begin() {
        var root = Logger.getLogger("");
        for (var handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        var handler = new ConsoleHandler();
        handler.setFormatter(new Journal());
        root.addHandler(handler);
        // gRPC tells the failure of each attempt with its stack; Link tells it once, in a sentence.
        Logger.getLogger("io.grpc").setLevel(Level.OFF);
    }

    @Override
    public String format(LogRecord record) {
        var level = "<" + priority(record.getLevel()) + ">";
        var text = new StringBuilder(level).append(record.getMessage()).append('\n');
        if (record.getThrown() != null) {
            var stack = new StringWriter();
            record.getThrown().printStackTrace(new PrintWriter(stack));
            stack.toString()
                    .lines()
                    .forEach(line -> text.append(level).append(line).append('\n'));
        }
        return text.toString();
    }

    private static int priority(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return 3;
        }
        if (level.intValue() >= Level.WARNING.intValue()) {
            return 4;
        }
        return level.intValue() >= Level.INFO.intValue() ? 6 : 7;
    }
}
