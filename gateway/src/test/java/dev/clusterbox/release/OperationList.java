package dev.clusterbox.release;

import dev.clusterbox.agent.v1.MakeCertificate;
import dev.clusterbox.agent.v1.Operation;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is done on a machine besides the contents of files, in its order, as a text that can be compared line by line. */
final class OperationList {

    private OperationList() {}

    static Rendered of(Release release, Rendered.Variant variant, String hostName) {
        var text = Rendered.operations(release, variant, hostName).stream()
                .map(OperationList::line)
                .collect(Collectors.joining("\n", "", "\n"));
        return new Rendered(release.line(), variant, hostName, "/operations.txt", text);
    }

    private static String line(Operation operation) {
        return switch (operation.getKindCase()) {
            case INSTALL_PACKAGE -> "package " + operation.getInstallPackage().getName();
            case INSTALL_BINARY -> "binary " + operation.getInstallBinary().getPath();
            case MAKE_DIRECTORY -> {
                var directory = operation.getMakeDirectory();
                yield "directory %04o %s %s"
                        .formatted(directory.getMode(), directory.getPath(), directory.getOwner())
                        .strip();
            }
            case WRITE_FILE -> {
                var file = operation.getWriteFile();
                yield "file %04o %s %s%s"
                        .formatted(
                                file.getMode(), file.getPath(), file.getOwner(), file.getSecret() ? "(a secret)" : "")
                        .strip();
            }
            case MAKE_CERTIFICATE -> certificate(operation.getMakeCertificate());
            case SET_SYSCTL ->
                "sysctl %s = %s"
                        .formatted(
                                operation.getSetSysctl().getKey(),
                                operation.getSetSysctl().getValue());
            case SWAP_OFF -> "swap off";
            case RUN_UNIT ->
                indented(
                        "unit " + operation.getRunUnit().getName() + ", started anew after a change of",
                        operation.getRunUnit().getInputsList());
            case AWAIT_PORT -> {
                var wait = operation.getAwaitPort();
                yield "wait for %s: %s:%d".formatted(wait.getWhat(), wait.getAddress(), wait.getPort());
            }
            case AWAIT_COMMAND -> {
                var wait = operation.getAwaitCommand();
                yield "wait for %s: %s%s"
                        .formatted(
                                wait.getWhat(),
                                String.join(" ", wait.getCommandList()),
                                wait.getContains().isEmpty() ? "" : " (prints '" + wait.getContains() + "')");
            }
            case IMPORT_IMAGE -> "image " + operation.getImportImage().getName();
            case UNPACK_ARCHIVE, REMOVE_FILE, STOP_UNIT, KIND_NOT_SET ->
                throw new IllegalArgumentException("a release has none of these: " + operation);
        };
    }

    private static String certificate(MakeCertificate wish) {
        var title = "certificate %s: %s %s %s"
                .formatted(wish.getProfile(), wish.getSubject(), String.join(" ", wish.getNamesList()), wish.getOwner())
                .strip()
                .replaceAll(" +", " ");
        return indented(title, List.of(wish.getKeyPath(), wish.getCertificatePath(), wish.getAuthorityPath()));
    }

    private static String indented(String title, List<String> rest) {
        return Stream.concat(Stream.of(title), rest.stream().map(line -> "    " + line))
                .collect(Collectors.joining("\n"));
    }
}
