package dev.clusterbox.host;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.LongConsumer;
import net.schmizz.sshj.sftp.FileAttributes;
import net.schmizz.sshj.sftp.FileMode;
import net.schmizz.sshj.sftp.OpenMode;
import net.schmizz.sshj.sftp.RenameFlags;
import net.schmizz.sshj.sftp.Response.StatusCode;
import net.schmizz.sshj.sftp.SFTPClient;
import net.schmizz.sshj.sftp.SFTPException;

/** Small things on another computer's files, over SFTP. */
final class SshFiles {

    static final FileAttributes PRIVATE_FILE =
            new FileAttributes.Builder().withPermissions(0600).build();

    /** What every server takes at once (draft-ietf-secsh-filexfer-02, 3: at least 34000 bytes with all that is around it). */
    static final int PACKET = 32 * 1024;

    private SshFiles() {}

    /** A path of ours in the same folder, hidden there. */
    static String beside(String path, String suffix) {
        return folder(path) + "/." + path.substring(path.lastIndexOf('/') + 1) + "." + suffix;
    }

    static String folder(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    static boolean exists(SFTPClient sftp, String path) throws IOException {
        try {
            sftp.lstat(path);
            return true;
        } catch (SFTPException e) {
            return absent(e, false);
        }
    }

    /** In bytes; negative for what is not there, and for what is no file. */
    static long lengthOfFile(SFTPClient sftp, String path) throws IOException {
        try {
            var attributes = sftp.lstat(path);
            return attributes.getType() == FileMode.Type.REGULAR ? attributes.getSize() : -1;
        } catch (SFTPException e) {
            return absent(e, -1L);
        }
    }

    static <T> T absent(SFTPException e, T answer) throws SFTPException {
        if (e.getStatusCode() == StatusCode.NO_SUCH_FILE) {
            return answer;
        }
        throw e;
    }

    /** Writes a file that must not be there yet. */
    static void create(SFTPClient sftp, String path, byte[] content) throws IOException {
        var modes = EnumSet.of(OpenMode.WRITE, OpenMode.CREAT, OpenMode.EXCL);
        var file = sftp.open(path, modes, PRIVATE_FILE);
        try (var in = new ByteArrayInputStream(content)) {
            send(in, file.new RemoteFileOutputStream(), _ -> {});
        }
        file.close();
    }

    /**
     * Sends all that there is. A handle is left open where that fails: closing it throws the same exception again, and it
     * goes with the session.
     *
     * @param sent sees how many bytes have gone so far
     */
    static void send(InputStream in, OutputStream out, LongConsumer sent) throws IOException {
        long sum = 0;
        var buffer = new byte[PACKET];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            out.write(buffer, 0, read);
            sum += read;
            sent.accept(sum);
        }
        out.flush();
    }

    /** Puts one file in the place of another, which SFTP's own rename does not. */
    static void replace(SFTPClient sftp, Host host, String from, String to) throws IOException, InterruptedException {
        if (sftp.getSFTPEngine().supportsServerExtension("posix-rename", "openssh.com")) {
            sftp.rename(from, to, Set.of(RenameFlags.OVERWRITE));
        } else {
            host.run(Command.of("mv", "-f", from, to)).orFail();
        }
    }
}
