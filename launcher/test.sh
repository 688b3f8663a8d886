#!/usr/bin/env bash
# The launcher's tests: real processes, a stand-in for the services, folders of their own. ./clusterbox test runs them.
# launcher/test.sh [WORD] runs those whose names hold WORD.
set -euo pipefail

here=$(cd "${BASH_SOURCE[0]%/*}" && pwd -P)
work=$(mktemp -d "${TMPDIR:-/tmp}/clusterbox-test.XXXXXX")
bash=$BASH
passed=0 failed=0
unset "${!CLUSTERBOX_@}" NO_COLOR 2>/dev/null || true

. "$here/test/services-test.sh"
. "$here/test/jdk-test.sh"
. "$here/test/shape-test.sh"
. "$here/test/up-test.sh"
. "$here/test/change-test.sh"
. "$here/test/kubeconfig-test.sh"
. "$here/test/prepare-test.sh"
. "$here/test/virtualbox-test.sh"
. "$here/test/token-test.sh"

# --- the words of the tests ---------------------------------------------------------------------------------------

# Runs the launcher in the box (a release layout whose services are the stand-in), with its own state. OUT, ERR and CODE
# are what came of it.
launch() {
    CODE=0
    HOME=$work/home CLUSTERBOX_STATE=$work/state CLUSTERBOX_CACHE=$work/cache CLUSTERBOX_NO_AOT=yes \
        CLUSTERBOX_MEMORY_MIB=${memory:-16000} PATH=${path:-$PATH} \
        "$bash" "$work/box/clusterbox" "$@" >"$work/out" 2>"$work/err" </dev/null || CODE=$?
    OUT=$(cat "$work/out")
    ERR=$(cat "$work/err")
}

# Runs a few lines in a bash that has the launcher's functions.
inside() {
    CODE=0
    OUT=$(HOME=$work/home CLUSTERBOX_STATE=$work/state CLUSTERBOX_CACHE=${cache:-$work/cache} CLUSTERBOX_ONLY_DEFINE=yes PATH=${path:-$PATH} \
        "$bash" -c '. "$0/clusterbox"; eval "$1"' "${tree:-$work/box}" "$1" 2>"$work/err" </dev/null) || CODE=$?
    ERR=$(cat "$work/err")
}

fail() {
    printf '    %s\n' "$@" >&2
    printf '    exit code %s\n    --- output\n%s\n    --- errors\n%s\n' "${CODE-}" "${OUT-}" "${ERR-}" >&2
    return 1
}

expect_code() {
    [ "$CODE" = "$1" ] || fail "exit code (expected: $1)"
}

expect() {
    [ "$1" = "$2" ] || fail "is: $1" "expected: $2"
}

expect_in() {
    case $2 in
        *"$1"*) ;;
        *) fail "expected in it: $1" ;;
    esac
}

expect_not_in() {
    case $2 in
        *"$1"*) fail "expected not in it: $1" ;;
    esac
}

# await COMMAND…: until it succeeds, for ten seconds.
await() {
    local tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || fail "waited 10 s for: $*"
        sleep 0.05
    done
}

# What the stand-in gateway was asked since the last look.
asked() {
    ASKED=''
    if [ -f "$work/state/gateway/requests.log" ]; then
        ASKED=$(cat "$work/state/gateway/requests.log")
        : >"$work/state/gateway/requests.log"
    fi
}

# --- running ------------------------------------------------------------------------------------------------------

cleanup() {
    launch services stop >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap cleanup EXIT

free_ports() {
    local port list=''
    while [ "$(printf '%s' "$list" | wc -w)" -lt 4 ]; do
        port=$((20000 + RANDOM % 30000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            list="$list $port"
        fi
    done
    # shellcheck disable=SC2086
    set -- $list
    export CLUSTERBOX_GATEWAY_PORT=$1 CLUSTERBOX_PKI_PORT=$2 CLUSTERBOX_VM_PORT=$3 CLUSTERBOX_SLACK_PORT=$4
}

make_box() {
    local service
    mkdir -p "$work/home" "$work/box/services" "$work/box/agent" "$work/classes"
    JDK=$(CLUSTERBOX_ONLY_DEFINE=yes "$bash" -c '. "$0/clusterbox"; find_jdk; printf %s "$JDK"' "${here%/*}")
    "$JDK/bin/javac" -d "$work/classes" "$here/test/StandIn.java"
    for service in pki-service vm-service gateway slack-bot; do
        mkdir -p "$work/box/services/$service/lib"
        "$JDK/bin/jar" --create --file "$work/box/services/$service/$service.jar" --main-class StandIn -C "$work/classes" .
        cp "$work/box/services/$service/$service.jar" "$work/box/services/$service/lib/rest.jar"
    done
    cp "${here%/*}/clusterbox" "$work/box/"
    cp -R "$here" "$work/box/launcher"
    printf '0.0-test\n' >"$work/box/VERSION"
    ln -s "$JDK" "$work/box/runtime"
    mkdir -p "$work/images/base"
    export CLUSTERBOX_IMAGES=$work/images
}

make_box
free_ports
began=$SECONDS
for name in $(declare -F | sed -n 's/^declare -f \(test_.*\)/\1/p'); do
    case $name in
        test_command) continue ;;
        *"${1-}"*) ;;
        *) continue ;;
    esac
    # Not as a condition: bash would go on after a failure in there.
    set +e
    (
        set -e
        "$name"
    )
    code=$?
    set -e
    if [ "$code" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED: %s\n' "$name" >&2
    fi
done
printf 'Tests run: %d, Failures: %d, Errors: 0, Skipped: 0, Time elapsed: %d s -- in the launcher\n' \
    $((passed + failed)) "$failed" $((SECONDS - began))
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
