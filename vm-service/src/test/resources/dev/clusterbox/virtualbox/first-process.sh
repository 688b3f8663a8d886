#!/bin/sh
# First process of a VirtualBox of its own, in mount and process namespaces that end with it: ROOT FOLDER NETWORKS_CONF
#
# ROOT is only read: what is written in it stands in memory. FOLDER is seen under the same path inside as outside, and holds
# VirtualBox's own settings. It ends when its standard input does, which is when the tests end, however they end.
set -e
root=$1 folder=$2 networks=$3
inside=$folder/inside

mkdir -p "$inside"
mount -t tmpfs -o mode=755 tmpfs "$inside"
mkdir "$inside/upper" "$inside/work" "$inside/root"
mount -t overlay -o "lowerdir=$root,upperdir=$inside/upper,workdir=$inside/work" overlay "$inside/root"
cd "$inside/root"

mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
# Without the host's /dev/vboxdrv: these tests are the same on a computer with a driver and on one without.
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
    : >"dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
mkdir -m 1777 dev/shm
mkdir -p etc/vbox ".$folder"
: >>etc/vbox/networks.conf
mount --bind "$networks" etc/vbox/networks.conf
mount --bind "$folder" ".$folder"

# The stand-in: compiled when the root was built, put in its place here.
cp usr/lib/clusterbox/VBoxHeadless usr/lib/virtualbox/VBoxHeadless

mkdir -p "$folder/settings"
export VBOX_USER_HOME="$folder/settings" VBOX_IPC_SOCKETID=clusterbox LC_ALL=C.UTF-8 HOME=/root
unset LANG LANGUAGE
# Kept running: ending for idleness, it makes a call take ten seconds.
chroot . /usr/lib/virtualbox/VBoxSVC --pidfile /run/VBoxSVC.pid </dev/null >"$folder/VBoxSVC.log" 2>&1 &
until [ -s run/VBoxSVC.pid ]; do sleep 0.02; done
chroot . /usr/lib/virtualbox/VBoxManage setextradata global VBoxInternal/HM/FallbackToIEM 1 </dev/null
echo ready
read -r _ || :
