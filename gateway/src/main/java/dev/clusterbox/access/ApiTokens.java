package dev.clusterbox.access;

import dev.clusterbox.rest.Access;
import dev.clusterbox.rest.Caller;
import dev.clusterbox.rest.Caller.Role;
import dev.clusterbox.storage.Database;
import dev.clusterbox.storage.Secrets;
import dev.clusterbox.storage.StateFolder;
import io.micronaut.context.annotation.Context;
import java.nio.file.Files;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens of people and scripts. Only hashes are kept. The first two are made at the first start and written to files
 * that only the owner of the state folder can read; if such a file is removed, the next start makes a new token and the old
 * one is worth nothing.
 */
@Context
final class ApiTokens implements Access {

    private static final Logger LOG = LoggerFactory.getLogger(ApiTokens.class);

    private final Database database;

    ApiTokens(Database database, StateFolder folder, Secrets secrets) {
        this.database = database;
        offer("admin", Role.ADMIN, false, folder, secrets);
        offer("slack-bot", Role.OPERATOR, true, folder, secrets);
    }

    private void offer(String name, Role role, boolean actsForOthers, StateFolder folder, Secrets secrets) {
        var file = "tokens/" + name + ".token";
        if (Files.exists(folder.resolve(file))) {
            return;
        }
        var token = secrets.token();
        database.transaction(t -> {
            t.update("DELETE FROM api_tokens WHERE name = ?", name);
            return t.update(
                    "INSERT INTO api_tokens (name, token_hash, role, acts_for_others) VALUES (?, ?, ?, ?)",
                    name,
                    Secrets.hash(token),
                    role.name(),
                    actsForOthers ? 1 : 0);
        });
        LOG.info("the token '{}' is in {}", name, folder.writeSecret(file, token + "\n"));
    }

    @Override
    public Optional<Caller> caller(String token, Optional<String> actor) {
        // The look-up is by hash: how long it takes says nothing about the token.
        return database.transaction(t -> t.one(
                "SELECT name, role, acts_for_others FROM api_tokens WHERE token_hash = ?",
                row -> {
                    var name = row.getString(1);
                    var acting = row.getInt(3) == 1 ? actor.orElse(name) : name;
                    return new Caller(acting, Role.valueOf(row.getString(2)), name);
                },
                Secrets.hash(token)));
    }
}
