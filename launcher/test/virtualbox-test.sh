# shellcheck shell=bash
# VirtualBox: whether it works, as whom vm-service runs, and the way into its machines.

# vbox LINE…: a VBoxManage that prints these lines for --version, first on the PATH as it is in $path; and a system whose
# kernel has its driver.
vbox() {
    rm -rf "$work/vbox" "$work/root"
    mkdir -p "$work/vbox" "$work/root/dev" "$work/root/proc" "$work/root/etc/vbox"
    : >"$work/root/dev/vboxdrv"
    : >"$work/root/dev/vboxnetctl"
    {
        printf '#!/bin/sh\nif [ "$1" = --version ]; then\n'
        printf 'printf "%%s\\\\n" "%s"\n' "$@"
        printf 'fi\n'
    } >"$work/vbox/VBoxManage"
    chmod +x "$work/vbox/VBoxManage"
    path=$work/vbox:$PATH
    export CLUSTERBOX_ROOT=$work/root
}

# as_somebody: the launcher thinks that it is run by a user who is not root; what it runs by sudo is written down and run.
as_somebody() {
    mkdir -p "$work/somebody"
    printf '#!/bin/sh\n[ "$1" = -u ] && echo 1000 || exec /usr/bin/id "$@"\n' >"$work/somebody/id"
    cat >"$work/somebody/sudo" <<'SUDO'
#!/bin/sh
[ "$1" = -v ] && exit
[ "$1" = -n ] && shift
echo "$*" >>"${0%/*}/sudo.log"
exec "$@"
SUDO
    chmod +x "$work/somebody/id" "$work/somebody/sudo"
    : >"$work/somebody/sudo.log"
    path=$work/somebody:${path:-$PATH}
}

test_a_broken_virtualbox_stops_with_a_remedy() {
    vbox 'WARNING: The vboxdrv kernel module is not loaded.' 7.1.4r165100
    asked
    launch up
    expect_code 1
    expect_in 'vboxdrv kernel module is not loaded' "$ERR"
    expect_in 'modprobe -a vboxdrv' "$ERR"
    expect_in '--provider nspawn' "$ERR"
    launch up --provider virtualbox
    expect_code 1
    asked
    expect "$ASKED" ''
}

test_what_virtualbox_must_be_is_said_before_anything_is_done() {
    vbox 6.1.50r161033
    launch up
    expect_code 1
    expect_in 'VirtualBox 6.1.50 is too old (expected: 7.0 to 7.2)' "$ERR"
    vbox nonsense
    launch up
    expect_in 'names no version' "$ERR"
    vbox 7.2.22r175245
    rm "$work/root/dev/vboxdrv"
    launch up
    expect_code 1
    expect_in 'kernel driver (vboxdrv) is not loaded' "$ERR"
    path=$PATH
    launch up --provider virtualbox
    expect_code 1
    expect_in 'VirtualBox is not installed' "$ERR"
    launch up --provider 'virtualbox-../x'
    expect_code 2
}

test_a_virtualbox_that_works_is_taken_and_the_persons_key_goes_along() {
    vbox 7.2.22r175245
    rm -rf "$work/state/ssh"
    asked
    launch up --through agents
    expect_code 0
    expect_in 'Provider virtualbox (VirtualBox is installed, 7.2.22). Its machines are yours: no service needs root.' "$OUT"
    expect_in 'a Debian image of about 400 MB' "$OUT"
    expect_not_in 'no security boundary' "$OUT"
    expect "$(stat -c %a "$work/state/ssh" "$work/state/ssh/id_ed25519" | tr '\n' ' ')" '700 600 '
    asked
    expect_in "\"provider\": \"virtualbox\", \"sshPublicKey\": \"$(cat "$work/state/ssh/id_ed25519.pub")\"" "$ASKED"
    expect_not_in 'PRIVATE' "$ASKED"
    # The key stays the same; containers get none.
    launch up --through agents
    asked
    expect_in "$(cat "$work/state/ssh/id_ed25519.pub")" "$ASKED"
    launch up --provider nspawn --through agents
    asked
    expect_not_in sshPublicKey "$ASKED"
}

test_a_public_key_that_is_none_is_not_sent() {
    local text
    vbox 7.2.22r175245
    inside ensure_ssh_key
    asked
    for text in '' 'ssh-ed25519 AAAA", "x": "' 'command="id" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBHc2weTGiZ1kuD1laUnCKsJL1enBGC+Ntvg9I1e5fZn'; do
        printf '%s\n' "$text" >"$work/state/ssh/id_ed25519.pub"
        launch up --through agents
        expect_code 1
        expect_in 'is no public key' "$ERR"
    done
    asked
    expect "$ASKED" ''
    rm -rf "$work/state/ssh"
}

test_vm_service_runs_as_the_user_for_virtualbox_and_as_root_for_nspawn_only() {
    local pid gateway
    launch services stop
    rm -f "$work/state/run/vm-service.as"
    vbox 7.2.22r175245
    as_somebody
    launch up --through agents
    expect_code 0
    expect "$(cat "$work/somebody/sudo.log")" ''
    expect_in "clusterbox.state=$work/state/vm-service-user" "$(cat "$work/state/vm-service-user/told")"
    expect_in "clusterbox.images=$work/state/vm-service-user/images" "$(cat "$work/state/vm-service-user/told")"
    read -r pid _ <"$work/state/run/vm-service.pid"
    read -r gateway _ <"$work/state/run/gateway.pid"
    launch up --through agents
    expect "$(cut -d' ' -f1 "$work/state/run/vm-service.pid")" "$pid"

    launch up --provider nspawn --through agents
    expect_code 0
    expect_in 'vm-service runs as you, for VirtualBox; nspawn needs it as root: starting it again' "$OUT"
    expect_in 'vm-service is started with sudo' "$OUT"
    expect_in run-service "$(cat "$work/somebody/sudo.log")"
    expect_in "clusterbox.state=$work/state/vm-service" "$(cat "$work/state/vm-service/told")"
    expect "$(cut -d' ' -f1 "$work/state/run/gateway.pid")" "$gateway"

    # Who only looks leaves it as it is; what is done with a cluster of VirtualBox has it started again.
    launch services start
    expect_in 'Already running' "$OUT"
    : >"$work/somebody/sudo.log"
    launch down virtual --yes
    expect_code 0
    expect_in 'vm-service runs as root, for nspawn; VirtualBox needs it as you: starting it again' "$OUT"
    expect "$(cat "$work/somebody/sudo.log")" ''
    launch services stop
    # Started by itself it is as it was.
    launch services start
    expect "$(cat "$work/somebody/sudo.log")" ''
    launch services stop
    rm -f "$work/state/run/vm-service.as"
}

test_who_is_root_anyway_has_both_and_nothing_is_started_again() {
    [ "$(id -u)" -eq 0 ] || return 0
    local pid
    vbox 7.2.22r175245
    launch up --through agents
    read -r pid _ <"$work/state/run/vm-service.pid"
    launch up --provider nspawn --through agents
    expect_not_in 'starting it again' "$OUT"
    expect "$(cut -d' ' -f1 "$work/state/run/vm-service.pid")" "$pid"
}

test_prepare_makes_virtualboxs_image() {
    vbox 7.2.22r175245
    launch prepare
    expect_code 0
    expect_in "./clusterbox images' shows the machines' images" "$OUT"
    expect_in 'PUT /v1/providers/virtualbox/image' "$(cat "$work/state/vm-service/requests.log")"
}

test_images_are_shown_and_pruned_after_asking() {
    vbox 7.2.22r175245
    launch services start
    launch images
    expect_code 0
    expect_in 'image-0a1b                                        1834  2026-01-02T03:04:05Z  new machines, demo-node-1, demo-node-2' "$OUT"
    launch images prune
    expect_code 1
    expect_in '--yes' "$ERR"
    launch images prune --yes
    expect_code 0
    expect_in REMOVED "$OUT"
    launch images --provider nspawn
    expect_code 2
    launch images rm
    expect_code 2
}

# The double of ssh writes down what it is told, a word a line.
test_a_virtual_machine_is_entered_by_ssh_with_the_persons_key_and_its_own_known_hosts() {
    vbox 7.2.22r175245
    launch services start
    inside ensure_ssh_key
    printf '#!/bin/sh\nprintf "%%s\\n" "$@" >"%s"\nexit 7\n' "$work/ssh.log" >"$work/vbox/ssh"
    chmod +x "$work/vbox/ssh"
    printf 'ssh\n-o\nHostKeyAlias=0a1b-2c3d\nroot@192.168.56.21\n' >"$work/state/gateway/enter"
    launch ssh virtual virtual-1 -- sh -c 'printf "<%s>" "$@"' x 'a b' '$(id)' "it's"
    expect_code 7
    OUT=$(cat "$work/ssh.log")
    expect "$(head -n 2 <<<"$OUT" | tr '\n' ' ')" '-F /dev/null '
    expect_in "UserKnownHostsFile=\"$work/state/ssh/known_hosts/virtual\"" "$OUT"
    expect_in "IdentityFile=\"$work/state/ssh/id_ed25519\"" "$OUT"
    expect_in 'StrictHostKeyChecking=accept-new' "$OUT"
    expect_in 'HostKeyAlias=0a1b-2c3d' "$OUT"
    expect_in 'ForwardAgent=no' "$OUT"
    expect "$(tail -n 2 <<<"$OUT")" "root@192.168.56.21
sh -c 'printf \"<%s>\" \"\$@\"' x 'a b' '\$(id)' 'it'\\''s'"
    # By way of the computer that it is on: that is the person's own configuration.
    printf 'ssh\n-J\nanna@desk.example:2222\nroot@192.168.56.21\n' >"$work/state/gateway/enter"
    launch ssh virtual virtual-1 -- true
    OUT=$(cat "$work/ssh.log")
    expect_in "-J
anna@desk.example:2222" "$OUT"
    expect_not_in /dev/null "$(head -n 2 <<<"$OUT")"
    expect_in 'HostKeyAlias=virtual-virtual-1' "$OUT"
}

test_nothing_but_root_at_an_address_is_entered_by_ssh() {
    local words
    vbox 7.2.22r175245
    launch services start
    inside ensure_ssh_key
    printf '#!/bin/sh\ntouch "%s"\n' "$work/ssh-was-run" >"$work/vbox/ssh"
    chmod +x "$work/vbox/ssh"
    for words in 'ssh -oProxyCommand=id root@192.168.56.21' 'ssh -o ProxyCommand=id root@192.168.56.21' 'ssh root@evil.example' \
        'ssh anna@192.168.56.21' 'ssh root@192.168.56.21 id' 'ssh -J -oProxyCommand=id root@192.168.56.21' 'ssh -J a@b;id root@192.168.56.21' \
        'ssh -o HostKeyAlias=../../x root@192.168.56.21' 'ssh -o HostKeyAlias=a root@192.168.56.21 -o ProxyCommand=id' 'ssh' \
        'ssh -i /etc/shadow root@192.168.56.21' 'sshpass root@192.168.56.21'; do
        # shellcheck disable=SC2086
        printf '%s\n' $words >"$work/state/gateway/enter"
        launch ssh virtual virtual-1 -- id
        expect_code 1
        [ ! -e "$work/ssh-was-run" ] || fail "it was let through: $words"
    done
}

test_ssh_enters_a_real_sshd_word_for_word_and_remembers_each_machines_key() {
    local port key sshd
    sshd=$(command -v sshd || printf /usr/sbin/sshd)
    if [ ! -x "$sshd" ] || [ "$(id -u)" -ne 0 ]; then
        printf 'NOT TESTED: ssh into a real sshd (no sshd here, or not root)\n'
        return 0
    fi
    inside ensure_ssh_key
    mkdir -p "$work/sshd" /run/sshd
    port=$((20000 + RANDOM % 30000))
    for key in one two; do
        [ -f "$work/sshd/$key" ] || ssh-keygen -q -t ed25519 -N '' -f "$work/sshd/$key"
    done
    cp "$work/state/ssh/id_ed25519.pub" "$work/sshd/authorized_keys"
    # A folder under /tmp is not root's alone: StrictModes would refuse it.
    printf 'ListenAddress 127.0.0.1\nPort %s\nHostKey %s\nAuthorizedKeysFile %s\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPidFile none\nPermitRootLogin prohibit-password\n' \
        "$port" "$work/sshd/one" "$work/sshd/authorized_keys" >"$work/sshd/config"
    "$sshd" -D -e -f "$work/sshd/config" >"$work/sshd/log" 2>&1 &
    sshd=$!
    await answering "$port"
    # Its port is not the usual one: said by a wrapper, as it would be of no use to let the gateway say it.
    mkdir -p "$work/with-port"
    printf '#!/bin/sh\nexec %s -p %s "$@"\n' "$(command -v ssh)" "$port" >"$work/with-port/ssh"
    chmod +x "$work/with-port/ssh"
    path=$work/with-port:$PATH
    cat >"$work/entering" <<'LINES'
NAME=real
check_ssh ssh -o HostKeyAlias=machine-1 root@127.0.0.1
enter_by_ssh node-1 sh -c 'printf "<%s>" "$@"; exit 7' x 'a b' '$(id)' "it's"
LINES
    inside "$(cat "$work/entering")"
    kill "$sshd"
    wait "$sshd" 2>/dev/null || true
    [ "$CODE" = 7 ] || fail "$(tail -n 5 "$work/sshd/log")"
    expect "$OUT" "<a b><\$(id)><it's>"
    expect_in machine-1 "$(cat "$work/state/ssh/known_hosts/real")"
    # Another key under the same name is somebody else; under another name it is a new machine.
    sed -i "s,$work/sshd/one,$work/sshd/two," "$work/sshd/config"
    sshd=$(command -v sshd || printf /usr/sbin/sshd)
    "$sshd" -D -e -f "$work/sshd/config" >"$work/sshd/log" 2>&1 &
    sshd=$!
    await answering "$port"
    inside 'NAME=real; check_ssh ssh -o HostKeyAlias=machine-1 root@127.0.0.1 && enter_by_ssh node-1 true'
    expect_code 255
    expect_in 'REMOTE HOST IDENTIFICATION HAS CHANGED' "$ERR"
    inside 'NAME=real; check_ssh ssh -o HostKeyAlias=machine-2 root@127.0.0.1 && enter_by_ssh node-1 true'
    kill "$sshd"
    wait "$sshd" 2>/dev/null || true
    expect_code 0
}

answering() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

test_doctor_looks_at_virtualbox_before_the_services_run() {
    vbox 7.2.22r175245
    printf 'flags : fpu vmx\n' >"$work/root/proc/cpuinfo"
    printf 'vboxdrv 700416 2 - Live 0x0\n' >"$work/root/proc/modules"
    rm -rf "$work/root/etc/vbox"
    inside 'doctor_virtualbox; echo "problems: $DOCTOR_PROBLEMS"'
    expect "$OUT" '  ok    VirtualBox 7.2.22
  ok    network    192.168.56.0/24 may be a host-only network
problems: 0'
    mkdir -p "$work/root/etc/vbox"
    printf '* 10.0.0.0/8 2001::/64\n' >"$work/root/etc/vbox/networks.conf"
    printf 'kvm_intel 479232 3 - Live 0x0\n' >"$work/root/proc/modules"
    printf 'flags : fpu\n' >"$work/root/proc/cpuinfo"
    rm "$work/root/dev/vboxnetctl"
    inside 'doctor_virtualbox; echo "problems: $DOCTOR_PROBLEMS"'
    expect_in 'there is no /dev/vboxnetctl' "$OUT"
    expect_in 'no virtualisation' "$OUT"
    expect_in 'a virtual machine of KVM' "$OUT"
    expect_in 'does not allow 192.168.56.0/21' "$OUT"
    expect_in 'problems: 4' "$OUT"
    vbox 7.3.0r180000
    inside 'doctor_virtualbox'
    expect_in 'newer than what was tried' "$OUT"
}

test_the_file_of_allowed_ranges_is_read_as_virtualbox_reads_it() {
    local line
    vbox 7.2.22r175245
    for line in '* 0.0.0.0/0 ::/0' '* 10.0.0.0/8 192.168.0.0/16' '  *   192.168.56.0/21' '* 192.168.32.0/19' '* 192.168.48.0/20'; do
        printf '# ours\n%s\n' "$line" >"$work/root/etc/vbox/networks.conf"
        inside 'usual_range_allowed'
        expect_code 0
    done
    for line in '' '# * 0.0.0.0/0' '192.168.56.0/21' '* 10.0.0.0/8' '* 192.168.64.0/19' '* 192.168.56.0/25' '* $(touch owned)/20'; do
        printf '%s\n' "$line" >"$work/root/etc/vbox/networks.conf"
        inside 'usual_range_allowed'
        expect_code 1
    done
    [ ! -e owned ] || fail 'something was carried out'
}

test_kvm_depends_on_kernel_and_version() {
    vbox 7.1.4r165100
    mkdir -p "$work/root/sys/module/kvm/parameters"
    printf 'kvm_amd 237568 0 - Live 0x0\n' >"$work/root/proc/modules"
    echo Y >"$work/root/sys/module/kvm/parameters/enable_virt_at_load"
    inside 'virtualbox_works && ! kvm_leaves_processor && echo "$KVM_HINT"'
    expect_code 0
    expect_in 'modprobe -r kvm_amd' "$OUT"
    echo N >"$work/root/sys/module/kvm/parameters/enable_virt_at_load"
    inside 'virtualbox_works && kvm_leaves_processor'
    expect_code 0
    vbox 7.2.22r175245
    mkdir -p "$work/root/sys/module/kvm/parameters"
    printf 'kvm_amd 237568 0 - Live 0x0\n' >"$work/root/proc/modules"
    echo Y >"$work/root/sys/module/kvm/parameters/enable_virt_at_load"
    inside 'virtualbox_works && kvm_leaves_processor'
    expect_code 0
}

test_doctor_shows_what_vm_service_has_found() {
    vbox 7.2.22r175245
    launch services start
    inside 'doctor_vm_service; echo "problems: $DOCTOR_PROBLEMS"'
    expect_in '  ok    version    VirtualBox 7.2.22' "$OUT"
    expect_in '  --    KVM        kvm_intel has the processor: modprobe -r kvm_intel' "$OUT"
    expect_in '  FAIL  memory     2000 MiB are available' "$OUT"
    expect_in 'problems: 1' "$OUT"
    expect_not_in $'\033' "$OUT"
}

test_on_a_mac_virtualbox_is_what_there_is() {
    vbox 7.0.26r168464
    printf '#!/bin/sh\ncase $1 in -m) echo arm64 ;; *) echo Darwin ;; esac\n' >"$work/vbox/uname"
    chmod +x "$work/vbox/uname"
    inside 'SYSTEM=Darwin; virtualbox_works || echo "$VBOX_PROBLEM"'
    expect_in '(expected: 7.1 or newer)' "$OUT"
    inside 'SYSTEM=Darwin; VM_AS=; serve nspawn; echo $VM_AS; doctor_nspawn; PROVIDER=nspawn; choose_provider'
    expect_code 1
    expect_in user "$OUT"
    expect_in 'the provider nspawn needs Linux' "$ERR"
    expect_in 'System Settings' "$ERR"
    vbox 7.1.4r165100
    inside 'SYSTEM=Darwin; uname() { echo arm64; }; virtualbox_works'
    expect_code 0
}
