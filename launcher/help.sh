# shellcheck shell=bash
# ./clusterbox help [COMMAND]

help_of() {
    case $1 in
        '' | help)
            cat <<'TEXT'
Clusterbox: Kubernetes on one's own machines.

  ./clusterbox up [NAME]                 makes the cluster, or repairs it (NAME is "demo" unless given)
  ./clusterbox status [NAME] [--watch]   shows it
  ./clusterbox list                      shows all clusters
  ./clusterbox scale [NAME] N            makes nodes, or drains and removes them, until there are N
  ./clusterbox replace [NAME] MACHINE    makes a machine anew: a node or a controller
  ./clusterbox stop|start [NAME]         switches the machines off and on; what is on them stays
  ./clusterbox kubeconfig [NAME] [--merge]
                                         lets kubectl in
  ./clusterbox smoke-test [NAME]         tries it out
  ./clusterbox ssh NAME MACHINE [-- COMMAND]
                                         a shell, or one command, in a machine
  ./clusterbox token create|list|revoke  lets machines join that Clusterbox did not make
  ./clusterbox down [NAME]               deletes it
  ./clusterbox prepare                   downloads and builds everything, and makes no machine
  ./clusterbox images [prune]            what virtual machines are made from
  ./clusterbox doctor                    checks this machine
  ./clusterbox services start|stop|status|logs [NAME…] [-f]
                                         the four programs that do the work
  ./clusterbox test [MAVEN OPTIONS]      the whole build with all tests
  ./clusterbox help COMMAND              more about one command

Environment:
  CLUSTERBOX_STATE            clusters, keys, logs      (~/.local/state/clusterbox)
  CLUSTERBOX_CACHE            what can be made again    (~/.cache/clusterbox)
  CLUSTERBOX_IMAGES           root file systems         (~/.cache/clusterbox/images)
  CLUSTERBOX_ARTIFACTS        a folder of binaries and images that need not be downloaded
  CLUSTERBOX_MIRROR           an address to download from, in place of the publishers'
  CLUSTERBOX_GATEWAY_PORT, CLUSTERBOX_PKI_PORT, CLUSTERBOX_VM_PORT, CLUSTERBOX_SLACK_PORT
                              loopback ports            (8080, 8081, 8082, 8083)
  CLUSTERBOX_GATEWAY_URL, CLUSTERBOX_TOKEN_FILE
                              a gateway elsewhere, and a file with its token; then nothing is started here
  CLUSTERBOX_SLACK_SIGNING_SECRET_FILE, CLUSTERBOX_SLACK_BOT_TOKEN_FILE, CLUSTERBOX_SLACK_API_URL
                              for slack-bot
  JAVA_HOME                   a JDK 25 or newer, if it shall be that one
  NO_COLOR                    no colours
TEXT
            ;;
        up)
            cat <<'TEXT'
./clusterbox up [NAME] [OPTIONS]

Makes a cluster and shows the progress. Run again, it repairs what is missing and leaves the rest alone. Ctrl-C stops the
showing, not the work.

The binaries of Kubernetes are downloaded once (about 560 MB), unless the folder CLUSTERBOX_ARTIFACTS has them: by name (kubelet,
kube-apiserver, …), at its top or one folder below; each images/*.tar in it is imported on every node. CLUSTERBOX_MIRROR is
an address to download from instead. Set otherwise than for the running gateway, either has the gateway started again.

  --provider virtualbox|nspawn   default: VirtualBox where it is installed, else nspawn
  --through STEP                 stop after a step: agents, etcd, control-plane, …; else up to a Kubernetes that is ready
  --controllers N, --nodes N     default: 3 and 3
  --memory [ROLE=]SIZE[,…]       e.g. 2G (controllers and nodes) or controller=2G,node=1024 (MiB)
  --cpus [ROLE=]N[,…]            roles: load-balancer, controller, node
  --subnet RANGE                 of the machines, default: the next free /24 of 192.168.56.0/21
  --pod-cidr RANGE               default: 10.244.0.0/16
  --service-cidr RANGE           default: 10.32.0.0/24
  --kubernetes VERSION           e.g. 1.36
  --addon FILE                   a manifest (YAML) to apply as well; may be given several times
  --expose HOST:PORT             leads that port of this computer to the cluster's API, for others; HOST is an address of this
                                 computer, or its name. "none" takes it back
  --expose-join HOST:PORT        the same for where machines join; see './clusterbox help token'
  -f, --file FILE                a cluster file (YAML or JSON) with the fields of the REST API; options replace its fields
  --dry-run                      says what would be made, and makes nothing
  --yes                          agrees to every question (for scripts)

Exit codes: 0 it is up; 1 it is not, and why; 2 the command line is wrong; 130 after Ctrl-C.
TEXT
            ;;
        down)
            cat <<'TEXT'
./clusterbox down [NAME] [--yes]

Deletes a cluster: its machines, network, keys and all that is on them. Asks before, unless --yes.
TEXT
            ;;
        status)
            cat <<'TEXT'
./clusterbox status [NAME] [--watch]

Shows a cluster: its state and its machines. With --watch it first follows the operation that is under way.
TEXT
            ;;
        list)
            printf '%s\n\n%s\n' './clusterbox list' 'Shows all clusters: their state, version, network, machines, and the memory that those may use.'
            ;;
        scale)
            cat <<'TEXT'
./clusterbox scale [NAME] N

Makes nodes, or removes the last ones, until there are N. A node that goes takes no new pods, its pods are evicted as far as
their disruption budgets allow, then Node object and machine are deleted and its certificates revoked. If the budgets do not
allow it within five minutes, or a pod would be lost that nobody makes again, nothing is removed and it says why.
TEXT
            ;;
        replace)
            cat <<'TEXT'
./clusterbox replace [NAME] MACHINE

Makes a machine anew under its name and address: node-2, controller-1, … A node is drained before. A controller leaves
etcd, and the new one comes in with the data of the others; refused where etcd would lose its majority meanwhile.
TEXT
            ;;
        stop)
            cat <<'TEXT'
./clusterbox stop [NAME]

Switches all machines of a cluster off: the nodes, then the control plane, etcd last. What is on them stays, and their memory is
free. 'start' or 'up' brings the cluster back.
TEXT
            ;;
        start)
            cat <<'TEXT'
./clusterbox start [NAME]

Switches the machines of a cluster on and brings up what was on them, etcd first; also after this computer was restarted.
Certificates that have expired meanwhile are renewed.
TEXT
            ;;
        ssh)
            cat <<'TEXT'
./clusterbox ssh [NAME] MACHINE [-- COMMAND]

A shell in a machine, as root, or one command. MACHINE is its host name: haproxy, controller-1, node-2, …
The exit code is the command's.

A container (nspawn) is entered by root on this computer. A virtual machine is entered by ssh, with a key that 'up' made
for you: CLUSTERBOX_STATE/ssh/id_ed25519. It opens the machines of clusters that you had made.
TEXT
            ;;
        doctor)
            cat <<'TEXT'
./clusterbox doctor

Looks at this machine: JDK, Maven, openssl, VirtualBox with its kernel driver and networks, root, packages, cgroups, kernel modules, memory,
disk, artifacts, ports, services; while vm-service runs, also what that finds. Exit code 1 if something stands in the way. Changes
nothing.
TEXT
            ;;
        kubeconfig)
            cat <<'TEXT'
./clusterbox kubeconfig [NAME] [OPTIONS]

Prints a kubeconfig for kubectl 1.22 or newer. It holds no key: kubectl runs './clusterbox credential', which has a certificate
of 8 hours renewed by itself. Your key is made here, by openssl, and stays in CLUSTERBOX_STATE/people.

  --merge        puts it into the file that kubectl uses (KUBECONFIG, or ~/.kube/config), beside what is there
  --use          with --merge: makes it the current context even if there is another one
  --output FILE  writes a file of its own; only a file that was made by this command is replaced
  --user NAME    as whom, if you may choose; else the gateway knows your name
  --force        replaces entries of the same name that lead elsewhere

Cluster and context are called clusterbox-NAME (with --user: USER@clusterbox-NAME).
TEXT
            ;;
        credential)
            cat <<'TEXT'
./clusterbox credential NAME [--user USER]

What kubectl runs, as the kubeconfig says: prints an ExecCredential (client.authentication.k8s.io/v1). It starts and builds
nothing. The certificate that is kept is used while more than a third of its time is left, then renewed with the same key; while
the gateway is away it is used to its end.
TEXT
            ;;
        token)
            cat <<'TEXT'
./clusterbox token create [NAME] NODE ADDRESS [--minutes N] [--container]
./clusterbox token list [NAME]
./clusterbox token revoke [NAME] ID

Lets a machine that Clusterbox did not make become the node NODE of a cluster, reached by the API at ADDRESS: once, within 60
minutes or N. "create" prints the lines of a file that the machine's shell reads; it holds the token, so it is for nobody else:

  (umask 077 && ./clusterbox token create demo worker-1 192.168.56.221 >join.env)

What is then to be typed on the machine is in docs/join.md. In the cluster's own network .221 to .254 are for such machines. With
--container the machine has its host's kernel, as those of nspawn do. "revoke" ends a token; a node that has joined stays.
TEXT
            ;;
        smoke-test)
            cat <<'TEXT'
./clusterbox smoke-test [NAME]

Tries the cluster out: secrets encrypted in etcd, a deployment, port-forward, logs, exec, a NodePort service, DNS, pods across
nodes, and the API while one controller is stopped. Shows what came of each check; exit code 1 if one of them failed.
TEXT
            ;;
        prepare)
            cat <<'TEXT'
./clusterbox prepare [--kubernetes 1.36] [--provider virtualbox|nspawn] [--yes]

Downloads and builds everything that 'up' needs: packages, the services, the machines' image, Kubernetes' binaries.
Makes no machine. Stopped and run again, it goes on where it was.
TEXT
            ;;
        images)
            cat <<'TEXT'
./clusterbox images [prune] [--provider virtualbox] [--yes]

Shows the images that virtual machines are made from: how large each is, and who needs it. A newer agent or base makes a new
one. "prune" removes those that no machine needs.
TEXT
            ;;
        services)
            cat <<'TEXT'
./clusterbox services start|stop|status|logs [NAME…] [-f]

The four programs: pki-service, vm-service, gateway, slack-bot. Without a NAME all of them. "up" starts them by itself.
vm-service runs as root for nspawn and as you for VirtualBox; "up", "down" and "ssh" start it again where that must change.
They listen on loopback only. Machines go on running while the services are stopped. "status" exits with 1 if one of them is
not ready; "logs -f" follows.
TEXT
            ;;
        test)
            cat <<'TEXT'
./clusterbox test [--yes] [MAVEN OPTIONS]

Runs the launcher's tests and 'mvn verify': all modules with all tests, end-to-end tests included. As root it installs the
packages they need, after asking (--yes agrees). E.g. ./clusterbox test -pl pki-service
TEXT
            ;;
        build)
            printf '%s\n\n%s\n' './clusterbox build' 'Builds what is older than its sources. "up" and "services start" do so by themselves.'
            ;;
        completion)
            printf '%s\n\n%s\n' './clusterbox completion' 'Prints a completion for bash: source <(./clusterbox completion)'
            ;;
        *) return 1 ;;
    esac
}
