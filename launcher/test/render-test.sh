# shellcheck shell=bash
# render: files of a gateway, and what is not let through of it.

# rendered_tar [TAR OPTIONS] FILE…: what the gateway will send.
rendered_tar() {
    launch services start
    tar -cf "$work/state/gateway/render.tar" -C "$work/rendered" "$@"
}

make_rendered() {
    rm -rf "$work/rendered" "$work/into"
    mkdir -p "$work/rendered/controller-1/etc" "$work/rendered/addons"
    printf 'one\n' >"$work/rendered/controller-1/etc/one@.service"
    printf 'two\n' >"$work/rendered/addons/two.yaml"
    chmod 600 "$work/rendered/controller-1/etc/one@.service"
}

test_render_writes_a_folder_for_each_machine() {
    make_rendered
    rendered_tar controller-1/etc/one@.service addons/two.yaml
    asked
    launch render --kubernetes v1.10 --subnet=192.168.26.0/24 --provider virtualbox "$work/into"
    expect_code 0
    expect_in "2 files in $work/into, a folder for each machine, and in addons what is applied to the cluster." "$OUT"
    expect "$(cat "$work/into/controller-1/etc/one@.service")" one
    expect "$(stat -c %a "$work/into/controller-1/etc/one@.service")" 600
    asked
    expect_in 'POST /v1/render' "$ASKED"
    expect_in '{"kubernetes": "v1.10", "subnet": "192.168.26.0/24", "name": "demo", "provider": "virtualbox"}' "$ASKED"
    expect_not_in '/v1/clusters' "$ASKED"
}

test_render_takes_a_cluster_file() {
    make_rendered
    rendered_tar addons/two.yaml
    printf 'name: lab\nnodes: 2\nprovider: nspawn\n' >"$work/cluster.yaml"
    asked
    launch render -f "$work/cluster.yaml" --nodes 1 "$work/into"
    expect_code 0
    asked
    expect_in 'name: lab
nodes: 1
provider: "nspawn"' "$ASKED"
}

test_render_leaves_what_is_there_alone() {
    make_rendered
    rendered_tar addons/two.yaml
    mkdir "$work/into"
    : >"$work/into/mine"
    asked
    launch render "$work/into"
    expect_code 1
    expect_in 'is not empty' "$ERR"
    launch render "$work/into/mine"
    expect_code 2
    launch render
    expect_code 2
    launch render "$work/one" "$work/two"
    expect_code 2
    launch render --dry-run "$work/into"
    expect_code 2
    asked
    expect "$ASKED" ''
    expect "$(ls "$work/into")" mine
}

test_render_says_what_the_gateway_says() {
    launch services start
    launch render --kubernetes 9.9 "$work/never"
    expect_code 1
    expect "$ERR" "clusterbox: kubernetes: '9.9' (expected: 1.36)
  name a minor version"
    [ ! -e "$work/never" ] || fail 'the folder was made'
}

test_render_lets_no_archive_out_of_its_folder() {
    make_rendered
    ln -s /etc/passwd "$work/rendered/addons/link"
    rendered_tar addons/two.yaml addons/link
    launch render "$work/into"
    expect_code 1
    expect_in 'no plain file' "$ERR"
    rendered_tar -P --transform='s,addons/two.yaml,../escaped,' addons/two.yaml
    launch render "$work/into"
    expect_code 1
    expect_in 'a name that is not let through' "$ERR"
    rendered_tar -P --transform='s,addons/two.yaml,addons/../../escaped,' addons/two.yaml
    launch render "$work/into"
    expect_code 1
    rendered_tar -P --transform="s,addons/two.yaml,$work/escaped," addons/two.yaml
    launch render "$work/into"
    expect_code 1
    [ ! -e "$work/into" ] && [ ! -e "$work/escaped" ] || fail 'something was written'
}
