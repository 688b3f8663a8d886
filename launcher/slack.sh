# shellcheck shell=bash
# ./clusterbox slack-console: the Slack bot in a terminal

slack_console() {
    local arguments
    [ $# -eq 0 ] || usage "slack-console takes no arguments" "./clusterbox help slack-console"
    if [ -z "${CLUSTERBOX_GATEWAY_URL-}" ]; then
        ensure_built
        # shellcheck disable=SC2086
        start_services $SERVICES
    fi
    ensure_jdk
    gateway_address
    service_jar slack-bot
    mkdir -p "$STATE/slack-console"
    chmod 700 "$STATE/slack-console"
    # The bot speaks for others, so it comes with its own token and not with the administrator's.
    arguments=("$GATEWAY" "${CLUSTERBOX_SLACK_GATEWAY_TOKEN_FILE:-$STATE/gateway/tokens/slack-bot.token}" "$STATE/slack-console")
    if [ -n "${CLUSTERBOX_SLACK_RULES_FILE-}" ]; then
        arguments+=("$CLUSTERBOX_SLACK_RULES_FILE")
    fi
    exec "$JDK/bin/java" -XX:+UseSerialGC -Xmx128m -XX:TieredStopAtLevel=1 -cp "$JAR:${JAR%/*}/lib/*" \
        dev.clusterbox.standin.SlackConsole "${arguments[@]}"
}
