# shellcheck shell=bash
# What the launcher says, and how it asks.

YES=${YES-}

# In variables, because old versions of bash read $'…' inside of quotes in their own way.
NEWLINE=$'\n' TAB=$'\t' UNIT=$'\037' CONTROLS=$'[\001-\037\177]' QUOTE="'" ESCAPED_QUOTE="'\\''"

BOLD='' GREEN='' RED='' DIM='' PLAIN=''
if [ -t 1 ] && [ -z "${NO_COLOR-}" ] && [ "${TERM-dumb}" != dumb ]; then
    BOLD=$'\033[1m' GREEN=$'\033[32m' RED=$'\033[31m' DIM=$'\033[2m' PLAIN=$'\033[0m'
fi

say() {
    printf '%s\n' "$*"
}

# What is not the answer itself: it goes to standard error, so that output can be piped.
note() {
    printf '%s\n' "$*" >&2
}

# die PROBLEM [HINT]: every error says what to do.
die() {
    printf 'clusterbox: %s\n' "$1" >&2
    if [ -n "${2-}" ]; then
        printf '  %s\n' "$2" >&2
    fi
    exit 1
}

# The command line is wrong: exit code 2, and nothing was done.
usage() {
    printf 'clusterbox: %s\n' "$1" >&2
    if [ -n "${2-}" ]; then
        printf '  %s\n' "$2" >&2
    fi
    exit 2
}

# ask QUESTION [HINT]: true for yes. Without a terminal only --yes is a yes.
ask() {
    local answer
    if [ -n "$YES" ]; then
        say "$1 yes (--yes)"
        return 0
    fi
    if [ ! -t 0 ]; then
        die "$1 There is no terminal to ask." "${2:-add --yes to agree}"
    fi
    printf '%s [y/N] ' "$1"
    read -r answer || answer=''
    case $answer in
        y | Y | yes | Yes | YES) return 0 ;;
        *) return 1 ;;
    esac
}

# Milliseconds since 1970, in NOW. Where neither bash 5 nor GNU date is there, whole seconds must do.
now() {
    if [ -n "${EPOCHREALTIME-}" ]; then
        NOW=$((${EPOCHREALTIME%.*} * 1000 + 10#${EPOCHREALTIME#*.} / 1000))
        return
    fi
    NOW=$(date +%s%N)
    case $NOW in
        *N) NOW=${NOW%N}000 ;;
        *) NOW=$((NOW / 1000000)) ;;
    esac
}

# seconds MILLISECONDS: "5.8 s", in SECONDS_TEXT.
seconds() {
    SECONDS_TEXT="$(($1 / 1000)).$(($1 % 1000 / 100)) s"
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# What a shell would have to be told to run exactly this; for messages.
quoted() {
    local word text=''
    for word in "$@"; do
        case $word in
            *[!A-Za-z0-9_./:=@%+,-]* | '') word=$QUOTE${word//$QUOTE/$ESCAPED_QUOTE}$QUOTE ;;
        esac
        text="$text $word"
    done
    printf '%s' "${text# }"
}
