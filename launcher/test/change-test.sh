# shellcheck shell=bash
# scale, replace, stop, start against the stand-in.

test_scale_asks_for_the_number_and_shows_what_happens() {
    launch services start
    launch scale lab 5
    expect_code 0
    asked
    expect_in 'PATCH /v1/clusters/lab null
{"nodes": 5}' "$ASKED"
    expect_in '  ok   Create machines                   7/7     1.3 s' "$OUT"
    expect_in "Cluster 'lab' has 5 nodes: " "$OUT"
    launch scale 008
    asked
    expect_in 'PATCH /v1/clusters/demo null
{"nodes": 8}' "$ASKED"
}

test_scale_wants_a_number() {
    local words
    launch services start
    for words in '' 'five' 'demo five' 'demo -1' '1 2 3' 'demo 5 --force' 'Demo 3' 'demo 1000' "demo 3;id"; do
        # shellcheck disable=SC2086
        launch scale $words
        expect_code 2
    done
    asked
    expect_not_in PATCH "$ASKED"
}

test_replace_names_the_machine() {
    launch services start
    launch replace lab controller-2
    expect_code 0
    asked
    expect_in 'POST /v1/clusters/lab/machines/controller-2/replace null' "$ASKED"
    expect_in "controller-2 of 'lab' is another machine now: " "$OUT"
    launch replace node-1
    asked
    expect_in 'POST /v1/clusters/demo/machines/node-1/replace null' "$ASKED"
    launch replace
    expect_code 2
    launch replace demo '../../x'
    expect_code 2
}

test_stop_and_start() {
    launch services start
    launch stop lab
    expect_code 0
    asked
    expect_in 'POST /v1/clusters/lab/stop null' "$ASKED"
    expect_in "Cluster 'lab' is stopped: " "$OUT"
    launch start lab
    expect_code 0
    asked
    expect_in 'POST /v1/clusters/lab/start null' "$ASKED"
    expect_in "Cluster 'lab' is started: " "$OUT"
    launch stop a b
    expect_code 2
}

test_start_starts_the_services_and_stop_does_not() {
    launch services stop
    launch stop
    expect_code 1
    expect_in 'the services are not running' "$ERR"
    launch start
    expect_code 0
    expect_in "Cluster 'demo' is started: " "$OUT"
}

test_what_the_gateway_refuses_is_shown() {
    launch services start
    launch scale absent 3
    expect_code 1
    expect_in "there is no cluster 'absent'" "$ERR"
    launch scale broken 3
    expect_code 1
    expect_in 'etcd on demo-controller-2 does not answer' "$ERR"
}
