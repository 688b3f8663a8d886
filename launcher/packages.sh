# shellcheck shell=bash
# What is installed from the system's package manager: only after saying so.

# Programs of the administrator are not on everybody's PATH.
find_program() {
    have "$1" || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ]
}

# The packages that vm-service needs for nspawn and that are not here, in MISSING. "program:package", as Debian names them.
missing_nspawn_packages() {
    local pair
    MISSING=''
    for pair in systemd-nspawn:systemd-container mmdebstrap:mmdebstrap nft:nftables ip:iproute2 nsenter:util-linux \
        chattr:e2fsprogs mount:mount; do
        find_program "${pair%%:*}" || MISSING="$MISSING ${pair#*:}"
    done
    MISSING=${MISSING# }
}

# as_root COMMAND…: says what it does when it needs sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
        return
    fi
    have sudo || die "root is needed for: $(quoted "$@")" "run it as root, then this command again"
    say "  with sudo: $(quoted "$@")"
    sudo "$@"
}

# install_packages WHY PACKAGE…
install_packages() {
    local why=$1
    shift
    if ! have apt-get; then
        die "missing: $* ($why)" "install them with your system's package manager, then run this command again"
    fi
    say "$why: these packages will be installed with apt-get: $*"
    ask "Install them?" "add --yes to agree, or run: apt-get install $*" || die "missing: $*" "apt-get install $*"
    # The lists may be there already; only when that does not do are they fetched.
    if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1; then
        as_root apt-get update -q >/dev/null || true
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null \
            || die "apt-get could not install: $*" "run it yourself: apt-get install $*"
    fi
}
