# shellcheck shell=bash
# The four services: started, stopped, watched. Each has its own state folder, pid file and log under CLUSTERBOX_STATE.

# Is there anybody on this loopback port?
answers() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Does the service on this port say it is well? Asked with bash alone: starting a program each time would slow down what
# is waited for.
healthy() {
    local line
    line=$(
        exec 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
        printf 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
        IFS= read -r -t 2 line <&3 || exit 1
        printf '%s' "$line"
    ) 2>/dev/null || return 1
    case $line in
        'HTTP/1.1 200'*) return 0 ;;
        *) return 1 ;;
    esac
}

secret() {
    od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n'
}

# make_secrets FOLDER: tokens between the services and the passphrase of the authorities' keys; made once, for their
# owner only. The passphrase is what opens the keys: it is never replaced.
make_secrets() {
    local name
    mkdir -p "$1/tokens" "$1/run" "$1/log"
    chmod 700 "$1" "$1/tokens"
    for name in tokens/pki.token tokens/vm.token passphrase; do
        if [ ! -s "$1/$name" ]; then
            secret >"$1/$name.new"
            mv "$1/$name.new" "$1/$name"
        fi
    done
}

# set_peers PKI VM GATEWAY SLACK: the ports, in the order of SERVICES.
set_peers() {
    PKI_PORT=$1 VM_PORT=$2 GATEWAY_PORT=$3 SLACK_PORT=$4
}

# What a service is told, in ARGUMENTS. service_arguments NAME STATE
service_arguments() {
    local images=$IMAGES
    ARGUMENTS=("-Dclusterbox.state=$2/$1")
    if [ "$1" = vm-service ] && [ "${VM_AS-}" = user ]; then
        # Root's folder is closed to others, and full of root's files.
        ARGUMENTS=("-Dclusterbox.state=$2/vm-service-user")
        images=$2/vm-service-user/images
    fi
    case $1 in
        pki-service)
            ARGUMENTS+=("-Dmicronaut.server.port=$PKI_PORT" "-Dclusterbox.token-file=$2/tokens/pki.token"
                "-Dclusterbox.pki.passphrase-file=$2/passphrase")
            ;;
        vm-service)
            ARGUMENTS+=("-Dmicronaut.server.port=$VM_PORT" "-Dclusterbox.token-file=$2/tokens/vm.token"
                "-Dclusterbox.agent-image=$AGENT_IMAGE" "-Dclusterbox.images=$images"
                "-Dclusterbox.artifact-store=$2/gateway/artifacts")
            ;;
        gateway)
            ARGUMENTS+=("-Dmicronaut.server.port=$GATEWAY_PORT"
                "-Dclusterbox.pki.url=http://127.0.0.1:$PKI_PORT" "-Dclusterbox.pki.token-file=$2/tokens/pki.token"
                "-Dclusterbox.vm.url=http://127.0.0.1:$VM_PORT" "-Dclusterbox.vm.token-file=$2/tokens/vm.token")
            if [ -n "$ARTIFACTS" ]; then
                ARGUMENTS+=("-Dclusterbox.artifacts=$ARTIFACTS")
            fi
            if [ -n "${CLUSTERBOX_MIRROR-}" ]; then
                ARGUMENTS+=("-Dclusterbox.mirror=$CLUSTERBOX_MIRROR")
            fi
            if [ -n "${CLUSTERBOX_AGENT_PORT-}" ]; then
                ARGUMENTS+=("-Dclusterbox.agents.port=$CLUSTERBOX_AGENT_PORT")
            fi
            ;;
        slack-bot)
            ARGUMENTS+=("-Dmicronaut.server.port=$SLACK_PORT" "-Dclusterbox.gateway.url=http://127.0.0.1:$GATEWAY_PORT"
                "-Dclusterbox.gateway.token-file=$2/gateway/tokens/slack-bot.token")
            if [ -n "${CLUSTERBOX_SLACK_SIGNING_SECRET_FILE-}" ]; then
                ARGUMENTS+=("-Dclusterbox.slack.signing-secret-file=$CLUSTERBOX_SLACK_SIGNING_SECRET_FILE")
            fi
            if [ -n "${CLUSTERBOX_SLACK_BOT_TOKEN_FILE-}" ]; then
                ARGUMENTS+=("-Dclusterbox.slack.bot-token-file=$CLUSTERBOX_SLACK_BOT_TOKEN_FILE")
            fi
            if [ -n "${CLUSTERBOX_SLACK_API_URL-}" ]; then
                ARGUMENTS+=("-Dclusterbox.slack.api-url=$CLUSTERBOX_SLACK_API_URL")
            fi
            if [ -n "${CLUSTERBOX_SLACK_HOOKS_URL-}" ]; then
                ARGUMENTS+=("-Dclusterbox.slack.hooks-url=$CLUSTERBOX_SLACK_HOOKS_URL")
            fi
            ;;
    esac
}

# Was the program replaced after this (running) service was started?
outdated() {
    local file
    service_jar "$1"
    for file in "$JAR" "${JAR%/*}"/lib/rest*.jar "${JAR%/*}"/lib/proto*.jar; do
        if [ "$file" -nt "$STATE/run/$1.pid" ]; then
            return 0
        fi
    done
    return 1
}

# Where the gateway is to find artifacts, as it is written down when it is started.
artifact_settings() {
    printf '%s\n%s\n' "$ARTIFACTS" "${CLUSTERBOX_MIRROR-}"
}

# Was the (running) gateway started with other artifacts than the caller's? Only asked by what needs them: `status` in
# another terminal does not take them away again.
told_otherwise() {
    [ "$1" = gateway ] && [ -n "${ARTIFACTS_MATTER-}" ] || return 1
    [ "$(cat "$STATE/run/gateway.artifacts" 2>/dev/null)" != "$(artifact_settings)" ]
}

# The gateway fills it, machines read it: whoever is in a machine, while the folder above stays closed.
make_artifact_store() {
    mkdir -p "$STATE/gateway/artifacts"
    chmod 700 "$STATE/gateway"
    chmod 755 "$STATE/gateway/artifacts"
}

# Which of the given services must be started (again), in TO_START.
services_to_start() {
    local service
    TO_START=''
    for service in "$@"; do
        if ! running "$service" || { [ -z "$RELEASE" ] && outdated "$service"; } || told_otherwise "$service" || otherwise_served "$service"; then
            TO_START="$TO_START $service"
        fi
    done
    TO_START=${TO_START# }
}

# A process whose first thread has ended is a zombie, while the others may still hold its port for a moment.
await_silence() {
    local tries=0
    wanted_port "$1"
    while answers "$PORT" && [ "$tries" -lt 60 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
}

# start_services NAME…: those that do not run yet, side by side, and waits until all of them are ready, also those that
# somebody else has just started. Which it waited for is in AWAITED.
start_services() {
    local service begun ready=''
    STARTERS=''
    serve_as_before
    services_to_start "$@"
    now
    begun=$NOW
    if [ -z "$TO_START" ]; then
        await_ready "$begun" '' "$@"
        return
    fi
    ensure_jdk
    lock
    services_to_start "$@"
    now
    begun=$NOW
    make_secrets "$STATE"
    make_artifact_store
    for service in $TO_START; do
        if running "$service"; then
            if outdated "$service"; then
                say "$service was built anew: starting it again"
            elif otherwise_served "$service"; then
                if [ "$VM_AS" = root ]; then
                    say "vm-service runs as you, for VirtualBox; nspawn needs it as root: starting it again"
                else
                    say "vm-service runs as root, for nspawn; VirtualBox needs it as you: starting it again"
                fi
            else
                say "$service was started with other artifacts (CLUSTERBOX_ARTIFACTS, CLUSTERBOX_MIRROR): starting it again"
            fi
            stop_service "$service"
            await_silence "$service"
        fi
        wanted_port "$service"
        if answers "$PORT"; then
            die "port $PORT, which $service is to have, is in use by another program" \
                "end that program, or choose another port: $(port_variable "$service")=$((PORT % 50000 + 10000)) ./clusterbox …"
        fi
    done
    for service in $SERVICES; do
        port_of "$service"
        ready="$ready $PORT"
    done
    # shellcheck disable=SC2086
    set_peers $ready
    for service in $TO_START; do
        start_service "$service"
    done
    await_ready "$begun" "$TO_START" "$@"
    unlock
}

# await_ready SINCE STARTED NAME…
await_ready() {
    local begun=$1 service left=$2 waiting
    shift 2
    for service in "$@"; do
        case " $left " in
            *" $service "*) continue ;;
        esac
        port_of "$service"
        healthy "$PORT" || left="$left $service"
    done
    AWAITED=${left# }
    [ -n "$AWAITED" ] || return 0
    while [ -n "$left" ]; do
        waiting=''
        for service in $left; do
            port_of "$service"
            if ! healthy "$PORT"; then
                waiting="$waiting $service"
                check_alive "$service" "$begun"
            fi
        done
        left=${waiting# }
        [ -z "$left" ] || sleep 0.03
    done
    now
    seconds $((NOW - begun))
    say "Services ready in $SECONDS_TEXT: ${AWAITED// /, }"
}

port_variable() {
    case $1 in
        gateway) printf CLUSTERBOX_GATEWAY_PORT ;;
        pki-service) printf CLUSTERBOX_PKI_PORT ;;
        vm-service) printf CLUSTERBOX_VM_PORT ;;
        slack-bot) printf CLUSTERBOX_SLACK_PORT ;;
    esac
}

# A service that ended, or that takes a minute, will not become ready: say what its log says.
check_alive() {
    local alive=''
    now
    # The file is looked at before the process: it may come between two looks.
    if [ ! -f "$STATE/run/$1.pid" ]; then
        # sudo may end a moment before what it has started writes the file.
        if starting "$1" || [ $((NOW - $2)) -le 3000 ]; then
            alive=yes
        fi
    elif running "$1"; then
        alive=yes
    fi
    if [ -n "$alive" ] && [ $((NOW - $2)) -le 60000 ]; then
        return 0
    fi
    tail -n 15 "$STATE/log/$1.log" >&2 || true
    [ -z "$alive" ] || die "waited 60 s for $1 to become ready" "./clusterbox services logs $1"
    die "$1 ended while starting" "the lines above are from its log; ./clusterbox services logs $1"
}

# Does that still run which is to write the pid file and to become the service? Known of what this launcher started.
starting() {
    local one
    for one in $STARTERS; do
        if [ "${one%:*}" = "$1" ] && kill -0 "${one#*:}" 2>/dev/null; then
            return 0
        fi
    done
    return 1
}

start_service() {
    local runner=() log=$STATE/log/$1.log
    mkdir -p "$STATE/$1"
    # Which of root's is its business; the other one's is ours.
    [ "$1-${VM_AS-}" != vm-service-user ] || mkdir -p "$STATE/vm-service-user"
    rm -f "$log.3"
    [ ! -f "$log.2" ] || mv "$log.2" "$log.3"
    [ ! -f "$log.1" ] || mv "$log.1" "$log.2"
    [ ! -f "$log" ] || mv "$log" "$log.1"
    rm -f "$STATE/run/$1.pid"
    wanted_port "$1"
    [ "$1" != gateway ] || artifact_settings >"$STATE/run/gateway.artifacts"
    [ "$1" != vm-service ] || printf '%s\n' "$VM_AS" >"$STATE/run/vm-service.as"
    service_arguments "$1" "$STATE"
    cache_of "$1"
    if [ -s "$CACHE_FILE" ] && [ -z "${CLUSTERBOX_NO_AOT-}" ]; then
        FLAGS="$FLAGS -XX:AOTCache=$CACHE_FILE"
    fi
    if [ "$1" = vm-service ] && [ "$VM_AS" = root ] && [ "$(id -u)" -ne 0 ]; then
        have sudo || die "vm-service needs root, for nspawn" "run ./clusterbox as root, or install sudo"
        say "vm-service is started with sudo: only root can make nspawn machines (the other services run as you)"
        sudo -v || die "vm-service needs root, for nspawn" "run ./clusterbox as root"
        runner=(sudo -n)
    fi
    if have setsid; then
        runner+=(setsid)
    fi
    # A session of its own (or at least a process group), so that Ctrl-C here does not reach it; and nothing of ours stays open.
    [ "$SYSTEM" = Linux ] || set -m
    # shellcheck disable=SC2086
    ${runner[@]+"${runner[@]}"} "$BASH" "$LAUNCHER/run-service" "$STATE/run/$1.pid" "$PORT" "$CALLER_LC_ALL" \
        "$JDK/bin/java" $FLAGS "${ARGUMENTS[@]}" -jar "$JAR" >"$log" 2>&1 </dev/null 9>&- &
    STARTERS="$STARTERS $1:$!"
    [ "$SYSTEM" = Linux ] || set +m
    disown 2>/dev/null || true
}

# Asks it to end, gives it ten seconds, then insists. Only ever the very process that the pid file means.
stop_service() {
    local tries=0 pid
    running "$1" || return 0
    pid=$PID
    signal TERM "$pid"
    while running "$1"; do
        tries=$((tries + 1))
        if [ "$tries" -eq 200 ]; then
            note "$1 did not end within 10 s: killing it"
            signal KILL "$pid"
        fi
        [ "$tries" -lt 300 ] || die "$1 (pid $pid) does not end" "look at it: ps -fp $pid"
        sleep 0.05
    done
    rm -f "$STATE/run/$1.pid"
}

signal() {
    kill "-$1" "$2" 2>/dev/null || as_root kill "-$1" "$2" || true
}

services_command() {
    local action=${1-} service names='' follow=''
    [ $# -eq 0 ] || shift
    while [ $# -gt 0 ]; do
        case $1 in
            -f | --follow) follow=-F ;;
            --yes | -y) YES=1 ;;
            -*) usage "option '$1' is unknown" "./clusterbox help services" ;;
            *) service_named "$1" && names="$names $1" ;;
        esac
        shift
    done
    names=${names:-$SERVICES}
    case $action in
        start)
            ensure_built
            ensure_jdk
            ensure_caches
            # shellcheck disable=SC2086
            start_services $names
            [ -n "$AWAITED" ] || say "Already running: ${names# }"
            ;;
        stop)
            # The callers first.
            for service in slack-bot gateway vm-service pki-service; do
                case " $names " in
                    *" $service "*)
                        if running "$service"; then
                            stop_service "$service"
                            say "stopped $service"
                        fi
                        ;;
                esac
            done
            ;;
        status) services_status "$names" ;;
        logs) services_logs "$names" "$follow" ;;
        *) usage "services '$action' (expected: start, stop, status or logs)" "./clusterbox help services" ;;
    esac
}

# Exit code 1 if one of them is not ready, so that scripts can ask.
services_status() {
    local service state code=0
    for service in $1; do
        state='not running' PID=''
        port_of "$service"
        if running "$service"; then
            state=ready
            healthy "$PORT" || state='not ready'
        fi
        [ "$state" = ready ] || code=1
        printf '%-12s %-12s port %-6s %s\n' "$service" "$state" "$PORT" "${PID:+pid $PID}"
    done
    return $code
}

services_logs() {
    local service files=()
    for service in $1; do
        [ ! -f "$STATE/log/$service.log" ] || files+=("$STATE/log/$service.log")
    done
    [ ${#files[@]} -gt 0 ] || die "there are no logs in $STATE/log yet" "./clusterbox services start"
    # shellcheck disable=SC2086
    tail -n 200 $2 "${files[@]}"
}
