# shellcheck shell=bash
# What is asked of a VirtualBox before anything is made: is it there, does it work, may it make networks.

# Where the system's own files are; a test has them elsewhere.
SYSTEM_ROOT=${CLUSTERBOX_ROOT-}

VIRTUALBOX_DOWNLOADS=https://www.virtualbox.org/wiki/Linux_Downloads

# How VirtualBox gets here, in INSTALL_VIRTUALBOX.
how_to_install_virtualbox() {
    if [ "$SYSTEM" = Darwin ]; then
        INSTALL_VIRTUALBOX='install it from https://www.virtualbox.org/wiki/Downloads, allow it in System Settings, Privacy & Security, and restart the Mac'
        return
    fi
    INSTALL_VIRTUALBOX="install the package of $VIRTUALBOX_DOWNLOADS"
    if grep -qs '^ID=ubuntu' "$SYSTEM_ROOT/etc/os-release"; then
        INSTALL_VIRTUALBOX='sudo apt-get install virtualbox'
    fi
}

# How its kernel driver is loaded, in LOAD_DRIVER.
how_to_load_driver() {
    local release
    release=$(uname -r)
    if [ "$SYSTEM" = Darwin ]; then
        LOAD_DRIVER='allow it in System Settings, Privacy & Security, and restart the Mac'
    elif have mokutil && [[ $(mokutil --sb-state 2>/dev/null) = *'SecureBoot enabled'* ]]; then
        LOAD_DRIVER="Secure Boot is on: the modules must be signed with a key of this computer, see 'Secure Boot' in README.md; then 'sudo modprobe -a vboxdrv vboxnetadp vboxnetflt'"
    elif [ -x "$SYSTEM_ROOT/sbin/vboxconfig" ]; then
        LOAD_DRIVER="install the headers of the kernel $release and a compiler, then 'sudo /sbin/vboxconfig'"
    else
        LOAD_DRIVER="'sudo apt-get install virtualbox-dkms linux-headers-$release', then 'sudo modprobe -a vboxdrv vboxnetadp vboxnetflt'"
    fi
}

# Its version, in VBOX_VERSION ("7.2.22"), and what stands in its way, in VBOX_PROBLEM and VBOX_HINT; false if something
# does.
virtualbox_works() {
    local text line
    VBOX_VERSION='' VBOX_PROBLEM='' VBOX_HINT=''
    if ! have VBoxManage; then
        how_to_install_virtualbox
        VBOX_PROBLEM='VirtualBox is not installed' VBOX_HINT=$INSTALL_VIRTUALBOX
        return 1
    fi
    # It says what is wrong on its standard output, and exits with 0 nevertheless.
    text=$(VBoxManage --version 2>&1) || text="WARNING: $text"
    while IFS= read -r line; do
        [[ ! $line =~ ^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3}) ]] || VBOX_VERSION=${BASH_REMATCH[1]}.${BASH_REMATCH[2]}.${BASH_REMATCH[3]}
    done <<<"$text"
    case $text in
        *WARNING* | *vboxdrv* | *rror*)
            how_to_load_driver
            VBOX_PROBLEM="VirtualBox is installed but does not work: $(printf '%s' "$text" | tr -s ' \t\n' ' ')"
            VBOX_HINT=$LOAD_DRIVER
            return 1
            ;;
    esac
    if [ -z "$VBOX_VERSION" ]; then
        VBOX_PROBLEM='VBoxManage --version names no version' VBOX_HINT='run it yourself, and install VirtualBox again if it says nothing'
        return 1
    fi
    case $VBOX_VERSION in
        [0-6].*)
            how_to_install_virtualbox
            VBOX_PROBLEM="VirtualBox $VBOX_VERSION is too old (expected: 7.0 to 7.2)" VBOX_HINT=$INSTALL_VIRTUALBOX
            return 1
            ;;
    esac
    if [ "$SYSTEM" = Darwin ]; then
        [ "$(uname -m)-${VBOX_VERSION%.*}" != arm64-7.0 ] && return
        how_to_install_virtualbox
        VBOX_PROBLEM="VirtualBox $VBOX_VERSION runs no machines on a Mac with Apple's processor (expected: 7.1 or newer)" VBOX_HINT=$INSTALL_VIRTUALBOX
        return 1
    fi
    [ ! -e "$SYSTEM_ROOT/dev/vboxdrv" ] || return 0
    # For tests: it can be told to do without its driver.
    case $(VBoxManage getextradata global VBoxInternal/HM/FallbackToIEM 2>/dev/null) in
        *'Value: 1') return 0 ;;
    esac
    how_to_load_driver
    VBOX_PROBLEM="VirtualBox's kernel driver (vboxdrv) is not loaded" VBOX_HINT=$LOAD_DRIVER
    return 1
}

# Whether the usual range may be used: /etc/vbox/networks.conf takes the place of the default, 192.168.56.0/21.
usual_range_allowed() {
    local line range bits ranges=()
    [ "$SYSTEM" = Linux ] && [ -r "$SYSTEM_ROOT/etc/vbox/networks.conf" ] || return 0
    while IFS= read -r line || [ -n "$line" ]; do
        [[ $line =~ ^[[:space:]]*\*(.*)$ ]] || continue
        # Split as words, and no word is a pattern for files.
        IFS=$' \t' read -r -a ranges <<<"${BASH_REMATCH[1]}"
        for range in ${ranges[@]+"${ranges[@]}"}; do
            bits=${range#*/}
            case $range in
                0.0.0.0/0 | 192.0.0.0/8 | 192.168.0.0/16 | 192.168.56.0/21 | 192.168.56.0/22 | 192.168.56.0/23 | 192.168.56.0/24) return 0 ;;
                192.168.*/*) [[ $bits =~ ^1[7-9]$|^20$ ]] && [ "$range" = "192.168.$((56 & ~((1 << (24 - bits)) - 1))).0/$bits" ] && return 0 ;;
            esac
        done
    done <"$SYSTEM_ROOT/etc/vbox/networks.conf"
    return 1
}

# What of KVM has the processor, in KVM_PROBLEM and KVM_HINT; false if something does. See vm-service's doctor for why.
kvm_leaves_processor() {
    local module users at_load=''
    KVM_PROBLEM='' KVM_HINT=''
    [ -r "$SYSTEM_ROOT/proc/modules" ] || return 0
    while read -r module _ users _; do
        case $module in
            kvm_intel | kvm_amd) ;;
            *) continue ;;
        esac
        if [ "$users" != 0 ]; then
            KVM_PROBLEM='a virtual machine of KVM (QEMU, libvirt) runs and has the processor' KVM_HINT="end it, then 'sudo modprobe -r $module'"
            return 1
        fi
        [ ! -r "$SYSTEM_ROOT/sys/module/kvm/parameters/enable_virt_at_load" ] \
            || read -r at_load <"$SYSTEM_ROOT/sys/module/kvm/parameters/enable_virt_at_load" || at_load=''
        case $at_load-$VBOX_VERSION in
            [Y1]-7.[01].* | [Y1]-7.2.[0-9])
                KVM_PROBLEM="$module has the processor since it was loaded: machines may not start (VERR_VMX_IN_VMX_ROOT_MODE)"
                KVM_HINT="'sudo modprobe -r $module', or 'options kvm enable_virt_at_load=0' in /etc/modprobe.d/clusterbox-kvm.conf and a restart"
                return 1
                ;;
        esac
    done <"$SYSTEM_ROOT/proc/modules"
}

# --- as whom vm-service runs -----------------------------------------------------------------------------------------

# serve PROVIDER: as whom vm-service must run for it, in VM_AS. nspawn's machines are root's; VirtualBox's belong to who
# makes them, and root's VirtualBox is another one. Who is root anyway has both.
serve() {
    VM_AS=user
    case $1 in
        nspawn) VM_AS=root ;;
    esac
    [ "$(id -u)" -ne 0 ] || VM_AS=root
    [ "$SYSTEM" = Linux ] || VM_AS=user
}

# The same where nobody has said for which provider: as the last time, else for the one that `up` would take.
serve_as_before() {
    local before=''
    [ -z "${VM_AS-}" ] || return 0
    [ ! -r "$STATE/run/vm-service.as" ] || read -r before <"$STATE/run/vm-service.as" || before=''
    case $before in
        root | user) VM_AS=$before ;;
        *)
            if have VBoxManage; then
                serve virtualbox
            else
                serve nspawn
            fi
            ;;
    esac
    [ "$(id -u)" -ne 0 ] || [ "$SYSTEM" != Linux ] || VM_AS=root
}

# Does the vm-service that runs, run as another than is wanted?
otherwise_served() {
    local before=''
    [ "$1" = vm-service ] && [ -n "${VM_AS-}" ] || return 1
    # One of a version that did not write it down was root's.
    [ ! -r "$STATE/run/vm-service.as" ] || read -r before <"$STATE/run/vm-service.as" || before=''
    if [ -z "$before" ]; then
        before=root
        [ "$SYSTEM" = Linux ] || before=user
    fi
    [ "$before" != "$VM_AS" ]
}

# For a cluster that is there: vm-service runs as its provider needs it. serve_cluster NAME
serve_cluster() {
    [ -z "${CLUSTERBOX_GATEWAY_URL-}" ] || return 0
    ACCEPT=application/json gateway GET "/v1/clusters/$1"
    [ "$STATUS" = 200 ] && [[ $BODY =~ \"provider\"[[:space:]]*:[[:space:]]*\"([a-z0-9-]+)\" ]] || return 0
    serve "${BASH_REMATCH[1]}"
    if otherwise_served vm-service || ! running vm-service; then
        start_services vm-service
    fi
}
