#!/bin/sh
# Tells the container runtime which addresses pods get on this node: what flanneld has been given.
set -eu
. /run/flannel/subnet.env
# Flannel names the address of the bridge, 10.244.1.1/24; kube-controller-manager gives each node a /24.
subnet=${FLANNEL_SUBNET%.*}.0/24
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
        "ranges": [[{"subnet": "$subnet"}]],
        "routes": [{"dst": "$FLANNEL_NETWORK"}],
        "dataDir": "/run/cni"
      }
    },
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
}
END
mv /etc/cni/net.d/.10-flannel /etc/cni/net.d/10-flannel.conflist
