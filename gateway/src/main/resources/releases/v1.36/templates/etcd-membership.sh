#!/bin/bash
# Whether this member begins a cluster with the others or comes into one that is there. A machine that was made anew has
# lost its data, and etcd lets nobody in a second time: the lost member is removed, and this one added in its place.
set -eu
state=new
# While a cluster begins, a port may be open and nobody lead yet: that is not waited for.
patience=1s
answers() {
    timeout 0.3 bash -c ": </dev/tcp/$1/2379" 2>/dev/null
}
ctl() {
    ETCDCTL_API=3 etcdctl --command-timeout="$patience" --endpoints="https://$peer:2379" --cacert=/etc/etcd/ssl/ca-crt.pem \
        --cert=/etc/etcd/ssl/client-crt.pem --key=/etc/etcd/ssl/client-key.pem "$@"
}
# Its write-ahead log is what makes it a member; a start that was refused leaves other files.
if ! compgen -G '/var/lib/etcd/member/wal/*.wal' >/dev/null; then
    for peer in{{#controllers}} {{address}}{{/controllers}}; do
        [ "$peer" != {{address}} ] && answers "$peer" && members=$(ctl member list) || continue
        state=existing
        patience=10s
        me=$(grep -F 'https://{{address}}:2380' <<<"$members") || me=
        case $me in
            # Without addresses for clients: it belongs to the cluster and has never been there.
            *', started, '*', , '*) ;;
            *', started, '*)
                ctl member remove "${me%%,*}"
                me=
                ;;
        esac
        [ -n "$me" ] || ctl member add {{hostName}} --peer-urls=https://{{address}}:2380
        break
    done
fi
echo "INITIAL_CLUSTER_STATE=$state" >/run/clusterbox-etcd/environment
