# shellcheck shell=bash
# prepare, and what doctor says of the same things.

test_prepare_fetches_builds_and_makes_no_machine() {
    launch services start
    rm -rf "$work/state/gateway/artifacts"
    asked
    launch prepare
    expect_code 0
    expect_in '  machine image            -        BUILDING    unpacking' "$OUT"
    # Only numbers changed between the first two looks: that is not worth a line.
    expect "$(grep -c 'DOWNLOADING' <<<"$OUT")" 1
    expect "$(grep -c '  etcd .* PACKAGE ' <<<"$OUT")" 2
    expect_in 'Prepared for Kubernetes 1.36:
  machine image            -        READY       ready
  kubelet                  1.36.2   READY       dl.example
  etcd                     1.36.2   PACKAGE     etcd-server
On disk: 3 MiB in' "$OUT"
    expect_in 'No machine was made. Next: ./clusterbox up' "$OUT"
    asked
    expect_in 'PUT /v1/releases/1.36/artifacts' "$ASKED"
    expect_not_in '/v1/clusters' "$ASKED"
    # With vm-service's own token, or it would not have answered.
    expect_in 'PUT /v1/providers/nspawn/image' "$(cat "$work/state/vm-service/requests.log")"
}

test_prepare_says_what_could_not_be_had() {
    launch services start
    : >"$work/state/gateway/nothing-to-be-had"
    launch prepare --kubernetes v1.36.2
    rm "$work/state/gateway/nothing-to-be-had"
    expect_code 1
    expect_in '  kubelet                  1.36.2   MISSING     https://dl.example/kubelet answers 404' "$OUT"
    expect "$ERR" 'clusterbox: 1 of 2 artifacts could not be had
  set CLUSTERBOX_MIRROR'
    : >"$work/state/vm-service/no-image"
    launch prepare
    rm "$work/state/vm-service/no-image"
    expect_code 1
    expect_in 'could not be made: no mirror answers' "$ERR"
    launch prepare --kubernetes 9.9
    expect_code 1
    expect "$ERR" "clusterbox: there is no release '9.9'
  1.36 is there"
}

test_prepare_takes_versions_and_nothing_else() {
    rm -f "$work/state/gateway/requests.log"
    launch prepare --kubernetes '1.36/../../clusters'
    expect_code 2
    launch prepare demo
    expect_code 2
    launch prepare --kubernetes
    expect_code 2
    CLUSTERBOX_GATEWAY_URL=http://127.0.0.1:1 launch prepare
    expect_code 2
    asked
    expect "$ASKED" ''
}

test_doctor_knows_the_modules_that_nodes_need() {
    local modules
    modules=$work/root/lib/modules/$(uname -r)
    rm -rf "$work/root"
    mkdir -p "$modules" "$work/root/sys/module/overlay" "$work/root/proc/sys/net/bridge"
    : >"$work/root/proc/sys/net/bridge/bridge-nf-call-iptables"
    printf 'kernel/drivers/net/vxlan/vxlan.ko.zst: kernel/net/ipv4/udp_tunnel.ko.zst\n' >"$modules/modules.dep"
    printf 'kernel/net/netfilter/nf_conntrack.ko\n' >"$modules/modules.builtin"
    export CLUSTERBOX_ROOT=$work/root
    inside 'doctor_kernel; echo "problems: $DOCTOR_PROBLEMS"'
    expect "$OUT" '  ok    modules    there: overlay br_netfilter nf_conntrack
  ok    modules    loaded by root when they are needed: vxlan
problems: 0'
    : >"$modules/modules.dep"
    inside 'doctor_kernel; echo "problems: $DOCTOR_PROBLEMS"'
    expect_in 'has no vxlan' "$OUT"
    expect_in 'problems: 1' "$OUT"
    rm -rf "$work/root/lib"
    inside 'doctor_kernel; echo "problems: $DOCTOR_PROBLEMS"'
    expect_in 'not seen from here, as in a container: nf_conntrack vxlan' "$OUT"
    expect_in 'problems: 0' "$OUT"
}

test_doctor_looks_into_the_folder_of_artifacts() {
    mkdir -p "$work/some/images" "$work/some/bin"
    : >"$work/some/kubelet"
    : >"$work/some/bin/etcd"
    : >"$work/some/images/coredns.tar"
    export CLUSTERBOX_ARTIFACTS=$work/some
    inside 'doctor_artifacts; echo "problems: $DOCTOR_PROBLEMS"'
    expect_in "$work/some has: kubelet etcd; 1 image archive(s)" "$OUT"
    expect_in 'kube-apiserver' "$OUT"
    CLUSTERBOX_ARTIFACTS=/does/not/exist
    inside 'doctor_artifacts; echo "problems: $DOCTOR_PROBLEMS"'
    expect_in 'problems: 1' "$OUT"
}

test_every_command_has_help_and_the_short_help_names_those_for_people() {
    local command
    launch help
    expect_not_in ' credential' "$OUT"
    for command in up down status list ssh kubeconfig smoke-test prepare images doctor services; do
        expect_in "  ./clusterbox $command" "$(launch help && printf '%s' "$OUT")"
        launch help "$command"
        expect_code 0
        expect_in "./clusterbox $command" "$OUT"
    done
    launch help credential
    expect_in 'ExecCredential' "$OUT"
}

test_completion_knows_the_commands_and_their_options() {
    inside '. "$LAUNCHER/completion.bash"
        complete_for() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _clusterbox; echo "${COMPREPLY[*]}"; }
        complete_for clusterbox ku; complete_for clusterbox kubeconfig --m; complete_for clusterbox up --ad'
    expect "$OUT" 'kubeconfig
--merge
--addon'
}
