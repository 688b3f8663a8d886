# PACKAGE…: what is not there is installed. Ends with 10 when apt reaches nobody, with 11 when it cannot install.
set -eu
export DEBIAN_FRONTEND=noninteractive
missing=
for package in "$@"; do
  if dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed; then continue; fi
  # Some releases have it in the package systemd.
  if [ "$package" = systemd-resolved ] && [ -x /lib/systemd/systemd-resolved ]; then continue; fi
  missing="$missing $package"
done
[ -n "$missing" ] || exit 0
echo "installing$missing"
apt-get -q -o APT::Update::Error-Mode=any -o DPkg::Lock::Timeout=300 update || exit 10
# shellcheck disable=SC2086 # names without blanks
apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 install -- $missing || exit 11
apt-get -q clean
