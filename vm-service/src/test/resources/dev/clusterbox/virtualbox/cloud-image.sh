#!/bin/sh
# Makes a disk of a root file system: TAR DISK. It boots by BIOS from the only partition, which may grow, and waits for cloud-init's
# data, as Debian's own cloud images do. To be called in a mount namespace of its own, as root.
set -eu
tar=$1 disk=$2
root=$disk.root
start=2048 # sectors

mkdir "$root"
truncate -s 3G "$disk"
printf 'label: dos\nstart=%s, type=83, bootable\n' "$start" | sfdisk -q "$disk"
loop=$(losetup --find --show --offset $((start * 512)) "$disk")
trap 'umount -R "$root" 2>/dev/null || :; losetup --detach "$loop"; rmdir "$root"' EXIT

# Without what extlinux cannot read.
mkfs.ext4 -q -L root -O '^64bit,^metadata_csum' -E lazy_itable_init=1 "$loop"
mount "$loop" "$root"
tar -xf "$tar" -C "$root" --numeric-owner

echo 'LABEL=root / ext4 errors=remount-ro 0 1' >"$root/etc/fstab"
: >"$root/etc/machine-id"
rm -f "$root/etc/hostname" "$root/var/lib/dbus/machine-id" "$root"/etc/ssh/ssh_host_*
ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
chroot "$root" systemctl enable systemd-networkd
chroot "$root" systemctl disable haproxy etcd containerd # which are not there before an image is baked

mkdir -p "$root/boot/extlinux"
cat >"$root/boot/extlinux/extlinux.conf" <<'CONF'
serial 0 115200
default linux
prompt 0
timeout 1
label linux
  kernel /vmlinuz
  initrd /initrd.img
  append root=LABEL=root ro console=tty0 console=ttyS0,115200
CONF
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
chroot "$root" extlinux --install /boot/extlinux
dd if="$root/usr/lib/syslinux/mbr/mbr.bin" of="$disk" conv=notrunc bs=440 count=1 status=none
sync --file-system "$root"
