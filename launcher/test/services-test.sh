# shellcheck shell=bash
# Services: started, found, stopped.

test_services_start_are_ready_and_stop() {
    launch services stop
    launch services start
    expect_code 0
    expect_in 'Services ready in' "$OUT"
    launch services status
    expect_code 0
    expect "$(grep -c ' ready ' <<<"$OUT")" 4
    launch services start
    expect_in 'Already running' "$OUT"
    launch services logs gateway
    expect_in 'ready on port' "$OUT"
    launch services stop
    expect_code 0
    launch services status
    expect_code 1
    expect "$(grep -c 'not running' <<<"$OUT")" 4
}

test_secrets_are_for_their_owner_only_and_stay() {
    local before
    launch services start
    expect "$(stat -c %a "$work/state/tokens/pki.token" "$work/state/tokens/vm.token" "$work/state/passphrase" | sort -u)" 600
    expect "$(stat -c %a "$work/state/tokens")" 700
    before=$(cat "$work/state/tokens/"* "$work/state/passphrase")
    launch services stop
    launch services start
    expect "$(cat "$work/state/tokens/"* "$work/state/passphrase")" "$before"
}

test_one_service_that_was_killed_is_started_again_alone() {
    local pid gateway
    launch services start
    read -r pid _ <"$work/state/run/pki-service.pid"
    read -r gateway _ <"$work/state/run/gateway.pid"
    kill -KILL "$pid"
    launch services start
    expect_code 0
    expect_in 'pki-service' "$OUT"
    expect_not_in 'gateway' "$OUT"
    expect "$(cut -d' ' -f1 "$work/state/run/gateway.pid")" "$gateway"
}

test_a_pid_that_belongs_to_another_process_by_now_is_not_killed() {
    local other
    launch services stop
    sleep 60 &
    other=$!
    mkdir -p "$work/state/run"
    printf '%s 12345@another-boot 8080\n' "$other" >"$work/state/run/gateway.pid"
    launch services stop
    expect_code 0
    kill -0 "$other" || fail 'the other process was killed'
    launch services status
    expect_in 'gateway      not running' "$OUT"
    kill "$other"
}

test_a_pid_file_full_of_nonsense_means_not_running() {
    local text
    launch services stop
    for text in '' '-1 x 1' '$(touch owned) 1 1' '1' 'abc def ghi' '0 0 0'; do
        printf '%s\n' "$text" >"$work/state/run/gateway.pid"
        launch services stop
        expect_code 0
        launch services status
        expect_in 'gateway      not running' "$OUT"
    done
    rm -f "$work/state/run/gateway.pid"
}

test_a_service_that_ends_while_starting_is_an_error_with_its_log() {
    launch services stop
    mkdir -p "$work/state/vm-service"
    : >"$work/state/vm-service/refuse-to-start"
    launch services start
    rm "$work/state/vm-service/refuse-to-start"
    expect_code 1
    expect_in 'vm-service ended while starting' "$ERR"
    expect_in 'the configuration is wrong' "$ERR"
    launch services stop
}

test_a_service_whose_pid_file_comes_late_has_not_ended() {
    launch services stop
    mkdir -p "$work/slow"
    printf '#!/bin/sh\nsleep 4\nexec %s "$@"\n' "$(command -v setsid)" >"$work/slow/setsid"
    chmod +x "$work/slow/setsid"
    path=$work/slow:$PATH launch services start
    expect_code 0
    expect_in 'Services ready in' "$OUT"
    launch services stop
}

test_a_port_in_use_is_said_before_anything_is_started() {
    launch services start
    (
        CLUSTERBOX_STATE=$work/other HOME=$work/home CLUSTERBOX_CACHE=$work/cache CLUSTERBOX_NO_AOT=yes \
            "$bash" "$work/box/clusterbox" services start >"$work/out" 2>&1
    ) && fail 'it started'
    OUT=$(cat "$work/out")
    expect_in 'is in use by another program' "$OUT"
    expect_in '_PORT=' "$OUT"
    [ ! -e "$work/other/run/gateway.pid" ] || fail 'something was started'
}

test_ctrl_c_does_not_reach_the_services() {
    launch services start
    read -r pid _ <"$work/state/run/gateway.pid"
    # A session of its own: no terminal can send it anything.
    expect "$(ps -o sess= -p "$pid" | tr -d ' ')" "$pid"
}

test_logs_are_kept_for_three_starts() {
    local i
    for i in 1 2 3 4 5; do
        launch services stop
        launch services start
    done
    expect "$(cd "$work/state/log" && echo gateway.log*)" 'gateway.log gateway.log.1 gateway.log.2 gateway.log.3'
}

test_two_launchers_at_once_start_one_set_of_services() {
    launch services stop
    (launch services start) &
    (launch services start) &
    wait
    launch services status
    expect_code 0
    expect "$(pgrep -fc "clusterbox.state=$work/state/gateway")" 1
}

test_a_service_name_that_is_none_is_refused() {
    launch services start '../../etc'
    expect_code 2
    launch services stop 'gateway;reboot'
    expect_code 2
}

test_a_port_that_is_none_is_refused() {
    CLUSTERBOX_GATEWAY_PORT='80;id' launch services status
    expect_code 2
    CLUSTERBOX_GATEWAY_PORT=70000 launch services status
    expect_code 2
}

# vm-service makes the folders of machines' root file systems: closed ones would lock out all but root in there.
test_services_make_files_that_others_can_read_inside_of_a_closed_state_folder() {
    local pid
    launch services start
    read -r pid _ <"$work/state/run/vm-service.pid"
    expect_in '0022' "$(grep Umask "/proc/$pid/status")"
    expect "$(stat -c %a "$work/state")" 700
}

test_a_service_that_runs_but_is_not_ready_is_waited_for() {
    launch services start
    : >"$work/state/gateway/not-ready"
    (
        sleep 1.5
        rm "$work/state/gateway/not-ready"
    ) &
    launch services start
    expect_code 0
    [ ! -e "$work/state/gateway/not-ready" ] || fail 'it did not wait'
    expect_in 'Services ready in' "$OUT"
    expect_not_in 'Already running' "$OUT"
    # Not started anew, and the others were not waited for.
    expect_in ': gateway' "$OUT"
    wait
}

test_a_service_that_stays_not_ready_is_an_error_like_one_just_started() {
    launch services start
    inside 'healthy() { [ "$1" != "$CLUSTERBOX_GATEWAY_PORT" ]; }
        now() { NOW=$((${NOW:-0} + 20000)); }
        start_services $SERVICES'
    expect_code 1
    expect_in 'waited 60 s for gateway to become ready' "$ERR"
    expect_in './clusterbox services logs gateway' "$ERR"
}

test_the_artifact_store_is_open_inside_of_a_closed_folder_and_vm_service_knows_it() {
    launch services start
    expect "$(stat -c %a "$work/state/gateway/artifacts" "$work/state/gateway" | tr '\n' ' ')" '755 700 '
    expect_in "clusterbox.artifact-store=$work/state/gateway/artifacts" "$(cat "$work/state/vm-service/told")"
}

test_other_artifacts_have_the_gateway_started_again_and_only_by_what_needs_them() {
    local before
    launch services start
    mkdir -p "$work/binaries"
    read -r before _ <"$work/state/run/gateway.pid"
    # Relative to where the caller is; services run elsewhere.
    cd "$work" || fail 'no folder'
    CLUSTERBOX_ARTIFACTS=binaries launch services start
    expect_in 'Already running' "$OUT"
    CLUSTERBOX_ARTIFACTS=binaries CLUSTERBOX_MIRROR=https://mirror.example/k8s launch up --provider nspawn
    expect_code 0
    expect_in 'gateway was started with other artifacts (CLUSTERBOX_ARTIFACTS, CLUSTERBOX_MIRROR): starting it again' "$OUT"
    expect_not_in 'vm-service was' "$OUT"
    [ "$(cut -d' ' -f1 "$work/state/run/gateway.pid")" != "$before" ] || fail 'the gateway is the same'
    expect_in "clusterbox.artifacts=$work/binaries" "$(cat "$work/state/gateway/told")"
    expect_in 'clusterbox.mirror=https://mirror.example/k8s' "$(cat "$work/state/gateway/told")"
    read -r before _ <"$work/state/run/gateway.pid"
    CLUSTERBOX_ARTIFACTS=binaries CLUSTERBOX_MIRROR=https://mirror.example/k8s launch up --provider nspawn
    expect_not_in 'starting it again' "$OUT"
    # Who only looks takes nothing away.
    launch down --yes
    expect "$(cut -d' ' -f1 "$work/state/run/gateway.pid")" "$before"
    launch up --provider nspawn
    expect_in 'starting it again' "$OUT"
    expect_not_in clusterbox.artifacts= "$(cat "$work/state/gateway/told")"
}

test_artifacts_that_are_not_there_are_said_before_anything_is_done() {
    asked
    CLUSTERBOX_ARTIFACTS=/does/not/exist launch up --provider nspawn
    expect_code 2
    expect_in "there is no readable folder '/does/not/exist'" "$ERR"
    CLUSTERBOX_MIRROR='file:///etc' launch up --provider nspawn
    expect_code 2
    asked
    expect "$ASKED" ''
}

test_any_number_of_newer_sources_is_found() {
    local module
    tree=$work/large-tree
    mkdir -p "$tree/target" "$tree/provision-agent/target/image"
    cp "$work/box/clusterbox" "$tree/"
    cp -R "$work/box/launcher" "$tree/launcher"
    for module in provision-agent pki-service vm-service gateway slack-bot; do
        mkdir -p "$tree/$module/src/main" "$tree/$module/target"
        : >"$tree/$module/target/$module.jar"
    done
    touch -d '2 hours ago' "$tree/target/launcher.stamp" "$tree"/*/target/*.jar
    (cd "$tree/gateway/src/main" && seq 5000 | sed 's/^/a-file-with-a-rather-long-name-/' | xargs touch)
    touch -d '3 hours ago' "$tree"/{pki-service,vm-service,slack-bot,provision-agent}/src/main
    inside 'stale_modules; printf "%s" "$STALE"'
    expect_code 0
    expect_in gateway "$OUT"
    expect_not_in pki-service "$OUT"
}
