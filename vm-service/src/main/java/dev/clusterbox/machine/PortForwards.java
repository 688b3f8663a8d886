package dev.clusterbox.machine;

import dev.clusterbox.network.Ipv4;
import dev.clusterbox.network.Label;
import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;
import java.util.List;

/** Ways from the host's ports to a machine's, as a translation of addresses has them. They may come and go while it runs. */
public interface PortForwards {

    /** Returns when connections arrive. The same one twice is fine; another one of that name is a problem. */
    void add(MachineName machine, Forward forward) throws InterruptedException;

    /** One that is not there is fine. */
    void remove(MachineName machine, String name) throws InterruptedException;

    List<Forward> list(MachineName machine) throws InterruptedException;

    /**
     * TCP from the host to the machine.
     *
     * @param address the host's that is listened on, such as 127.0.0.1
     */
    @Serdeable
    record Forward(String name, Ipv4 address, int hostPort, int machinePort) {

        private static final int MOST = 65535;

        public Forward {
            Label.parse("name", name);
            within("hostPort", hostPort);
            within("machinePort", machinePort);
        }

        private static void within(String field, int port) {
            if (port < 1 || port > MOST) {
                throw Problem.invalid("%s: %d (expected: 1 to %d)".formatted(field, port, MOST), "")
                        .asException();
            }
        }
    }
}
