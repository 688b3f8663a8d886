# shellcheck shell=bash
# A person's key for virtual machines: made here once, and kept in CLUSTERBOX_STATE/ssh. Its public half goes with the
# request for a cluster; who has the private one is root in the machines that were made for it.

SSH_KEY=$STATE/ssh/id_ed25519
PUBLIC_KEY_LINE='^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{40,2800}={0,2}( [A-Za-z0-9@._:+/-]{1,100})?$'

# The public half, in SSH_PUBLIC_KEY.
ensure_ssh_key() {
    local folder
    if [ ! -s "$SSH_KEY" ]; then
        have ssh-keygen || die "ssh-keygen is needed for your key to the machines, and was not found" \
            "install it (Debian, Ubuntu: apt-get install openssh-client; Fedora: dnf install openssh-clients)"
        mkdir -p "$STATE/ssh" && chmod 700 "$STATE/ssh" && folder=$(mktemp -d "$STATE/ssh/.new.XXXXXX") \
            || die "the folder $STATE/ssh cannot be written" "is CLUSTERBOX_STATE right?"
        if ! ssh-keygen -q -t ed25519 -N '' -C "$(ssh_comment)" -f "$folder/key" </dev/null >/dev/null 2>&1; then
            rm -rf "$folder"
            die "ssh-keygen could not make a key" "try: ssh-keygen -t ed25519"
        fi
        # The public half first: a key is only there with both.
        mv -f "$folder/key.pub" "$SSH_KEY.pub"
        mv -f "$folder/key" "$SSH_KEY"
        rm -rf "$folder"
    fi
    chmod 600 "$SSH_KEY"
    IFS= read -r SSH_PUBLIC_KEY <"$SSH_KEY.pub" || [ -n "$SSH_PUBLIC_KEY" ] || SSH_PUBLIC_KEY=''
    [[ $SSH_PUBLIC_KEY =~ $PUBLIC_KEY_LINE ]] \
        || die "$SSH_KEY.pub is no public key" "ssh-keygen -y -f $(quoted "$SSH_KEY") > $(quoted "$SSH_KEY.pub") makes it again"
}

ssh_comment() {
    local name
    name=$(printf '%s' "clusterbox@$(uname -n)" | LC_ALL=C tr -c 'A-Za-z0-9@._-' '-')
    printf '%s' "${name:0:60}"
}

# A path as a value of ssh's -o: in quotes, and no percent sign is a variable.
ssh_path() {
    SSH_PATH="\"${1//%/%%}\""
}

# Where each machine's own key is remembered: its name there is the machine's id, so that one that is made anew under an
# old name is none that has changed.
SSH_HOST_ALIAS='^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$'
SSH_ROOT_AT='^root@[0-9]{1,3}(\.[0-9]{1,3}){3}$'
SSH_JUMP='^([A-Za-z0-9_][A-Za-z0-9._-]{0,63}@)?[A-Za-z0-9]([A-Za-z0-9.-]{0,252})(:[1-9][0-9]{0,4})?$'

# check_ssh WORD…: what the gateway names as the way into a virtual machine. One shape is let through: root at an address,
# perhaps by way of the computer that the machine is on, perhaps with the name of its key. In SSH_TO, SSH_ALIAS, SSH_BY.
check_ssh() {
    SSH_TO='' SSH_ALIAS='' SSH_BY=''
    [ "${1-}" = ssh ] || return 1
    shift
    while [ $# -gt 1 ]; do
        case $1-$2 in
            -o-HostKeyAlias=*)
                SSH_ALIAS=${2#HostKeyAlias=}
                [[ $SSH_ALIAS =~ $SSH_HOST_ALIAS ]] || return 1
                ;;
            -J-*)
                SSH_BY=$2
                [[ $SSH_BY =~ $SSH_JUMP ]] || return 1
                ;;
            *) return 1 ;;
        esac
        shift 2
    done
    [[ ${1-} =~ $SSH_ROOT_AT ]] || return 1
    SSH_TO=$1
}

# enter_by_ssh MACHINE [COMMAND…]
enter_by_ssh() {
    local machine=$1 options=() words
    shift
    have ssh || die "ssh is needed to enter a virtual machine, and was not found" "install it (Debian, Ubuntu: apt-get install openssh-client)"
    [ -s "$SSH_KEY" ] || die "there is no key to the machines: $SSH_KEY" \
        "the person who made the cluster has it; a machine that is made anew by your './clusterbox up' lets you in"
    mkdir -p "$STATE/ssh/known_hosts"
    ssh_path "$STATE/ssh/known_hosts/$NAME"
    options=(-o "UserKnownHostsFile=$SSH_PATH" -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=accept-new
        -o "HostKeyAlias=${SSH_ALIAS:-$NAME-$machine}" -o UpdateHostKeys=no -o HashKnownHosts=no)
    ssh_path "$SSH_KEY"
    # Nothing of the person's own: neither other keys nor an agent, which root in there could use.
    options+=(-o "IdentityFile=$SSH_PATH" -o IdentitiesOnly=yes -o IdentityAgent=none -o ForwardAgent=no -o ForwardX11=no
        -o PreferredAuthentications=publickey -o ConnectTimeout=10 -o ServerAliveInterval=15 -o LogLevel=ERROR)
    if [ -n "$SSH_BY" ]; then
        # The way there is the person's: their configuration, keys and known hosts.
        options+=(-J "$SSH_BY")
    else
        options=(-F /dev/null "${options[@]}")
    fi
    if [ $# -gt 0 ]; then
        # The shell over there gets one line: each word is quoted for it.
        words=$(quoted "$@")
        exec ssh ${options[@]+"${options[@]}"} -T "$SSH_TO" "$words"
    fi
    exec ssh ${options[@]+"${options[@]}"} "$SSH_TO"
}
