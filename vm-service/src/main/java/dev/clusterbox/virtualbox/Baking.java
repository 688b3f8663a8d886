package dev.clusterbox.virtualbox;

import java.util.function.Consumer;

/** What is done inside a machine that runs for the first time, so that it becomes an image. */
interface Baking {

    /** Names what goes in: the same for the same content. */
    String key();

    /** A new attempt, with keys of its own. */
    Session begin();

    /** One attempt. */
    interface Session {

        /** The disk by which the machine lets us in, ISO 9660. It has a secret in it: it is removed afterwards. */
        byte[] seed();

        /**
         * Returns when all is in, and the machine has been told to turn itself off.
         *
         * @param port of this computer's loopback that leads to the machine's SSH
         */
        void run(int port, Consumer<String> say) throws InterruptedException;
    }
}
