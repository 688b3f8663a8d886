#!/bin/sh
# Tells the container runtime which addresses pods get on this node: what flanneld has been given.
set -eu
. /run/flannel/subnet.env
mkdir -p /etc/cni/net.d
cat >/etc/cni/net.d/.10-flannel <<END
{
  "cniVersion": "0.4.0",
  "name": "flannel",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "cni0",
      "mtu": $FLANNEL_MTU,
      "hairpinMode": true,
      "isDefaultGateway": true,
      "ipam": {
        "type": "host-local",
        "ranges": [[{"subnet": "$FLANNEL_SUBNET"}]],
        "routes": [{"dst": "$FLANNEL_NETWORK"}],
        "dataDir": "/run/cni"
      }
    },
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
}
END
mv /etc/cni/net.d/.10-flannel /etc/cni/net.d/10-flannel.conflist
