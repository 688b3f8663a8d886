package dev.clusterbox.agent.operation;

import com.google.protobuf.ByteString;
import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.file.Owner;
import dev.clusterbox.agent.file.StagedFile;
import dev.clusterbox.agent.operation.Operation.MakeDirectory;
import dev.clusterbox.agent.operation.Operation.RemoveFile;
import dev.clusterbox.agent.operation.Operation.WriteFile;
import dev.clusterbox.agent.operation.Plan.Needed;
import dev.clusterbox.agent.operation.Plan.Satisfied;
import dev.clusterbox.agent.process.Shell;
import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;

/** Folders, and files whose content comes with the operation. */
final class PlainFiles {

    /** What is longer is named by its size: nobody would type it. */
    private static final int TYPED = 64 * 1024;

    private final Path root;

    PlainFiles(Path root) {
        this.root = root;
    }

    Plan makeDirectory(MakeDirectory wanted) throws IOException {
        var path = wanted.path().in(root);
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            if (Mode.of(path).equals(wanted.mode()) && wanted.owner().owns(path)) {
                return new Satisfied(wanted.path() + " is there");
            }
            return new Needed(
                    "given %s to %s with mode %s".formatted(wanted.path(), wanted.owner(), wanted.mode()),
                    "chown %s %s && chmod %s %s".formatted(wanted.owner(), wanted.path(), wanted.mode(), wanted.path()),
                    () -> own(path, wanted));
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw Problem.conflict(wanted.path() + " is there and is no folder", "remove it")
                    .asException();
        }
        var chown = wanted.owner().equals(Owner.ROOT)
                ? ""
                : " -o %s -g %s".formatted(wanted.owner().user(), wanted.owner().group());
        return new Needed(
                "made " + wanted.path(), "install -d -m %s%s %s".formatted(wanted.mode(), chown, wanted.path()), () -> {
                    var made = wanted.path().prepared(root);
                    Files.createDirectory(made);
                    own(made, wanted);
                });
    }

    private static void own(Path path, MakeDirectory wanted) throws IOException {
        wanted.owner().give(path);
        wanted.mode().set(path);
        StagedFile.force(path);
    }

    Plan write(WriteFile wanted) throws IOException {
        var path = wanted.path().in(root);
        var reasons = new ArrayList<String>();
        if (Files.isSymbolicLink(path)) {
            reasons.add("a link was there");
        } else if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            reasons.add("it was not there");
        } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            if (!hasContent(path, wanted.content())) {
                reasons.add("it had another content");
            }
            if (!Mode.of(path).equals(wanted.mode())) {
                reasons.add("it had the mode " + Mode.of(path));
            }
            if (!wanted.owner().owns(path)) {
                reasons.add("it had another owner");
            }
        } else {
            reasons.add("something else was there");
        }
        if (reasons.isEmpty()) {
            return new Satisfied(wanted.path() + " has this content");
        }
        return new Needed("written %s: %s".formatted(wanted.path(), String.join(", ", reasons)), typed(wanted), () -> {
            var prepared = wanted.path().prepared(root);
            refuseFolder(prepared, wanted.path());
            StagedFile.write(prepared, wanted.content().toByteArray(), wanted.mode(), wanted.owner());
        });
    }

    private static boolean hasContent(Path path, ByteString content) throws IOException {
        return Files.size(path) == content.size()
                && ByteString.copyFrom(Files.readAllBytes(path)).equals(content);
    }

    /** An {@code install} from a here-document; a secret's content is left to whoever knows it. */
    private static String typed(WriteFile wanted) {
        var install = "install -m %s -o %s -g %s /dev/stdin %s"
                .formatted(
                        wanted.mode(),
                        wanted.owner().user(),
                        wanted.owner().group(),
                        Shell.quote(wanted.path().toString()));
        if (wanted.secret()) {
            return install + " # the content is a secret";
        }
        if (wanted.content().size() > TYPED || !wanted.content().isValidUtf8()) {
            return install + " # %d bytes".formatted(wanted.content().size());
        }
        var text = wanted.content().toStringUtf8();
        if (!text.endsWith("\n")) {
            return "printf %%s %s | %s".formatted(Shell.quote(text), install);
        }
        var end = "EOF";
        while (text.lines().anyMatch(end::equals)) {
            end += "_";
        }
        return "%s <<'%s'\n%s%s".formatted(install, end, text, end);
    }

    Plan remove(RemoveFile wanted) throws IOException {
        var path = wanted.path().in(root);
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return new Satisfied(wanted.path() + " is not there");
        }
        refuseFolder(path, wanted.path());
        return new Needed(
                "removed " + wanted.path(), "rm -f " + Shell.quote(wanted.path().toString()), () -> {
                    Files.deleteIfExists(path);
                    StagedFile.force(StagedFile.folderOf(path));
                });
    }

    static void refuseFolder(Path path, Target named) {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            throw Problem.conflict(named + " is a folder (expected: a file)", "remove it, or name another path")
                    .asException();
        }
    }
}
