# shellcheck shell=bash
# token: what is asked of the gateway, and what never reaches it or a shell.

# Whatever other tests have left.
serve_tokens() {
    launch services start
    asked
}

test_a_token_comes_as_the_lines_of_a_file_and_nothing_else() {
    serve_tokens
    launch token create worker-1 192.168.56.221
    expect_code 0
    expect "$OUT" "node=worker-1
address=192.168.56.221
gateway=192.168.56.1:8444
authority=$(printf '0a%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32)
token=cbjoin_abcdefghij_0123456789012345678901234567890123456789012"
    asked
    expect_in 'POST /v1/clusters/demo/join-tokens null
{"node": "worker-1", "address": "192.168.56.221"}' "$ASKED"
    launch token create lab worker-1 192.168.56.221 --minutes 5 --container
    expect_code 0
    asked
    expect_in 'POST /v1/clusters/lab/join-tokens null
{"node": "worker-1", "address": "192.168.56.221", "minutes": 5, "sharedKernel": true}' "$ASKED"
}

test_tokens_are_listed_and_revoked() {
    serve_tokens
    launch token list
    expect_code 0
    expect_in 'abcdefghij' "$OUT"
    asked
    launch token revoke lab abcdefghij
    expect_code 0
    expect "$OUT" 'Token abcdefghij is revoked.'
    asked
    expect_in 'DELETE /v1/clusters/lab/join-tokens/abcdefghij' "$ASKED"
}

test_a_refusal_of_a_token_has_its_hint() {
    serve_tokens
    launch token create absent worker-1 192.168.56.221
    expect_code 1
    expect_in "there is no cluster 'absent'" "$ERR"
}

test_a_gateway_that_says_something_else_is_not_passed_on_to_a_shell() {
    serve_tokens
    launch token create evil worker-1 192.168.56.221
    expect_code 1
    expect "$OUT" ''
    expect_in 'none that this launcher knows' "$ERR"
}

refused_token() {
    launch token "$@"
    expect_code 2
}

test_what_is_no_token_command_is_refused() {
    asked
    refused_token
    refused_token make
    refused_token create
    refused_token create worker-1
    refused_token create demo worker-1 192.168.56.221 more
    refused_token create 'worker-1", "x": "' 192.168.56.221
    refused_token create worker-1 '192.168.56.221", "x": "'
    refused_token create worker-1 192.168.56
    refused_token create worker-1 192.168.56.221 --minutes 0
    refused_token create worker-1 192.168.56.221 --minutes '1, "x": 1'
    refused_token create worker-1 192.168.56.221 --minutes
    refused_token create worker-1 192.168.56.221 --forever
    refused_token create ../demo worker-1 192.168.56.221
    refused_token list one two
    refused_token revoke
    refused_token revoke demo '../abcdefghij'
    asked
    expect "$ASKED" ''
}

test_an_address_to_be_reached_at_has_its_field() {
    request '--expose 10.0.0.5:6443 --expose-join=clusterbox.example:8444'
    expect "$OUT" '{"expose": "10.0.0.5:6443", "exposeJoin": "clusterbox.example:8444", "name": "demo"}'
    request '--expose none'
    expect "$OUT" '{"expose": "none", "name": "demo"}'
    refused --expose 10.0.0.5
    refused --expose '10.0.0.5:6443", "x": "'
    refused --expose 'a b:1'
    refused --expose-join :8444
    refused --expose 10.0.0.5:644344
}
