package dev.clusterbox.cluster;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.storage.Database;
import dev.clusterbox.storage.Database.Transaction;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Keeps clusters. */
@Singleton
public final class ClusterStore {

    private final Database database;

    ClusterStore(Database database) {
        this.database = database;
    }

    void add(Transaction t, Cluster cluster) throws SQLException {
        t.update(
                "INSERT INTO clusters (name, uid, document, created_at) VALUES (?, ?, ?, ?)",
                cluster.name(),
                cluster.uid(),
                t.write(cluster),
                cluster.createdAt().toString());
    }

    /** Forgets a cluster that failed before it had a network, and so before anything was made. */
    void removeUnmade(Transaction t, String name) throws SQLException {
        t.update("DELETE FROM clusters WHERE name = ?", name);
    }

    /** Together with what else belongs to the change. */
    public void save(Transaction t, Cluster cluster) throws SQLException {
        t.update("UPDATE clusters SET document = ? WHERE uid = ?", t.write(cluster), cluster.uid());
    }

    public Optional<Cluster> find(String name) {
        return database.transaction(t -> t.one(
                "SELECT document FROM clusters WHERE name = ?", row -> t.read(row.getString(1), Cluster.class), name));
    }

    /** @throws dev.clusterbox.problem.ProblemException if there is none of this name */
    public Cluster get(String name) {
        return find(name)
                .orElseThrow(() -> new Problem(
                                Code.NOT_FOUND,
                                "there is no cluster '%s'".formatted(name),
                                "'./clusterbox list' shows which there are")
                        .asException());
    }

    public List<Cluster> list() {
        return database.transaction(t ->
                t.list("SELECT document FROM clusters ORDER BY name", row -> t.read(row.getString(1), Cluster.class)));
    }

    public void remove(Transaction t, Cluster cluster) throws SQLException {
        t.update("DELETE FROM node_tokens WHERE cluster_uid = ?", cluster.uid());
        t.update("DELETE FROM cluster_secrets WHERE cluster_uid = ?", cluster.uid());
        t.update("DELETE FROM clusters WHERE uid = ?", cluster.uid());
    }
}
