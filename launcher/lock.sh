# shellcheck shell=bash
# ./clusterbox cancel, lock, unlock: who may change a cluster, and ending what is under way

cluster_cancel() {
    one_name cancel "$@"
    need_gateway
    newest_operation
    gateway POST "/v1/operations/$OPERATION/cancel"
    [ "$STATUS" = 202 ] || die_by_answer
    say "$BODY"
    follow "$OPERATION"
}

cluster_lock() {
    local words=() minutes=60 over=false reason
    while [ $# -gt 0 ]; do
        case $1 in
            --take-over) over=true ;;
            --minutes)
                [ $# -gt 1 ] || usage "--minutes needs a number" "./clusterbox help lock"
                minutes=$2
                shift
                ;;
            --minutes=*) minutes=${1#*=} ;;
            -*) usage "option '$1' is unknown" "./clusterbox help lock" ;;
            *) words+=("$1") ;;
        esac
        shift
    done
    [[ $minutes =~ ^[0-9]{1,5}$ ]] || usage "--minutes '$minutes' (expected: a number)" "./clusterbox help lock"
    cluster_named "${words[0]:-demo}"
    need_gateway
    if [ ${#words[@]} -le 1 ]; then
        gateway GET "/v1/clusters/$NAME/lock"
    else
        reason="${words[*]:1}"
        case $reason in
            *[[:cntrl:]]*) usage "the reason has more than one line" "./clusterbox help lock" ;;
        esac
        quoted_json "$reason"
        gateway PUT "/v1/clusters/$NAME/lock" -H 'Content-Type: application/json' \
            --data-binary "{\"reason\": $JSON, \"minutes\": $((10#$minutes)), \"takeOver\": $over}"
    fi
    [ "$STATUS" = 200 ] || die_by_answer
    say "Cluster '$NAME' is $BODY"
}

cluster_unlock() {
    one_name unlock "$@"
    need_gateway
    gateway DELETE "/v1/clusters/$NAME/lock"
    [ "$STATUS" = 204 ] || die_by_answer
    say "Cluster '$NAME' is not locked."
}

# one_name COMMAND [NAME]: the cluster, in NAME.
one_name() {
    local command=$1
    shift
    [ $# -le 1 ] || usage "one name is enough: '$1'" "./clusterbox help $command"
    case ${1-} in
        -*) usage "option '$1' is unknown" "./clusterbox help $command" ;;
    esac
    cluster_named "${1:-demo}"
}
