# shellcheck shell=bash
# Builds what is not built, and builds again what is older than its sources.

# Whatever these hold goes into every module.
SHARED_SOURCES='pom.xml proto/pom.xml proto/src/main rest/pom.xml rest/src/main'

# built MODULE: is what it makes there, and newer than all of its sources? A stamp stands in for a jar that Maven had no
# reason to write again.
built() {
    local made=$HOME_FOLDER/$1/target/$1.jar stamp=$HOME_FOLDER/$1/target/launcher.stamp newer
    [ -f "$made" ] || return 1
    if [ "$1" = provision-agent ]; then
        [ -d "$AGENT_IMAGE/opt/clusterbox/agent" ] || return 1
    fi
    if [ ! -f "$stamp" ] || [ "$made" -nt "$stamp" ]; then
        stamp=$made
    fi
    # All of find's lines are read: it would die of a pipe that is closed early, and the launcher with it.
    # shellcheck disable=SC2086
    newer=$(cd "$HOME_FOLDER" && find $SHARED_SOURCES "$1/pom.xml" "$1/src/main" -newer "$stamp" -print 2>/dev/null | sed -n 1p) || true
    [ -z "$newer" ]
}

# The modules that must be built, in STALE.
stale_modules() {
    local module newest=$HOME_FOLDER/target/launcher.stamp newer=none paths
    STALE=''
    # CLUSTERBOX_NO_BUILD: what is there is what is meant, as in tests of what was just built.
    [ -z "$RELEASE" ] && [ -z "${CLUSTERBOX_NO_BUILD-}" ] || return 0
    # One look at everything is enough in the usual case.
    if [ -f "$newest" ]; then
        paths=$SHARED_SOURCES
        for module in provision-agent $SERVICES; do
            [ -f "$HOME_FOLDER/$module/target/$module.jar" ] || paths=''
            paths="${paths:+$paths $module/pom.xml $module/src/main}"
        done
        if [ -n "$paths" ] && [ -d "$AGENT_IMAGE" ]; then
            # shellcheck disable=SC2086
            newer=$(cd "$HOME_FOLDER" && find $paths -newer "$newest" -print 2>/dev/null | sed -n 1p) || true
        fi
        [ -n "$newer" ] || return 0
    fi
    for module in provision-agent $SERVICES; do
        built "$module" || STALE="$STALE $module"
    done
    STALE=${STALE# }
}

# Builds, if need be. Services whose jars are about to be replaced are stopped first: a JVM does not survive that.
ensure_built() {
    local module started
    stale_modules
    if [ -z "$STALE" ]; then
        return 0
    fi
    ensure_jdk
    ensure_maven
    lock
    stale_modules
    for module in $STALE; do
        if is_service "$module" && running "$module"; then
            stop_service "$module"
        fi
    done
    if [ -n "$STALE" ]; then
        say "Building $STALE (JDK: $JDK; a first build takes some minutes)"
        now
        started=$NOW
        mkdir -p "$HOME_FOLDER/target"
        : >"$HOME_FOLDER/target/launcher.stamp.new"
        maven -q package -DskipTests -Dspotless.check.skip=true -pl "${STALE// /,}" -am \
            || die "the build failed" "the lines above say why; './clusterbox doctor' checks this machine"
        for module in $STALE; do
            cp -p "$HOME_FOLDER/target/launcher.stamp.new" "$HOME_FOLDER/$module/target/launcher.stamp"
        done
        mv "$HOME_FOLDER/target/launcher.stamp.new" "$HOME_FOLDER/target/launcher.stamp"
        now
        seconds $((NOW - started))
        say "Built in $SECONDS_TEXT"
    fi
    unlock
    ensure_caches
}

build_command() {
    [ $# -eq 0 ] || usage "build takes no arguments"
    ensure_built
    ensure_jdk
    ensure_caches
    say "Everything is built."
}
