# Waits until the guest has finished its first boot. How that ended is not our affair: what we need is looked at.
set -eu
if command -v cloud-init >/dev/null; then
  cloud-init status --wait >/dev/null || :
fi
