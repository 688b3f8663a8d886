# shellcheck shell=bash
# The options of `up`: what is asked of the gateway, and what never reaches it.

request() {
    inside "read_shape $1; write_request; printf '%s' \"\$REQUEST\""
}

test_without_options_the_cluster_is_demo() {
    request ''
    expect "$OUT" '{"name": "demo"}'
}

test_every_option_has_its_field() {
    request 'test-1 --controllers 1 --nodes=5 --memory 2G --cpus controller=2,node=1 --subnet 192.168.58.0/24 --pod-cidr 10.1.0.0/16 --service-cidr=10.2.0.0/24 --kubernetes v1.36 --through etcd'
    expect "$OUT" '{"controllers": 1, "nodes": 5, "controller": {"memoryMiB": 2048, "cpus": 2}, "node": {"memoryMiB": 2048, "cpus": 1}, "subnet": "192.168.58.0/24", "podCidr": "10.1.0.0/16", "serviceCidr": "10.2.0.0/24", "kubernetes": "v1.36", "through": "etcd", "name": "test-1"}'
}

test_sizes_are_per_role() {
    request '--memory load-balancer=512M,controller=2GiB,node=1024'
    expect "$OUT" '{"loadBalancer": {"memoryMiB": 512}, "controller": {"memoryMiB": 2048}, "node": {"memoryMiB": 1024}, "name": "demo"}'
}

# Each of these is refused with exit code 2, before anything is done.
refused() {
    launch up "$@"
    expect_code 2
    expect_in 'clusterbox: ' "$ERR"
}

test_what_could_break_out_of_its_place_is_refused() {
    rm -f "$work/state/gateway/requests.log"
    refused 'demo","provider":"x'
    refused 'Demo'
    refused '-demo'
    refused '../demo'
    refused 'demo?dryRun=true'
    refused 'demo/../../operations'
    refused --nodes '3, "x": 1'
    refused --nodes=-1
    refused --nodes 0x10
    refused --subnet '192.168.56.0/24", "x": "'
    refused --subnet $'192.168.56.0/24\n"'
    refused --through 'etcd"'
    refused --through 'Etcd'
    refused --kubernetes '1.36$(id)'
    refused --memory '2G;id'
    refused --memory 'node=2G,kubelet=1G'
    refused --memory 'a[$(touch owned)]=1'
    refused --cpus 'x[$(touch owned)0]'
    refused --provider docker
    refused --provider
    refused --unknown
    refused one two
    refused -f /does/not/exist
    asked
    expect "$ASKED" ''
    [ ! -e owned ] || fail 'something was carried out'
}

test_numbers_that_begin_with_zero_are_decimal() {
    request '--nodes 08'
    expect "$OUT" '{"nodes": 8, "name": "demo"}'
}

test_options_replace_the_fields_of_a_cluster_file() {
    cat >"$work/cluster.yaml" <<'YAML'
# ours
name: "lab"
controllers: 3
controller:
  cpus: 2
  memoryMiB: 4096
nodes: 2
subnet: 192.168.57.0/24
YAML
    request "-f '$work/cluster.yaml' --nodes 4 --memory controller=1G"
    expect "$OUT" '# ours
name: "lab"
controllers: 3
subnet: 192.168.57.0/24
nodes: 4
controller: {"memoryMiB": 1024}'
    inside "read_shape -f '$work/cluster.yaml'; printf '%s' \"\$NAME\""
    expect "$OUT" lab
}

test_a_json_file_goes_as_it_is_and_alone() {
    printf '{"name": "lab", "nodes": 2}\n' >"$work/cluster.json"
    request "-f '$work/cluster.json'"
    expect "$OUT" '{"name": "lab", "nodes": 2}'
    request "-f '$work/cluster.json' --nodes 3"
    expect_code 2
    expect_in 'is JSON' "$ERR"
}

test_a_hostile_name_in_a_cluster_file_is_refused() {
    printf 'name: demo/../x\n' >"$work/cluster.yaml"
    request "-f '$work/cluster.yaml'"
    expect_code 2
}

test_messages_quote_what_a_shell_would_need() {
    inside 'quoted a "b c" "d'\''e" ""'
    expect "$OUT" "a 'b c' 'd'\\''e' ''"
}

test_an_addon_arrives_byte_for_byte_under_the_name_of_its_file() {
    local file="$work/My Traefik_v3.yaml"
    printf 'a: "x\\y"\t# tab\r\nb: \xc3\xa9 & $(touch owned) `id` \047%%s\047 \xf0\x9f\x98\x80\n\n' >"$file"
    cp "$file" "$work/second.json"
    request "--addon '$file' --addon '$work/second.json' --nodes 2"
    expect_code 0
    [ ! -e owned ] || fail 'something was carried out'
    expect "$OUT" '{"addons": [{"name": "my-traefik-v3", "manifest": "a: \"x\\y\"\t# tab\r\nb: é & $(touch owned) `id` '"'%s'"' 😀\n\n"}, {"name": "second", "manifest": "a: \"x\\y\"\t# tab\r\nb: é & $(touch owned) `id` '"'%s'"' 😀\n\n"}], "nodes": 2, "name": "demo"}'
}

test_addons_go_with_a_cluster_file_too() {
    printf 'name: lab\nnodes: 2\n' >"$work/cluster.yaml"
    printf 'kind: x\n' >"$work/one.yaml"
    request "-f '$work/cluster.yaml' --addon '$work/one.yaml'"
    expect "$OUT" 'name: lab
nodes: 2
addons: [{"name": "one", "manifest": "kind: x\n"}]'
    printf '{"name": "lab"}' >"$work/cluster.json"
    request "-f '$work/cluster.json' --addon '$work/one.yaml'"
    expect_code 2
    expect_in 'is JSON' "$ERR"
}

test_an_addon_that_is_none_is_refused() {
    rm -f "$work/state/gateway/requests.log"
    refused --addon /does/not/exist
    refused --addon "$work"
    head -c 524289 /dev/zero | tr '\0' a >"$work/large.yaml"
    refused --addon "$work/large.yaml"
    expect_in 'has 524289 bytes (expected: at most 524288)' "$ERR"
    printf 'a\0b' >"$work/binary.yaml"
    refused --addon "$work/binary.yaml"
    printf 'a\033[2Jb' >"$work/binary.yaml"
    refused --addon "$work/binary.yaml"
    printf 'caf\xe9\n' >"$work/latin.yaml"
    refused --addon "$work/latin.yaml"
    expect_in 'UTF-8' "$ERR"
    : >"$work/empty.yaml"
    refused --addon "$work/empty.yaml"
    printf 'x' >"$work/---.yaml"
    refused --addon "$work/---.yaml"
    printf 'x' >"$work/one.yaml"
    printf 'x' >"$work/ONE.yml"
    refused --addon "$work/one.yaml" --addon "$work/ONE.yml"
    expect_in "two files are called 'one'" "$ERR"
    asked
    expect "$ASKED" ''
}
