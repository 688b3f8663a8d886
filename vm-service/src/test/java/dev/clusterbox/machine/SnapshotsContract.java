package dev.clusterbox.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every provider promises whose machines can stand still, besides the rest. */
public abstract class SnapshotsContract extends MachineProviderContract {

    private static final MachineSpec OTHER = spec("demo", "node-1", "192.168.56.21");

    private static Snapshot snapshot(int second) {
        return new Snapshot(UUID.randomUUID(), "before", Instant.ofEpochSecond(1_800_000_000 + second), 1);
    }

    private Snapshots running(MachineProvider provider) throws Exception {
        provider.createNetwork(NETWORK);
        provider.create(SPEC);
        provider.start(SPEC.name());
        return provider.snapshots().orElseThrow();
    }

    private static PowerState power(MachineProvider provider, MachineSpec spec) throws Exception {
        return provider.find(spec.name()).orElseThrow().power();
    }

    @Test
    void a_paused_machine_stands_still_and_goes_on() throws Exception {
        var provider = provider();
        var snapshots = running(provider);

        assertEquals(PowerState.PAUSED, snapshots.pause(SPEC.name()).power());
        assertEquals(PowerState.PAUSED, snapshots.pause(SPEC.name()).power());
        assertEquals(PowerState.RUNNING, snapshots.resume(SPEC.name()).power());
        assertEquals(PowerState.RUNNING, snapshots.resume(SPEC.name()).power());
    }

    @Test
    void starting_a_paused_machine_lets_it_go_on() throws Exception {
        var provider = provider();
        running(provider).pause(SPEC.name());

        assertEquals(PowerState.RUNNING, provider.start(SPEC.name()).power());
        assertEquals(PowerState.RUNNING, power(provider, SPEC));
    }

    @Test
    void a_saved_machine_has_ended_and_goes_on_when_it_is_started() throws Exception {
        var provider = provider();
        var snapshots = running(provider);

        assertEquals(PowerState.SAVED, snapshots.save(SPEC.name()).power());
        assertEquals(PowerState.SAVED, power(provider, SPEC));
        provider.start(SPEC.name());
        assertEquals(PowerState.RUNNING, power(provider, SPEC));
        snapshots.save(SPEC.name());
        assertEquals(PowerState.STOPPED, provider.stop(SPEC.name(), false).power());
        assertEquals(PowerState.STOPPED, power(provider, SPEC));
    }

    @Test
    void what_does_not_run_cannot_stand_still() throws Exception {
        var provider = provider();
        provider.createNetwork(NETWORK);
        provider.create(SPEC);
        var snapshots = provider.snapshots().orElseThrow();

        assertProblem(Code.CONFLICT, () -> snapshots.pause(SPEC.name()));
        assertProblem(Code.CONFLICT, () -> snapshots.save(SPEC.name()));
        assertProblem(Code.NOT_FOUND, () -> snapshots.pause(OTHER.name()));
    }

    @Test
    void a_machine_is_again_what_it_was_when_a_snapshot_was_taken() throws Exception {
        var provider = provider();
        provider.createNetwork(NETWORK);
        provider.create(SPEC);
        var snapshots = provider.snapshots().orElseThrow();
        var off = snapshot(1);
        var on = snapshot(2);

        snapshots.take(SPEC.name(), off);
        provider.start(SPEC.name());
        snapshots.pause(SPEC.name());
        snapshots.take(SPEC.name(), on);
        snapshots.take(SPEC.name(), on);

        assertEquals(List.of(off, on), snapshots.taken(SPEC.name()));
        assertEquals(
                PowerState.STOPPED, snapshots.restore(SPEC.name(), off.id()).power());
        assertEquals(PowerState.SAVED, snapshots.restore(SPEC.name(), on.id()).power());
        assertEquals(PowerState.RUNNING, provider.start(SPEC.name()).power());
    }

    @Test
    void a_snapshot_can_be_forgotten_and_one_that_is_not_there_not_restored() throws Exception {
        var provider = provider();
        provider.createNetwork(NETWORK);
        provider.create(SPEC);
        var snapshots = provider.snapshots().orElseThrow();
        var taken = snapshot(1);
        snapshots.take(SPEC.name(), taken);

        snapshots.forget(SPEC.name(), taken.id());
        snapshots.forget(SPEC.name(), taken.id());

        assertEquals(List.of(), snapshots.taken(SPEC.name()));
        assertProblem(Code.NOT_FOUND, () -> snapshots.restore(SPEC.name(), taken.id()));
    }

    @Test
    void several_machines_are_taken_together_and_go_on() throws Exception {
        var provider = provider();
        running(provider);
        provider.create(OTHER);
        var together = new ClusterSnapshots(new Providers(List.of(provider)), Instant::now);

        var taken = together.take(provider.name(), "before", List.of(SPEC.name(), OTHER.name()));

        assertEquals(List.of(taken), together.list(provider.name()));
        assertEquals(PowerState.RUNNING, power(provider, SPEC));
        provider.stop(SPEC.name(), true);
        together.restore(provider.name(), taken.id());
        assertEquals(PowerState.RUNNING, power(provider, SPEC));
        assertEquals(PowerState.STOPPED, power(provider, OTHER));
        together.delete(provider.name(), taken.id());
        assertEquals(List.of(), together.list(provider.name()));
    }

    @Test
    void if_one_machine_fails_there_is_no_snapshot_of_any_and_all_go_on() throws Exception {
        var provider = provider();
        running(provider);
        provider.create(OTHER);
        var failing = failing("take", provider, OTHER.name(), new AtomicBoolean(true));
        var together = new ClusterSnapshots(new Providers(List.of(failing)), Instant::now);

        assertProblem(Code.FAILED, () -> together.take(provider.name(), "before", List.of(SPEC.name(), OTHER.name())));

        assertEquals(List.of(), together.list(provider.name()));
        assertEquals(PowerState.RUNNING, power(provider, SPEC));
    }

    @Test
    void if_one_machine_cannot_be_restored_it_is_said_which_were_none_runs_and_the_same_again_finishes_it()
            throws Exception {
        var provider = provider();
        running(provider);
        provider.create(OTHER);
        provider.start(OTHER.name());
        var full = new AtomicBoolean(true);
        var failing = failing("restore", provider, OTHER.name(), full);
        var together = new ClusterSnapshots(new Providers(List.of(failing)), Instant::now);
        var taken = together.take(provider.name(), "before", List.of(SPEC.name(), OTHER.name()));

        var e = assertThrows(ProblemException.class, () -> together.restore(provider.name(), taken.id()));
        assertEquals(
                "the disk is full (not restored: [demo-node-1]; restored: [%s]; none of them runs)"
                        .formatted(SPEC.name()),
                e.problem().message());
        assertEquals(PowerState.SAVED, power(provider, SPEC));
        assertEquals(PowerState.STOPPED, power(provider, OTHER));

        full.set(false);
        together.restore(provider.name(), taken.id());
        assertEquals(PowerState.RUNNING, power(provider, SPEC));
        assertEquals(PowerState.RUNNING, power(provider, OTHER));
    }

    /** The same provider, but that one machine has no room for this, as long as that is so. */
    private static MachineProvider failing(
            String verb, MachineProvider provider, MachineName name, AtomicBoolean full) {
        var real = provider.snapshots().orElseThrow();
        var snapshots = (Snapshots) proxy(Snapshots.class, (method, arguments) -> {
            if (full.get() && method.getName().equals(verb) && name.equals(arguments[0])) {
                throw Problem.failed("the disk is full", "make room").asException();
            }
            return method.invoke(real, arguments);
        });
        return (MachineProvider) proxy(
                MachineProvider.class,
                (method, arguments) -> method.getName().equals("snapshots")
                        ? Optional.of(snapshots)
                        : method.invoke(provider, arguments));
    }

    private interface Call {
        @Nullable
        Object on(Method method, @Nullable Object[] arguments) throws ReflectiveOperationException;
    }

    private static Object proxy(Class<?> type, Call call) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
            try {
                return call.on(method, arguments);
            } catch (InvocationTargetException e) {
                throw e.getTargetException();
            }
        });
    }
}
