package dev.clusterbox.cluster;

import dev.clusterbox.operation.Operation.Kind;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * What is asked of a cluster that is there.
 *
 * @param words tell it from another request with the same Idempotency-Key
 * @param change of the cluster's record, written down with the operation; may refuse it
 * @param same whether an operation of the kind that is under way on the cluster is this one
 */
record Wish(Kind kind, String cluster, String words, UnaryOperator<Cluster> change, Predicate<Cluster> same) {

    static Wish of(Kind kind, String cluster) {
        return new Wish(kind, cluster, kind + " " + cluster, UnaryOperator.identity(), _ -> true);
    }

    Wish changing(UnaryOperator<Cluster> other) {
        return new Wish(kind, cluster, words, other, same);
    }

    /** That it is about this, of which the record says whether it is under way. */
    Wish about(String what, Predicate<Cluster> isIt) {
        return new Wish(kind, cluster, words + " " + what, change, isIt);
    }

    /** Whether it ends with a cluster that is up as far as was asked for last. */
    boolean bringsUp() {
        return switch (kind) {
            case UP, SCALE, REPLACE, START -> true;
            case DOWN, STOP, SMOKE_TEST -> false;
        };
    }
}
