package dev.clusterbox.kubernetes;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Applies objects of any kind: how a kind is addressed is asked of the API. */
final class ServerSideApply {

    private static final String MANAGER = "clusterbox";

    /** What an object is to be. Its status, and the number that each change of that has, are for others to keep. */
    record Content(
            String uid,
            Map<String, String> labels,
            Map<String, String> annotations,
            Map<String, @Nullable Object> fields) {

        private static Content of(GenericKubernetesResource object) {
            var metadata = object.getMetadata();
            var fields = new HashMap<String, @Nullable Object>(object.getAdditionalProperties());
            fields.remove("status");
            return new Content(
                    metadata.getUid(),
                    Objects.requireNonNullElse(metadata.getLabels(), Map.of()),
                    Objects.requireNonNullElse(metadata.getAnnotations(), Map.of()),
                    fields);
        }
    }

    private final KubernetesClient client;
    private final Map<String, List<APIResource>> kinds = new ConcurrentHashMap<>();

    ServerSideApply(KubernetesClient client) {
        this.client = client;
    }

    /** The object as it is; empty where there is none. */
    Optional<Content> content(Manifest manifest) {
        return call(manifest, resource -> Optional.ofNullable(resource.get()).map(Content::of));
    }

    /** Returns the object as it is now. Fields that someone else has set are taken over. */
    Content apply(Manifest manifest) {
        return call(
                manifest,
                resource -> Content.of(
                        resource.fieldManager(MANAGER).forceConflicts().serverSideApply()));
    }

    private <T> T call(Manifest manifest, Function<Resource<GenericKubernetesResource>, T> call) {
        try {
            var object = client.getKubernetesSerialization()
                    .convertValue(manifest.content(), GenericKubernetesResource.class);
            return call.apply(resource(manifest, object));
        } catch (KubernetesClientException e) {
            throw problem(manifest, e);
        } catch (IllegalArgumentException e) {
            throw manifest.refused(Api.shown(String.valueOf(e.getMessage())));
        }
    }

    private static RuntimeException problem(Manifest manifest, KubernetesClientException e) {
        var problem = Api.problem(manifest.shown(), e);
        return problem.code() == Code.UNAVAILABLE ? problem.asException() : manifest.refused(Api.reason(e));
    }

    boolean isEstablished(Manifest definition) {
        var object =
                client.getKubernetesSerialization().convertValue(definition.content(), GenericKubernetesResource.class);
        var there = Api.call(definition.shown(), resource(definition, object)::get);
        return there != null
                && there.get("status", "conditions") instanceof List<?> conditions
                && conditions.stream()
                        .anyMatch(condition -> condition instanceof Map<?, ?> map
                                && Objects.equals(map.get("type"), "Established")
                                && Objects.equals(map.get("status"), "True"));
    }

    /** There are new ones. */
    void forgetKinds() {
        kinds.clear();
    }

    private Resource<GenericKubernetesResource> resource(Manifest manifest, GenericKubernetesResource object) {
        var kind = kind(manifest);
        var slash = manifest.apiVersion().indexOf('/');
        var all = client.genericKubernetesResources(new ResourceDefinitionContext.Builder()
                .withGroup(slash < 0 ? "" : manifest.apiVersion().substring(0, slash))
                .withVersion(manifest.apiVersion().substring(slash + 1))
                .withKind(manifest.kind())
                .withPlural(kind.getName())
                .withNamespaced(kind.getNamespaced())
                .build());
        if (!kind.getNamespaced()) {
            return all.resource(object);
        }
        return all.inNamespace(manifest.namespace().isEmpty() ? "default" : manifest.namespace())
                .resource(object);
    }

    /** Kinds whose name has a slash are parts of another: no objects of their own. */
    private APIResource kind(Manifest manifest) {
        return kinds.computeIfAbsent(manifest.apiVersion(), _ -> discover(manifest)).stream()
                .filter(kind -> kind.getKind().equals(manifest.kind())
                        && !kind.getName().contains("/"))
                .findFirst()
                .orElseThrow(
                        () -> manifest.refused("the API knows no such kind in " + Api.shown(manifest.apiVersion())));
    }

    private List<APIResource> discover(Manifest manifest) {
        try {
            var found = client.getApiResources(manifest.apiVersion());
            return found == null ? List.of() : found.getResources();
        } catch (KubernetesClientException e) {
            if (e.getCode() == 404) {
                return List.of();
            }
            throw Problem.unavailable(
                            "which kinds there are in %s: %s"
                                    .formatted(Api.shown(manifest.apiVersion()), Api.reason(e)),
                            "")
                    .asException();
        }
    }
}
