package dev.clusterbox.release;

import dev.clusterbox.cluster.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A part of a cluster as a release describes it. Texts may be Mustache templates.
 *
 * @param step the step that brings it up
 * @param roles the machines it belongs on
 * @param images whether the images of the artifact store are imported here, once the unit runs
 * @param unit the systemd unit to be enabled and running; its inputs are all files and certificates of the component
 */
record Component(
        String name,
        String step,
        List<Role> roles,
        List<String> packages,
        boolean swapOff,
        Map<String, String> sysctls,
        List<Binary> binaries,
        List<Directory> directories,
        List<Certificate> certificates,
        List<File> files,
        Optional<String> unit,
        boolean images,
        List<Wait> waits) {

    /** @param artifact a name in the list of artifacts; where the cluster has none of that name, a package brings it */
    record Binary(String path, String artifact) {}

    record Directory(String path, int mode, String owner) {}

    /**
     * @param authority "etcd", "kubernetes" or "front-proxy"
     * @param subject RFC 4514
     * @param names {@code dns:…} and {@code ip:…}
     */
    record Certificate(
            String profile,
            String authority,
            String subject,
            List<String> names,
            String key,
            String certificate,
            String authorityFile,
            String owner) {}

    /**
     * @param template a file in the folder of templates of the release
     * @param secret kept out of logs and equivalent commands
     * @param values what the template may name besides, themselves templates
     */
    record File(String path, String template, int mode, String owner, boolean secret, Map<String, String> values) {}

    /** What must answer before the component counts as up. */
    sealed interface Wait {

        String what();
    }

    record PortWait(String address, int port, String what) implements Wait {}

    /** @param contains what it must print, if anything */
    record CommandWait(List<String> command, String contains, String what) implements Wait {}
}
