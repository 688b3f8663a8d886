#!/bin/sh
# Tells the container runtime which addresses pods get on this node: what flanneld has been given.
set -eu
. /run/flannel/subnet.env
: "${FLANNEL_NETWORK:?}" "${FLANNEL_SUBNET:?}" "${FLANNEL_MTU:?}"
# Flannel names the address of the bridge, 10.244.1.1/24; kube-controller-manager gives each node a /24.
subnet=${FLANNEL_SUBNET%.*}.0/24
mkdir -p /etc/cni/net.d
# The unit and the agent may run this at the same time.
new=/etc/cni/net.d/.10-flannel.$$
cat >"$new" <<END
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
mv "$new" /etc/cni/net.d/10-flannel.conflist
