# shellcheck shell=bash
# ./clusterbox render: the files of a cluster that is not made, in a folder.

# What the gateway may put into the folder: a machine's name and a plain path.
RENDERED_NAME='^[a-z][a-z0-9-]*(/[A-Za-z0-9._@-]+)+$'

render() {
    local options=() folder='' archive
    while [ $# -gt 0 ]; do
        case $1 in
            --dry-run) usage "render takes no '$1': it makes nothing anyway" "./clusterbox help render" ;;
            --*=* | --yes | -y) options+=("$1") ;;
            -*)
                [ $# -gt 1 ] || usage "$1 needs a value" "./clusterbox help render"
                options+=("$1" "$2")
                shift
                ;;
            *)
                [ -z "$folder" ] || usage "two folders: '$folder' and '$1'" "./clusterbox help render"
                folder=$1
                ;;
        esac
        shift
    done
    [ -n "$folder" ] || usage "render needs a folder to write into" "./clusterbox render --kubernetes v1.10 DIR"
    read_shape ${options[@]+"${options[@]}"}
    [ -z "$FILE" ] || look_into_file
    # As `up` would choose it; whether it works here does not matter.
    [ -n "$PROVIDER" ] || ! have VBoxManage || PROVIDER=virtualbox
    [ -z "$PROVIDER" ] || field provider "\"$PROVIDER\""
    write_request
    require_empty "$folder"
    if [ -z "${CLUSTERBOX_GATEWAY_URL-}" ]; then
        ensure_built
        start_services gateway
    fi
    gateway_address
    archive=$(mktemp "${TMPDIR:-/tmp}/clusterbox-render.XXXXXX")
    # shellcheck disable=SC2064
    trap "rm -f $(quoted "$archive")" EXIT
    ACCEPT='application/x-tar, text/plain' gateway POST /v1/render -H "Content-Type: $REQUEST_TYPE" -o "$archive" --data-binary @/dev/fd/5 5<<<"$REQUEST"
    if [ "$STATUS" != 200 ]; then
        BODY=$(cat "$archive")
        die_by_answer
    fi
    unpack_rendered "$archive" "$folder"
}

require_empty() {
    [ ! -e "$1" ] || [ -d "$1" ] || usage "'$1' is no folder"
    [ ! -d "$1" ] || [ -z "$(ls -A "$1")" ] || die "the folder '$1' is not empty" "name a new one: what is in it is left alone"
}

# Plain files with plain names, or nothing at all.
unpack_rendered() {
    local name names count=0
    ! tar -tvf "$1" | grep -qv '^-' || die "the gateway sent something that is no plain file" "./clusterbox services logs gateway"
    names=$(tar -tf "$1")
    while IFS= read -r name; do
        [[ $name =~ $RENDERED_NAME ]] && [[ /$name/ != */../* ]] || die "the gateway sent a file with a name that is not let through: $(printf '%q' "$name")"
        count=$((count + 1))
    done <<<"$names"
    mkdir -p "$2"
    tar -xf "$1" -C "$2"
    say "$count files in $2, a folder for each machine$([ ! -d "$2/addons" ] || printf ', and in addons what is applied to the cluster')."
}
