# shellcheck shell=bash
# kubeconfig and credential: against the stand-in, which signs with an authority of the test's own, and with kubectl and a
# TLS server where they are there.

# The services, an authority, and nothing kept from before.
with_authority() {
    launch services start
    rm -rf "$work/state/people" "$work/state/gateway/"{life,server,credential} "$work/kube" "$work/home/.kube"
    mkdir -p "$work/kube"
    unset KUBECONFIG
    [ -f "$work/state/gateway/authority.pem" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
        -subj /CN=test-authority -keyout "$work/state/gateway/authority.key" -out "$work/state/gateway/authority.pem" 2>/dev/null
    asked
}

# A field of an ExecCredential in OUT, its line ends as such.
field_of() {
    sed -n "s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/p" <<<"$OUT" | awk '{ gsub(/\\n/, "\n"); printf "%s", $0 }'
}

# Is OUT an ExecCredential whose key fits its certificate?
expect_credential() {
    expect_code 0
    [[ $OUT =~ ^\{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":\{\"expirationTimestamp\":\"20[0-9-]+T[0-9:]+Z\",\"clientCertificateData\":\"-----BEGIN\ CERTIFICATE-----\\n[^\"]+-----\\n\",\"clientKeyData\":\"-----BEGIN\ EC\ PRIVATE\ KEY-----\\n[^\"]+-----\\n\"\}\}$ ]] \
        || fail 'this is no ExecCredential'
    expect "$(field_of clientCertificateData | openssl x509 -noout -pubkey)" "$(field_of clientKeyData | openssl pkey -pubout)"
}

# kubectl 1.22 and newer run such plugins; Debian 12 has 1.20.
kubectl_fits() {
    local text
    text=$(kubectl version --client 2>/dev/null) || return 1
    [[ $text =~ v1\.([0-9]+) || $text =~ Minor:\"([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -ge 22 ] && return
    printf 'kubectl 1.22 or newer is not there: %s did not try it\n' "${FUNCNAME[1]}" >&2
    return 1
}

# A PATH without one program.
path_without() {
    rm -rf "$work/programs"
    mkdir -p "$work/programs"
    ln -s /usr/local/bin/* /usr/bin/* /bin/* /usr/sbin/* /sbin/* "$work/programs/" 2>/dev/null || true
    rm -f "$work/programs/$1"
    path=$work/programs
}

test_kubeconfig_prints_a_file_without_a_key() {
    with_authority
    launch kubeconfig
    expect_code 0
    expect "$ERR" ''
    expect "$(grep -v -e certificate-authority-data -e CLUSTERBOX_ -A0 <<<"$OUT" | grep -v -e 'value:' -e '^--$')" "# Made by Clusterbox: ./clusterbox kubeconfig demo
apiVersion: v1
kind: Config
clusters:
- name: \"clusterbox-demo\"
  cluster:
    server: \"https://192.168.56.10:6443\"
contexts:
- name: \"clusterbox-demo\"
  context:
    cluster: \"clusterbox-demo\"
    user: \"clusterbox-demo\"
current-context: \"clusterbox-demo\"
users:
- name: \"clusterbox-demo\"
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: \"$work/box/clusterbox\"
      args:
      - \"credential\"
      - \"demo\"
      env:
      interactiveMode: Never
      provideClusterInfo: false"
    expect_in "      - name: CLUSTERBOX_GATEWAY_PORT
        value: \"$CLUSTERBOX_GATEWAY_PORT\"
      - name: CLUSTERBOX_STATE
        value: \"$work/state\"" "$OUT"
    expect "$(sed -n 's/.*authority-data: "\(.*\)"/\1/p' <<<"$OUT" | openssl base64 -d -A)" "$(cat "$work/state/gateway/authority.pem")"
    expect_not_in 'PRIVATE' "$OUT"
    # What the gateway got is a request that names nobody, not the key.
    asked
    expect_in 'POST /v1/clusters/demo/credentials null' "$ASKED"
    expect_in 'BEGIN CERTIFICATE REQUEST' "$ASKED"
    expect_not_in 'PRIVATE' "$ASKED"
    expect "$(sed -n '/BEGIN/,/END/p' <<<"$ASKED" | openssl req -noout -subject -verify 2>/dev/null | tr -d ' ')" 'subject='
    expect "$(stat -c %a "$work/state/people" "$work/state/people/demo" "$work/state/people/demo/.me" | tr '\n' ' ')" '700 700 600 '
    expect "$(ls -A "$work/state/people/demo")" .me
}

# Also by one that is too old to run the plugin.
test_kubectl_reads_what_is_printed() {
    if ! kubectl version --client >/dev/null 2>&1; then
        printf 'kubectl is not there: %s did not try it\n' "${FUNCNAME[0]}" >&2
        return 0
    fi
    with_authority
    launch kubeconfig
    printf '%s\n' "$OUT" >"$work/kube/printed"
    export KUBECONFIG=$work/kube/printed
    expect "$(look '{.current-context} {.contexts[0].context.cluster} {.contexts[0].context.user} {.clusters[0].cluster.server}')" \
        'clusterbox-demo clusterbox-demo clusterbox-demo https://192.168.56.10:6443'
    expect "$(look '{.users[0].user.exec.apiVersion} {.users[0].user.exec.command}')" "client.authentication.k8s.io/v1 $work/box/clusterbox"
}

test_in_the_usual_places_the_plugin_needs_no_environment() {
    with_authority
    inside 'NAME=demo PERSON="" SERVER=https://a AUTHORITY=x ENTRY_NAME=clusterbox-demo USER_NAME=clusterbox-demo STATE=$HOME/.local/state/clusterbox PORT=8080
        HOME_FOLDER="/opt/box \"\$(id)\" é"
        exec_environment; print_kubeconfig'
    expect_not_in 'env:' "$OUT"
    expect_in '      command: "/opt/box \"$(id)\" é/clusterbox"' "$OUT"
}

test_another_user_is_asked_for_and_kept_apart() {
    with_authority
    launch kubeconfig demo --user alice@example.org
    expect_code 0
    expect_in '- name: "alice@example.org@clusterbox-demo"' "$OUT"
    expect_in '      - "--user"
      - "alice@example.org"' "$OUT"
    asked
    expect_in 'credentials?user=alice@example.org' "$ASKED"
    launch credential demo --user alice@example.org
    expect_credential
    expect_in 'CN = alice@example.org' "$(field_of clientCertificateData | openssl x509 -noout -subject -nameopt oneline)"
    launch credential demo
    expect_in 'CN = caller' "$(field_of clientCertificateData | openssl x509 -noout -subject -nameopt oneline)"
}

test_names_that_would_leave_their_folder_are_refused() {
    local name
    with_authority
    for name in ../x .. .me 'a/b' 'a&user=root' $'a\nb' '-x' 'A' ''; do
        launch kubeconfig demo --user "$name"
        expect_code 2
        launch credential demo --user="$name"
        expect_code 2
    done
    for name in ../demo 'demo/..' 'demo"' $'demo\nx' Demo; do
        launch credential "$name"
        expect_code 2
        launch kubeconfig "$name"
        expect_code 2
    done
    launch credential
    expect_code 2
    asked
    expect "$ASKED" ''
}

test_what_the_gateway_refuses_is_said() {
    with_authority
    launch kubeconfig absent
    expect_code 1
    expect "$ERR" "clusterbox: there is no cluster 'absent'
  ./clusterbox list shows all"
    expect "$OUT" ''
    launch credential absent
    expect_code 1
    expect_in "there is no cluster 'absent'" "$ERR"
    expect "$(ls -A "$work/state/people/absent")" ''
}

test_hostile_answers_of_the_gateway_reach_no_file() {
    local good time=2036-01-02T03:04:05Z server=https://192.168.56.10:6443 answer n=0
    with_authority
    good=$(cat "$work/state/gateway/authority.pem")
    while IFS= read -r -d '|' answer; do
        n=$((n + 1))
        printf '%s' "$answer" >"$work/state/gateway/credential"
        launch kubeconfig demo
        expect_code 1
        expect "$OUT" ''
        expect_in 'is no certificate as it should be' "$ERR"
        launch kubeconfig demo --output "$work/kube/out"
        expect_code 1
        [ ! -e "$work/kube/out" ] || fail "it was written: $answer"
        expect "$(ls -A "$work/state/people/demo")" ''
    done <<ANSWERS
http://192.168.56.10:6443
$time
$good
$good|https://192.168.56.10:6443"
$time
$good
$good|https://a
b: c
$good
$good|https://user:password@evil.example
$time
$good
$good|https://evil.example/path
$time
$good
$good|$server
$time", "x": "
$good
$good|$server
tomorrow
$good
$good|$server
$time
$good|$server
$time
$good
-----BEGIN CERTIFICATE-----
users: [{name: evil}]
-----END CERTIFICATE-----|$server
$time
$good
$good
-----BEGIN EC PRIVATE KEY-----
AAAA
-----END EC PRIVATE KEY-----|$server
$time
$good
${good%-----END*}|$server
$time
$good
$good
# more|{"server":"$server"}||
ANSWERS
    expect "$n" 14
    rm "$work/state/gateway/credential"
}

test_while_an_authority_is_rotated_both_are_trusted() {
    local data folder=$work/state/gateway
    with_authority
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=old-authority -keyout "$folder/old.key" \
        -out "$folder/old.pem" 2>/dev/null
    cp "$folder/authority.pem" "$folder/new.pem"
    cat "$folder/new.pem" "$folder/old.pem" >"$folder/authority.pem"
    launch credential demo
    expect_credential
    expect "$(field_of clientCertificateData | grep -c 'BEGIN CERTIFICATE')" 1
    launch kubeconfig
    expect_code 0
    data=$(sed -n 's/.*certificate-authority-data: "\(.*\)"/\1/p' <<<"$OUT" | openssl base64 -d -A)
    expect "$data" "$(cat "$folder/authority.pem")"
    mv "$folder/new.pem" "$folder/authority.pem"
    rm "$folder/old.pem" "$folder/old.key"
}

test_the_plugin_answers_from_what_it_keeps_until_a_third_is_left() {
    local key before
    with_authority
    launch credential demo
    expect_credential
    key=$(field_of clientKeyData)
    before=$OUT
    asked
    launch credential demo
    expect_code 0
    expect "$OUT" "$before"
    asked
    expect "$ASKED" ''
    # As if two thirds of the eight hours were over.
    sed -i "2s/.*/$(($(date +%s) - 8 * 3600 * 2 - 60))/" "$work/state/people/demo/.me"
    launch credential demo
    expect_credential
    asked
    expect_in 'POST /v1/clusters/demo/credentials' "$ASKED"
    expect "$(field_of clientKeyData)" "$key"
    [ "$OUT" != "$before" ] || fail 'the certificate is the same'
}

test_without_the_gateway_a_valid_certificate_does_and_an_expired_one_is_said() {
    local before
    with_authority
    printf 4 >"$work/state/gateway/life"
    launch credential demo
    expect_credential
    before=$OUT
    rm "$work/state/gateway/life"
    launch services stop
    # Due to be renewed, but valid.
    sed -i "2s/.*/1/" "$work/state/people/demo/.me"
    launch credential demo
    expect_code 0
    expect "$OUT" "$before"
    expect "$ERR" ''
    mv "$work/state/gateway/tokens" "$work/state/gateway/tokens.away"
    launch credential demo
    mv "$work/state/gateway/tokens.away" "$work/state/gateway/tokens"
    expect_code 0
    expect "$OUT$ERR" "$before"
    sleep 4.1
    launch credential demo
    expect_code 1
    expect "$OUT" ''
    [[ $ERR =~ ^"clusterbox: your certificate for cluster 'demo' expired at 20"[0-9T:-]+"Z, and there is no new one:"$'\n'"clusterbox: the gateway at http://127.0.0.1:$CLUSTERBOX_GATEWAY_PORT does not answer" ]] \
        || fail 'another error'
    # It starts nothing.
    launch services status
    expect "$(grep -c 'not running' <<<"$OUT")" 4
    rm -rf "$work/state/people"
    launch credential demo
    expect_code 1
    expect_in 'does not answer' "$ERR"
    launch kubeconfig demo
    expect_code 1
    expect_in './clusterbox services start' "$ERR"
}

test_many_plugins_at_once_leave_one_whole_file() {
    local i
    with_authority
    for i in 1 2 3 4 5 6 7 8; do
        (
            work_out=$work/kube/out-$i
            HOME=$work/home CLUSTERBOX_STATE=$work/state CLUSTERBOX_CACHE=$work/cache "$bash" "$work/box/clusterbox" credential demo >"$work_out"
        ) &
    done
    wait
    CODE=0
    for i in 1 2 3 4 5 6 7 8; do
        OUT=$(cat "$work/kube/out-$i")
        expect_credential
    done
    expect "$(ls -A "$work/state/people/demo")" .me
    launch credential demo
    expect_credential
}

test_a_kept_file_that_was_spoilt_is_replaced() {
    local text
    with_authority
    for text in '' 'nonsense' $'clusterbox-credential 1\n1\nhttps://a\n2036-01-01T00:00:00Z\n'; do
        launch credential demo
        printf '%s' "$text" >"$work/state/people/demo/.me"
        launch credential demo
        expect_credential
    done
    : >"$work/state/people/demo/.me"
    chmod 000 "$work/state/people/demo/.me"
    launch credential demo
    expect_credential
}

test_down_forgets_the_certificates() {
    with_authority
    launch credential demo
    launch down --yes
    expect_code 0
    [ ! -e "$work/state/people/demo" ] || fail 'they are still there'
}

test_times_are_read_without_date() {
    inside 'for t in 1970-01-01T00:00:00Z 2000-02-29T12:34:56Z 2026-11-22T18:27:00.123Z 2100-03-01T00:00:00Z; do epoch_of $t; echo $EPOCH; done
        epoch_of 2026-11-22 || echo none'
    expect "$OUT" '0
951827696
1795372020
4107542400
none'
}

test_without_openssl_the_package_is_named() {
    with_authority
    path_without openssl
    launch kubeconfig
    expect_code 1
    expect_in 'openssl is needed to make your key' "$ERR"
    expect_in 'apt-get install openssl' "$ERR"
    launch doctor
    expect_in 'install the package openssl' "$OUT"
}

test_output_writes_a_file_and_replaces_only_its_own() {
    with_authority
    launch kubeconfig demo --output "$work/kube/my config"
    expect_code 0
    expect_in "kubectl --kubeconfig '$work/kube/my config' get nodes" "$OUT"
    expect "$(stat -c %a "$work/kube/my config")" 600
    expect "$(head -n 1 "$work/kube/my config")" '# Made by Clusterbox: ./clusterbox kubeconfig demo'
    launch kubeconfig demo --output "$work/kube/my config"
    expect_code 0
    launch kubeconfig lab --output "$work/kube/my config"
    expect_code 1
    expect_in 'is for another cluster: demo' "$ERR"
    launch kubeconfig lab --output "$work/kube/my config" --force
    expect_code 0
    printf 'apiVersion: v1\n' >"$work/kube/mine"
    ln -s nowhere "$work/kube/link"
    asked
    for file in "$work/kube/mine" "$work/kube/link" "$work/kube" "$work/kube/no/folder"; do
        launch kubeconfig demo --force --output "$file"
        [ "$CODE" -ne 0 ] || fail "$file was taken"
    done
    asked
    expect "$ASKED" ''
    expect "$(cat "$work/kube/mine")" 'apiVersion: v1'
    [ ! -e "$work/kube/nowhere" ] || fail 'a link was followed'
    expect "$(ls -A "$work/kube" | tr '\n' ' ')" 'link mine my config '
}

test_without_kubectl_merge_says_what_to_do() {
    with_authority
    path_without kubectl
    launch kubeconfig demo --merge
    expect_code 1
    expect_in './clusterbox kubeconfig demo --output FILE' "$ERR"
    [ ! -e "$work/home/.kube" ] || fail 'something was written'
    asked
    expect "$ASKED" ''
}

look() {
    KUBECONFIG=${KUBECONFIG:-$work/home/.kube/config} kubectl config view --raw -o "jsonpath=$1"
}

test_merge_makes_a_kubeconfig_where_there_is_none() {
    kubectl_fits || return 0
    with_authority
    launch kubeconfig --merge
    expect_code 0
    expect_in "is in $work/home/.kube/config as 'clusterbox-demo'" "$OUT"
    expect "$(look '{.current-context} {.clusters[0].name} {.clusters[0].cluster.server}')" \
        'clusterbox-demo clusterbox-demo https://192.168.56.10:6443'
    expect "$(look '{.users[0].user.exec.command} {.users[0].user.exec.args} {.users[0].user.exec.interactiveMode}')" \
        "$work/box/clusterbox [\"credential\",\"demo\"] Never"
    expect_in "\"CLUSTERBOX_STATE\",\"value\":\"$work/state\"" "$(look '{.users[0].user.exec.env}')"
    expect "$(look '{.clusters[0].cluster.certificate-authority-data}' | openssl base64 -d -A)" "$(cat "$work/state/gateway/authority.pem")"
    expect "$(stat -c %a "$work/home/.kube/config")" 600
    expect "$(ls -A "$work/home/.kube")" config
    # What it prints is read by kubectl as the same thing.
    launch kubeconfig
    printf '%s\n' "$OUT" >"$work/kube/printed"
    expect "$(KUBECONFIG=$work/kube/printed look '{.clusters}{.contexts}{.current-context}{.users[0].user.exec.args}')" \
        "$(look '{.clusters}{.contexts}{.current-context}{.users[0].user.exec.args}')"
    expect "$(KUBECONFIG=$work/kube/printed look '{range .users[0].user.exec.env[*]}{.name}={.value}{"\n"}{end}' | sort)" \
        "$(look '{range .users[0].user.exec.env[*]}{.name}={.value}{"\n"}{end}' | sort)"
}

# Somebody's kubeconfig, with a path that is relative to it.
somebodys() {
    cat >"$1" <<'YAML'
apiVersion: v1
kind: Config
clusters:
- {name: work, cluster: {server: "https://work.example", certificate-authority: ca.pem}}
contexts:
- {name: work, context: {cluster: work, user: me}}
current-context: work
users:
- {name: me, user: {token: secret}}
YAML
}

test_merge_leaves_alone_what_is_not_its_own() {
    kubectl_fits || return 0
    with_authority
    somebodys "$work/kube/real"
    ln -s real "$work/kube/config"
    export KUBECONFIG=$work/kube/config:$work/kube/other
    launch kubeconfig demo --merge
    expect_code 0
    expect_in 'kubectl config use-context clusterbox-demo' "$OUT"
    [ -L "$work/kube/config" ] || fail 'the link was replaced'
    [ ! -e "$work/kube/other" ] || fail 'the second file was written'
    export KUBECONFIG=$work/kube/real
    expect "$(look '{.current-context} {.contexts[*].name}')" 'work clusterbox-demo work'
    expect "$(look '{.users[?(@.name=="me")].user.token}')" secret
    expect_in 'certificate-authority: ca.pem' "$(cat "$work/kube/real")"
    expect "$(ls -A "$work/kube" | tr '\n' ' ')" 'config real '
    launch kubeconfig demo --merge --use
    expect_code 0
    expect "$(look '{.current-context} {.contexts[*].name}')" 'clusterbox-demo clusterbox-demo work'
}

test_merge_does_not_redirect_an_entry_to_another_server() {
    local before
    kubectl_fits || return 0
    with_authority
    export KUBECONFIG=$work/kube/config
    launch kubeconfig demo --merge
    printf 'https://192.168.57.10:6443' >"$work/state/gateway/server"
    before=$(cat "$KUBECONFIG")
    launch kubeconfig demo --merge
    expect_code 1
    expect_in "has a cluster 'clusterbox-demo' with another server: https://192.168.56.10:6443" "$ERR"
    expect "$(cat "$KUBECONFIG")" "$before"
    launch kubeconfig demo --merge --force
    expect_code 0
    expect "$(look '{.clusters[*].cluster.server}')" https://192.168.57.10:6443
    # The same for a user that somebody else made.
    rm "$work/kube/config"
    kubectl config set-credentials clusterbox-demo --token=secret >/dev/null
    launch kubeconfig demo --merge
    expect_code 1
    expect "$(look '{.users[*].user.token}')" secret
    launch kubeconfig demo --merge --force
    expect_code 0
    expect "$(look '{.users[*].user.token}')" ''
    expect "$(ls -A "$work/kube")" config
}

test_merge_touches_neither_a_broken_nor_a_locked_kubeconfig() {
    kubectl_fits || return 0
    with_authority
    export KUBECONFIG=$work/kube/config
    printf '{"a": [\n' >"$KUBECONFIG"
    launch kubeconfig demo --merge
    expect_code 1
    expect_in 'kubectl cannot read' "$ERR"
    expect "$(cat "$KUBECONFIG")" '{"a": ['
    somebodys "$KUBECONFIG"
    : >"$KUBECONFIG.lock"
    launch kubeconfig demo --merge
    expect_code 1
    expect_in "remove $KUBECONFIG.lock" "$ERR"
    expect_not_in clusterbox "$(cat "$KUBECONFIG")"
    [ -e "$KUBECONFIG.lock" ] || fail "somebody else's lock was removed"
    expect "$(ls -A "$work/kube" | tr '\n' ' ')" 'config config.lock '
}

# kubectl 1.22 to 1.30 know interactiveMode, but no option for it.
test_an_older_kubectl_does_as_well() {
    kubectl_fits || return 0
    with_authority
    mkdir -p "$work/older"
    printf '#!/bin/sh\ncase "$*" in *--exec-interactive-mode*) echo "unknown flag" >&2; exit 1 ;; esac\nexec %s "$@"\n' \
        "$(command -v kubectl)" >"$work/older/kubectl"
    chmod +x "$work/older/kubectl"
    somebodys "$work/kube/config"
    export KUBECONFIG=$work/kube/config
    path=$work/older:$PATH launch kubeconfig demo --merge
    expect_code 0
    expect "$(look '{.users[?(@.name=="clusterbox-demo")].user.exec.interactiveMode}')" Never
    expect "$(look '{.users[?(@.name=="me")].user}')" '{"token":"secret"}'
}

# A TLS server that demands a certificate of the authority, as kube-apiserver does.
test_a_server_takes_the_certificate() {
    local port=$((20000 + RANDOM % 30000)) home=$work/state/gateway
    with_authority
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=server -keyout "$work/kube/server.key" -out "$work/kube/server.csr" 2>/dev/null
    openssl x509 -req -days 1 -in "$work/kube/server.csr" -CA "$home/authority.pem" -CAkey "$home/authority.key" -set_serial 2 \
        -extfile <(printf 'subjectAltName=IP:127.0.0.1\n') -out "$work/kube/server.pem" 2>/dev/null
    openssl s_server -accept "127.0.0.1:$port" -cert "$work/kube/server.pem" -key "$work/kube/server.key" -CAfile "$home/authority.pem" \
        -Verify 2 -verify_return_error -www >"$work/kube/server.log" 2>&1 &
    SERVER=$!
    trap 'kill "$SERVER"' EXIT
    await grep -q ACCEPT "$work/kube/server.log"
    printf 'https://127.0.0.1:%s' "$port" >"$home/server"
    launch credential demo
    field_of clientCertificateData >"$work/kube/me.pem"
    field_of clientKeyData >"$work/kube/me.key"
    expect_in 's_server' "$(curl -q -s --noproxy '*' --cacert "$home/authority.pem" --cert "$work/kube/me.pem" --key "$work/kube/me.key" "https://127.0.0.1:$port/")"
    ! curl -q -s --noproxy '*' --cacert "$home/authority.pem" "https://127.0.0.1:$port/" -o /dev/null || fail 'it takes everybody'
    if kubectl_fits; then
        launch kubeconfig demo --output "$work/kube/config"
        expect_in 's_server' "$(HOME=$work/home NO_PROXY='*' kubectl --kubeconfig "$work/kube/config" get --raw / 2>&1)"
    fi
}
