# shellcheck shell=bash
# ./clusterbox up

# The providers that this version's vm-service can drive.
DRIVEN='nspawn virtualbox'

up() {
    local began reached operation
    ARTIFACTS_MATTER=yes
    now
    began=$NOW
    read_shape "$@"
    if [ -n "$FILE" ]; then
        look_into_file
    fi
    if [ -z "${CLUSTERBOX_GATEWAY_URL-}" ]; then
        choose_provider
        check_artifacts
        field provider "\"$PROVIDER\""
        send_key
        say_what_is_needed
        make_ready
    elif [ -n "$PROVIDER" ]; then
        field provider "\"$PROVIDER\""
        send_key
    fi
    gateway_address
    propose_shape
    write_request
    if [ -n "$DRY_RUN" ]; then
        gateway POST '/v1/clusters?dryRun=true' -H "Content-Type: $REQUEST_TYPE" --data-binary @/dev/fd/5 5<<<"$REQUEST"
        [ "$STATUS" = 200 ] || die_by_answer
        say "$BODY"
        say "Nothing was made (--dry-run)."
        return
    fi
    now
    reached=$NOW
    ask_for_cluster
    operation=$OPERATION
    follow "$operation"
    now
    if [ "$RESULT" = failed ]; then
        fail_by_result "then run the same command again: what is done stays done"
    fi
    seconds $((NOW - reached))
    if ready; then
        say "${BOLD}Cluster '$NAME' is ready$PLAIN: $SECONDS_TEXT$(since "$began" "$reached")"
        say "  ./clusterbox kubeconfig $NAME --merge"
        say "  kubectl get nodes"
    else
        say "${BOLD}Cluster '$NAME' is up${THROUGH:+ through $THROUGH}$PLAIN: $SECONDS_TEXT$(since "$began" "$reached")"
    fi
    say "  ./clusterbox status $NAME"
    say "  ./clusterbox ssh $NAME controller-1"
    say "  ./clusterbox down $NAME"
}

# Virtual machines are entered by ssh, with a key of this person's.
send_key() {
    case $PROVIDER in
        virtualbox*)
            ensure_ssh_key
            field sshPublicKey "\"$SSH_PUBLIC_KEY\""
            ;;
    esac
}

# Is it a whole Kubernetes? A run that was to stop after a step is not, nor is anything of a gateway that does not say so.
ready() {
    ACCEPT=application/json gateway GET "/v1/clusters/$NAME"
    [ "$STATUS" = 200 ] && [[ $BODY =~ \"kind\"[[:space:]]*:[[:space:]]*\"READY\" ]]
}

# What must be there before the gateway can be asked for machines: packages, programs, running services.
make_ready() {
    if [ "$PROVIDER" = nspawn ]; then
        missing_nspawn_packages
        # shellcheck disable=SC2086
        [ -z "$MISSING" ] || install_packages "nspawn machines need them" $MISSING
    fi
    serve "$PROVIDER"
    ensure_built
    # shellcheck disable=SC2086
    start_services $SERVICES
}

check_artifacts() {
    [ -z "$ARTIFACTS" ] || { [ -d "$ARTIFACTS" ] && [ -r "$ARTIFACTS" ]; } \
        || usage "CLUSTERBOX_ARTIFACTS: there is no readable folder '$ARTIFACTS'"
    [ -z "${CLUSTERBOX_MIRROR-}" ] || [[ $CLUSTERBOX_MIRROR =~ ^https?://[][A-Za-z0-9._:-]+(/[A-Za-z0-9._~%/-]*)?$ ]] \
        || usage "CLUSTERBOX_MIRROR '$CLUSTERBOX_MIRROR' (expected: https://HOST/PATH)"
}

# What came before the cluster (building, starting services), where that took a while.
since() {
    [ $(($2 - $1)) -lt 1000 ] || {
        seconds $((NOW - $1))
        printf ' (%s with all that came before)' "$SECONDS_TEXT"
    }
}

# fail_by_result WHAT TO DO
fail_by_result() {
    local text=$RESULT_MESSAGE hint=''
    # The last line reads "message (hint)".
    if [[ $text =~ ^(.*[^ ])\ \((.*)\)$ ]]; then
        text=${BASH_REMATCH[1]} hint=${BASH_REMATCH[2]}
    fi
    die "${text:-the operation failed}" "${hint:-./clusterbox services logs gateway says more}; $1"
}

# Names a request, in REQUEST_KEY: repeated, it is the same one.
name_request() {
    REQUEST_KEY=$(od -An -v -N16 -tx1 /dev/urandom | tr -d ' \n')
}

# The same key in every attempt: an answer that was lost on the way does not make a second operation. The body goes by a
# file: with add-ons it is longer than a word of a command line may be.
ask_for_cluster() {
    local attempt
    name_request
    for attempt in 1 2 3 4 5; do
        gateway POST /v1/clusters -H "Content-Type: $REQUEST_TYPE" -H "Idempotency-Key: $REQUEST_KEY" --data-binary @/dev/fd/5 5<<<"$REQUEST"
        case $STATUS in
            202)
                operation_named "$BODY"
                return
                ;;
            000) sleep "$attempt" ;;
            *) die_by_answer ;;
        esac
    done
    die_by_answer
}

# What must be known of a cluster file before it is sent; an option counts more.
look_into_file() {
    local line provider='' through=''
    while IFS= read -r line || [ -n "$line" ]; do
        if [[ $line =~ ^provider:[[:space:]]*[\"\']?([a-z]+) ]] || [[ $line =~ \"provider\"[[:space:]]*:[[:space:]]*\"([a-z]+)\" ]]; then
            provider=${BASH_REMATCH[1]}
        fi
        if [[ $line =~ ^through:[[:space:]]*[\"\']?([a-z-]+) ]] || [[ $line =~ \"through\"[[:space:]]*:[[:space:]]*\"([a-z-]+)\" ]]; then
            through=${BASH_REMATCH[1]}
        fi
    done <"$FILE"
    PROVIDER=${PROVIDER:-$provider}
    THROUGH=${THROUGH:-$through}
}

# Which provider, and why: VirtualBox where it is installed, else nspawn. Never another one silently. One with a name after
# it is the VirtualBox of another computer: vm-service knows whether that works.
choose_provider() {
    WHY='as asked'
    if [ -z "$PROVIDER" ]; then
        PROVIDER=nspawn WHY='VirtualBox is not installed'
        if have VBoxManage; then
            PROVIDER=virtualbox WHY='VirtualBox is installed'
        fi
    fi
    case " $DRIVEN " in
        *" ${PROVIDER%%-*} "*) ;;
        *) die "this version of Clusterbox cannot drive $PROVIDER" "use one of: $DRIVEN" ;;
    esac
    if [ "$PROVIDER" = virtualbox ]; then
        virtualbox_works || die "$VBOX_PROBLEM" "$VBOX_HINT; or use --provider nspawn (Linux)"
        WHY="$WHY, $VBOX_VERSION"
    fi
    if [ "$PROVIDER" = nspawn ] && [ "$SYSTEM" != Linux ]; then
        how_to_install_virtualbox
        die "the provider nspawn needs Linux" "VirtualBox: $INSTALL_VIRTUALBOX"
    fi
}

# A few lines before anything is done.
say_what_is_needed() {
    local free='' total
    host_memory
    total=$MEMORY
    if [ "$PROVIDER" = nspawn ]; then
        say "Provider nspawn ($WHY). Its machines share this host's kernel: that is no security boundary."
        say "Only vm-service needs root, for nspawn; the other services run as you."
    else
        say "Provider $PROVIDER ($WHY). Its machines are yours: no service needs root."
    fi
    case $PROVIDER in
        virtualbox*) say_what_virtual_machines_need "$total" ;;
        *)
            if image_cached; then
                say "The machines' root file system is cached; a cluster takes seconds. This host has $total MiB of memory."
            else
                free=$(free_disk "$IMAGES")
                say "First time here: about 115 MB of Debian packages are fetched for the machines' root file system (some 2 minutes)."
                say "It needs 1 GB in $IMAGES${free:+ ($free MiB free)}. This host has $total MiB of memory."
            fi
            ;;
    esac
    say_downloads
}

# Virtual machines are made from an image that is made once, and take all of their memory.
say_what_virtual_machines_need() {
    local entry free
    for entry in "$HOME"/.local/share/clusterbox/*/images/*; do
        [ ! -e "$entry" ] || {
            say "The machines' image is there, unless the agent is newer. Each machine takes its memory when it starts: this host has $1 MiB."
            return
        }
    done
    free=$(free_disk "$HOME")
    say "First time here: a Debian image of about 400 MB is downloaded, started and furnished with the agent, once (some 10 minutes)."
    say "It needs 4 GB below ~/.local/share/clusterbox, each machine some 3 GB more${free:+ ($free MiB free)}. Each takes its memory when it starts: this host has $1 MiB."
}

# Kubernetes' binaries: where they come from, if they are not there yet and are needed at all.
say_downloads() {
    local entry free
    case $THROUGH in
        check-host | authorities | machines | artifacts | agents | prepare | load-balancer | etcd) return 0 ;;
    esac
    for entry in "$STATE/gateway/artifacts"/*; do
        # Called by their SHA-256: anything else is none of them.
        [[ ! ${entry##*/} =~ ^[0-9a-f]{64}$ ]] || return 0
    done
    free=$(free_disk "$STATE")
    if [ -n "$ARTIFACTS" ]; then
        say "Kubernetes' binaries come from $ARTIFACTS; what is not in there is downloaded. They need 1 GB in $STATE${free:+ ($free MiB free)}."
    else
        say "About 560 MB of Kubernetes' binaries are downloaded the first time; they need 1 GB in $STATE${free:+ ($free MiB free)}."
        say "A folder that has them already: CLUSTERBOX_ARTIFACTS=FOLDER. Without them: ./clusterbox up --through etcd"
    fi
}

image_cached() {
    local entry
    for entry in "$IMAGES"/base-*; do
        [ -e "$entry" ] && return 0
    done
    return 1
}

# Of the nearest folder that exists, in MiB.
free_disk() {
    local folder=$1
    while [ ! -d "$folder" ]; do
        folder=${folder%/*}
        folder=${folder:-/}
    done
    df -Pk "$folder" | while read -r _ _ _ available _; do
        [[ ! $available =~ ^[0-9]+$ ]] || printf '%s' $((available / 1024))
    done
}

# This host's memory in MiB, in MEMORY.
host_memory() {
    local key value
    MEMORY=${CLUSTERBOX_MEMORY_MIB-}
    [ -z "$MEMORY" ] || return 0
    if [ -r /proc/meminfo ]; then
        while read -r key value _; do
            if [ "$key" = MemTotal: ]; then
                MEMORY=$((value / 1024))
                return
            fi
        done </proc/meminfo
    fi
    MEMORY=$(($(sysctl -n hw.memsize 2>/dev/null || printf 0) / 1048576))
}

# The default of three controllers and three nodes fits 16 GB. With less, propose what fits, once: a cluster that is there
# keeps its shape.
propose_shape() {
    local controllers=3 nodes=1 controller=1536 node=1536
    [ -z "$SHAPED" ] && [ -z "$FILE" ] && [ -z "${CLUSTERBOX_GATEWAY_URL-}" ] || return 0
    host_memory
    [ "$MEMORY" -gt 0 ] && [ "$MEMORY" -lt 14500 ] || return 0
    gateway GET "/v1/clusters/$NAME"
    [ "$STATUS" = 404 ] || return 0
    if [ "$MEMORY" -lt 7000 ]; then
        controllers=1 node=1280
    fi
    # The sizes are upper limits; what runs in the machines needs about half of it.
    if ask "This host has $MEMORY MiB of memory: $controllers controller(s) of $controller MiB and $nodes node of $node MiB fit better than 3 and 3. Take that?" \
        "add --yes to agree, or say --controllers 3 --nodes 3"; then
        field controllers $controllers
        field nodes $nodes
        field loadBalancer '{"memoryMiB": 256}'
        field controller "{\"memoryMiB\": $controller}"
        field node "{\"memoryMiB\": $node}"
    fi
}
