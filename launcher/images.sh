# shellcheck shell=bash
# ./clusterbox images [prune]: the images that virtual machines are made from. vm-service keeps them.

images_command() {
    local action=list
    PROVIDER=''
    while [ $# -gt 0 ]; do
        case $1 in
            --yes | -y) YES=1 ;;
            --provider)
                [ $# -gt 1 ] || usage "--provider needs a value" "./clusterbox help images"
                PROVIDER=$2
                shift
                ;;
            --provider=*) PROVIDER=${1#*=} ;;
            prune) action=prune ;;
            *) usage "images takes no '$1'" "./clusterbox help images" ;;
        esac
        shift
    done
    PROVIDER=${PROVIDER:-virtualbox}
    checked --provider "$PROVIDER" "$PROVIDER_NAME" 'virtualbox'
    [ "$PROVIDER" != nspawn ] || usage "nspawn's images look after themselves: vm-service removes what nothing needs" "they are in $IMAGES"
    [ -z "${CLUSTERBOX_GATEWAY_URL-}" ] || usage "CLUSTERBOX_GATEWAY_URL: images works where the services run" "run it on that machine"
    if ! running vm-service; then
        die "the services are not running" "./clusterbox services start"
    fi
    serve "$PROVIDER"
    ! otherwise_served vm-service || die "vm-service runs as root, for nspawn; $PROVIDER's images are yours" "./clusterbox prepare --provider $PROVIDER starts it as you"
    vm_address
    case $action in
        prune)
            ask "Remove the images that no machine needs? The one for new machines stays." "add --yes to agree" || die "nothing was removed"
            ACCEPT=text/plain vm_service POST "/v1/providers/$PROVIDER/images:prune"
            ;;
        *) ACCEPT=text/plain vm_service GET "/v1/providers/$PROVIDER/images" ;;
    esac
    [ "$STATUS" = 200 ] || die_by_answer
    say_images "$action"
}

# An image a line, its fields separated by tabs: id, MiB, since when, "current" or nothing, and who needs it.
say_images() {
    local id size at current machines count=0 word='IMAGE'
    [ "$1" != prune ] || word='REMOVED'
    while IFS=$TAB read -r id size at current machines || [ -n "$id" ]; do
        [ -n "$id" ] || continue
        [ "$count" -gt 0 ] || printf '%-44s %9s  %-20s  %s\n' "$word" MiB SINCE 'NEEDED BY'
        count=$((count + 1))
        printable "$id$TAB$size$TAB$at$TAB$current$TAB$machines"
        printf '%-44.44s %9.9s  %-20.20s  %s\n' "$id" "$size" "$at" "${current:+new machines${machines:+, }}$machines"
    done <<<"$BODY"
    [ "$count" -gt 0 ] || say "No images${word:+}$([ "$1" = prune ] && printf ' to remove' || printf ' yet: ./clusterbox prepare makes the first')."
}
