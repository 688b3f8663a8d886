# shellcheck shell=bash
# ./clusterbox down, status, list, ssh, smoke-test

cluster_down() {
    local name='' began
    while [ $# -gt 0 ]; do
        case $1 in
            --yes | -y) YES=1 ;;
            -*) usage "option '$1' is unknown" "./clusterbox help down" ;;
            *)
                [ -z "$name" ] || usage "two names: '$name' and '$1'" "./clusterbox help down"
                name=$1
                ;;
        esac
        shift
    done
    cluster_named "${name:-demo}"
    if [ -z "${CLUSTERBOX_GATEWAY_URL-}" ]; then
        ensure_built
        # shellcheck disable=SC2086
        start_services $SERVICES
    fi
    gateway_address
    gateway GET "/v1/clusters/$NAME"
    [ "$STATUS" = 200 ] || die_by_answer
    ask "Delete cluster '$NAME', its machines and all that is on them?" "add --yes to agree" || die "nothing was deleted"
    serve_cluster "$NAME"
    now
    began=$NOW
    gateway DELETE "/v1/clusters/$NAME"
    [ "$STATUS" = 202 ] || die_by_answer
    operation_named "$BODY"
    follow "$OPERATION"
    [ "$RESULT" != failed ] || fail_by_result "then run the same command again: what is done stays done"
    # Its authorities are gone: these certificates open nothing any more.
    rm -rf "$STATE/people/$NAME"
    rm -f "$STATE/ssh/known_hosts/$NAME"
    now
    seconds $((NOW - began))
    say "Cluster '$NAME' is gone: $SECONDS_TEXT. The services still run: ./clusterbox services stop"
}

cluster_status() {
    local name='' watch=''
    while [ $# -gt 0 ]; do
        case $1 in
            --watch | -w) watch=yes ;;
            -*) usage "option '$1' is unknown" "./clusterbox help status" ;;
            *)
                [ -z "$name" ] || usage "two names: '$name' and '$1'" "./clusterbox help status"
                name=$1
                ;;
        esac
        shift
    done
    cluster_named "${name:-demo}"
    need_gateway
    if [ -n "$watch" ]; then
        newest_operation
        follow "$OPERATION"
        [ "$RESULT" != failed ] || fail_by_result "then run the same command again: what is done stays done"
    fi
    gateway GET "/v1/clusters/$NAME"
    # A watched removal ends with nothing to show.
    if [ -n "$watch" ] && [ "$STATUS" = 404 ]; then
        say "Cluster '$NAME' is gone."
        return
    fi
    [ "$STATUS" = 200 ] || die_by_answer
    say "$BODY"
}

# Tries the cluster out: encryption at rest, pods, logs, names, services, and a controller that is stopped.
cluster_smoke_test() {
    local name=''
    while [ $# -gt 0 ]; do
        case $1 in
            -*) usage "option '$1' is unknown" "./clusterbox help smoke-test" ;;
            *)
                [ -z "$name" ] || usage "two names: '$name' and '$1'" "./clusterbox help smoke-test"
                name=$1
                ;;
        esac
        shift
    done
    cluster_named "${name:-demo}"
    need_gateway
    name_request
    gateway POST "/v1/clusters/$NAME/smoke-test" -H "Idempotency-Key: $REQUEST_KEY"
    [ "$STATUS" = 202 ] || die_by_answer
    operation_named "$BODY"
    follow "$OPERATION"
    say_checks
    [ "$RESULT" != failed ] || fail_by_result "./clusterbox status $NAME shows the cluster"
    say "${BOLD}Cluster '$NAME' passed its smoke test.$PLAIN"
}

# What came of each check: the part of the cluster's page that begins with "Smoke test:".
say_checks() {
    local line within=''
    gateway GET "/v1/clusters/$NAME"
    [ "$STATUS" = 200 ] || return 0
    while IFS= read -r line; do
        case $within-$line in
            *-'Smoke test:'*) within=yes ;;
            yes-' '*) ;;
            *)
                within=''
                continue
                ;;
        esac
        printable "$line"
        say "$PRINTABLE"
    done <<<"$BODY"
}

# Takes one identifier out of JSON.
newest_operation() {
    ACCEPT=application/json gateway GET "/v1/clusters/$NAME"
    [ "$STATUS" = 200 ] || die_by_answer
    [[ $BODY =~ \"operation\"[[:space:]]*:[[:space:]]*\"([A-Za-z0-9_-]+)\" ]] || die "cluster '$NAME' has no operation to watch" "./clusterbox status $NAME"
    operation_named "${BASH_REMATCH[1]}"
}

cluster_list() {
    [ $# -eq 0 ] || usage "list takes no arguments"
    need_gateway
    gateway GET /v1/clusters
    [ "$STATUS" = 200 ] || die_by_answer
    say "$BODY"
}

# ./clusterbox ssh NAME MACHINE [-- COMMAND]: the gateway says how one gets into that machine: root on this host by nsenter
# into a container, the person who made it by ssh into a virtual machine.
cluster_ssh() {
    local words=() word entry=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        words+=("$1")
        shift
    done
    [ $# -eq 0 ] || shift
    case ${#words[@]} in
        1) words=(demo "${words[0]}") ;;
        2) ;;
        *) usage "ssh needs the name of a machine" "./clusterbox ssh demo controller-1 -- hostname" ;;
    esac
    cluster_named "${words[0]}"
    [[ ${words[1]} =~ ^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$ ]] || usage "machine '${words[1]}' (expected: a host name such as controller-1)"
    need_gateway
    serve_cluster "$NAME"
    gateway GET "/v1/clusters/$NAME/machines/${words[1]}/enter"
    [ "$STATUS" = 200 ] || die_by_answer
    while IFS= read -r word; do
        [ -z "$word" ] || entry+=("$word")
    done <<<"$BODY"
    if check_ssh ${entry[@]+"${entry[@]}"}; then
        enter_by_ssh "${words[1]}" "$@"
    fi
    check_entry ${entry[@]+"${entry[@]}"}
    enter "$@"
}

# These words are run as root: only an nsenter into one process's namespaces is let through, whatever the gateway says.
# It is in ENTRY, without the shell that follows it: that is ours.
check_entry() {
    local target=''
    ENTRY=()
    # As much of root's rights as the machine itself has.
    if [ "${1-}" = setpriv ] && [[ ${2-} =~ ^--bounding-set=-[a-z_]+(,-[a-z_]+)*$ ]]; then
        ENTRY=("$1" "$2")
        shift 2
    fi
    case ${1-} in
        nsenter) ENTRY+=(nsenter) ;;
        *) die "the gateway named no way into that machine that this launcher knows: '${1-}'" "is the machine running? ./clusterbox status $NAME" ;;
    esac
    shift
    while [ $# -gt 0 ]; do
        case $1 in
            --target | -t)
                target=${2-}
                ENTRY+=(--target "$target")
                shift
                [ $# -gt 0 ] || break
                ;;
            --target=*)
                target=${1#*=}
                ENTRY+=("$1")
                ;;
            --all | -a | --mount | -m | --uts | -u | --ipc | -i | --net | -n | --pid | -p | --cgroup | -C | --root | -r | --wd | -w) ENTRY+=("$1") ;;
            --) break ;;
            -*) die "the gateway named a way into that machine that is not let through: nsenter $1" ;;
            *) break ;;
        esac
        shift
    done
    [[ $target =~ ^[1-9][0-9]{0,9}$ ]] && [ "$target" -gt 1 ] || die "the gateway named no process to enter: '$target'" "is the machine running? ./clusterbox status $NAME"
}

# With a command that one, else a shell. The machine gets a clean environment, and the terminal's kind.
enter() {
    # shellcheck disable=SC2016
    local inside=(/bin/sh -c 'cd; exec "$@"' sh /usr/bin/env -i "TERM=${TERM-dumb}" HOME=/root USER=root LOGNAME=root LANG=C.UTF-8
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
    if [ $# -gt 0 ]; then
        inside+=("$@")
    else
        inside+=(/bin/bash -l)
    fi
    if [ "$(id -u)" -ne 0 ]; then
        have sudo || die "entering a machine needs root" "run ./clusterbox ssh as root"
        exec sudo "${ENTRY[@]}" -- "${inside[@]}"
    fi
    exec "${ENTRY[@]}" -- "${inside[@]}"
}
