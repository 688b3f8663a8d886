# shellcheck shell=bash
# Shows an operation while it runs. On a terminal one block of lines is drawn again in place; elsewhere each line is
# written once. Seeing an event twice (after the gateway was away) changes nothing.

STEP_COUNT=0

live() {
    [ -t 1 ] && [ "${TERM-dumb}" != dumb ] && [ -z "${CLUSTERBOX_PLAIN-}" ]
}

# step_of ID TITLE: its place in the lists, in STEP.
step_of() {
    for ((STEP = 0; STEP < STEP_COUNT; STEP++)); do
        if [ "${STEP_IDS[STEP]}" = "$1" ]; then
            return
        fi
    done
    STEP_IDS[STEP]=$1 STEP_TITLES[STEP]=$2 STEP_STATES[STEP]=seen STEP_COUNTS[STEP]='' STEP_SECONDS[STEP]=''
    STEP_MESSAGES[STEP]='' STEP_BEGAN[STEP]=$NOW STEP_SAID[STEP]=0
    STEP_COUNT=$((STEP_COUNT + 1))
}

# Nothing that the gateway passes on may steer the terminal.
printable() {
    PRINTABLE=${1//$CONTROLS/ }
}

# on_event TYPE STEP TITLE DONE TOTAL SECONDS MESSAGE; false when it was the operation's last.
on_event() {
    local type=$1 count='' time=$6
    printable "$7"
    local message=$PRINTABLE
    printable "$3"
    local title=$PRINTABLE
    now
    if [[ $4 =~ ^[0-9]+$ ]] && [[ $5 =~ ^[0-9]+$ ]] && [ "$5" -gt 0 ]; then
        count=$4/$5
    fi
    [[ $time =~ ^[0-9]+(\.[0-9]+)?$ ]] || time=''
    case $type in
        operation-succeeded | operation-failed)
            RESULT=${type#operation-} RESULT_MESSAGE=$message
            return 1
            ;;
        step-*) ;;
        *) return 0 ;;
    esac
    step_of "$2" "$title"
    # An old event, told again.
    case ${STEP_STATES[STEP]}-$type in
        done-step-progress | done-step-started | done-step-done) return 0 ;;
    esac
    STEP_COUNTS[STEP]=${count:-${STEP_COUNTS[STEP]}}
    STEP_MESSAGES[STEP]=$message
    case $type in
        step-started) STEP_STATES[STEP]=running STEP_BEGAN[STEP]=$NOW ;;
        step-progress) STEP_STATES[STEP]=running ;;
        step-done) STEP_STATES[STEP]="done" STEP_SECONDS[STEP]=$time ;;
        step-failed) STEP_STATES[STEP]=failed STEP_SECONDS[STEP]=$time ;;
    esac
    if ! live; then
        plain_line "$type"
    fi
}

# Without a terminal: what is finished, and what takes long, at most every five seconds.
plain_line() {
    case $1 in
        step-progress)
            [ -n "${STEP_MESSAGES[STEP]}" ] || return 0
            [ $((NOW - STEP_BEGAN[STEP])) -ge 5000 ] && [ $((NOW - STEP_SAID[STEP])) -ge 5000 ] || return 0
            STEP_SAID[STEP]=$NOW
            ;;
        step-started) return 0 ;;
    esac
    line_of "$STEP"
    printf '%s\n' "$LINE"
}

# The line of a step, in LINE.
line_of() {
    local mark time=${STEP_SECONDS[$1]} colour=''
    case ${STEP_STATES[$1]} in
        done) mark='ok  ' colour=$GREEN ;;
        failed) mark=FAIL colour=$RED ;;
        *) mark='... ' ;;
    esac
    if [ -n "$time" ]; then
        case $time in
            *.*) time=${time%"${time#*.?}"} ;;
            *) time=$time.0 ;;
        esac
        time="$time s"
    elif live; then
        seconds $((NOW - STEP_BEGAN[$1]))
        time=$SECONDS_TEXT
    fi
    printf -v LINE '  %s %-30s %6s %9s  %s' "$mark" "${STEP_TITLES[$1]}" "${STEP_COUNTS[$1]}" "$time" "${STEP_MESSAGES[$1]}"
    while [ "${LINE% }" != "$LINE" ]; do
        LINE=${LINE% }
    done
    if live && [ ${#LINE} -ge "$WIDTH" ]; then
        LINE=${LINE:0:$((WIDTH - 1))}
    fi
    [ -z "$colour" ] || LINE="  $colour$mark$PLAIN${LINE#"  $mark"}"
}

# Draws the block over what it drew before.
draw() {
    local i text=''
    live || return 0
    now
    [ "$DRAWN" -eq 0 ] || text=$'\033['${DRAWN}A
    for ((i = 0; i < STEP_COUNT; i++)); do
        line_of "$i"
        text="$text$LINE"$'\033[K\n'
    done
    DRAWN=$STEP_COUNT
    printf '%s' "$text"
}

# follow OPERATION: shows it until its end. RESULT is then "succeeded" or "failed", RESULT_MESSAGE what was said.
follow() {
    local type step title count total time message id line partial last='' failures=0 got options timed tick=()
    # The block's clocks tick once a second; bash 3.2 cannot tell a timeout from the end of the stream.
    [ "${BASH_VERSINFO[0]}" -lt 4 ] || tick=(-t 1)
    RESULT='' RESULT_MESSAGE='' STEP_COUNT=0 DRAWN=0 WIDTH=${COLUMNS:-0}
    if live && [ "$WIDTH" -eq 0 ]; then
        WIDTH=$(tput cols 2>/dev/null || printf 80)
    fi
    trap 'interrupted' INT
    while [ -z "$RESULT" ]; do
        got='' options=() partial=''
        [ -z "$last" ] || options=(-H "Last-Event-ID: $last")
        # A stream that says nothing for a minute may be dead: then the operation itself is asked for.
        exec 4< <(curl_gateway -N -f --speed-limit 1 --speed-time 60 -H 'Accept: text/tab-separated-values' ${options[@]+"${options[@]}"} \
            "$GATEWAY/v1/operations/$1/progress" 2>/dev/null || true)
        while :; do
            timed=0
            IFS= read -r ${tick[@]+"${tick[@]}"} line <&4 || timed=$?
            if [ "$timed" -gt 128 ]; then
                partial=$partial$line
                draw
                continue
            fi
            [ "$timed" -eq 0 ] || break
            line=$partial$line partial='' got=yes
            # A tab is white space to read, which would lose empty fields: take the unit separator in its place.
            IFS=$UNIT read -r type step title count total time message id <<<"${line//$TAB/$UNIT}"
            [[ $id =~ ^[0-9]+$ ]] && last=$id
            on_event "$type" "$step" "$title" "$count" "$total" "$time" "$message" || break
            draw
        done
        exec 4<&-
        if [ -n "$RESULT" ]; then
            break
        fi
        if [ -n "$got" ]; then
            failures=0
        fi
        failures=$((failures + 1))
        wait_for_gateway "$1" "$failures"
    done
    trap - INT
    draw
}

# The stream ended early: the gateway is being started again, or there is nothing to follow.
wait_for_gateway() {
    ACCEPT=application/json gateway GET "/v1/operations/$1"
    case $STATUS in
        000 | 5*) [ "$2" -gt 1 ] || note "  the gateway does not answer; trying again for a minute" ;;
        2*)
            # It has ended, but its events did not come: twice in a row is no accident.
            if [ "$2" -gt 1 ] && [[ ${BODY%%\"steps\"*} =~ \"state\":\"(SUCCEEDED|FAILED)\" ]]; then
                RESULT=failed RESULT_MESSAGE="the operation has ended, but the gateway did not send its events (./clusterbox status $NAME says how it ended)"
                [ "${BASH_REMATCH[1]}" != SUCCEEDED ] || RESULT=succeeded
                return
            fi
            ;;
        404) die "the gateway does not know the operation $1" "./clusterbox status $NAME" ;;
        *) die_by_answer ;;
    esac
    [ "$2" -lt 120 ] || die "the gateway at $GATEWAY did not answer for a minute" \
        "./clusterbox services start, then run the same command again: it goes on where it was"
    sleep 0.5
}

# Ctrl-C ends the showing, not the work.
interrupted() {
    trap - INT
    printf '\n'
    say "The operation goes on. Watch it: ./clusterbox status $NAME --watch"
    exit 130
}
