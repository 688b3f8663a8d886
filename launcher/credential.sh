# shellcheck shell=bash
# A person's certificate for a cluster. The key is made here and stays here; the gateway gets a request for a certificate
# (PKCS#10), which proves that there is a key, and says itself for whom the certificate is.
#
# Key and certificate of one person are one file, replaced as a whole: whoever reads it has a pair that fits, however many
# kubectl run at once.

CREDENTIAL_MARK='clusterbox-credential 1'

HTTPS_SERVER='^https://([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(:[1-9][0-9]{0,4})?$'
UTC_TIME='^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,9})?Z$'
BASE64_LINE='^[A-Za-z0-9+/]{1,76}={0,2}$'

person_named() {
    [[ $1 =~ ^[a-z0-9]([a-z0-9._@-]{0,61}[a-z0-9])?$ ]] \
        || usage "user '$1' (expected: lower-case letters, digits and . _ @ -)" "./clusterbox help kubeconfig"
    PERSON=$1
}

# Whose file it is, in CREDENTIAL. The caller's own name is the gateway's business: without --user there is none.
credential_file() {
    CREDENTIAL=$STATE/people/$NAME/${PERSON:-.me}
}

need_openssl() {
    have openssl || die "openssl is needed to make your key, and was not found" \
        "install the package openssl (Debian, Ubuntu: apt-get install openssl)"
}

# Seconds since 1970 of a time such as 2026-01-02T03:04:05Z, in EPOCH; dates are read differently on every system.
epoch_of() {
    local year month day days
    [[ $1 =~ $UTC_TIME ]] || return 1
    year=$((10#${BASH_REMATCH[1]})) month=$((10#${BASH_REMATCH[2]})) day=$((10#${BASH_REMATCH[3]}))
    # Years begin in March here, so that the leap day is the last one.
    [ "$month" -gt 2 ] || { year=$((year - 1)) && month=$((month + 12)); }
    days=$((365 * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + day - 719469))
    EPOCH=$((days * 86400 + 10#${BASH_REMATCH[4]} * 3600 + 10#${BASH_REMATCH[5]} * 60 + 10#${BASH_REMATCH[6]}))
}

# Reads PEM blocks from standard input until its end, into PEM_KEY, PEM_TRUSTED (the authorities) and PEM_LAST (the certificate).
# False if there is anything else in it.
read_pem() {
    local line kind='' block='' blocks=0 lines=0
    PEM_KEY='' PEM_TRUSTED='' PEM_LAST=''
    while IFS= read -r line || [ -n "$line" ]; do
        lines=$((lines + 1))
        [ "$lines" -le 2000 ] || return 1
        case $kind-$line in
            -) continue ;;
            '------BEGIN CERTIFICATE-----' | '------BEGIN PRIVATE KEY-----' | '------BEGIN EC PRIVATE KEY-----')
                kind=${line#-----BEGIN } kind=${kind%-----} block=$line$NEWLINE
                ;;
            "$kind------END $kind-----")
                [ -n "$kind" ] || return 1
                block=$block$line$NEWLINE
                case $kind in
                    CERTIFICATE)
                        blocks=$((blocks + 1))
                        PEM_TRUSTED=$PEM_TRUSTED$PEM_LAST PEM_LAST=$block
                        ;;
                    *) PEM_KEY=$block ;;
                esac
                kind=''
                ;;
            *)
                [ -n "$kind" ] && [[ $line =~ $BASE64_LINE ]] || return 1
                block=$block$line$NEWLINE
                ;;
        esac
    done
    [ -z "$kind" ] && [ "$blocks" -le 10 ]
}

# The credential that is kept, in SERVER, EXPIRES, ISSUED, KEY, AUTHORITY and CHAIN; false if there is none.
read_credential() {
    local mark=''
    SERVER='' EXPIRES='' ISSUED='' KEY='' AUTHORITY='' CHAIN='' LEFT=0 LIFE=0
    credential_file
    [ -r "$CREDENTIAL" ] || return 1
    {
        IFS= read -r mark && IFS= read -r ISSUED && [[ $ISSUED =~ ^[0-9]{1,12}$ ]] && read_answer
    } <"$CREDENTIAL" && [ "$mark" = "$CREDENTIAL_MARK" ] && [ -n "$PEM_KEY" ] || return 1
    KEY=$PEM_KEY
    now
    epoch_of "$EXPIRES"
    LEFT=$((EPOCH - NOW / 1000)) LIFE=$((EPOCH - ISSUED))
}

# The gateway's answer, from standard input: the server, until when, the authorities (two while one is rotated) and the
# certificate. It goes into kubeconfigs, so nothing but these passes.
read_answer() {
    IFS= read -r SERVER && IFS= read -r EXPIRES && read_pem || return 1
    [[ $SERVER =~ $HTTPS_SERVER ]] && [[ $EXPIRES =~ $UTC_TIME ]] && [ -n "$PEM_TRUSTED" ] || return 1
    AUTHORITY=$PEM_TRUSTED CHAIN=$PEM_LAST
}

# Has a new certificate made, for the key that is there or else for a new one, and keeps it; the variables are as after
# read_credential. request_credential [SECONDS TO WAIT]
request_credential() {
    local folder query='' home=$STATE/people/$NAME
    need_openssl
    read_credential || KEY=''
    mkdir -p "$home" && chmod 700 "$STATE/people" "$home" && folder=$(mktemp -d "$home/.new.XXXXXX") \
        || die "the folder $home cannot be written" "is CLUSTERBOX_STATE right?"
    # shellcheck disable=SC2064
    trap "rm -rf $(quoted "$folder")" EXIT
    if [ -z "$KEY" ]; then
        KEY=$(openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null)$NEWLINE || die "openssl could not make a key" "try: openssl ecparam -name prime256v1 -genkey"
    fi
    printf '%s' "$KEY" >"$folder/key"
    # A configuration of our own: the system's may be missing, or ask for a longer subject than none.
    printf '[req]\ndistinguished_name = name\n[name]\n' >"$folder/configuration"
    openssl req -new -sha256 -key "$folder/key" -subj / -config "$folder/configuration" -out "$folder/request" 2>"$folder/said" \
        || die "openssl could not make a request for a certificate: $(tail -n 1 "$folder/said")" "try: openssl version"
    [ -z "$PERSON" ] || query="?user=$PERSON"
    gateway POST "/v1/clusters/$NAME/credentials$query" -H 'Content-Type: application/x-pem-file' --max-time "${1:-30}" \
        --data-binary "@$folder/request"
    [ "$STATUS" = 201 ] || die_by_answer
    # A key in it would take the place of ours.
    read_answer <<<"$BODY" && [ -z "$PEM_KEY" ] \
        || die "the gateway's answer is no certificate as it should be" "is it another version? ./clusterbox services logs gateway"
    now
    printf '%s\n%s\n%s\n%s\n%s%s%s' "$CREDENTIAL_MARK" $((NOW / 1000)) "$SERVER" "$EXPIRES" "$KEY" "$AUTHORITY" "$CHAIN" >"$folder/credential" \
        && mv -f "$folder/credential" "$CREDENTIAL" || die "$CREDENTIAL cannot be written" "is there room on the disk?"
    rm -rf "$folder"
    trap - EXIT
    read_credential || die "$CREDENTIAL cannot be read" "remove it, then run this command again"
}

# ./clusterbox credential NAME: what kubectl runs. It starts and builds nothing, and mostly reads one file.
credential_command() {
    local name='' problem
    PERSON=''
    while [ $# -gt 0 ]; do
        case $1 in
            --user)
                [ $# -gt 1 ] || usage "--user needs a value" "./clusterbox help credential"
                person_named "$2"
                shift
                ;;
            --user=*) person_named "${1#*=}" ;;
            -*) usage "option '$1' is unknown" "./clusterbox help credential" ;;
            *)
                [ -z "$name" ] || usage "two names: '$name' and '$1'" "./clusterbox help credential"
                name=$1
                ;;
        esac
        shift
    done
    [ -n "$name" ] || usage "credential needs the name of a cluster" "./clusterbox help credential"
    cluster_named "$name"
    # Renewed when two thirds of its life are over, which leaves time for a gateway that is away.
    if ! read_credential || [ $((LEFT * 3)) -le "$LIFE" ]; then
        problem=$({ gateway_address && request_credential 5; } 2>&1 >/dev/null) || keep_going_with_the_old "$problem"
        read_credential || die "$CREDENTIAL cannot be read" "./clusterbox kubeconfig $NAME makes it anew"
    fi
    print_credential
}

# While the one that is there is valid, what is wrong with the gateway does not matter.
keep_going_with_the_old() {
    [ "$LEFT" -le 0 ] || return 0
    if [ -n "$EXPIRES" ]; then
        note "clusterbox: your certificate for cluster '$NAME' expired at $EXPIRES, and there is no new one:"
    fi
    note "${1:-clusterbox: no certificate for cluster '$NAME' could be had}"
    exit 1
}

# An ExecCredential, as client.authentication.k8s.io/v1 has it.
print_credential() {
    local key chain
    one_line "$KEY"
    key=$ONE_LINE
    one_line "$CHAIN"
    chain=$ONE_LINE
    printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"expirationTimestamp":"%s","clientCertificateData":"%s","clientKeyData":"%s"}}\n' \
        "$EXPIRES" "$chain" "$key"
}

# A PEM text within a JSON string, in ONE_LINE: nothing but its line ends needs escaping.
one_line() {
    local line
    ONE_LINE=''
    while IFS= read -r line; do
        [ -z "$line" ] || ONE_LINE=$ONE_LINE$line'\n'
    done <<<"$1"
}
