# Completion for bash: source <(./clusterbox completion)
_clusterbox() {
    local word=${COMP_WORDS[COMP_CWORD]} words
    case "$COMP_CWORD-${COMP_WORDS[1]}" in
        1-*) words='up down status list scale replace stop start ssh kubeconfig token smoke-test prepare images doctor services test build help' ;;
        2-services) words='start stop status logs' ;;
        *-services) words='pki-service vm-service gateway slack-bot -f' ;;
        *-up) words='--provider --controllers --nodes --memory --cpus --subnet --pod-cidr --service-cidr --kubernetes --through --addon --expose --expose-join --file --dry-run --yes' ;;
        2-token) words='create list revoke' ;;
        *-token) words='--minutes --container' ;;
        *-down) words='--yes' ;;
        *-kubeconfig) words='--merge --use --force --user --output' ;;
        *-images) words='prune --provider --yes' ;;
        *-prepare) words='--kubernetes --provider --yes' ;;
        *-status) words='--watch' ;;
        2-help) words='up down status list scale replace stop start ssh kubeconfig credential token smoke-test prepare images doctor services test build' ;;
        *) words='' ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o default -F _clusterbox clusterbox ./clusterbox
