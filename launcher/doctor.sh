# shellcheck shell=bash
# ./clusterbox doctor: looks at this machine and says what to do. ./clusterbox test: the whole build with its tests.

DOCTOR_PROBLEMS=0

fine() {
    printf '  %sok%s    %-10s %s\n' "$GREEN" "$PLAIN" "$1" "$2"
}

# Something to know; nothing to do for it.
remark() {
    printf '  --    %-10s %s\n' "$1" "$2"
}

bad() {
    DOCTOR_PROBLEMS=$((DOCTOR_PROBLEMS + 1))
    printf '  %sFAIL%s  %-10s %s\n        %-10s %s\n' "$RED" "$PLAIN" "$1" "$2" '' "$3"
}

doctor() {
    [ $# -eq 0 ] || usage "doctor takes no arguments"
    say "Clusterbox $(clusterbox_version) in $HOME_FOLDER"
    doctor_tools
    doctor_virtualbox
    doctor_nspawn
    doctor_kernel
    doctor_room
    doctor_artifacts
    doctor_services
    doctor_vm_service
    if [ "$DOCTOR_PROBLEMS" -gt 0 ]; then
        say "$DOCTOR_PROBLEMS problem(s)."
        return 1
    fi
    say "Nothing stands in the way."
}

doctor_tools() {
    if have curl; then fine curl "$(command -v curl)"; else bad curl 'not found' 'install curl'; fi
    if have openssl; then
        fine openssl "$(openssl version 2>&1)"
    else
        bad openssl 'not found: ./clusterbox kubeconfig makes your key with it' 'install the package openssl'
    fi
    if have kubectl; then
        fine kubectl "$(command -v kubectl)"
    else
        remark kubectl 'not found: ./clusterbox kubeconfig --merge needs it (the controllers have their own)'
    fi
    if find_jdk; then
        fine JDK "$JDK (from $JDK_FROM)"
        if [ -n "${JAVA_HOME-}" ] && [ "$JDK_FROM" != JAVA_HOME ] && [ -z "$RELEASE" ]; then
            remark JDK "JAVA_HOME ($JAVA_HOME) is not a JDK $JDK_OLDEST or newer and is not used"
        fi
        if [ -n "$RELEASE" ]; then
            return
        fi
        if find_maven; then fine Maven "$MAVEN"; else remark Maven "none yet; ./clusterbox up installs it after asking"; fi
        stale_modules
        if [ -z "$STALE" ]; then fine build 'newer than its sources'; else remark build "./clusterbox up will build: $STALE"; fi
    elif jdk_pin; then
        remark JDK "none yet; ./clusterbox up offers to fetch Temurin $JDK_RELEASE, or $jdk_how"
    else
        bad JDK "no JDK $JDK_OLDEST or newer was found" "$jdk_how"
    fi
}

# VirtualBox is taken where it is installed, so what is wrong with it stands in the way there.
doctor_virtualbox() {
    local module
    if ! have VBoxManage; then
        how_to_install_virtualbox
        if [ "$SYSTEM" = Linux ]; then
            remark VirtualBox "not installed: the provider is nspawn ($INSTALL_VIRTUALBOX)"
        else
            bad VirtualBox 'not installed' "$INSTALL_VIRTUALBOX"
        fi
        return
    fi
    if ! virtualbox_works; then
        bad VirtualBox "$VBOX_PROBLEM" "$VBOX_HINT"
        return
    fi
    case $VBOX_VERSION in
        7.[0-2].*) fine VirtualBox "$VBOX_VERSION" ;;
        *) remark VirtualBox "$VBOX_VERSION is newer than what was tried (7.0 to 7.2)" ;;
    esac
    have ssh && have ssh-keygen || bad ssh 'ssh or ssh-keygen was not found: virtual machines are entered by ssh' 'install the package openssh-client (Fedora: openssh-clients)'
    [ "$SYSTEM" = Linux ] || return 0
    for module in vboxdrv vboxnetctl; do
        if [ ! -e "$SYSTEM_ROOT/dev/$module" ]; then
            bad VirtualBox "its kernel modules are not all loaded: there is no /dev/$module" 'sudo modprobe -a vboxdrv vboxnetadp vboxnetflt'
            break
        fi
    done
    if grep -qsw flags "$SYSTEM_ROOT/proc/cpuinfo" && ! grep -qswE 'vmx|svm' "$SYSTEM_ROOT/proc/cpuinfo"; then
        bad processor 'it has no virtualisation (VT-x, AMD-V), or it is turned off' "turn it on in the computer's setup; in a virtual machine: nested virtualisation; or --provider nspawn"
    fi
    if ! kvm_leaves_processor; then
        bad KVM "$KVM_PROBLEM" "$KVM_HINT"
    fi
    if usual_range_allowed; then
        fine network '192.168.56.0/24 may be a host-only network'
    else
        bad network '/etc/vbox/networks.conf does not allow 192.168.56.0/21' "echo '* 192.168.56.0/21' | sudo tee -a /etc/vbox/networks.conf, or ./clusterbox up --subnet with a range that it allows"
    fi
}

# What vm-service itself has found, which looks closer: a line each, its fields separated by tabs.
doctor_vm_service() {
    local severity about message hint
    have VBoxManage && running vm-service && healthy "$RUNNING_PORT" && [ -r "$STATE/tokens/vm.token" ] || return 0
    serve virtualbox
    ! otherwise_served vm-service || return 0
    vm_address
    ACCEPT=text/plain vm_service GET /v1/providers/virtualbox/doctor
    [ "$STATUS" = 200 ] || return 0
    say "vm-service says of VirtualBox:"
    while IFS=$TAB read -r severity about message hint || [ -n "$severity" ]; do
        printable "$about"
        about=$PRINTABLE
        printable "$message"
        message=$PRINTABLE
        printable "$hint"
        case $severity in
            FINE) fine "$about" "$message" ;;
            WARNING) remark "$about" "$message${PRINTABLE:+: $PRINTABLE}" ;;
            PROBLEM) bad "$about" "$message" "$PRINTABLE" ;;
        esac
    done <<<"$BODY"
}

doctor_nspawn() {
    local controller controllers=''
    # On a Mac it is VirtualBox or nothing.
    [ "$SYSTEM" = Linux ] || return 0
    if [ "$(id -u)" -eq 0 ]; then
        fine root 'you are root'
    elif have sudo; then
        fine root 'sudo is there; only vm-service is started with it'
    else
        bad root 'vm-service needs root for nspawn, and there is no sudo' 'run ./clusterbox as root, or install sudo'
    fi
    missing_nspawn_packages
    if [ -z "$MISSING" ]; then
        fine packages 'systemd-nspawn, mmdebstrap, nft, ip, nsenter'
    elif have apt-get; then
        remark packages "./clusterbox up installs after asking: $MISSING"
    else
        bad packages "missing: $MISSING" "install them with your system's package manager"
    fi
    if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
        fine cgroups 'version 2'
    else
        for controller in /sys/fs/cgroup/*/; do
            controller=${controller%/}
            controllers="$controllers ${controller##*/}"
        done
        case " $controllers " in
            *' memory '*) fine cgroups "version 1:$controllers" ;;
            *) bad cgroups 'no controllers are mounted at /sys/fs/cgroup' 'mount them, or start a usual Linux distribution' ;;
        esac
    fi
    if [ -r /proc/sys/fs/inotify/max_user_instances ]; then
        read -r controller </proc/sys/fs/inotify/max_user_instances
        if [ "$controller" -ge 128 ]; then
            fine inotify "$controller instances (seven machines with Kubernetes take about 80)"
        else
            bad inotify "$controller instances (expected: at least 128; seven machines with Kubernetes take about 80)" \
                'sysctl -w fs.inotify.max_user_instances=512'
        fi
    fi
}

# What Kubernetes' nodes need of the kernel, which nspawn machines share with this host and cannot change: "module:a file
# that is there once it works".
KERNEL_MODULES='overlay:/sys/module/overlay br_netfilter:/proc/sys/net/bridge/bridge-nf-call-iptables
nf_conntrack:/proc/sys/net/netfilter/nf_conntrack_max vxlan:/sys/module/vxlan'

doctor_kernel() {
    local pair module release loaded='' loadable='' unseen=''
    [ "$SYSTEM" = Linux ] || return 0
    release=$(uname -r)
    for pair in $KERNEL_MODULES; do
        module=${pair%%:*}
        if [ -e "${CLUSTERBOX_ROOT-}${pair#*:}" ] || [ -e "${CLUSTERBOX_ROOT-}/sys/module/$module" ] \
            || grep -qs "/$module\.ko" "${CLUSTERBOX_ROOT-}/lib/modules/$release/modules.builtin" \
            || { [ "$module" = overlay ] && grep -qsw overlay "${CLUSTERBOX_ROOT-}/proc/filesystems"; }; then
            loaded="$loaded $module"
        elif grep -qs "/$module\.ko[^:]*:" "${CLUSTERBOX_ROOT-}/lib/modules/$release/modules.dep"; then
            loadable="$loadable $module"
        elif [ -d "${CLUSTERBOX_ROOT-}/lib/modules/$release" ]; then
            bad modules "the kernel $release has no $module, which Kubernetes' nodes need" \
                "install the kernel's other modules (Ubuntu: linux-modules-extra-$release), or start a usual kernel"
        else
            unseen="$unseen $module"
        fi
    done
    [ -z "$loaded" ] || fine modules "there:$loaded"
    [ -z "$loadable" ] || fine modules "loaded by root when they are needed:$loadable"
    [ -z "$unseen" ] || remark modules "not seen from here, as in a container:$unseen (the kernel may have them built in)"
}

# What a folder of artifacts has, by the names that are looked for.
doctor_artifacts() {
    local name file found='' missing='' images=0
    if [ -z "$ARTIFACTS" ]; then
        remark artifacts "CLUSTERBOX_ARTIFACTS is not set: Kubernetes' binaries are downloaded once (about 560 MB)"
        return
    fi
    if [ ! -d "$ARTIFACTS" ] || [ ! -r "$ARTIFACTS" ]; then
        bad artifacts "CLUSTERBOX_ARTIFACTS: there is no readable folder '$ARTIFACTS'" 'make it, or unset CLUSTERBOX_ARTIFACTS'
        return
    fi
    for name in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl etcd containerd runc flanneld; do
        for file in "$ARTIFACTS/$name" "$ARTIFACTS"/*/"$name"; do
            if [ -f "$file" ]; then
                found="$found $name"
                continue 2
            fi
        done
        missing="$missing $name"
    done
    for file in "$ARTIFACTS"/images/*.tar; do
        [ ! -f "$file" ] || images=$((images + 1))
    done
    fine artifacts "$ARTIFACTS has:${found:- nothing of Kubernetes}; $images image archive(s)"
    [ -z "$missing" ] || remark artifacts "looked for elsewhere (packages, mirror, publishers):$missing"
}

doctor_room() {
    local free
    host_memory
    if [ "$MEMORY" -ge 14500 ]; then
        fine memory "$MEMORY MiB"
    elif [ "$MEMORY" -ge 3500 ]; then
        remark memory "$MEMORY MiB: ./clusterbox up proposes a smaller cluster"
    else
        bad memory "$MEMORY MiB (expected: at least 4 GiB)" 'use a machine with more memory'
    fi
    free=$(free_disk "$STATE")
    if [ "${free:-0}" -ge 8192 ]; then
        fine disk "$free MiB free for $STATE"
    else
        bad disk "${free:-?} MiB free for $STATE (expected: at least 8192)" 'free some room, or set CLUSTERBOX_STATE and CLUSTERBOX_CACHE to folders on another disk'
    fi
}

doctor_services() {
    local service
    for service in $SERVICES; do
        if running "$service"; then
            if healthy "$RUNNING_PORT"; then
                fine service "$service runs (pid $PID, port $RUNNING_PORT)"
            else
                bad service "$service runs (pid $PID) but is not ready" "./clusterbox services logs $service"
            fi
            continue
        fi
        wanted_port "$service"
        if answers "$PORT"; then
            bad port "$PORT, for $service, is in use by another program" "end it, or choose another: $(port_variable "$service")=$((PORT % 50000 + 10000))"
        else
            fine port "$PORT is free for $service"
        fi
    done
}

# What the tests need on Debian and Ubuntu: to make machines, and to look at certificates and configurations from outside.
TEST_PACKAGES='systemd-nspawn:systemd-container mmdebstrap:mmdebstrap nft:nftables ip:iproute2 nsenter:util-linux openssl:openssl certtool:gnutls-bin softhsm2-util:softhsm2 pkcs11-tool:opensc haproxy:haproxy containerd:containerd systemd-analyze:systemd sshd:openssh-server'

test_command() {
    local pair missing='' arguments=() argument code=0
    for argument in "$@"; do
        case $argument in
            --yes) YES=1 ;;
            *) arguments+=("$argument") ;;
        esac
    done
    [ -z "$RELEASE" ] || die "a release archive has no tests" "run ./clusterbox test in a source tree"
    ensure_jdk
    ensure_maven
    if [ "$SYSTEM" = Linux ] && [ "$(id -u)" -eq 0 ] && have apt-get; then
        for pair in $TEST_PACKAGES; do
            find_program "${pair%%:*}" || missing="$missing ${pair#*:}"
        done
        # Not every system has it as a package; the launcher's tests say so where it is not there.
        if ! have kubectl && apt-cache show kubernetes-client >/dev/null 2>&1; then
            missing="$missing kubernetes-client"
        fi
        # shellcheck disable=SC2086
        [ -z "$missing" ] || install_packages "the end-to-end tests need them" $missing
    elif [ "$(id -u)" -ne 0 ]; then
        say "You are not root: the tests that make real machines say so and fail. Run 'sudo ./clusterbox test' for all of them."
    fi
    "$BASH" "$LAUNCHER/test.sh" || code=1
    maven verify ${arguments[@]+"${arguments[@]}"} || code=1
    if [ "$code" -ne 0 ]; then
        die "the tests failed" "the lines above say which; reports are in */target/surefire-reports"
    fi
    if [ -n "${CLUSTERBOX_ARTIFACTS-}" ]; then
        say "All tests passed."
    else
        say "All tests passed that ran. Not tested: a whole Kubernetes cluster (CLUSTERBOX_ARTIFACTS names no folder with its programs)."
    fi
}
