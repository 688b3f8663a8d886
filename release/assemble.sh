#!/usr/bin/env bash
# assemble.sh VERSION JDK: lays out what Maven built as a release and packs it. Run by `mvn package -Prelease`.
#
#   clusterbox, launcher/      as in the source tree
#   runtime/                   a Java runtime with the modules that the services need
#   services/NAME/NAME.jar     and its libraries in lib/; a library that several have is stored once
#   agent/                     the tree that is laid over a machine's root file system
set -euo pipefail
umask 022

version=$1
jdk=$2
home=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd -P)
name=clusterbox-$version-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)
target=$home/target/release
box=$target/$name
services='pki-service vm-service gateway slack-bot'

rm -rf "$target"
mkdir -p "$box/services" "$box/launcher"

cp "$home/clusterbox" "$home/LICENSE" "$home/README.md" "$home/CHANGELOG.md" "$box/"
cp "$home"/launcher/*.sh "$home/launcher/run-service" "$home/launcher/completion.bash" "$home/launcher/RATIONALE.md" "$box/launcher/"
rm "$box/launcher/test.sh"
printf '%s\n' "$version" >"$box/VERSION"

mkdir -p "$target/shared"
for service in $services; do
    mkdir -p "$box/services/$service/lib"
    cp -p "$home/$service/target/$service.jar" "$box/services/$service/"
    for jar in "$home/$service"/target/lib/*.jar; do
        shared=$target/shared/${jar##*/}
        [ -e "$shared" ] || cp -p "$jar" "$shared"
        if cmp -s "$jar" "$shared"; then
            ln "$shared" "$box/services/$service/lib/"
        else
            cp -p "$jar" "$box/services/$service/lib/"
        fi
    done
done

# What the jars refer to, and what is only found at run time: elliptic curves, zip file systems, memory pools for the metrics.
modules=$("$jdk/bin/jdeps" --ignore-missing-deps --multi-release 25 --print-module-deps \
    "$box"/services/*/*.jar "$target"/shared/*.jar 2>/dev/null | tail -n 1)
"$jdk/bin/jlink" --add-modules "$modules,jdk.crypto.ec,jdk.zipfs,jdk.management,jdk.naming.dns" \
    --strip-debug --no-header-files --no-man-pages --output "$box/runtime"

cp -a "$home/provision-agent/target/image" "$box/agent"

tar -C "$target" --owner=0 --group=0 -czf "$home/target/$name.tar.gz" "$name"
rm -rf "$target"
printf 'made target/%s.tar.gz (%s MiB)\n' "$name" "$(($(wc -c <"$home/target/$name.tar.gz") / 1048576))"
