# shellcheck shell=bash
# ./clusterbox bundle create|import|list: everything that a cluster needs, in one file, for a computer without internet.
#
# A bundle is a tar archive with these members, SHA256SUMS first:
#
#   SHA256SUMS              of the others
#   artifacts.tar           binaries and archives of images, packed and read by the gateway
#   machine-image.tar.gz    the root file system of nspawn machines, packed and read by vm-service
#   clusterbox.tar.gz       Clusterbox itself, as a release archive, with the agent; may be left out

BUNDLE_MEMBERS='SHA256SUMS artifacts.tar machine-image.tar.gz clusterbox.tar.gz'

# Packing and unpacking takes minutes, fetching what is missing may take hours.
BUNDLE_SECONDS=14400

bundle_command() {
    local action=${1-}
    [ $# -eq 0 ] || shift
    case $action in
        create) bundle_create "$@" ;;
        import) bundle_import "$@" ;;
        list) bundle_list "$@" ;;
        *) usage "bundle '$action' (expected: create, import or list)" "./clusterbox help bundle" ;;
    esac
}

bundle_create() {
    local file='' itself=yes options=() sum
    while [ $# -gt 0 ]; do
        case $1 in
            --without-clusterbox) itself='' ;;
            --dry-run) usage "bundle create takes no '$1'" "./clusterbox help bundle" ;;
            --*=* | --yes | -y) options+=("$1") ;;
            -*)
                [ $# -gt 1 ] || usage "$1 needs a value" "./clusterbox help bundle"
                options+=("$1" "$2")
                shift
                ;;
            *)
                [ -z "$file" ] || usage "two files: '$file' and '$1'" "./clusterbox help bundle"
                file=$1
                ;;
        esac
        shift
    done
    [ -n "$file" ] || usage "bundle create needs the name of a file" "./clusterbox bundle create clusterbox.bundle"
    [ ! -e "$file" ] || die "'$file' is there already" "name another file"
    where_services_run
    read_shape ${options[@]+"${options[@]}"}
    [ -z "$FILE" ] || look_into_file
    only_nspawn
    ARTIFACTS_MATTER=yes
    check_artifacts
    field provider '"nspawn"'
    write_request
    make_ready
    gateway_address
    vm_address
    bundle_folder "$(dirname -- "$file")"
    await_image
    say "Packing the machines' image"
    ACCEPT='application/gzip, text/plain' received machine-image.tar.gz vm_service GET /v1/providers/nspawn/image/archive
    say "Packing binaries and images; what is missing is downloaded"
    ACCEPT='application/x-tar, text/plain' received artifacts.tar gateway POST /v1/bundles -H "Content-Type: $REQUEST_TYPE" \
        --data-binary @/dev/fd/5 5<<<"$REQUEST"
    [ -z "$itself" ] || pack_clusterbox "$BUNDLE_FOLDER/clusterbox.tar.gz"
    pack_bundle "$file"
    say_contents "$BUNDLE_FOLDER/artifacts.tar"
    sum=$(sha256_of "$file")
    say "$file: $(($(wc -c <"$file") / 1048576)) MiB, SHA-256 $sum"
    say "On the other computer: ./clusterbox bundle import ${file##*/} --sha256 $sum"
    [ -z "$itself" ] || say "Clusterbox itself is in it: tar -xf ${file##*/} clusterbox.tar.gz"
}

bundle_import() {
    local file='' sum='' path
    while [ $# -gt 0 ]; do
        case $1 in
            --yes | -y) YES=1 ;;
            --sha256)
                [ $# -gt 1 ] || usage "$1 needs a value" "./clusterbox help bundle"
                sum=$2
                shift
                ;;
            --sha256=*) sum=${1#*=} ;;
            -*) usage "option '$1' is unknown" "./clusterbox help bundle" ;;
            *)
                [ -z "$file" ] || usage "two files: '$file' and '$1'" "./clusterbox help bundle"
                file=$1
                ;;
        esac
        shift
    done
    [ -f "$file" ] && [ -r "$file" ] || usage "there is no readable file '$file'" "./clusterbox bundle import FILE"
    [ -z "$sum" ] || checked --sha256 "$sum" '^[0-9a-f]{64}$' '64 hexadecimal digits, as "bundle create" prints them'
    where_services_run
    [ -z "$sum" ] || [ "$(sha256_of "$file")" = "$sum" ] || die "$file has another checksum than $sum" "get it anew"
    PROVIDER=nspawn
    mkdir -p "$STATE"
    bundle_folder "$STATE"
    unpack_bundle "$file"
    make_ready
    gateway_address
    vm_address
    say "Taking in the machines' image"
    quoted_json "$BUNDLE_FOLDER/machine-image.tar.gz"
    path=$JSON
    ACCEPT='application/json, text/plain' vm_service PUT /v1/providers/nspawn/image/archive -H 'Content-Type: application/json' --max-time $BUNDLE_SECONDS \
        --data-binary @/dev/fd/5 5<<<"{\"path\": $path, \"sha256\": \"$(sha256_of "$BUNDLE_FOLDER/machine-image.tar.gz")\"}"
    [ "$STATUS" = 200 ] || GATEWAY=$VM_ADDRESS die_by_answer
    say "Taking in binaries and images"
    quoted_json "$BUNDLE_FOLDER/artifacts.tar"
    path=$JSON
    gateway PUT /v1/bundles -H 'Content-Type: application/json' --max-time $BUNDLE_SECONDS --data-binary @/dev/fd/5 5<<<"{\"path\": $path}"
    [ "$STATUS" = 200 ] || die_by_answer
    say "$BODY"
    say "Imported. No machine was made. Next: ./clusterbox up --provider nspawn"
}

bundle_list() {
    [ $# -le 1 ] || usage "bundle list takes one file, or none" "./clusterbox help bundle"
    if [ $# -eq 1 ]; then
        [ -f "$1" ] && [ -r "$1" ] || usage "there is no readable file '$1'"
        bundle_members "$1"
        say "$1: $(($(wc -c <"$1") / 1048576)) MiB, SHA-256 $(sha256_of "$1")"
        say "  $MEMBERS"
        tar -xOf "$1" artifacts.tar 2>/dev/null | tar -xOf - clusterbox-bundle 2>/dev/null | say_lines
        return
    fi
    need_gateway
    gateway GET /v1/bundles
    [ "$STATUS" = 200 ] || die_by_answer
    say "$BODY"
}

where_services_run() {
    [ -z "${CLUSTERBOX_GATEWAY_URL-}" ] || usage "CLUSTERBOX_GATEWAY_URL: bundles are made and imported where the services run" "run it on that machine"
}

only_nspawn() {
    case ${PROVIDER:-nspawn} in
        nspawn) PROVIDER=nspawn ;;
        *) usage "a bundle has the image of nspawn machines, not of $PROVIDER" "VirtualBox's machines are made of a Debian image that is started once and needs Debian's mirror" ;;
    esac
    [ "$SYSTEM" = Linux ] || die "nspawn needs Linux" "make the bundle on the kind of computer that it is for"
}

# A folder for what is not complete, in BUNDLE_FOLDER; it goes when the launcher ends.
bundle_folder() {
    BUNDLE_FOLDER=$(mktemp -d "$1/.clusterbox-bundle.XXXXXX") || die "no file can be written into '$1'"
    BUNDLE_FOLDER=$(cd "$BUNDLE_FOLDER" && pwd -P)
    trap 'rm -rf "$BUNDLE_FOLDER"' EXIT
}

# received MEMBER COMMAND…: what a service answers, as a file.
received() {
    local member=$1
    shift
    "$@" --max-time $BUNDLE_SECONDS -o "$BUNDLE_FOLDER/$member"
    if [ "$STATUS" != 200 ]; then
        [ "$STATUS" = 000 ] || BODY=$(head -c 4096 "$BUNDLE_FOLDER/$member")
        die_by_answer
    fi
}

await_image() {
    local method=PUT said=''
    while :; do
        image "$method"
        case $IMAGE_STATE in
            READY) return ;;
            FAILED) die "the machines' image could not be made: $IMAGE_TEXT" "./clusterbox services logs vm-service" ;;
        esac
        [ "$IMAGE_TEXT" = "$said" ] || say "  machine image: $IMAGE_TEXT"
        said=$IMAGE_TEXT
        method=GET
        sleep 1
    done
}

# A release archive as it is, or one made of what is built here.
pack_clusterbox() {
    local version
    say "Packing Clusterbox itself"
    if [ -n "$RELEASE" ]; then
        tar -C "${HOME_FOLDER%/*}" --owner=0 --group=0 -czf "$1" "${HOME_FOLDER##*/}"
        return
    fi
    ensure_jdk
    version=$(clusterbox_version)
    "$HOME_FOLDER/release/assemble.sh" "$version" "$JDK" >/dev/null || die "Clusterbox could not be packed" "add --without-clusterbox"
    mv "$HOME_FOLDER/target/clusterbox-$version-linux-$(uname -m).tar.gz" "$1"
}

pack_bundle() {
    local member members=(SHA256SUMS)
    for member in $BUNDLE_MEMBERS; do
        if [ "$member" != SHA256SUMS ] && [ -f "$BUNDLE_FOLDER/$member" ]; then
            printf '%s  %s\n' "$(sha256_of "$BUNDLE_FOLDER/$member")" "$member" >>"$BUNDLE_FOLDER/SHA256SUMS"
            members+=("$member")
        fi
    done
    tar -C "$BUNDLE_FOLDER" --owner=0 --group=0 --mode=0644 -cf "$BUNDLE_FOLDER/bundle" "${members[@]}"
    mv "$BUNDLE_FOLDER/bundle" "$1"
}

# The members of a bundle, in MEMBERS: plain files of the names above, each once, or it is none.
bundle_members() {
    local line
    MEMBERS=$(tar -tvf "$1" 2>/dev/null) || die "$1 is no bundle, or not all of it" "get it anew"
    while IFS= read -r line; do
        case $line in
            -*) ;;
            *) die "$1 has something in it that is no plain file" "get it anew" ;;
        esac
    done <<<"$MEMBERS"
    MEMBERS=$(tar -tf "$1" | tr '\n' ' ')
    MEMBERS=${MEMBERS% }
    case $MEMBERS in
        "$BUNDLE_MEMBERS" | "${BUNDLE_MEMBERS% *}") ;;
        *) die "$1 is no bundle: it has other members" "./clusterbox bundle create makes one" ;;
    esac
}

# What is to be imported, in BUNDLE_FOLDER; each file is checked against SHA256SUMS.
unpack_bundle() {
    local member sum
    bundle_members "$1"
    tar -xf "$1" -C "$BUNDLE_FOLDER" --no-same-owner SHA256SUMS artifacts.tar machine-image.tar.gz 2>/dev/null \
        || die "$1 cannot be read to its end" "get it anew"
    for member in artifacts.tar machine-image.tar.gz; do
        [ -f "$BUNDLE_FOLDER/$member" ] && [ ! -L "$BUNDLE_FOLDER/$member" ] || die "$1 has no plain file $member" "get it anew"
        sum=$(sha256_of "$BUNDLE_FOLDER/$member")
        grep -qxF "$sum  $member" "$BUNDLE_FOLDER/SHA256SUMS" || die "$member in $1 has not the checksum that SHA256SUMS in it says" "get it anew"
    done
}

say_contents() {
    tar -xOf "$1" clusterbox-bundle | say_lines
}

say_lines() {
    local line
    while IFS= read -r line; do
        printable "$line"
        say "  $PRINTABLE"
    done
}
