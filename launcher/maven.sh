# shellcheck shell=bash
# Finds Maven, which only building from source needs.

MAVEN_OLDEST=3.8

is_maven() {
    local text version
    text=$(JAVA_HOME=$JDK "$1" -v 2>/dev/null) || return 1
    [[ $text =~ Apache\ Maven\ ([0-9]+)\.([0-9]+) ]] || return 1
    version=$((BASH_REMATCH[1] * 1000 + BASH_REMATCH[2]))
    [ "$version" -ge 3008 ]
}

find_maven() {
    local candidate
    for candidate in "$(command -v mvn 2>/dev/null || true)" "${MAVEN_HOME-}/bin/mvn" "${M2_HOME-}/bin/mvn" \
        "${SDKMAN_DIR:-$HOME/.sdkman}/candidates/maven/current/bin/mvn" /opt/maven/bin/mvn /opt/*maven*/bin/mvn; do
        if [ -n "$candidate" ] && [ -x "$candidate" ] && is_maven "$candidate"; then
            MAVEN=$candidate
            return 0
        fi
    done
    return 1
}

ensure_maven() {
    if find_maven; then
        return
    fi
    if [ "$SYSTEM" = Darwin ] && have brew; then
        ask "Maven $MAVEN_OLDEST or newer is needed to build from source. Run 'brew install maven'?" && brew install maven
    else
        install_packages "Maven $MAVEN_OLDEST or newer builds Clusterbox from source" maven
    fi
    find_maven || die "no Maven $MAVEN_OLDEST or newer was found" "install one (https://maven.apache.org/install.html) so that 'mvn' is on the PATH"
}

maven() {
    local jvm='' colour=''
    # Where nobody sees colours, and where they would end up in a file.
    [ -n "$BOLD" ] || colour=-Dstyle.color=never
    [ -z "$CALLER_LC_ALL" ] || jvm=$CALLER_LC_ALL
    # What is built is not secret, and the agent's files are laid over machines' /etc as they are.
    (cd "$HOME_FOLDER" && umask 022 && env JAVA_HOME="$JDK" ${jvm:+LC_ALL="$jvm"} MAVEN_OPTS="${MAVEN_OPTS-} --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED" \
        "$MAVEN" -B ${colour:+"$colour"} "$@")
}
