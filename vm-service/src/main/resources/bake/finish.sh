# USER: makes of this machine an image: its networks and names will come from a seed disk, and nothing in it is of one
# machine only. USER, who did this, is removed if made for it. Then it is switched off.
set -eu
user=$1
units=/etc/systemd/system

chmod 0700 /var/lib/clusterbox

# The network is networkd's, from the files of the seed disk; names are resolved by whom the NAT adapter is told.
rm -f /etc/netplan/*.yaml /etc/network/interfaces.d/* /etc/systemd/network/*cloud-init*
if [ -e /etc/network/interfaces ]; then
  printf 'auto lo\niface lo inet loopback\n' >/etc/network/interfaces
fi
for unit in networking.service NetworkManager.service systemd-networkd-wait-online.service; do
  ln -sfn /dev/null "$units/$unit"
done
ln -sfn /lib/systemd/system/multi-user.target "$units/default.target"
systemctl daemon-reload
systemctl --quiet enable systemd-networkd.service systemd-resolved.service ssh.service clusterbox-seed.service
if [ -e "$units/clusterbox-agent.service" ]; then
  systemctl --quiet enable clusterbox-agent.service
fi
ln -sfn /run/systemd/resolve/resolv.conf /etc/resolv.conf

# cloud-init has done what it was for.
if [ -d /etc/cloud ]; then
  : >/etc/cloud/cloud-init.disabled
fi
rm -rf /var/lib/cloud /etc/sudoers.d/90-cloud-init-users

# An empty machine-id makes the next boot choose one, without taking it for the very first, which would enable what is masked.
: >/etc/machine-id
rm -f /var/lib/dbus/machine-id
echo clusterbox >/etc/hostname
printf '127.0.0.1 localhost clusterbox\n' >/etc/hosts
rm -f /etc/ssh/ssh_host_*
# While it is active it would write a new one when the machine goes down: the same for all clones.
systemctl stop systemd-random-seed.service
rm -f /var/lib/systemd/random-seed /var/lib/systemd/credential.secret /boot/efi/loader/random-seed
rm -rf /var/lib/dhcp/* /var/lib/NetworkManager/* /var/lib/systemd/timers/* /var/lib/systemd/timesync/*

# In memory from now on, by the configuration that came with the other files.
systemctl restart systemd-journald.service
find /var/log -type f -delete
rm -rf /var/log/journal /var/lib/apt/lists/* /var/cache/apt/archives/*.deb /var/cache/apt/*.bin
rm -rf /root/.ssh /root/.bash_history /root/.cache /root/.wget-hsts
find /tmp /var/tmp -mindepth 1 -type f -delete

if [ "$user" = clusterbox-bake ]; then
  # It says that the user is logged in, and goes on.
  userdel --force --remove "$user" 2>/dev/null || :
  if getent passwd "$user" >/dev/null; then
    echo "the user $user cannot be removed" >&2
    exit 1
  fi
fi
for gone in /etc/ssh/ssh_host_*_key /var/lib/systemd/random-seed /home/clusterbox-bake; do
  if [ -e "$gone" ]; then
    echo "$gone is still there" >&2
    exit 1
  fi
done

sync --file-system /
# A moment later, so that it is known that all of this was done.
systemd-run --quiet --on-active=1s --timer-property=AccuracySec=100ms systemctl poweroff
echo clusterbox-baked
