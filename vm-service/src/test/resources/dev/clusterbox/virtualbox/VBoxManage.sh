#!/bin/sh
# The real VBoxManage, in the root that the process @PID@ has, for tests. Three things cannot be done there without
# VirtualBox's kernel driver, and are played:
# - making and removing a host-only interface: a bridge of that name is one to VirtualBox;
# - starting a machine with a host-only adapter (VERR_SUP_DRIVERLESS): its cable is pulled out before. The definition of the
#   machine, by VBoxManage itself, is real until then.

network() {
    nsenter --target @PID@ --net -- ip link "$@"
}

inside() {
    nsenter --target @PID@ --mount --net --pid --wd=/ -- chroot @FOLDER@/inside/root \
        /usr/bin/env -i PATH=/usr/sbin:/usr/bin HOME=/root "LC_ALL=${LC_ALL-}" \
        VBOX_USER_HOME=@FOLDER@/settings VBOX_IPC_SOCKETID=clusterbox \
        /usr/lib/virtualbox/VBoxManage "$@"
}

case "${1-} ${2-}" in
    'hostonlyif create')
        number=0
        while ! network add "vboxnet$number" type bridge 2>/dev/null; do
            number=$((number + 1))
            [ "$number" -lt 128 ] || exit 1
        done
        network set "vboxnet$number" up
        echo '0%...10%...20%...30%...40%...50%...60%...70%...80%...90%...100%' >&2
        echo "Interface 'vboxnet$number' was successfully created"
        exit 0
        ;;
    'hostonlyif remove')
        if network delete "${3-}" type bridge 2>/dev/null; then
            # What VirtualBox does of its own then: otherwise the next interface of that name got this address.
            inside setextradata global "HostOnly/$3/IPAddress"
            inside setextradata global "HostOnly/$3/IPNetMask"
            exit 0
        fi
        ;; # if it is not there, what VBoxManage itself says
    'startvm '*)
        # By its settings rather than by asking, which would count in what is measured.
        settings=$(sed -n "s|.*MachineEntry uuid=\"{$2}\" src=\"\([^\"]*\)\".*|\1|p; s|.*MachineEntry uuid=\"[^\"]*\" src=\"\([^\"]*/$2\.vbox\)\".*|\1|p" \
            @FOLDER@/settings/VirtualBox.xml)
        # VirtualBox may be writing either file just now; then it is asked after all.
        if [ -r "$settings" ]; then
            grep -qs '<HostOnlyInterface' "$settings"
        else
            inside showvminfo "$2" --machinereadable 2>/dev/null | grep -q '^nic2="hostonly"'
        fi && inside modifyvm "$2" --nic2 null >/dev/null 2>&1
        ;;
esac
inside "$@"
