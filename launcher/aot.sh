# shellcheck shell=bash
# Ahead-of-time caches: what a service's JVM learnt when it started once, so that it starts in less than half the time.
# A cache belongs to one JDK, one set of jars and one set of flags, which its name says; the JVM checks that as well and
# ignores a cache that does not fit.

# Found by measuring, see launcher/RATIONALE.md. A cache has no machine code in it: that of a processor with AVX ends a JVM
# on one without (SIGILL), and nothing checks; a release archive brings its caches along.
flags_of() {
    FLAGS="-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError -Xms24m -Xmx160m -Xss512k \
-XX:ReservedCodeCacheSize=48m --enable-native-access=ALL-UNNAMED -Dfile.encoding=UTF-8 \
-XX:+UnlockDiagnosticVMOptions -XX:-AOTAdapterCaching -XX:-AOTStubCaching"
    # The quick compiler is enough for what mostly waits. Signing is arithmetic, which the optimising one makes much faster.
    [ "$1" = pki-service ] || FLAGS="$FLAGS -XX:TieredStopAtLevel=1"
}

# The cache of a service, in CACHE_FILE, whether it exists or not.
cache_of() {
    local listing key
    service_jar "$1"
    flags_of "$1"
    if [ "$SYSTEM" = Darwin ]; then
        listing=$(stat -L -f '%N %z %m' "$JAR" "${JAR%/*}"/lib/*.jar "$JDK/release")
    else
        listing=$(stat -L -c '%n %s %Y' "$JAR" "${JAR%/*}"/lib/*.jar "$JDK/release")
    fi
    key=$(printf '%s\n' "$listing" "$FLAGS" | cksum)
    CACHE_FILE=$CACHE/aot/$1-${key%% *}-$(printf '%s' "$HOME_FOLDER" | cksum | tr -c '0-9\n' '-').aot
}

# A free port of the loopback interface, in PORT. Nobody else is told of it, but it is only held once the service has it.
free_port() {
    while :; do
        PORT=$((20000 + (RANDOM * 32768 + RANDOM) % 30000))
        ! answers "$PORT" || continue
        return
    done
}

# Makes the caches that are missing. A cache is only kept if its service became ready; without one, all works, slower.
ensure_caches() {
    local service missing='' started folder pids='' ports='' pid port
    for service in $SERVICES; do
        cache_of "$service"
        [ -f "$CACHE_FILE" ] || missing="$missing $service"
    done
    if [ -z "$missing" ] || [ -n "${CLUSTERBOX_NO_AOT-}" ]; then
        return 0
    fi
    lock
    say "Making the services' start-up caches (once for a build)"
    now
    started=$NOW
    mkdir -p "$CACHE/aot"
    folder=$(mktemp -d "${TMPDIR:-/tmp}/clusterbox-aot.XXXXXX")
    # Ctrl-C in here must not leave them behind: what is started in the background does not hear it.
    trap 'kill $pids 2>/dev/null; rm -rf "$folder"; exit 130' INT TERM
    # All four side by side, as they will run: so that they talk to each other while they learn.
    make_secrets "$folder"
    for service in $SERVICES; do
        free_port
        ports="$ports $PORT"
    done
    # shellcheck disable=SC2086
    set_peers $ports
    for service in $SERVICES; do
        cache_of "$service"
        rm -f "$CACHE/aot/$service-"*"-${CACHE_FILE##*-}"
        mkdir -p "$folder/$service"
        service_arguments "$service" "$folder"
        [ "$service" != gateway ] || ARGUMENTS+=("-Dclusterbox.rehearsal=true")
        # shellcheck disable=SC2086
        env -u LC_ALL "$JDK/bin/java" $FLAGS "-XX:AOTCacheOutput=$folder/$service.aot" \
            "${ARGUMENTS[@]}" -jar "$JAR" >"$folder/$service.log" 2>&1 9>&- &
        pids="${pids:+$pids }$!"
    done
    # shellcheck disable=SC2086
    set -- $ports
    for service in $SERVICES; do
        port=$1 pid=${pids%% *} pids="${pids#* } $pid"
        shift
        if ! await_training "$service" "$pid" "$port"; then
            note "  $service did not become ready while learning; it gets no start-up cache ($(tail -n 1 "$folder/$service.log"))"
            : >"$folder/$service.failed"
        fi
    done
    rehearse "$folder"
    # shellcheck disable=SC2086
    kill $pids 2>/dev/null || true
    for pid in $pids; do
        wait "$pid" 2>/dev/null || true
    done
    for service in $SERVICES; do
        cache_of "$service"
        if [ ! -f "$folder/$service.failed" ] && [ -s "$folder/$service.aot" ]; then
            mv "$folder/$service.aot" "$CACHE_FILE"
        else
            # An empty one says that it was tried with this build.
            : >"$CACHE_FILE"
        fi
    done
    trap - INT TERM
    rm -rf "$folder"
    unlock
    now
    seconds $((NOW - started))
    say "Made in $SECONDS_TEXT"
}

await_training() {
    local tries=0
    until healthy "$3"; do
        tries=$((tries + 1))
        if [ "$tries" -gt 600 ] || ! kill -0 "$2" 2>/dev/null; then
            return 1
        fi
        sleep 0.1
    done
}

# Some requests, so that what they need is in the caches too. Whether they succeed is of no interest here.
rehearse() {
    local token
    token=$1/gateway/tokens/admin.token
    [ -r "$token" ] || return 0
    rehearsed "$token" "$GATEWAY_PORT/v1/clusters"
    rehearsed "$token" "$GATEWAY_PORT/v1/clusters?dryRun=true" --data-binary '{"name":"demo"}' -H 'Content-Type: application/json'
    rehearsed "$1/tokens/pki.token" "$PKI_PORT/v1/authorities/installation" -X PUT
    rehearsed "$1/tokens/pki.token" "$PKI_PORT/v1/authorities"
    rehearsed "$1/tokens/vm.token" "$VM_PORT/v1/providers"
    rehearsed "$1/tokens/vm.token" "$VM_PORT/v1/host"
}

rehearsed() {
    local file=$1 address=$2
    shift 2
    printf 'header = "Authorization: Bearer %s"\n' "$(cat "$file")" \
        | curl -q -s --noproxy '*' --max-time 5 -K - -o /dev/null "$@" "http://127.0.0.1:$address" || true
}
