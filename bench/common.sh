# shellcheck shell=bash
# What the measurements share: an installation in a network and a state folder of its own, and figures.

# in_own_network ARGUMENTS…: begins again as root in a network of its own, with everything built.
in_own_network() {
    [ "$(id -u)" -eq 0 ] || { echo "it makes machines: run it as root" >&2; exit 1; }
    ./clusterbox build
    exec unshare --net "$BASH" "$0" --inside "$PWD/bench/${0##*/}" "$@"
}

own_state() {
    ip link set lo up
    state=$(mktemp -d "${TMPDIR:-/tmp}/clusterbox-bench.XXXXXX")
    export CLUSTERBOX_STATE=$state
    trap './clusterbox down --yes >/dev/null 2>&1 || true; ./clusterbox services stop >/dev/null || true; rm -rf "$state"' EXIT
}

milliseconds() {
    local now
    now=$(date +%s%N)
    printf '%s' $((now / 1000000))
}

# figure NAME MILLISECONDS
figure() {
    printf '%s\n' "$2" >>"$state/$1.figures"
}

# timed NAME COMMAND…: appends how long it took to the figures of that name.
timed() {
    local name=$1 begun
    shift
    begun=$(milliseconds)
    "$@" >"$state/last.txt" 2>&1 || { cat "$state/last.txt" >&2; exit 1; }
    figure "$name" $(($(milliseconds) - begun))
}

heading() {
    printf '\nseconds, on %s processors, load before: %-8s   min median    max\n' "$(nproc)" "${load-?}"
}

# figures NAME TEXT
figures() {
    sort -n "$state/$1.figures" | awk -v name="$2" '{ v[NR] = $1 / 1000 }
        END { printf "%-46s %6.2f %6.2f %6.2f   of %d\n", name, v[1], v[int((NR + 1) / 2)], v[NR], NR }'
}

median() {
    sort -n "$state/$1.figures" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# ratio TEXT NAME FLOOR: of the medians.
ratio() {
    awk -v text="$1" -v a="$(median "$2")" -v b="$(median "$3")" 'BEGIN { printf "%s: %.2f\n", text, a / b }'
}

# vm_service PATH METHOD [BODY]: about the machine or machines under PATH.
vm_service() {
    printf 'header = "Authorization: Bearer %s"\n' "$(cat "$state/tokens/vm.token")" \
        | curl -q -sSf -K - -X "$2" -H 'Content-Type: application/json' ${3:+-d "$3"} \
            "http://127.0.0.1:${CLUSTERBOX_VM_PORT:-8082}/v1/providers/nspawn/machines/demo-$1"
}

machines='haproxy controller-1 controller-2 controller-3 node-1 node-2 node-3'

# power start|stop: all machines at once; stop pulls their plugs.
power() {
    local machine
    for machine in $machines; do
        vm_service "$machine/$1" POST "$([ "$1" = start ] && echo '{}' || echo '{"force":true}')" >/dev/null &
    done
    wait
}
