package dev.clusterbox.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Set;

/** What draining does with a pod, by the rules of {@code kubectl drain}. */
final class DrainedPods {

    /** On what kubelet itself has made from a file. */
    private static final String MIRROR = "kubernetes.io/config.mirror";

    private static final Set<String> ENDED = Set.of("Succeeded", "Failed");
    private static final int TOO_MANY = 429;

    private DrainedPods() {}

    static boolean belongsToNode(Pod pod) {
        var annotations = pod.getMetadata().getAnnotations();
        return (annotations != null && annotations.containsKey(MIRROR)) || isOwnedBy(pod, "DaemonSet");
    }

    static boolean nobodyMakesAgain(Pod pod) {
        return pod.getMetadata().getOwnerReferences().stream()
                        .noneMatch(owner -> Boolean.TRUE.equals(owner.getController()))
                && !ENDED.contains(pod.getStatus().getPhase())
                && !isLeaving(pod);
    }

    private static boolean isOwnedBy(HasMetadata object, String kind) {
        return object.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> Boolean.TRUE.equals(owner.getController()) && kind.equals(owner.getKind()));
    }

    static boolean isLeaving(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() != null;
    }

    /** Why it has to be looked at again. */
    static String evict(KubernetesClient client, Pod pod) {
        var metadata = pod.getMetadata();
        var eviction = new EvictionBuilder()
                .withNewMetadata()
                .withNamespace(metadata.getNamespace())
                .withName(metadata.getName())
                .endMetadata()
                .build();
        try {
            client.raw(
                    "/api/v1/namespaces/%s/pods/%s/eviction".formatted(metadata.getNamespace(), metadata.getName()),
                    "POST",
                    eviction);
            return "is ending";
        } catch (KubernetesClientException e) {
            return switch (e.getCode()) {
                case HttpURLConnection.HTTP_NOT_FOUND -> "has gone";
                case TOO_MANY -> Api.reason(e);
                default -> throw Api.problem("evict " + shown(pod), e).asException();
            };
        }
    }

    static String shown(Pod pod) {
        return Api.shown(
                pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName());
    }
}
