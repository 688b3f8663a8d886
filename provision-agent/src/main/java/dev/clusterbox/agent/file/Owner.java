package dev.clusterbox.agent.file;

import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.regex.Pattern;

/** User and group of a file. */
public record Owner(String user, String group) {

    /** As useradd(8) allows. */
    private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_-]{0,31}");

    public static final Owner ROOT = new Owner("root", "root");

    public Owner {
        if (!NAME.matcher(user).matches() || !NAME.matcher(group).matches()) {
            throw Problem.invalid("owner: %s:%s (expected: user or user:group)".formatted(user, group), "")
                    .asException();
        }
    }

    /** Parses {@code user} or {@code user:group}; the group is root's where none is named. */
    public static Owner parse(String text) {
        if (text.isEmpty()) {
            return ROOT;
        }
        int colon = text.indexOf(':');
        return colon < 0 ? new Owner(text, "root") : new Owner(text.substring(0, colon), text.substring(colon + 1));
    }

    public boolean owns(Path path) throws IOException {
        var attributes = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return attributes.owner().getName().equals(user)
                && attributes.group().getName().equals(group);
    }

    public void give(Path path) throws IOException {
        if (owns(path)) {
            return;
        }
        var names = path.getFileSystem().getUserPrincipalLookupService();
        var view = Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        try {
            view.setGroup(names.lookupPrincipalByGroupName(group));
            view.setOwner(names.lookupPrincipalByName(user));
        } catch (UserPrincipalNotFoundException e) {
            throw Problem.notFound("owner: %s (expected: a user and group of this machine)".formatted(this))
                    .asException();
        }
    }

    /** As {@code chown} takes it. */
    @Override
    public String toString() {
        return user + ":" + group;
    }
}
