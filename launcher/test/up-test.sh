# shellcheck shell=bash
# up, down, status, ssh against the stand-in.

# The part of the output that does not depend on the clock.
steps_of() {
    grep -E '^  (ok|FAIL|\.\.\.) ' <<<"$1"
}

test_up_asks_shows_and_says_what_comes_next() {
    launch up --provider nspawn --through etcd
    expect_code 0
    asked
    expect_in 'POST /v1/clusters null
{"through": "etcd", "name": "demo", "provider": "nspawn"}' "$ASKED"
    expect "$(steps_of "$OUT")" '  ok   Check the host                            0.1 s
  ok   Create authorities                3/3     0.2 s
  ok   Create machines                   7/7     1.3 s'
    expect_in "Cluster 'demo' is up through etcd: " "$OUT"
    expect_in './clusterbox status demo' "$OUT"
    expect_in 'no security boundary' "$OUT"
    expect "$ERR" ''
}

test_no_colours_where_there_is_no_terminal() {
    launch up --provider nspawn
    expect_not_in $'\033' "$OUT$ERR"
}

test_a_failure_has_exit_code_1_the_problem_and_its_hint() {
    launch up broken --provider nspawn
    expect_code 1
    expect_in '  FAIL Start etcd                        2/3    30.0 s  etcd on demo-controller-2 does not answer' "$OUT"
    expect_in 'clusterbox: etcd on demo-controller-2 does not answer
  journalctl -u etcd says why; then run the same command again' "$ERR"
}

test_a_refusal_is_shown_as_the_gateway_words_it() {
    launch up taken --provider nspawn
    expect_code 1
    expect "$ERR" "clusterbox: cluster 'taken' is there with another shape
  choose another name"
    launch up alone --provider nspawn
    expect "$ERR" 'clusterbox: a problem without a hint'
}

test_a_stream_that_breaks_off_is_taken_up_again_and_no_line_is_written_twice() {
    launch up torn --provider nspawn
    expect_code 0
    expect "$(steps_of "$OUT")" '  ok   Check the host                            0.1 s
  ok   Create authorities                3/3     0.2 s
  ok   Create machines                   7/7     1.3 s'
}

test_an_operation_that_is_lost_is_an_error() {
    launch up lost --provider nspawn
    expect_code 1
    expect_in 'does not know the operation op-lost' "$ERR"
}

test_an_operation_whose_events_do_not_come_ends_by_its_state() {
    launch up mute --provider nspawn
    expect_code 1
    expect_in 'did not send its events' "$ERR"
}

test_what_the_gateway_passes_on_cannot_steer_the_terminal() {
    launch up loud --provider nspawn
    expect_code 0
    expect_not_in $'\033' "$OUT"
    expect_not_in $'\a' "$OUT"
    [ ! -e x ] || fail 'something was carried out'
}

test_ctrl_c_ends_the_showing_with_130_and_says_how_to_watch() {
    local pid code=0
    launch services start
    set -m
    HOME=$work/home CLUSTERBOX_STATE=$work/state CLUSTERBOX_CACHE=$work/cache CLUSTERBOX_NO_AOT=yes \
        "$bash" "$work/box/clusterbox" up slow --provider nspawn >"$work/out" 2>&1 </dev/null &
    pid=$!
    set +m
    await grep -q 'Check the host' "$work/out"
    # The whole group, as the terminal does it.
    kill -INT -- "-$pid"
    wait "$pid" || code=$?
    OUT=$(cat "$work/out") CODE=$code
    expect_code 130
    expect_in './clusterbox status slow --watch' "$OUT"
    launch services status
    expect_code 0
}

test_a_dry_run_makes_nothing() {
    asked
    launch up --provider nspawn --dry-run
    expect_code 0
    expect_in 'would make 7 machines' "$OUT"
    asked
    expect_in 'dryRun=true' "$ASKED"
    expect_not_in 'POST /v1/clusters null' "$ASKED"
}

test_on_a_small_machine_a_smaller_cluster_is_proposed_once() {
    asked
    memory=7900 launch up absent --provider nspawn --yes
    asked
    expect_in '"controllers": 3, "nodes": 1, "loadBalancer": {"memoryMiB": 256}, "controller": {"memoryMiB": 1536}, "node": {"memoryMiB": 1536}' "$ASKED"
    memory=3900 launch up absent --provider nspawn --yes
    asked
    expect_in '"controllers": 1, "nodes": 1, "loadBalancer": {"memoryMiB": 256}, "controller": {"memoryMiB": 1536}, "node": {"memoryMiB": 1280}' "$ASKED"
    memory=7900 launch up absent --provider nspawn
    expect_code 1
    expect_in '--yes' "$ERR"
    # One that is there keeps its shape, and who says a shape gets it.
    memory=7900 launch up --provider nspawn
    expect_code 0
    memory=7900 launch up absent --provider nspawn --nodes 2
    expect_code 0
}

test_down_asks_first() {
    launch services start
    asked
    launch down
    expect_code 1
    expect_in '--yes' "$ERR"
    asked
    expect_not_in DELETE "$ASKED"
    launch down --yes
    expect_code 0
    expect_in "Cluster 'demo' is gone" "$OUT"
    asked
    expect_in 'DELETE /v1/clusters/demo' "$ASKED"
    launch down absent --yes
    expect_code 1
    expect_in "there is no cluster 'absent'" "$ERR"
}

test_status_and_list_print_what_the_gateway_says() {
    launch services start
    launch status
    expect "$OUT" 'demo is READY'
    launch list
    expect_in 'demo  READY' "$OUT"
    launch status --watch
    expect_code 0
    expect_in 'Create machines' "$OUT"
    launch status absent
    expect_code 1
}

test_without_services_status_says_how_to_start_them() {
    launch services stop
    launch status
    expect_code 1
    expect_in './clusterbox services start' "$ERR"
}

test_the_token_is_on_no_command_line() {
    local pid token seen
    launch services start
    token=$(cat "$work/state/gateway/tokens/admin.token")
    set -m
    HOME=$work/home CLUSTERBOX_STATE=$work/state CLUSTERBOX_CACHE=$work/cache CLUSTERBOX_NO_AOT=yes \
        "$bash" "$work/box/clusterbox" up slow --provider nspawn >"$work/out" 2>&1 </dev/null &
    pid=$!
    set +m
    await grep -q 'Check the host' "$work/out"
    seen=$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ')
    kill -INT -- "-$pid"
    wait "$pid" || true
    expect_in 'text/tab-separated-values' "$seen"
    expect_not_in "$token" "$seen"
}

test_ssh_enters_only_by_nsenter_into_one_process() {
    local machine
    launch services start
    for machine in evil-1 evil-2 evil-3; do
        launch ssh demo "$machine" -- id
        expect_code 1
        expect_not_in uid= "$OUT"
    done
    [ ! -e /tmp/evil ] || fail 'something was carried out'
    launch ssh demo 'a/../b' -- id
    expect_code 2
    launch ssh
    expect_code 2
}

test_ssh_runs_the_command_word_for_word_and_has_its_exit_code() {
    [ "$(id -u)" -eq 0 ] || return 0
    launch services start
    launch ssh demo controller-1 -- sh -c 'printf "<%s>" "$@"; exit 7' x 'a b' '$(id)' "it's"
    expect_code 7
    expect "$OUT" "<a b><\$(id)><it's>"
    [ ! -e /tmp/evil ] || fail 'what the gateway said to run was run'
}

test_a_second_up_takes_little_time_of_its_own() {
    local begun took
    launch services start
    begun=${EPOCHREALTIME/./}
    launch up --provider nspawn
    took=$(((${EPOCHREALTIME/./} - begun) / 1000))
    expect_code 0
    [ "$took" -lt 800 ] || fail "took $took ms"
}

test_a_cluster_that_is_ready_ends_with_kubectl() {
    launch up --provider nspawn
    expect_code 0
    expect_in "Cluster 'demo' is ready: " "$OUT"
    expect_in '  ./clusterbox kubeconfig demo --merge
  kubectl get nodes
  ./clusterbox status demo
  ./clusterbox ssh demo controller-1
  ./clusterbox down demo' "$OUT"
    launch up --provider nspawn --through etcd
    expect_in "Cluster 'demo' is up through etcd: " "$OUT"
    expect_not_in kubectl "$OUT"
}

test_what_will_be_downloaded_is_said_before() {
    mkdir -p "$work/binaries"
    rm -rf "$work/state/gateway/artifacts"
    launch up --provider nspawn
    expect_in 'About 560 MB of Kubernetes' "$OUT"
    launch up --provider nspawn --through etcd
    expect_not_in '560 MB' "$OUT"
    printf 'name: demo\nthrough: agents\n' >"$work/cluster.yaml"
    launch up --provider nspawn -f "$work/cluster.yaml"
    expect_not_in '560 MB' "$OUT"
    CLUSTERBOX_ARTIFACTS=$work/binaries launch up --provider nspawn
    expect_not_in '560 MB' "$OUT"
    expect_in "binaries come from $work/binaries" "$OUT"
    : >"$work/state/gateway/artifacts/$(printf '%064d' 0)"
    launch up --provider nspawn
    expect_not_in '560 MB' "$OUT"
}

# More than a word of a command line may have (128 KiB).
test_a_large_addon_arrives() {
    asked
    head -c 500000 /dev/zero | tr '\0' '#' >"$work/large.yaml"
    launch up --provider nspawn --addon "$work/large.yaml"
    expect_code 0
    asked
    [ ${#ASKED} -gt 500000 ] || fail "${#ASKED} characters arrived"
    expect_in '#"}], "name": "demo"' "$ASKED"
}

test_a_smoke_test_shows_what_came_of_each_check() {
    launch services start
    asked
    launch smoke-test tried
    expect_code 0
    expect_in 'ok   Smoke test                        3/3     7.5 s' "$OUT"
    expect_in 'Smoke test: 2 of 3 passed, 2026-01-02T03:04:05Z
  ok    encryption at rest   0.4 s
  ok    deployment           2.1 s
  FAIL  names                5.0 s' "$OUT"
    expect_not_in "HAProxy" "$OUT"
    expect_not_in $'\033' "$OUT"
    expect_in "Cluster 'tried' passed its smoke test." "$OUT"
    asked
    expect_in 'POST /v1/clusters/tried/smoke-test' "$ASKED"
    launch smoke-test unwell
    expect_code 1
    expect_in '  FAIL  names' "$OUT"
    expect_in 'clusterbox: the smoke test failed: names' "$ERR"
    launch smoke-test 'demo/../x'
    expect_code 2
    launch smoke-test --fast
    expect_code 2
}
