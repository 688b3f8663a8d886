# shellcheck shell=bash
# Finding a JDK, and fetching one.

# fake_jdk FOLDER VERSION
fake_jdk() {
    mkdir -p "$1/bin"
    printf '#!/bin/sh\necho fake\n' | tee "$1/bin/java" >"$1/bin/javac"
    chmod +x "$1/bin/java" "$1/bin/javac"
    printf 'IMPLEMENTOR="x"\nJAVA_VERSION="%s"\n' "$2" >"$1/release"
}

# A source tree (no runtime of its own) whose root has no JDK, and a PATH with Java 17.
fake_tree() {
    rm -rf "$work/tree" "$work/root" "$work/fake-home"
    mkdir -p "$work/tree" "$work/root/usr/lib/jvm" "$work/fake-home" "$work/path"
    cp "$work/box/clusterbox" "$work/tree/"
    cp -R "$work/box/launcher" "$work/tree/launcher"
    fake_jdk "$work/root/usr/lib/jvm/java-17" 17.0.15
    ln -sfn "$work/root/usr/lib/jvm/java-17/bin/java" "$work/path/java"
    tree=$work/tree path=$work/path:$PATH cache=$work/empty-cache
    export CLUSTERBOX_ROOT=$work/root JAVA_HOME='' SDKMAN_DIR=$work/fake-home/.sdkman
}

found() {
    inside 'find_jdk && printf "%s" "$JDK"'
    expect "$OUT" "$1"
}

test_java_17_alone_is_not_enough() {
    fake_tree
    export JAVA_HOME=$work/root/usr/lib/jvm/java-17
    inside 'find_jdk'
    expect_code 1
}

test_a_jdk_beside_java_17_is_found() {
    fake_tree
    fake_jdk "$work/root/usr/lib/jvm/temurin-25" 25.0.3
    found "$work/root/usr/lib/jvm/temurin-25"
}

test_java_home_comes_first_and_early_access_versions_count() {
    fake_tree
    fake_jdk "$work/root/usr/lib/jvm/temurin-25" 25
    fake_jdk "$work/mine with blanks" 26-ea
    export JAVA_HOME="$work/mine with blanks"
    found "$work/mine with blanks"
}

test_a_jre_without_compiler_is_not_a_jdk() {
    fake_tree
    fake_jdk "$work/root/usr/lib/jvm/jre-25" 25.0.3
    rm "$work/root/usr/lib/jvm/jre-25/bin/javac"
    inside 'find_jdk'
    expect_code 1
}

test_opt_sdkman_and_macos_are_looked_at() {
    fake_tree
    fake_jdk "$work/root/opt/java/jdk-25" 25.0.1
    found "$work/root/opt/java/jdk-25"
    fake_tree
    fake_jdk "$work/fake-home/.sdkman/candidates/java/25.0.2-tem" 25.0.2
    found "$work/fake-home/.sdkman/candidates/java/25.0.2-tem"
    fake_tree
    fake_jdk "$work/root/Library/Java/JavaVirtualMachines/temurin-25.jdk/Contents/Home" 25.0.2
    found "$work/root/Library/Java/JavaVirtualMachines/temurin-25.jdk/Contents/Home"
    fake_tree
    fake_jdk "$work/somewhere/jdk-25" 25.0.2
    mkdir -p "$work/root/usr/libexec"
    printf '#!/bin/sh\n[ "$2" = 25+ ] && echo "%s"\n' "$work/somewhere/jdk-25" >"$work/root/usr/libexec/java_home"
    chmod +x "$work/root/usr/libexec/java_home"
    found "$work/somewhere/jdk-25"
}

test_without_a_jdk_and_a_terminal_one_sentence_says_how_to_get_one() {
    fake_tree
    inside 'ensure_jdk'
    expect_code 1
    expect_in 'https://adoptium.net' "$ERR"
    expect_in '--yes' "$ERR"
}

# An archive as the publisher's, on a web server of our own.
serve_archive() {
    rm -rf "$work/www" "$work/www.log" "$work/cache-jdk"
    mkdir -p "$work/www"
    fake_jdk "$work/www/jdk-25.0.2+10" 25.0.2
    head -c 300000 /dev/urandom >"$work/www/jdk-25.0.2+10/lib"
    tar -czf "$work/www/jdk.tar.gz" -C "$work/www" jdk-25.0.2+10
    SUM=$(sha256sum "$work/www/jdk.tar.gz" | cut -d' ' -f1)
    cache=$work/cache-jdk
    "$JDK/bin/jwebserver" -b 127.0.0.1 -p 0 -d "$work/www" >"$work/www.log" 2>&1 &
    SERVER=$!
    await grep -qs '^URL' "$work/www.log"
    PORT=$(sed -n 's/.*port \([0-9]*\).*/\1/p' "$work/www.log")
    export CLUSTERBOX_JDK_URL=http://127.0.0.1:$PORT/jdk.tar.gz CLUSTERBOX_JDK_SHA256=$SUM
}

test_a_jdk_is_fetched_checked_and_used() {
    fake_tree
    serve_archive
    inside 'YES=1; ensure_jdk; printf "\n%s" "$JDK"'
    kill "$SERVER"
    expect_code 0
    expect "${OUT##*$'\n'}" "$cache/jdk/temurin-25.0.2+10"
    # What was downloaded is not kept twice.
    expect "$(find "$cache/jdk" -name '*.part')" ''
}

test_a_jdk_with_another_checksum_is_deleted_and_not_unpacked() {
    fake_tree
    serve_archive
    export CLUSTERBOX_JDK_SHA256=${SUM//[0-9]/0}
    inside 'YES=1; ensure_jdk'
    kill "$SERVER"
    expect_code 1
    expect_in "has SHA-256 $SUM" "$ERR"
    expect "$(ls -A "$cache/jdk")" ''
}

test_a_download_that_is_whole_already_is_used_and_half_a_one_is_completed() {
    fake_tree
    serve_archive
    mkdir -p "$cache/jdk"
    head -c 100000 "$work/www/jdk.tar.gz" >"$cache/jdk/$SUM.part"
    inside 'YES=1; ensure_jdk; printf "\n%s" "$JDK"'
    expect_code 0
    rm -rf "$cache/jdk"
    mkdir -p "$cache/jdk"
    cp "$work/www/jdk.tar.gz" "$cache/jdk/$SUM.part"
    kill "$SERVER"
    inside 'YES=1; ensure_jdk; printf "\n%s" "$JDK"'
    expect_code 0
    expect "${OUT##*$'\n'}" "$cache/jdk/temurin-25.0.2+10"
}

test_every_platform_has_an_address_and_a_checksum() {
    local platform
    for platform in Linux-x86_64 Linux-aarch64 Darwin-arm64 Darwin-x86_64; do
        inside "SYSTEM=${platform%%-*}; uname() { echo ${platform#*-}; }; jdk_pin; echo \"\$JDK_ARCHIVE \$JDK_SHA256\""
        [[ $OUT =~ ^OpenJDK25U-jdk_(x64|aarch64)_(linux|mac)_hotspot_25\.0\.2_10\.tar\.gz\ [0-9a-f]{64}$ ]] || fail "$platform"
    done
}
