package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.operation.Operation.AwaitCommand;
import dev.clusterbox.agent.operation.Operation.AwaitPort;
import dev.clusterbox.agent.operation.Operation.ImportImage;
import dev.clusterbox.agent.operation.Operation.InstallBinary;
import dev.clusterbox.agent.operation.Operation.InstallPackage;
import dev.clusterbox.agent.operation.Operation.MakeCertificate;
import dev.clusterbox.agent.operation.Operation.MakeDirectory;
import dev.clusterbox.agent.operation.Operation.RemoveFile;
import dev.clusterbox.agent.operation.Operation.RunUnit;
import dev.clusterbox.agent.operation.Operation.SetSysctl;
import dev.clusterbox.agent.operation.Operation.StopUnit;
import dev.clusterbox.agent.operation.Operation.SwapOff;
import dev.clusterbox.agent.operation.Operation.UnpackArchive;
import dev.clusterbox.agent.operation.Operation.WriteFile;
import dev.clusterbox.agent.operation.Plan.Needed;
import dev.clusterbox.agent.operation.Plan.Satisfied;
import dev.clusterbox.agent.operation.Plan.Waiting;
import dev.clusterbox.agent.process.CommandRunner;
import dev.clusterbox.agent.systemd.Systemctl;
import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.util.Objects;

/** Carries operations out. The list of what the agent can do is {@link #plan}. */
public final class Operations {

    private final Packages packages;
    private final Binaries binaries;
    private final Archives archives;
    private final PlainFiles files;
    private final Certificates certificates;
    private final Sysctls sysctls;
    private final Swap swap;
    private final RunningUnits units;
    private final Waits waits;
    private final Images images;

    public Operations(Machine machine, CommandRunner commands, Gateway gateway) {
        var digests = new Digests();
        var systemctl = new Systemctl(commands);
        var artifacts = new Artifacts(machine, gateway, digests);
        this.packages = new Packages(machine.root(), commands);
        this.binaries = new Binaries(machine.root(), artifacts, digests);
        this.archives = new Archives(machine, artifacts);
        this.files = new PlainFiles(machine.root());
        this.certificates = new Certificates(machine, gateway);
        this.sysctls = new Sysctls(machine);
        this.swap = new Swap(machine, commands);
        this.units = new RunningUnits(machine, systemctl, digests);
        this.waits = new Waits(commands, systemctl);
        this.images = new Images(machine, artifacts, new Ctr(commands));
    }

    /** Returns what was changed, or would be. */
    public Outcome carryOut(Operation operation, boolean dryRun) throws InterruptedException {
        try {
            return switch (plan(operation)) {
                case Satisfied(var text) -> new Outcome.Unchanged(text);
                case Needed(var change, var equivalent, var _)
                when dryRun -> new Outcome.Changed("would have " + change, equivalent);
                case Needed(var change, var equivalent, var action) -> {
                    action.run();
                    yield new Outcome.Changed(change, equivalent);
                }
                case Waiting(var what, var _) when dryRun -> new Outcome.Unchanged("would wait for " + what);
                case Waiting(var _, var wait) -> new Outcome.Unchanged(wait.run());
            };
        } catch (ClosedByInterruptException e) {
            throw interrupted();
        } catch (IOException e) {
            throw problem(e).asException();
        } catch (UncheckedIOException e) {
            throw problem(Objects.requireNonNull(e.getCause())).asException();
        }
    }

    private Plan plan(Operation operation) throws IOException, InterruptedException {
        return switch (operation) {
            case InstallPackage it -> packages.install(it);
            case InstallBinary it -> binaries.install(it);
            case UnpackArchive it -> archives.unpack(it);
            case MakeDirectory it -> files.makeDirectory(it);
            case WriteFile it -> files.write(it);
            case RemoveFile it -> files.remove(it);
            case MakeCertificate it -> certificates.make(it);
            case SetSysctl it -> sysctls.set(it);
            case SwapOff _ -> swap.off();
            case RunUnit it -> units.run(it);
            case StopUnit it -> units.stop(it);
            case AwaitPort it -> waits.forPort(it);
            case AwaitCommand it -> waits.forCommand(it);
            case ImportImage it -> images.load(it);
        };
    }

    private static InterruptedException interrupted() {
        // The interrupt closed a file; whoever waits is told in the usual way.
        Thread.interrupted();
        return new InterruptedException("interrupted while a file was open");
    }

    private static Problem problem(IOException e) {
        var reason = e instanceof FileSystemException file && file.getReason() == null
                ? e.getClass().getSimpleName().replace("Exception", "") + " " + file.getFile()
                : String.valueOf(e.getMessage());
        return Problem.failed(reason, "look at the machine's disk and permissions");
    }
}
