# shellcheck shell=bash
# ./clusterbox kubeconfig: how kubectl gets to a cluster. There is no key in a kubeconfig: kubectl asks
# `./clusterbox credential` for a certificate, which is renewed by itself.

KUBECONFIG_MARK='# Made by Clusterbox: ./clusterbox kubeconfig'

kubeconfig_command() {
    local name='' option value merge='' output=''
    PERSON='' FORCE='' SWITCH=''
    while [ $# -gt 0 ]; do
        option=$1
        shift
        case $option in
            --merge) merge=yes && continue ;;
            --use) SWITCH=yes && continue ;;
            --force) FORCE=yes && continue ;;
            --*=*)
                value=${option#*=}
                option=${option%%=*}
                set -- "$value" "$@"
                ;;
            -?*) ;;
            *)
                [ -z "$name" ] || usage "two names: '$name' and '$option'" "./clusterbox help kubeconfig"
                name=$option
                continue
                ;;
        esac
        case $option in
            --user | --output | -o) ;;
            *) usage "option '$option' is unknown" "./clusterbox help kubeconfig" ;;
        esac
        [ $# -gt 0 ] && [ -n "$1" ] || usage "$option needs a value" "./clusterbox help kubeconfig"
        case $option in
            --user) person_named "$1" ;;
            *) output=$1 ;;
        esac
        shift
    done
    [ -z "$merge" ] || [ -z "$output" ] || usage "--merge and --output: choose one" "./clusterbox help kubeconfig"
    cluster_named "${name:-demo}"
    # Whatever can be refused is refused before a certificate is made.
    [ -z "$merge" ] || find_kubeconfig
    [ -z "$output" ] || check_output "$output"
    need_gateway
    request_credential
    ENTRY_NAME=clusterbox-$NAME
    USER_NAME=$ENTRY_NAME
    if [ -n "$PERSON" ]; then
        USER_NAME=$PERSON@$ENTRY_NAME
    fi
    exec_environment
    if [ -n "$merge" ]; then
        merge_kubeconfig
    elif [ -n "$output" ]; then
        write_output "$output"
    else
        print_kubeconfig
    fi
}

# What `credential` must be told because it is not the default here, in EXEC_ENV as NAME=VALUE.
exec_environment() {
    local folder
    EXEC_ENV=()
    if [ -n "${CLUSTERBOX_GATEWAY_URL-}" ]; then
        EXEC_ENV+=("CLUSTERBOX_GATEWAY_URL=$GATEWAY")
    elif [ "$PORT" != 8080 ]; then
        EXEC_ENV+=("CLUSTERBOX_GATEWAY_PORT=$PORT")
    fi
    [ "$STATE" = "$HOME/.local/state/clusterbox" ] || EXEC_ENV+=("CLUSTERBOX_STATE=$STATE")
    if [ -n "${CLUSTERBOX_TOKEN_FILE-}" ]; then
        folder=$(cd "$(dirname "$CLUSTERBOX_TOKEN_FILE")" && pwd -P)
        EXEC_ENV+=("CLUSTERBOX_TOKEN_FILE=${folder%/}/${CLUSTERBOX_TOKEN_FILE##*/}")
    fi
    EXEC_ARGS=(credential "$NAME")
    [ -z "$PERSON" ] || EXEC_ARGS+=(--user "$PERSON")
}

# Every value is a JSON string, which YAML reads as it is.
print_kubeconfig() {
    local pair argument
    printf '%s %s\n' "$KUBECONFIG_MARK" "$NAME"
    printf 'apiVersion: v1\nkind: Config\nclusters:\n- name: "%s"\n  cluster:\n    server: "%s"\n    certificate-authority-data: "%s"\n' \
        "$ENTRY_NAME" "$SERVER" "$(printf '%s' "$AUTHORITY" | openssl base64 -A)"
    printf 'contexts:\n- name: "%s"\n  context:\n    cluster: "%s"\n    user: "%s"\ncurrent-context: "%s"\n' \
        "$USER_NAME" "$ENTRY_NAME" "$USER_NAME" "$USER_NAME"
    quoted_json "$HOME_FOLDER/clusterbox"
    printf 'users:\n- name: "%s"\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: %s\n      args:\n' \
        "$USER_NAME" "$JSON"
    for argument in "${EXEC_ARGS[@]}"; do
        quoted_json "$argument"
        printf '      - %s\n' "$JSON"
    done
    if [ ${#EXEC_ENV[@]} -gt 0 ]; then
        printf '      env:\n'
        for pair in "${EXEC_ENV[@]}"; do
            quoted_json "${pair#*=}"
            printf '      - name: %s\n        value: %s\n' "${pair%%=*}" "$JSON"
        done
    fi
    printf '      interactiveMode: Never\n      provideClusterInfo: false\n'
}

# --- into a file of its own -----------------------------------------------------------------------------------------

# A file that is not ours is never replaced, whatever else is said.
check_output() {
    local line=''
    [ -d "$(dirname -- "$1")" ] || usage "--output: there is no folder for '$1'"
    [ ! -L "$1" ] || die "$1 is a link" "name another file"
    [ -e "$1" ] || return 0
    [ -f "$1" ] && [ -r "$1" ] && IFS= read -r line <"$1" || line=''
    case $line in
        "$KUBECONFIG_MARK $NAME") ;;
        "$KUBECONFIG_MARK "*) [ -n "$FORCE" ] || die "$1 is for another cluster: ${line##* }" "name another file, or add --force" ;;
        *) die "$1 is there already, and was not made by ./clusterbox kubeconfig" "name another file" ;;
    esac
}

write_output() {
    local new
    new=$(mktemp "$1.XXXXXX") || die "$1 cannot be written" "name another file"
    # shellcheck disable=SC2064
    trap "rm -f $(quoted "$new")" EXIT
    print_kubeconfig >"$new"
    mv -f -- "$new" "$1"
    trap - EXIT
    say "Written: $1 (your certificate is valid until $EXPIRES, and kubectl renews it)"
    say "  kubectl --kubeconfig $(quoted "$1") get nodes"
}

# --- into the kubeconfig that kubectl uses --------------------------------------------------------------------------

# The file that kubectl would write to, in TARGET. A link stays a link: what it leads to is replaced.
find_kubeconfig() {
    local link hops=0
    have kubectl || die "kubectl, which knows how to change a kubeconfig, was not found" \
        "install kubectl, or get a file of its own: ./clusterbox kubeconfig $NAME --output FILE"
    TARGET=${KUBECONFIG-}
    TARGET=${TARGET%%:*}
    TARGET=${TARGET:-$HOME/.kube/config}
    while [ -L "$TARGET" ]; do
        hops=$((hops + 1))
        [ "$hops" -le 20 ] || die "$TARGET leads round in a circle" "repair the link"
        link=$(readlink "$TARGET")
        case $link in
            /*) TARGET=$link ;;
            *) TARGET=$(dirname -- "$TARGET")/$link ;;
        esac
    done
    [ ! -e "$TARGET" ] || [ -f "$TARGET" ] || die "$TARGET is no file" "look at KUBECONFIG"
}

kubectl_config() {
    local file=$1
    shift
    KUBECONFIG=$file kubectl config "$@"
}

# A copy is changed and put in its place, under the same lock as kubectl's.
merge_kubeconfig() {
    local there new folder
    folder=$(dirname -- "$TARGET")
    mkdir -p "$folder"
    # A name of its own beside the target: relative paths in it still mean the same.
    new=$(mktemp "$folder/.clusterbox.XXXXXX") || die "$folder cannot be written" "look at KUBECONFIG"
    # shellcheck disable=SC2064
    trap "rm -f $(quoted "$new" "$new.lock" "$new.authority")" EXIT
    if ! (set -C && : >"$TARGET.lock") 2>/dev/null; then
        die "$TARGET is being changed by another program" "if there is none, remove $TARGET.lock"
    fi
    # shellcheck disable=SC2064
    trap "rm -f $(quoted "$new" "$new.lock" "$new.authority" "$TARGET.lock")" EXIT
    [ ! -e "$TARGET" ] || cat "$TARGET" >"$new"
    there=$(kubectl_config "$new" view 2>&1) \
        || die "kubectl cannot read $TARGET: ${there%%"$NEWLINE"*}" "repair it, or use --output FILE"
    # It fails where there is no list at all to search in.
    there=$(kubectl_config "$new" view -o "jsonpath={.clusters[?(@.name==\"$ENTRY_NAME\")].cluster.server}" 2>/dev/null) || there=''
    if [ -n "$there" ] && [ "$there" != "$SERVER" ] && [ -z "$FORCE" ]; then
        printable "$there"
        die "$TARGET has a cluster '$ENTRY_NAME' with another server: $PRINTABLE" \
            "rename it there, or add --force to replace it, or use --output FILE"
    fi
    there=$(kubectl_config "$new" view -o "jsonpath={.users[?(@.name==\"$USER_NAME\")].user}" 2>/dev/null) || there=''
    case $there in
        '' | *'"credential"'*) ;;
        *) [ -n "$FORCE" ] || die "$TARGET has a user '$USER_NAME' that was not made by ./clusterbox kubeconfig" \
            "rename it there, or add --force to replace it, or use --output FILE" ;;
    esac
    change_kubeconfig "$new" || die "kubectl could not change a copy of $TARGET" "use --output FILE"
    chmod 600 "$new"
    mv -f -- "$new" "$TARGET"
    rm -f -- "$TARGET.lock"
    trap - EXIT
    rm -f -- "$new.authority"
    say "Cluster '$NAME' is in $TARGET as '$USER_NAME' (your certificate is valid until $EXPIRES, and kubectl renews it)"
    if [ "$CURRENT" = "$USER_NAME" ]; then
        say "  kubectl get nodes"
    else
        say "  kubectl --context $USER_NAME get nodes"
        say "  kubectl config use-context $USER_NAME"
    fi
}

change_kubeconfig() {
    local new=$1 pair options=()
    printf '%s' "$AUTHORITY" >"$new.authority"
    # What an entry had before does not shine through.
    kubectl_config "$new" unset "clusters.$ENTRY_NAME" >/dev/null 2>&1 || true
    kubectl_config "$new" delete-user "$USER_NAME" >/dev/null 2>&1 || true
    for pair in "${EXEC_ARGS[@]}"; do
        options+=("--exec-arg=$pair")
    done
    for pair in ${EXEC_ENV[@]+"${EXEC_ENV[@]}"}; do
        options+=("--exec-env=$pair")
    done
    kubectl_config "$new" set-cluster "$ENTRY_NAME" "--server=$SERVER" "--certificate-authority=$new.authority" --embed-certs=true >/dev/null \
        && set_user "$new" "${options[@]}" \
        && kubectl_config "$new" set-context "$USER_NAME" "--cluster=$ENTRY_NAME" "--user=$USER_NAME" >/dev/null || return 1
    CURRENT=$(kubectl_config "$new" current-context 2>/dev/null) || CURRENT=''
    if [ -z "$CURRENT" ] || [ -n "$SWITCH" ]; then
        kubectl_config "$new" use-context "$USER_NAME" >/dev/null || return 1
        CURRENT=$USER_NAME
    fi
}

# v1 wants interactiveMode, for which set-credentials has an option only in newer versions. Older ones get the line written
# into the entry, which kubectl always lays out in the same way.
set_user() {
    local new=$1 mode
    shift
    set -- "$new" set-credentials "$USER_NAME" --exec-api-version=client.authentication.k8s.io/v1 "--exec-command=$HOME_FOLDER/clusterbox" "$@"
    if ! kubectl_config "$@" --exec-interactive-mode=Never >/dev/null 2>&1; then
        kubectl_config "$@" >/dev/null || return 1
        awk -v "entry=- name: $USER_NAME" '
            /^[^ ]/ { within = $0 == entry }
            { print }
            within && $0 == "    exec:" { print "      interactiveMode: Never" }' "$new" >"$new.user" && cat "$new.user" >"$new"
        rm -f "$new.user"
    fi
    mode=$(kubectl_config "$new" view -o "jsonpath={.users[?(@.name==\"$USER_NAME\")].user.exec.interactiveMode}") || return 1
    [ "$mode" = Never ] || die "this kubectl is too old to get certificates by itself (1.22 or newer does)" "install a newer kubectl"
}
