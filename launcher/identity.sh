# shellcheck shell=bash
# Which process a pid file means. A pid alone is not enough: after a crash or a reboot another process may have it.

# When this process began (and in which boot), in BORN; false if there is no such process.
born() {
    local line boot=''
    [[ $1 =~ ^[1-9][0-9]{0,9}$ ]] || return 1
    if [ -r "/proc/$1/stat" ]; then
        read -r line 2>/dev/null <"/proc/$1/stat" || return 1
        read -r boot 2>/dev/null </proc/sys/kernel/random/boot_id || boot=''
        # The program's name is in parentheses and may hold anything; what follows the last one is plain.
        # shellcheck disable=SC2086
        set -- ${line##*) }
        # A zombie has ended.
        [ "$1" != Z ] || return 1
        BORN=${20}@$boot
        return 0
    fi
    [ "$SYSTEM" = Darwin ] || return 1
    BORN=$(LC_ALL=C ps -o lstart= -p "$1" 2>/dev/null) || return 1
    BORN=${BORN// /_}
}

# running NAME: is the service that its pid file means alive? PID is then its process. The file holds "pid born port".
running() {
    local pid born_then port
    PID=''
    [ -r "$STATE/run/$1.pid" ] || return 1
    read -r pid born_then port <"$STATE/run/$1.pid" || return 1
    born "$pid" || return 1
    [ "$BORN" = "$born_then" ] || return 1
    PID=$pid
    RUNNING_PORT=$port
}

# The port a running service has, else the one it would get; in PORT.
port_of() {
    wanted_port "$1"
    if running "$1" && [ -n "$RUNNING_PORT" ]; then
        PORT=$RUNNING_PORT
    fi
}

# Holds off a second launcher while this one builds or starts services. The lock goes with the process.
lock() {
    mkdir -p "$STATE"
    exec 9>>"$STATE/launcher.lock"
    if have flock && ! flock -n 9; then
        note "another clusterbox is building or starting services; waiting for it"
        flock 9
    fi
}

unlock() {
    exec 9>&-
}
