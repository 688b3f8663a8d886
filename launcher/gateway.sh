# shellcheck shell=bash
# Talks to the gateway. Its answers for machines are plain text and tab-separated lines, so nothing here parses JSON.

# Where the gateway is: our own, or the one that CLUSTERBOX_GATEWAY_URL names (then no service is started here).
gateway_address() {
    if [ -n "${CLUSTERBOX_GATEWAY_URL-}" ]; then
        GATEWAY=${CLUSTERBOX_GATEWAY_URL%/}
        [[ $GATEWAY =~ ^https?://[][A-Za-z0-9._:-]+(/[A-Za-z0-9._/-]*)?$ ]] \
            || usage "CLUSTERBOX_GATEWAY_URL '$GATEWAY' (expected: http://HOST:PORT)"
    else
        port_of gateway
        GATEWAY=http://127.0.0.1:$PORT
    fi
    local file=${CLUSTERBOX_TOKEN_FILE:-$STATE/gateway/tokens/admin.token}
    [ -r "$file" ] || die "the gateway's token $file cannot be read" "./clusterbox services start makes it; CLUSTERBOX_TOKEN_FILE names another"
    IFS= read -r TOKEN <"$file" || [ -n "$TOKEN" ] || die "the gateway's token file $file is empty"
    [[ $TOKEN =~ ^[A-Za-z0-9._~+/=-]+$ ]] || die "$file does not hold a token" "CLUSTERBOX_TOKEN_FILE names another file"
}

need_gateway() {
    if [ -z "${CLUSTERBOX_GATEWAY_URL-}" ] && ! running gateway; then
        die "the services are not running" "./clusterbox services start"
    fi
    gateway_address
}

# The token goes to curl by its standard input: a command line can be read by everybody on this machine.
curl_gateway() {
    printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" | curl -q -s --noproxy '*' --connect-timeout 5 -K - "$@"
}

# gateway METHOD PATH [curl options]: STATUS is the answer's number (000: no answer), BODY its text.
gateway() {
    local method=$1 path=$2 answer code=0
    shift 2
    answer=$(curl_gateway -X "$method" -H "Accept: ${ACCEPT:-text/plain}" --max-time 30 -w '\n%{http_code}' "$@" "$GATEWAY$path") || code=$?
    STATUS=${answer##*"$NEWLINE"}
    BODY=${answer%"$STATUS"}
    while [ "${BODY%"$NEWLINE"}" != "$BODY" ]; do
        BODY=${BODY%"$NEWLINE"}
    done
    [ "$code" -eq 0 ] || STATUS=000
}

# For an answer that is an error: the problem and its hint, as the gateway words them.
die_by_answer() {
    local text=$BODY hint=''
    case $STATUS in
        000) die "the gateway at $GATEWAY does not answer" "./clusterbox services status; ./clusterbox services logs gateway" ;;
        401 | 403) hint="the token was not accepted; CLUSTERBOX_TOKEN_FILE names another" ;;
    esac
    case $text in
        *$NEWLINE*) hint=${text#*"$NEWLINE"} text=${text%%"$NEWLINE"*} ;;
    esac
    die "${text:-the gateway answered $STATUS}" "${hint%"$NEWLINE"}"
}

cluster_named() {
    [[ $1 =~ ^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$ ]] \
        || usage "cluster name '$1' (expected: lower-case letters, digits and hyphens, beginning with a letter)"
    NAME=$1
}

operation_named() {
    OPERATION=$1
    [[ $OPERATION =~ ^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$ ]] || die "the gateway named no operation" "./clusterbox services logs gateway"
}
