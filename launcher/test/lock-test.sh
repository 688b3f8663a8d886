# shellcheck shell=bash
# cancel, lock, unlock

test_a_lock_is_sent_with_its_reason_as_it_was_typed() {
    launch services start
    asked
    launch lock demo 'upgrading "etcd" \o/' --minutes 090 --take-over
    expect_code 0
    asked
    expect_in 'PUT /v1/clusters/demo/lock' "$ASKED"
    expect_in '{"reason": "upgrading \"etcd\" \\o/", "minutes": 90, "takeOver": true}' "$ASKED"
    launch lock demo upgrading etcd
    asked
    expect_in '{"reason": "upgrading etcd", "minutes": 60, "takeOver": false}' "$ASKED"
}

test_a_lock_without_a_reason_is_only_looked_at() {
    launch services start
    launch lock
    expect_code 0
    asked
    expect_in 'GET /v1/clusters/demo/lock' "$ASKED"
    expect_not_in 'PUT' "$ASKED"
}

test_what_cannot_be_a_lock_is_sent_to_nobody() {
    launch services start
    asked
    launch lock demo x --minutes soon
    expect_code 2
    launch lock demo 'two
lines'
    expect_code 2
    launch lock demo x --force
    expect_code 2
    launch unlock demo other
    expect_code 2
    launch cancel --now
    expect_code 2
    launch unlock '../../etc'
    expect_code 2
    asked
    expect "$ASKED" ''
}

test_unlock_and_cancel_say_what_came_of_it() {
    launch services start
    launch unlock demo
    expect_code 0
    expect_in "Cluster 'demo' is not locked." "$OUT"
    launch cancel demo
    expect_code 0
    asked
    expect_in 'POST /v1/operations/op-' "$ASKED"
    expect_in '/cancel' "$ASKED"
}
