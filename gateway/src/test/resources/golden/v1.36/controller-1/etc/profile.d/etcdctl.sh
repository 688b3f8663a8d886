# etcdctl without flags, for root on a controller.
export ETCDCTL_API=3
export ETCDCTL_ENDPOINTS=https://127.0.0.1:2379
export ETCDCTL_CACERT=/etc/etcd/ssl/ca-crt.pem
export ETCDCTL_CERT=/etc/etcd/ssl/client-crt.pem
export ETCDCTL_KEY=/etc/etcd/ssl/client-key.pem
