#!/bin/sh
# The real VBoxManage (@REAL@), but machines run under QEMU, on the disk, the CD, the adapters and the forwarded ports that VirtualBox
# has for them: what happens in a guest cannot be seen with VirtualBox where it interprets code. For tests.
#
# - startvm copies a disk that is a difference, which QEMU cannot read, into one, the first time the machine starts;
# - what VirtualBox says of a machine that runs here is its own words but for the state;
# - a host-only network is a bridge already (VBoxManage.sh): the machine gets a cable into it.
real=@REAL@ folder=@FOLDER@

value() {
    printf '%s\n' "$information" | sed -n "s|^\"\\{0,1\\}$1\"\\{0,1\\}=\"\\{0,1\\}\\([^\"]*\\)\"\\{0,1\\}\$|\\1|p" | head -n 1
}

# What is named may be a name or an id: files here bear the id.
look_at() {
    information=$("$real" showvminfo "$1" --machinereadable) || exit
    id=$(value UUID)
}

runs() {
    [ -s "$folder/$id.pid" ] && kill -0 "$(cat "$folder/$id.pid")" 2>/dev/null
}

mac() {
    value "macaddress$1" | sed 's/../&:/g; s/:$//'
}

# adapter NUMBER NETDEV: of the kind and with the address that VirtualBox gives it.
adapter() {
    case $(value "nictype$1") in
        virtio) kind=virtio-net-pci ;;
        *) kind=e1000 ;;
    esac
    echo "$kind,netdev=$2,mac=$(mac "$1")"
}

start() {
    look_at "$1"
    if runs; then
        echo "VBoxManage: error: The machine '$1' is already locked by a session (or being locked or unlocked)" >&2
        exit 1
    fi
    disk=$(value SATA-0-0)
    case "$disk" in
        */Snapshots/*)
            if [ ! -e "$folder/$id.vdi" ]; then
                "$real" clonemedium disk "$disk" "$folder/$id.vdi" --format VDI >/dev/null || exit
                "$real" closemedium disk "$folder/$id.vdi" || exit
            fi
            disk=$folder/$id.vdi
            ;;
    esac
    nat=user,id=nat
    for rule in $(printf '%s\n' "$information" | sed -n 's/^Forwarding([0-9]*)="[^,]*,\(.*\)"$/\1/p'); do
        nat=$nat,hostfwd=$(echo "$rule" | awk -F, '{ printf "%s:%s:%s-%s:%s", $1, $2, $3, $4, $5 }')
    done
    set -- qemu-system-x86_64 -name "$1" -accel tcg,thread=multi -cpu qemu64 -smp "$(value cpus)" -m "$(value memory)" -rtc base=utc \
        -display none -nodefaults -no-user-config -daemonize -pidfile "$folder/$id.pid" \
        -serial "file:$folder/$(value name).log" \
        -device ahci,id=sata -drive "if=none,id=disk,file=$disk,format=vdi,cache=unsafe" -device ide-hd,drive=disk,bus=sata.0 \
        -netdev "$nat" -device "$(adapter 1 nat)"
    cd=$(value SATA-1-0)
    case "$cd" in
        none | emptydrive | '') set -- "$@" -drive if=none,id=cd,media=cdrom ;;
        *) set -- "$@" -drive "if=none,id=cd,media=cdrom,file=$cd,format=raw,readonly=on" ;;
    esac
    set -- "$@" -device ide-cd,drive=cd,bus=sata.1
    if [ "$(value nic2)" = hostonly ]; then
        printf '#!/bin/sh\nexec ip link set dev "$1" master %s up\n' "$(value hostonlyadapter2)" >"$folder/$id.up"
        chmod +x "$folder/$id.up"
        set -- "$@" -netdev "tap,id=own,script=$folder/$id.up,downscript=no" -device "$(adapter 2 own)"
    fi
    rm -f "$folder/$id.in" "$folder/$id.out"
    mkfifo "$folder/$id.in" "$folder/$id.out"
    "$@" -chardev "pipe,id=monitor,path=$folder/$id" -mon monitor </dev/null >/dev/null 2>"$folder/$id.err" || {
        echo "VBoxManage: error: QEMU: $(cat "$folder/$id.err")" >&2
        exit 1
    }
    echo "VM \"$(value name)\" has been successfully started."
}

# The CD of a machine that runs.
exchange() {
    case "$1" in
        none | emptydrive) echo 'eject -f cd' >"$folder/$id.in" ;;
        *) echo "change cd $1 raw" >"$folder/$id.in" ;;
    esac
}

# Only a process that was started here.
stop() {
    pid=$(cat "$folder/$id.pid")
    kill -KILL "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    rm -f "$folder/$id.pid"
}

case "${1-}" in
    startvm)
        start "$2"
        exit
        ;;
    controlvm)
        look_at "$2"
        if runs; then
            case "$3" in
                poweroff) stop ;;
                acpipowerbutton) echo system_powerdown >"$folder/$id.in" ;;
                *) echo "VBoxManage: error: '$3' is not played" >&2 && exit 1 ;;
            esac
            exit
        fi
        ;;
    storageattach)
        look_at "$2"
        "$real" "$@" || exit
        ! runs || case " $* " in
            *' --port 1 '*) exchange "$(printf '%s\n' "$@" | sed -n '/^--medium$/{n;p;}')" ;;
        esac
        exit
        ;;
    showvminfo)
        look_at "$2"
        if runs; then
            printf '%s\n' "$information" | sed 's/^VMState=.*/VMState="running"/'
        else
            printf '%s\n' "$information"
        fi
        exit
        ;;
    list)
        if [ "${2-}" = runningvms ]; then
            "$real" list vms | while read -r line; do
                id=$(echo "$line" | sed 's/.*{\(.*\)}$/\1/')
                ! runs || echo "$line"
            done
            exit
        fi
        ;;
    unregistervm)
        look_at "$2"
        "$real" "$@" || exit
        rm -f "$folder/$id".*
        exit
        ;;
esac
exec "$real" "$@"
