# shellcheck shell=bash
# ./clusterbox token: permissions for machines that Clusterbox did not make to join a cluster.

token_command() {
    local action=${1-}
    [ $# -eq 0 ] || shift
    case $action in
        create) token_create "$@" ;;
        list) token_list "$@" ;;
        revoke) token_revoke "$@" ;;
        *) usage "token '$action' (expected: create, list or revoke)" "./clusterbox help token" ;;
    esac
}

# Prints the lines of a file for the machine, and nothing else: "./clusterbox token create … >join.env".
token_create() {
    local words=() minutes='' container=''
    while [ $# -gt 0 ]; do
        case $1 in
            --minutes)
                [ $# -gt 1 ] || usage "--minutes needs a value" "./clusterbox help token"
                minutes=$2
                shift
                ;;
            --minutes=*) minutes=${1#*=} ;;
            --container) container=', "sharedKernel": true' ;;
            -*) usage "option '$1' is unknown" "./clusterbox help token" ;;
            *) words+=("$1") ;;
        esac
        shift
    done
    case ${#words[@]} in
        2) words=(demo "${words[@]}") ;;
        3) ;;
        *) usage "token create needs a node's name and address" "./clusterbox token create demo worker-1 192.168.56.221" ;;
    esac
    cluster_named "${words[0]}"
    [[ ${words[1]} =~ ^[a-z0-9]([a-z0-9.-]{0,50}[a-z0-9])?$ ]] || usage "node '${words[1]}' (expected: a host name in lower case)"
    [[ ${words[2]} =~ ^[0-9]{1,3}(\.[0-9]{1,3}){3}$ ]] || usage "address '${words[2]}' (expected: an IPv4 address such as 192.168.56.221)"
    if [ -n "$minutes" ]; then
        [[ $minutes =~ ^[1-9][0-9]{0,3}$ ]] || usage "--minutes '$minutes' (expected: a number, at most 1440)"
        minutes=", \"minutes\": $minutes"
    fi
    need_gateway
    gateway POST "/v1/clusters/$NAME/join-tokens" -H 'Content-Type: application/json' --data-binary @/dev/fd/5 \
        5<<<"{\"node\": \"${words[1]}\", \"address\": \"${words[2]}\"$minutes$container}"
    [ "$STATUS" = 201 ] || die_by_answer
    check_assignments
    printf '%s\n' "$BODY"
}

# A shell will read these lines as root: nothing but these assignments passes, whatever the gateway says.
check_assignments() {
    local line names=''
    while IFS= read -r line; do
        [[ $line =~ ^(node|address|gateway|authority|token)=[A-Za-z0-9._:-]{1,300}$ ]] \
            || die "the gateway's answer is none that this launcher knows" "./clusterbox version; is the gateway of the same one?"
        names="$names ${line%%=*}"
    done <<<"$BODY"
    [ "$names" = ' node address gateway authority token' ] || die "the gateway's answer is not complete"
}

token_list() {
    [ $# -le 1 ] || usage "token list takes a cluster's name only" "./clusterbox help token"
    cluster_named "${1:-demo}"
    need_gateway
    gateway GET "/v1/clusters/$NAME/join-tokens"
    [ "$STATUS" = 200 ] || die_by_answer
    say "$BODY"
}

token_revoke() {
    local words=("$@")
    case $# in
        1) words=(demo "$1") ;;
        2) ;;
        *) usage "token revoke needs a token's id" "./clusterbox token list shows them" ;;
    esac
    cluster_named "${words[0]}"
    [[ ${words[1]} =~ ^[a-z2-7]{10}$ ]] || usage "token '${words[1]}' (expected: an id, as './clusterbox token list' shows it)"
    need_gateway
    gateway DELETE "/v1/clusters/$NAME/join-tokens/${words[1]}"
    [ "$STATUS" = 204 ] || die_by_answer
    say "Token ${words[1]} is revoked."
}
