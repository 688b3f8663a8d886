# shellcheck shell=bash
# Finds a JDK, or fetches one.

JDK_OLDEST=25

# What is fetched where there is none. The checksums are those that the publisher's own container images and other
# projects' build files pin for these archives (https://github.com/adoptium/containers, folder 25/).
JDK_RELEASE='25.0.2+10'
JDK_ADDRESS='https://github.com/adoptium/temurin25-binaries/releases/download/jdk-25.0.2%2B10'

jdk_pin() {
    case "$SYSTEM-$(uname -m)" in
        Linux-x86_64)
            JDK_ARCHIVE=OpenJDK25U-jdk_x64_linux_hotspot_25.0.2_10.tar.gz
            JDK_SHA256=987387933b64b9833846dee373b640440d3e1fd48a04804ec01a6dbf718e8ab8
            ;;
        Linux-aarch64)
            JDK_ARCHIVE=OpenJDK25U-jdk_aarch64_linux_hotspot_25.0.2_10.tar.gz
            JDK_SHA256=a9d73e711d967dc44896d4f430f73a68fd33590dabc29a7f2fb9f593425b854c
            ;;
        Darwin-arm64)
            JDK_ARCHIVE=OpenJDK25U-jdk_aarch64_mac_hotspot_25.0.2_10.tar.gz
            JDK_SHA256=74ff6e892924a49767c35eb61251b1969c03213819d51065d9b8f9e0238c4f97
            ;;
        Darwin-x86_64)
            JDK_ARCHIVE=OpenJDK25U-jdk_x64_mac_hotspot_25.0.2_10.tar.gz
            JDK_SHA256=7caddeb2d1d06a21487fdf55198349f122ba7b24bfc613b8923a42a133a92dc5
            ;;
        *) return 1 ;;
    esac
}

# Is this folder a JDK that is new enough? The file "release" tells without starting it.
is_jdk() {
    local line version=''
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
            JAVA_VERSION=*)
                version=${line#JAVA_VERSION=}
                version=${version//\"/}
                ;;
        esac
    done <"$1/release"
    version=${version%%[!0-9]*}
    [ -n "$version" ] && [ "$version" -ge "$JDK_OLDEST" ]
}

# Finds a JDK; JDK is its folder, JDK_FROM says where it was found. CLUSTERBOX_ROOT is for tests: what stands for "/".
find_jdk() {
    local candidate java root=${CLUSTERBOX_ROOT-}
    JDK='' JDK_FROM=''
    if [ -n "$RELEASE" ]; then
        JDK=$HOME_FOLDER/runtime JDK_FROM='this release'
        return 0
    fi
    if [ -n "${JAVA_HOME-}" ] && is_jdk "$JAVA_HOME"; then
        JDK=$JAVA_HOME JDK_FROM=JAVA_HOME
        return 0
    fi
    if java=$(command -v java 2>/dev/null); then
        while [ -L "$java" ]; do
            candidate=$(readlink "$java")
            case $candidate in
                /*) java=$candidate ;;
                *) java=${java%/*}/$candidate ;;
            esac
        done
        candidate=${java%/bin/java}
        if is_jdk "$candidate"; then
            JDK=$candidate JDK_FROM=PATH
            return 0
        fi
    fi
    for candidate in "$root"/usr/lib/jvm/* "$root"/usr/lib64/jvm/* "$root"/usr/java/* "$root"/opt/* "$root"/opt/*/* \
        "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* "$HOME"/.jdks/* \
        "$root"/Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        "$root"/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
        "$CACHE"/jdk/* "$CACHE"/jdk/*/Contents/Home; do
        if is_jdk "$candidate"; then
            JDK=$candidate JDK_FROM=${candidate%/*}
            return 0
        fi
    done
    if [ -x "$root/usr/libexec/java_home" ] && candidate=$("$root/usr/libexec/java_home" -v "$JDK_OLDEST+" 2>/dev/null) \
        && is_jdk "$candidate"; then
        JDK=$candidate JDK_FROM=java_home
        return 0
    fi
    return 1
}

jdk_how="install a JDK $JDK_OLDEST or newer (https://adoptium.net) and set JAVA_HOME to its folder"

# A JDK, whatever it takes: found, or fetched after asking, or one sentence how to get one.
ensure_jdk() {
    if [ -n "${JDK-}" ] || find_jdk; then
        return
    fi
    jdk_pin || die "no JDK $JDK_OLDEST or newer was found" "$jdk_how"
    say "No JDK $JDK_OLDEST or newer was found. Eclipse Temurin $JDK_RELEASE can be fetched (about 140 MB) into $CACHE/jdk."
    ask "Fetch it from ${CLUSTERBOX_JDK_URL:-$JDK_ADDRESS/$JDK_ARCHIVE}?" "add --yes to agree, or $jdk_how" \
        || die "no JDK $JDK_OLDEST or newer was found" "$jdk_how"
    fetch_jdk
    find_jdk || die "the JDK in $CACHE/jdk does not look like JDK $JDK_OLDEST or newer" "$jdk_how"
}

sha256_of() {
    local line
    if have sha256sum; then
        line=$(sha256sum "$1")
    else
        line=$(shasum -a 256 "$1")
    fi
    printf '%s' "${line%% *}"
}

# Downloads with what is there already, checks, and only then unpacks; the folder appears in one move.
fetch_jdk() {
    local address=${CLUSTERBOX_JDK_URL:-$JDK_ADDRESS/$JDK_ARCHIVE} sum=${CLUSTERBOX_JDK_SHA256:-$JDK_SHA256}
    local folder=$CACHE/jdk part code=0 actual fresh
    part=$folder/$sum.part
    have curl || die "curl is needed to fetch the JDK" "install curl, or $jdk_how"
    mkdir -p "$folder"
    if [ ! -f "$part" ] || [ "$(sha256_of "$part")" != "$sum" ]; then
        curl -q -fL --proto '=https,http' --retry 3 --connect-timeout 20 -C - -o "$part" "$address" || code=$?
        # 22 and 33: the server has no more bytes than we do, or cannot resume. Then from the start.
        if [ "$code" -eq 22 ] || [ "$code" -eq 33 ]; then
            rm -f "$part"
            code=0
            curl -q -fL --proto '=https,http' --retry 3 --connect-timeout 20 -o "$part" "$address" || code=$?
        fi
        [ "$code" -eq 0 ] || die "fetching $address failed (curl: exit code $code)" "run the command again: it resumes; or $jdk_how"
    fi
    actual=$(sha256_of "$part")
    if [ "$actual" != "$sum" ]; then
        rm -f "$part"
        die "$address has SHA-256 $actual (expected: $sum); it was deleted" "run the command again, or $jdk_how"
    fi
    fresh=$folder/.unpacking.$$
    rm -rf "$fresh"
    mkdir "$fresh"
    tar -xzf "$part" -C "$fresh" || die "unpacking $part failed" "is there room in $folder?"
    rm -rf "${folder:?}/temurin-$JDK_RELEASE"
    mv "$fresh"/* "$folder/temurin-$JDK_RELEASE"
    rmdir "$fresh"
    rm -f "$part"
}
