package dev.clusterbox.agent.operation;

import com.google.protobuf.ByteString;
import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.file.Owner;
import dev.clusterbox.agent.file.Sha256;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One thing to be made true on this machine. What it names is allowed, or there is no object: see
 * {@link OperationParser}. Carrying it out twice is the same as once.
 */
public sealed interface Operation {

    /** A package of the distribution. */
    record InstallPackage(String name) implements Operation {}

    /** One executable from the artifact store. */
    record InstallBinary(Target path, Sha256 sha256, Mode mode) implements Operation {}

    /**
     * A tar from the artifact store, into a folder.
     *
     * @param strip leading path elements to drop
     * @param members what to take, after stripping; all where empty
     */
    record UnpackArchive(Target directory, Sha256 sha256, int strip, List<String> members) implements Operation {}

    record MakeDirectory(Target path, Mode mode, Owner owner) implements Operation {}

    /**
     * A file whose content comes with the command.
     *
     * @param secret keeps the content out of logs and equivalent commands
     */
    record WriteFile(Target path, ByteString content, Mode mode, Owner owner, boolean secret) implements Operation {

        /** Without the content, which may be a secret and is in any case long. */
        @Override
        public String toString() {
            return "WriteFile[%s, %d bytes]".formatted(path, content.size());
        }
    }

    record RemoveFile(Target path) implements Operation {}

    /** A private key made on this machine, and a certificate for it. */
    record MakeCertificate(CertificateWish wish, Target key, Target certificate, Target authority, Owner owner)
            implements Operation {}

    record SetSysctl(String key, String value) implements Operation {}

    record SwapOff() implements Operation {}

    /**
     * Enabled and running, with its inputs as they are now.
     *
     * @param inputs files whose change asks for a new start
     * @param background whether systemd's taking the order is enough: a later wait tells whether the unit came up
     */
    record RunUnit(String name, List<String> inputs, boolean background) implements Operation {}

    record StopUnit(String name) implements Operation {}

    /**
     * @param unit whose failure ends the wait
     */
    record AwaitPort(String address, int port, Duration timeout, String what, Optional<String> unit)
            implements Operation {}

    /**
     * @param contains what its standard output must have as well
     * @param unit whose failure ends the wait
     */
    record AwaitCommand(List<String> argv, String contains, Duration timeout, String what, Optional<String> unit)
            implements Operation {}

    /**
     * A container image from the artifact store, for Kubernetes.
     *
     * @param name the archive's, for people
     */
    record ImportImage(Sha256 sha256, String name) implements Operation {}
}
