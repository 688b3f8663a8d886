package dev.clusterbox.host;

import java.io.IOException;
import net.schmizz.sshj.common.Buffer.PlainBuffer;
import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.transport.TransportException;
import net.schmizz.sshj.userauth.UserAuthException;
import net.schmizz.sshj.userauth.method.AbstractAuthMethod;

/** Proves the user by a key that an agent has (RFC 4252, 7). The server is asked first whether the key would do: signing may cost a person's consent. */
final class AuthAgent extends AbstractAuthMethod {

    private static final String RSA = "ssh-rsa";

    /** Of RSA keys the kind is not the algorithm any more: that was SHA-1 (RFC 8332). */
    private static final String RSA_ALGORITHM = "rsa-sha2-512";

    private static final int RSA_FLAGS = 4;

    private final SshAgent agent;
    private final byte[] key;
    private final boolean rsa;
    private final String algorithm;

    /** @param key one of the agent's, as SSH writes it */
    AuthAgent(SshAgent agent, byte[] key) throws IOException {
        super("publickey");
        this.agent = agent;
        this.key = key.clone();
        var kind = new PlainBuffer(key).readString();
        this.rsa = kind.equals(RSA);
        this.algorithm = rsa ? RSA_ALGORITHM : kind;
    }

    @Override
    protected SSHPacket buildReq() throws UserAuthException {
        return request(false);
    }

    private SSHPacket request(boolean signed) throws UserAuthException {
        return super.buildReq().putBoolean(signed).putString(algorithm).putString(key);
    }

    @Override
    public void handle(Message message, SSHPacket packet) throws UserAuthException, TransportException {
        if (message != Message.USERAUTH_60) {
            super.handle(message, packet);
            return;
        }
        var request = request(true);
        var signed = new PlainBuffer()
                .putString(params.getTransport().getSessionID())
                .putBuffer(request)
                .getCompactData();
        try {
            params.getTransport().write(request.putString(agent.sign(key, signed, rsa ? RSA_FLAGS : 0)));
        } catch (TransportException e) {
            throw e;
        } catch (IOException e) {
            throw new UserAuthException("%s does not sign: %s".formatted(agent, e.getMessage()), e);
        }
    }
}
