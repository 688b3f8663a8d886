# shellcheck shell=bash
# ./clusterbox scale, replace, stop, start

cluster_scale() {
    local words=() count plural=''
    words_of scale "$@"
    case ${#words[@]} in
        1) words=(demo "${words[0]}") ;;
        2) ;;
        *) usage "scale needs the number of nodes" "./clusterbox scale demo 5" ;;
    esac
    cluster_named "${words[0]}"
    [[ ${words[1]} =~ ^[0-9]{1,3}$ ]] || usage "number of nodes '${words[1]}' (expected: 0 to 200)" "./clusterbox scale demo 5"
    change PATCH '' -H 'Content-Type: application/json' --data-binary "{\"nodes\": $((10#${words[1]}))}"
    count=$((10#${words[1]}))
    [ "$count" -eq 1 ] || plural=s
    say "${BOLD}Cluster '$NAME' has $count node$plural$PLAIN: $SECONDS_TEXT"
}

cluster_replace() {
    local words=()
    words_of replace "$@"
    case ${#words[@]} in
        1) words=(demo "${words[0]}") ;;
        2) ;;
        *) usage "replace needs the name of a machine" "./clusterbox replace demo node-2" ;;
    esac
    cluster_named "${words[0]}"
    [[ ${words[1]} =~ ^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$ ]] || usage "machine '${words[1]}' (expected: a host name such as controller-1)"
    change POST "/machines/${words[1]}/replace"
    say "${BOLD}${words[1]} of '$NAME' is another machine now$PLAIN: $SECONDS_TEXT"
}

cluster_stop() {
    name_of stop "$@"
    change POST /stop
    say "${BOLD}Cluster '$NAME' is stopped$PLAIN: $SECONDS_TEXT"
    say "  ./clusterbox start $NAME"
}

# What the machines are made of may have gone from memory since, with the computer: the services are started, too.
cluster_start() {
    name_of start "$@"
    if [ -z "${CLUSTERBOX_GATEWAY_URL-}" ]; then
        ensure_built
        # shellcheck disable=SC2086
        start_services $SERVICES
        gateway_address
        serve_cluster "$NAME"
    fi
    change POST /start
    say "${BOLD}Cluster '$NAME' is started$PLAIN: $SECONDS_TEXT"
    say "  ./clusterbox status $NAME"
}

# words_of COMMAND WORD…: what is no option, in the caller's "words". There are no options.
words_of() {
    local command=$1
    shift
    while [ $# -gt 0 ]; do
        case $1 in
            -*) usage "option '$1' is unknown" "./clusterbox help $command" ;;
            *) words+=("$1") ;;
        esac
        shift
    done
}

# name_of COMMAND [NAME]: the cluster, in NAME.
name_of() {
    local words=() command=$1
    words_of "$@"
    [ ${#words[@]} -le 1 ] || usage "two names: '${words[0]}' and '${words[1]}'" "./clusterbox help $command"
    cluster_named "${words[0]:-demo}"
}

# change METHOD PATH [curl options]: has the cluster changed, and shows it. The time it took is in SECONDS_TEXT.
change() {
    local method=$1 path=$2 attempt
    shift 2
    need_gateway
    now
    BEGAN=$NOW
    name_request
    for attempt in 1 2 3 4 5; do
        gateway "$method" "/v1/clusters/$NAME$path" -H "Idempotency-Key: $REQUEST_KEY" "$@"
        case $STATUS in
            202) break ;;
            000) sleep "$attempt" ;;
            *) die_by_answer ;;
        esac
    done
    [ "$STATUS" = 202 ] || die_by_answer
    operation_named "$BODY"
    follow "$OPERATION"
    [ "$RESULT" != failed ] || fail_by_result "then run the same command again: what is done stays done"
    now
    seconds $((NOW - BEGAN))
}
