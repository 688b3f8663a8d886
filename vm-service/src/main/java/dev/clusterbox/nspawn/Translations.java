package dev.clusterbox.nspawn;

import dev.clusterbox.machine.MachineName;
import dev.clusterbox.machine.PortForwards.Forward;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * Which ports of the host lead to machines. They are rules of the kernel ({@link Firewall}), so they work while no service
 * runs; what is kept here makes them anew after the host was started again.
 */
final class Translations {

    static final Ipv4 ANY = Ipv4.parse("0.0.0.0");

    private static final int LOOPBACK = 127;

    private final JsonFolder<StoredForwards> files;

    Translations(JsonFolder<StoredForwards> files) {
        this.files = files;
    }

    /** What there is for all machines. */
    List<StoredForwards> all() {
        return files.names().stream().flatMap(name -> files.find(name).stream()).toList();
    }

    List<Forward> of(MachineName machine) {
        return files.find(machine.text()).map(StoredForwards::forwards).orElse(List.of());
    }

    /** Returns false if it is there. */
    boolean add(MachineName machine, Ipv4 to, Forward forward) {
        var there = of(machine);
        if (there.contains(forward)) {
            return false;
        }
        if (there.stream().anyMatch(other -> other.name().equals(forward.name()))) {
            throw Problem.conflict(
                            "%s has another forwarding %s already".formatted(machine, forward.name()),
                            "remove that one first")
                    .asException();
        }
        if (forward.address().bits() >>> 24 == LOOPBACK) {
            throw Problem.invalid(
                            "address: %s (expected: one that is reached from elsewhere)".formatted(forward.address()),
                            "this computer reaches the machine at %s".formatted(to))
                    .asException();
        }
        requireFree(forward);
        var more = new ArrayList<>(there);
        more.add(forward);
        files.save(machine.text(), new StoredForwards(to, List.copyOf(more)));
        return true;
    }

    /** A rule would take the port away from who listens there, and say nothing. */
    private void requireFree(Forward forward) {
        var taken = all().stream()
                .flatMap(stored -> stored.forwards().stream())
                .anyMatch(other -> other.hostPort() == forward.hostPort()
                        && (other.address().equals(forward.address())
                                || other.address().equals(ANY)
                                || forward.address().equals(ANY)));
        if (taken) {
            throw Problem.conflict(
                            "port %d of %s leads to a machine already".formatted(forward.hostPort(), forward.address()),
                            "choose another port")
                    .asException();
        }
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(
                    InetAddress.getByName(forward.address().toString()), forward.hostPort()));
        } catch (IOException e) {
            throw Problem.conflict(
                            "%s:%d cannot be had on this host: %s"
                                    .formatted(forward.address(), forward.hostPort(), e.getMessage()),
                            "choose an address of this host ('ip -4 address') and a port that is free ('ss -ltn')")
                    .asException();
        }
    }

    /** Returns false if there is none of that name. */
    boolean remove(MachineName machine, String name) {
        var stored = files.find(machine.text());
        var left = of(machine).stream()
                .filter(forward -> !forward.name().equals(name))
                .toList();
        if (stored.isEmpty() || left.size() == stored.get().forwards().size()) {
            return false;
        }
        if (left.isEmpty()) {
            files.delete(machine.text());
        } else {
            files.save(machine.text(), new StoredForwards(stored.get().to(), left));
        }
        return true;
    }

    /** Returns false if the machine has none. */
    boolean removeAll(MachineName machine) {
        if (files.find(machine.text()).isEmpty()) {
            return false;
        }
        files.delete(machine.text());
        return true;
    }
}
