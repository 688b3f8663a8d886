# shellcheck shell=bash
# bundle create, import and list: one file out of what the services pack, and back; and files that are none.

make_packed() {
    launch services start
    rm -rf "$work/packing" "$work/it.bundle"
    mkdir "$work/packing"
    printf 'clusterbox bundle 1\nartifact etcd \033[31m3.6.14\n' >"$work/packing/clusterbox-bundle"
    tar -cf "$work/state/gateway/packed" -C "$work/packing" clusterbox-bundle
    printf 'root file system' >"$work/state/vm-service/packed"
    : >"$work/state/vm-service/requests.log"
    asked
}

# Nothing of what is not complete stays, neither here nor in the state.
expect_tidy() {
    local left
    left=$(find "$work" "$work/state" -maxdepth 1 -name '.clusterbox-bundle*')
    expect "$left" ''
}

test_bundle_create_packs_what_the_services_have() {
    make_packed
    launch bundle create "$work/it.bundle" --without-clusterbox --kubernetes 1.35 --through=etcd
    expect_code 0
    expect "$(tar -tf "$work/it.bundle" | tr '\n' ' ')" 'SHA256SUMS artifacts.tar machine-image.tar.gz '
    tar -xf "$work/it.bundle" -C "$work/packing"
    (cd "$work/packing" && sha256sum --quiet -c SHA256SUMS)
    expect "$(cat "$work/packing/machine-image.tar.gz")" 'root file system'
    expect_in "SHA-256 $(sha256sum <"$work/it.bundle" | cut -d' ' -f1)" "$OUT"
    # As the gateway lists it, and without what would move a terminal.
    expect_in 'artifact etcd ' "$OUT"
    expect_not_in $'\033[31m' "$OUT"
    asked
    expect_in 'POST /v1/bundles' "$ASKED"
    expect_in '{"kubernetes": "1.35", "through": "etcd", "name": "demo", "provider": "nspawn"}' "$ASKED"
    expect_in 'PUT /v1/providers/nspawn/image ' "$(cat "$work/state/vm-service/requests.log")"
    expect_in 'GET /v1/providers/nspawn/image/archive' "$(cat "$work/state/vm-service/requests.log")"
    expect_tidy
}

test_bundle_create_brings_clusterbox_itself() {
    make_packed
    # The box of the tests has a whole JDK behind a link: the link is packed.
    launch bundle create "$work/it.bundle"
    expect_code 0
    tar -xOf "$work/it.bundle" clusterbox.tar.gz | tar -tz >"$work/packing/members"
    grep -qx 'box/launcher/bundle.sh' "$work/packing/members"
    grep -qx 'box/clusterbox' "$work/packing/members"
    expect_in 'tar -xf it.bundle clusterbox.tar.gz' "$OUT"
    expect_tidy
}

test_bundle_create_says_what_cannot_be_packed() {
    make_packed
    : >"$work/state/gateway/no-bundle"
    launch bundle create "$work/it.bundle" --without-clusterbox
    rm "$work/state/gateway/no-bundle"
    expect_code 1
    expect "$ERR" 'clusterbox: the bundle cannot be used: it is damaged
  get it anew'
    [ ! -e "$work/it.bundle" ] || fail 'a bundle was made'
    expect_tidy
    : >"$work/it.bundle"
    launch bundle create "$work/it.bundle"
    expect_code 1
    expect_in 'is there already' "$ERR"
    launch bundle create "$work/other.bundle" --provider virtualbox
    expect_code 2
    launch bundle create
    expect_code 2
    launch bundle make "$work/other.bundle"
    expect_code 2
    CLUSTERBOX_GATEWAY_URL=http://127.0.0.1:1 launch bundle create "$work/other.bundle"
    expect_code 2
}

test_bundle_import_hands_the_parts_over_and_keeps_nothing() {
    make_packed
    launch bundle create "$work/it.bundle" --without-clusterbox
    asked
    launch bundle import "$work/it.bundle" --sha256 "$(sha256sum <"$work/it.bundle" | cut -d' ' -f1)"
    expect_code 0
    expect_in '2 binaries were taken in' "$OUT"
    asked
    expect_in 'PUT /v1/bundles' "$ASKED"
    [[ $ASKED =~ \{\"path\":\ \"$work/state/\.clusterbox-bundle\.[A-Za-z0-9]+/artifacts\.tar\"\} ]] || fail 'no path of the artifacts'
    expect_in "\"sha256\": \"$(printf 'root file system' | sha256sum | cut -d' ' -f1)\"" "$(cat "$work/state/vm-service/requests.log")"
    expect_not_in '/v1/clusters' "$ASKED"
    expect_tidy
}

test_bundle_list_shows_a_file_and_what_was_imported() {
    make_packed
    launch bundle create "$work/it.bundle" --without-clusterbox
    launch bundle list "$work/it.bundle"
    expect_code 0
    expect_in 'SHA256SUMS artifacts.tar machine-image.tar.gz' "$OUT"
    expect_in 'clusterbox bundle 1' "$OUT"
    expect_not_in $'\033[31m' "$OUT"
    launch bundle list
    expect_code 0
    expect "$OUT" 'Kubernetes 1.36 for amd64: 2 binaries'
}

# Each of these is refused before any service is asked.
not_imported() {
    asked
    launch bundle import "$@"
    [ "$CODE" = 1 ] || [ "$CODE" = 2 ] || fail "exit code (expected: 1 or 2)"
    asked
    expect "$ASKED" ''
    expect_tidy
}

test_bundle_import_takes_nothing_of_a_file_that_is_none() {
    local good
    make_packed
    launch bundle create "$work/it.bundle" --without-clusterbox
    good=$(sha256sum <"$work/it.bundle" | cut -d' ' -f1)
    tar -xf "$work/it.bundle" -C "$work/packing"

    not_imported "$work/it.bundle" --sha256 "${good//[0-9]/0}"
    not_imported "$work/it.bundle" --sha256 nonsense
    not_imported "$work/absent"
    printf 'noise' >"$work/bad.bundle"
    not_imported "$work/bad.bundle"
    head -c 3000 "$work/it.bundle" >"$work/bad.bundle"
    not_imported "$work/bad.bundle"

    repacked SHA256SUMS artifacts.tar
    not_imported "$work/bad.bundle"
    repacked SHA256SUMS artifacts.tar machine-image.tar.gz machine-image.tar.gz
    not_imported "$work/bad.bundle"
    repacked --transform='s,^machine-image.tar.gz,../machine-image.tar.gz,' SHA256SUMS artifacts.tar machine-image.tar.gz
    not_imported "$work/bad.bundle"
    repacked --transform="s,^machine-image.tar.gz,$work/owned," SHA256SUMS artifacts.tar machine-image.tar.gz
    not_imported "$work/bad.bundle"
    printf 'another' >"$work/packing/machine-image.tar.gz"
    repacked SHA256SUMS artifacts.tar machine-image.tar.gz
    not_imported "$work/bad.bundle"
    expect_in 'has not the checksum' "$ERR"
    rm "$work/packing/machine-image.tar.gz"
    ln -s /etc/shadow "$work/packing/machine-image.tar.gz"
    repacked SHA256SUMS artifacts.tar machine-image.tar.gz
    not_imported "$work/bad.bundle"
    [ ! -e "$work/owned" ] || fail 'something was written'
}

repacked() {
    tar -P -cf "$work/bad.bundle" -C "$work/packing" "$@"
}
