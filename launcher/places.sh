# shellcheck shell=bash
# Where things are. Two layouts: a source tree, where Maven builds, and a release archive, which brings its own runtime.

STATE=${CLUSTERBOX_STATE:-${XDG_STATE_HOME:-$HOME/.local/state}/clusterbox}
CACHE=${CLUSTERBOX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/clusterbox}
IMAGES=${CLUSTERBOX_IMAGES:-$CACHE/images}
case $OSTYPE in
    darwin*) SYSTEM=Darwin ;;
    *) SYSTEM=Linux ;;
esac
# A folder of binaries, for the gateway: it runs elsewhere, so the path must be absolute.
ARTIFACTS=${CLUSTERBOX_ARTIFACTS-}
case $ARTIFACTS in
    '' | /*) ;;
    *) ARTIFACTS=$PWD/$ARTIFACTS ;;
esac
SERVICES='pki-service vm-service gateway slack-bot'

for place in "$STATE" "$CACHE" "$IMAGES"; do
    case $place in
        /*) ;;
        *) usage "folder '$place': relative (expected: an absolute path)" "look at CLUSTERBOX_STATE, CLUSTERBOX_CACHE, CLUSTERBOX_IMAGES" ;;
    esac
done

if [ -x "$HOME_FOLDER/runtime/bin/java" ] && [ -d "$HOME_FOLDER/services" ]; then
    RELEASE=yes
    AGENT_IMAGE=$HOME_FOLDER/agent
else
    RELEASE=''
    AGENT_IMAGE=$HOME_FOLDER/provision-agent/target/image
fi

# The jar of a service; its libraries are in lib/ beside it.
service_jar() {
    if [ -n "$RELEASE" ]; then
        JAR=$HOME_FOLDER/services/$1/$1.jar
    else
        JAR=$HOME_FOLDER/$1/target/$1.jar
    fi
}

is_service() {
    case " $SERVICES " in
        *" $1 "*) return 0 ;;
        *) return 1 ;;
    esac
}

service_named() {
    is_service "$1" || usage "service '$1' (expected: one of $SERVICES)"
}

# The port a service is asked to have; in PORT.
wanted_port() {
    case $1 in
        gateway) PORT=${CLUSTERBOX_GATEWAY_PORT:-8080} ;;
        pki-service) PORT=${CLUSTERBOX_PKI_PORT:-8081} ;;
        vm-service) PORT=${CLUSTERBOX_VM_PORT:-8082} ;;
        slack-bot) PORT=${CLUSTERBOX_SLACK_PORT:-8083} ;;
    esac
    [[ $PORT =~ ^[1-9][0-9]{0,4}$ ]] && [ "$PORT" -le 65535 ] \
        || usage "port of $1: '$PORT' (expected: 1 to 65535)" "look at CLUSTERBOX_GATEWAY_PORT, …_PKI_PORT, …_VM_PORT, …_SLACK_PORT"
}

clusterbox_version() {
    local line
    if [ -f "$HOME_FOLDER/VERSION" ]; then
        cat "$HOME_FOLDER/VERSION"
        return
    fi
    # The first <version> after </parent> in the root pom.
    line=$(sed -n '/<\/parent>/,$ s/.*<version>\(.*\)<\/version>.*/\1/p' "$HOME_FOLDER/pom.xml")
    printf '%s\n' "${line%%"$NEWLINE"*}"
}
