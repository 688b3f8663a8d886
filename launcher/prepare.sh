# shellcheck shell=bash
# ./clusterbox prepare: everything that `up` would download and build, and no machine.

# The release that `up` takes when nothing else is said.
KUBERNETES_LINE=1.36

ITEM_LINE='^[^ ]+ +[^ ]+ +(READY|PACKAGE|MISSING|DOWNLOADING|FAILED)( |$)'

prepare() {
    local line=$KUBERNETES_LINE option i
    PROVIDER='' THROUGH='' ARTIFACTS_MATTER=yes
    while [ $# -gt 0 ]; do
        case $1 in
            --yes | -y) YES=1 ;;
            --kubernetes | --provider)
                [ $# -gt 1 ] || usage "$1 needs a value" "./clusterbox help prepare"
                option=$1=$2
                shift 2
                set -- "$option" "$@"
                continue
                ;;
            --kubernetes=*) line=${1#*=} ;;
            --provider=*) PROVIDER=${1#*=} ;;
            *) usage "prepare takes no '$1'" "./clusterbox help prepare" ;;
        esac
        shift
    done
    checked --kubernetes "$line" '^v?[0-9]{1,3}\.[0-9]{1,3}(\.[0-9]{1,3})?$' 'a version such as 1.36'
    [[ ${line#v} =~ ^[0-9]+\.[0-9]+ ]] && line=${BASH_REMATCH[0]}
    [ -z "$PROVIDER" ] || checked --provider "$PROVIDER" "$PROVIDER_NAME" 'virtualbox or nspawn'
    [ -z "${CLUSTERBOX_GATEWAY_URL-}" ] || usage "CLUSTERBOX_GATEWAY_URL: prepare works where the services run" "run it on that machine"
    choose_provider
    check_artifacts
    say_what_is_needed
    make_ready
    gateway_address
    vm_address
    prepare_release "$line"
    say "Prepared for Kubernetes $line:"
    # A terminal shows them already.
    for ((i = 0; i < ITEM_COUNT && DRAWN == 0; i++)); do
        say "  ${ITEMS[i]}"
    done
    case $PROVIDER in
        virtualbox*) say "On disk: $(size_of_folder "$STATE/gateway/artifacts") in $STATE/gateway/artifacts; './clusterbox images' shows the machines' images" ;;
        *) say "On disk: $(size_of_folder "$STATE/gateway/artifacts") in $STATE/gateway/artifacts, $(size_of_folder "$IMAGES") in $IMAGES" ;;
    esac
    say "No machine was made. Next: ./clusterbox up"
}

size_of_folder() {
    local size
    [ -d "$1" ] || { printf '0 MiB' && return; }
    # Parts of it may be root's.
    size=$(du -sk "$1" 2>/dev/null || true)
    printf '%s MiB' $((${size%%[!0-9]*} / 1024))
}

# Where vm-service is and what opens it, in VM_ADDRESS and VM_TOKEN.
vm_address() {
    VM_TOKEN=''
    IFS= read -r VM_TOKEN <"$STATE/tokens/vm.token" || [ -n "$VM_TOKEN" ] || die "$STATE/tokens/vm.token cannot be read" "./clusterbox services start"
    port_of vm-service
    VM_ADDRESS=http://127.0.0.1:$PORT
}

# vm-service METHOD PATH [curl options]: as gateway().
vm_service() {
    GATEWAY=$VM_ADDRESS TOKEN=$VM_TOKEN gateway "$@"
}

# vm-service answers in JSON; three plain fields are taken out of it. image METHOD: IMAGE_STATE and IMAGE_TEXT.
image() {
    local text
    ACCEPT=application/json vm_service "$1" "/v1/providers/$PROVIDER/image"
    case $STATUS in
        200 | 202) ;;
        *)
            [[ $BODY =~ \"detail\"[[:space:]]*:[[:space:]]*\"([^\"\\]*)\" ]] && text=${BASH_REMATCH[1]} || text="vm-service answered $STATUS"
            die "the machines' image cannot be made: $text" "./clusterbox services logs vm-service"
            ;;
    esac
    IMAGE_STATE='' IMAGE_TEXT=''
    [[ $BODY =~ \"state\"[[:space:]]*:[[:space:]]*\"([A-Z]+)\" ]] && IMAGE_STATE=${BASH_REMATCH[1]}
    [[ $BODY =~ \"progress\"[[:space:]]*:[[:space:]]*\"([^\"\\]*)\" ]] && IMAGE_TEXT=${BASH_REMATCH[1]}
    if [ "$IMAGE_STATE" = FAILED ] && [[ $BODY =~ \"message\"[[:space:]]*:[[:space:]]*\"([^\"\\]*)\" ]]; then
        IMAGE_TEXT=${BASH_REMATCH[1]}
    fi
}

# Both at once: the image is built by this machine's processor, the artifacts come over its network.
prepare_release() {
    local path=/v1/releases/$1/artifacts state='' method=PUT failures=0
    ITEM_COUNT=0 DRAWN=0
    trap 'trap - INT; printf "\n"; say "It goes on. Run the same command again to watch."; exit 130' INT
    while :; do
        image "$method"
        gateway "$method" "$path"
        case $STATUS in
            200 | 202)
                failures=0
                state=${BODY%%"$NEWLINE"*}
                show_items
                ;;
            000 | 503)
                failures=$((failures + 1))
                [ "$failures" -lt 60 ] || die_by_answer
                ;;
            *) die_by_answer ;;
        esac
        method=GET
        case $IMAGE_STATE-$state in
            READY-READY) break ;;
            FAILED-*) die "the machines' image could not be made: $IMAGE_TEXT" "./clusterbox services logs vm-service" ;;
            *-FAILED | *-MISSING)
                die "${PROBLEM:-not all of Kubernetes $1 could be had; the lines above say what is missing}" \
                    "${HINT:-run the same command again, or set CLUSTERBOX_ARTIFACTS to a folder that has it, or CLUSTERBOX_MIRROR}"
                ;;
        esac
        sleep 1
    done
    trap - INT
}

# The lines of the gateway, a line each, and one for the image; what is no item is the problem and its hint. On a terminal they are drawn again in place; elsewhere a line is written
# when something but its numbers has changed, and for the numbers every ten seconds.
show_items() {
    local line i=0 text='' width=${COLUMNS:-0} in_place=''
    now
    PROBLEM='' HINT=''
    # In the columns of the gateway's lines.
    printf -v line '%-24s %-8s %-11s %s' 'machine image' - "$IMAGE_STATE" "$IMAGE_TEXT"
    item 0 "$line"
    while IFS= read -r line; do
        if [[ $line =~ $ITEM_LINE ]]; then
            i=$((i + 1))
            item "$i" "$line"
        elif [ -z "$PROBLEM" ]; then
            printable "$line"
            PROBLEM=$PRINTABLE
        else
            printable "$line"
            HINT=$PRINTABLE
        fi
    done <<<"${BODY#*"$NEWLINE"}"
    ITEM_COUNT=$((i + 1))
    if live; then
        [ "$width" -gt 0 ] || width=$(tput cols 2>/dev/null || printf 80)
        # Taller than the terminal it could not be drawn again.
        [ "$ITEM_COUNT" -ge "$(tput lines 2>/dev/null || printf 24)" ] || in_place=yes
    fi
    [ -z "$in_place" ] || [ "$DRAWN" -eq 0 ] || text=$'\033['${DRAWN}A
    for ((i = 0; i < ITEM_COUNT; i++)); do
        if [ -n "$in_place" ]; then
            line="  ${ITEMS[i]}"
            text="$text${line:0:$((width - 1))}"$'\033[K\n'
        elif [ -n "${ITEM_NEWS[i]}" ]; then
            text="$text  ${ITEMS[i]}$NEWLINE"
        fi
    done
    [ -z "$in_place" ] || DRAWN=$ITEM_COUNT
    printf '%s' "$text"
}

# item NUMBER TEXT: keeps it, and whether it is worth a line.
item() {
    local shape
    printable "$2"
    shape=${PRINTABLE//[0-9.]/}
    ITEM_NEWS[$1]=''
    if [ "$shape" != "${ITEM_SHAPES[$1]-}" ] || { [ "$PRINTABLE" != "${ITEMS[$1]}" ] && [ $((NOW - ITEM_SAID[$1])) -ge 10000 ]; }; then
        ITEM_NEWS[$1]=yes ITEM_SAID[$1]=$NOW
    fi
    ITEMS[$1]=$PRINTABLE ITEM_SHAPES[$1]=$shape
}
