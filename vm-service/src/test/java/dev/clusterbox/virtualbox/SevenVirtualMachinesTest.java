package dev.clusterbox.virtualbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandResult;
import dev.clusterbox.host.Host;
import dev.clusterbox.machine.MachineName;
import dev.clusterbox.machine.MachineProvider;
import dev.clusterbox.machine.MachineSpec;
import dev.clusterbox.machine.PowerState;
import dev.clusterbox.machine.Role;
import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.network.NetworkSpec;
import dev.clusterbox.seed.Seed;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster of the usual size, its machines all at once, again and again, with the real VBoxManage. The build does two rounds;
 * {@code bench/virtualbox-machines} does more and shows the times.
 */
final class SevenVirtualMachinesTest {

    private static final int ROUNDS = Integer.getInteger("clusterbox.rounds", 2);
    private static final int MOST_CALLS = 12;

    @TempDir
    Path scratch;

    private final AtomicInteger calls = new AtomicInteger();

    /** Something done with one machine. */
    private interface Work {
        void on(MachineSpec spec) throws Exception;
    }

    private static List<MachineSpec> seven() {
        var specs = new ArrayList<MachineSpec>();
        specs.add(spec("lb", 10));
        for (int i = 1; i <= 3; i++) {
            specs.add(spec("controller-" + i, 10 + i));
            specs.add(spec("node-" + i, 20 + i));
        }
        return specs;
    }

    private static MachineSpec spec(String host, int last) {
        return new MachineSpec(
                MachineName.parse("demo-" + host),
                "demo",
                Role.CONTROLLER,
                host,
                "demo",
                Ipv4.parse("192.168.56." + last),
                1,
                128,
                10,
                Map.of());
    }

    @Test
    void seven_machines_come_and_go_at_once_and_leave_nothing() throws Exception {
        try (var real = RealVirtualBox.start(scratch.resolve("virtualbox"))) {
            var box = new TestBox(real, real.template("clusterbox-image-tiny"));
            var provider = box.provider("bench", counting(real.host()));
            var before = box.state();
            var up = new ArrayList<Long>();
            var down = new ArrayList<Long>();
            for (int round = 0; round < ROUNDS; round++) {
                provider.createNetwork(new NetworkSpec("demo", Cidr.parse("192.168.56.0/24"), "demo"));
                calls.set(0);
                up.add(timed(spec -> makeAndStart(provider, spec)));
                assertTrue(calls.get() <= MOST_CALLS * 7, calls + " calls for seven machines");
                assertEquals(7, running(provider));
                down.add(timed(spec -> provider.delete(spec.name())));
                provider.deleteNetwork("demo");
                assertEquals(before, box.state());
                assertEquals(List.of(), box.files("bench"));
            }
            System.out.printf(
                    "seven virtual machines, %d rounds, %d calls: made, seeded and started in %s ms; deleted in %s ms%n",
                    ROUNDS, calls.get(), summary(up), summary(down));
        }
    }

    private static void makeAndStart(MachineProvider provider, MachineSpec spec) throws InterruptedException {
        var machine = provider.create(spec);
        provider.plant(
                spec.name(),
                new Seed(
                        machine.id(),
                        "0123456789abcdef0123456789abcdef",
                        "192.168.56.1:8443",
                        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
                        spec.hostName(),
                        spec.address()));
        provider.start(spec.name());
    }

    private static long running(MachineProvider provider) throws InterruptedException {
        return provider.list().stream()
                .filter(machine -> machine.power() == PowerState.RUNNING)
                .count();
    }

    /** On all of them side by side, in milliseconds. */
    private static long timed(Work work) throws Exception {
        long start = System.nanoTime();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<?>>();
            for (var spec : seven()) {
                all.add(threads.submit(() -> {
                    work.on(spec);
                    return spec;
                }));
            }
            for (var one : all) {
                one.get();
            }
        }
        return (System.nanoTime() - start) / 1_000_000;
    }

    private static String summary(List<Long> times) {
        var sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
        return "min %d, median %d, max %d"
                .formatted(
                        LongStream.of(sorted).min().orElse(0),
                        sorted[sorted.length / 2],
                        LongStream.of(sorted).max().orElse(0));
    }

    /** The same host; what is run on it is counted. */
    private Host counting(Host host) {
        return (Host) Proxy.newProxyInstance(
                Host.class.getClassLoader(), new Class<?>[] {Host.class}, (_, method, arguments) -> {
                    try {
                        var result = method.invoke(host, arguments);
                        if (result instanceof CommandResult ran && isVBoxManage(ran.command())) {
                            calls.incrementAndGet();
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }

    private static boolean isVBoxManage(Command command) {
        return command.arguments().getFirst().endsWith("/VBoxManage");
    }
}
