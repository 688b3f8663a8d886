# shellcheck shell=bash
# What cluster is asked for: the options of `up`, checked, and written as the body of a request.

# Each field is checked before it is placed, and placed as a number or as a string in double quotes.
FIELD_NAMES=() FIELD_VALUES=()

field() {
    local i
    for ((i = 0; i < ${#FIELD_NAMES[@]}; i++)); do
        if [ "${FIELD_NAMES[i]}" = "$1" ]; then
            FIELD_VALUES[i]=$2
            return
        fi
    done
    FIELD_NAMES+=("$1")
    FIELD_VALUES+=("$2")
}

# checked OPTION VALUE PATTERN EXPECTED
checked() {
    [[ $2 =~ $3 ]] || usage "$1 '$2' (expected: $4)" "./clusterbox help up"
}

count_field() {
    checked "$1" "$3" '^[0-9]{1,3}$' "a number"
    field "$2" $((10#$3))
}

text_field() {
    checked "$1" "$3" "$4" "$5"
    field "$2" "\"$3\""
}

PROVIDER_NAME='^(nspawn|virtualbox(-[a-z0-9][a-z0-9-]{0,40})?)$'
RANGE='^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$'
RANGE_TEXT='a range such as 192.168.56.0/24'
REACHED_AT='^(none|[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?:[1-9][0-9]{0,4})$'
REACHED_AT_TEXT='HOST:PORT such as 10.0.0.5:6443, or none'

# Sizes per role, e.g. "2G" (controllers and nodes) or "controller=2G,node=1024".
LOAD_BALANCER_SIZE='' CONTROLLER_SIZE='' NODE_SIZE=''

# sizes OPTION KEY VALUE
sizes() {
    local option=$1 key=$2 rest=$3, part role value
    while [ -n "$rest" ]; do
        part=${rest%%,*}
        rest=${rest#*,}
        role=''
        value=$part
        case $part in
            *=*) role=${part%%=*} value=${part#*=} ;;
        esac
        if [ "$key" = cpus ]; then
            checked "$option" "$value" '^[1-9][0-9]?$' "a number of processors, or ROLE=NUMBER,…"
        else
            checked "$option" "$value" '^[1-9][0-9]{0,6}([MG](i?B)?)?$' "MiB, or 512M, 2G; or ROLE=SIZE,…"
            case $value in
                *G*) value=$((${value%%G*} * 1024)) ;;
                *M*) value=${value%%M*} ;;
            esac
        fi
        case $role in
            '') size_of CONTROLLER "$key" "$value" && size_of NODE "$key" "$value" ;;
            load-balancer) size_of LOAD_BALANCER "$key" "$value" ;;
            controller) size_of CONTROLLER "$key" "$value" ;;
            node) size_of NODE "$key" "$value" ;;
            *) usage "$option: role '$role' (expected: load-balancer, controller or node)" "./clusterbox help up" ;;
        esac
    done
    [ -z "$LOAD_BALANCER_SIZE" ] || field loadBalancer "{$LOAD_BALANCER_SIZE}"
    [ -z "$CONTROLLER_SIZE" ] || field controller "{$CONTROLLER_SIZE}"
    [ -z "$NODE_SIZE" ] || field node "{$NODE_SIZE}"
}

size_of() {
    local name=$1_SIZE
    local old=${!name}
    printf -v "$name" '%s' "${old:+$old, }\"$2\": $3"
}

# What a request takes of one add-on.
LARGEST_ADDON=524288

# addon FILE: what else is to be applied to the cluster. Its name is the file's, as a DNS label.
addon() {
    local name size
    [ -f "$1" ] && [ -r "$1" ] || usage "--addon: there is no readable file '$1'"
    size=$(wc -c <"$1")
    [ "$size" -le $LARGEST_ADDON ] || usage "--addon: $1 has $((size)) bytes (expected: at most $LARGEST_ADDON)" "take it apart into several files"
    [ "$size" -gt 0 ] || usage "--addon: $1 is empty"
    [ "$(LC_ALL=C tr -d '\001-\010\013\014\016-\037\177\000' <"$1" | wc -c)" -eq "$size" ] || usage "--addon: $1 is no text (expected: YAML)"
    ! have iconv || iconv -f UTF-8 -t UTF-8 "$1" >/dev/null 2>&1 || usage "--addon: $1 is not in UTF-8"
    name=${1##*/}
    name=${name%.[yY][aA][mM][lL]}
    name=${name%.[yY][mM][lL]}
    name=${name%.[jJ][sS][oO][nN]}
    name=$(printf '%s' "$name" | LC_ALL=C tr '[:upper:]' '[:lower:]' | LC_ALL=C tr -c 'a-z0-9' '-' | LC_ALL=C tr -s '-')
    name=${name#-}
    name=${name:0:63}
    name=${name%-}
    [ -n "$name" ] || usage "--addon: the name of $1 has no letter or digit" "rename the file"
    case " $ADDON_NAMES " in
        *" $name "*) usage "--addon: two files are called '$name'" "rename one of them" ;;
    esac
    ADDON_NAMES="$ADDON_NAMES $name"
    ADDONS="$ADDONS${ADDONS:+, }{\"name\": \"$name\", \"manifest\": $(json_string <"$1")}"
    field addons "[$ADDONS]"
}

# Reads the options of `up`. An option may be given as "--nodes 3" or "--nodes=3".
read_shape() {
    local option value name='' shaped=''
    ADDONS='' ADDON_NAMES=''
    DRY_RUN='' FILE='' PROVIDER='' THROUGH='' SHAPED=''
    while [ $# -gt 0 ]; do
        option=$1
        shift
        case $option in
            --*=*)
                value=${option#*=}
                option=${option%%=*}
                set -- "$value" "$@"
                ;;
        esac
        case $option in
            --dry-run) DRY_RUN=yes && continue ;;
            --yes | -y) YES=1 && continue ;;
            -*) ;;
            *)
                [ -z "$name" ] || usage "two names: '$name' and '$option'" "./clusterbox help up"
                name=$option
                continue
                ;;
        esac
        case $option in
            --provider | --controllers | --nodes | --memory | --cpus | --subnet | --pod-cidr | --service-cidr | --kubernetes | --through | --addon | --expose | --expose-join | -f | --file) ;;
            *) usage "option '$option' is unknown" "./clusterbox help up" ;;
        esac
        [ $# -gt 0 ] || usage "$option needs a value" "./clusterbox help up"
        value=$1
        shift
        case $option in
            --provider)
                checked "$option" "$value" "$PROVIDER_NAME" 'virtualbox or nspawn'
                PROVIDER=$value
                ;;
            --controllers) count_field "$option" controllers "$value" && shaped=yes ;;
            --nodes) count_field "$option" nodes "$value" && shaped=yes ;;
            --memory) sizes "$option" memoryMiB "$value" && shaped=yes ;;
            --cpus) sizes "$option" cpus "$value" && shaped=yes ;;
            --subnet) text_field "$option" subnet "$value" "$RANGE" "$RANGE_TEXT" ;;
            --pod-cidr) text_field "$option" podCidr "$value" "$RANGE" "$RANGE_TEXT" ;;
            --service-cidr) text_field "$option" serviceCidr "$value" "$RANGE" "$RANGE_TEXT" ;;
            --kubernetes) text_field "$option" kubernetes "$value" '^v?[0-9]{1,3}(\.[0-9]{1,3}){1,2}$' 'a version such as 1.36' ;;
            --through)
                text_field "$option" through "$value" '^[a-z][a-z-]{0,39}$' 'a step, such as etcd'
                THROUGH=$value
                ;;
            --addon) addon "$value" ;;
            --expose) text_field "$option" expose "$value" "$REACHED_AT" "$REACHED_AT_TEXT" ;;
            --expose-join) text_field "$option" exposeJoin "$value" "$REACHED_AT" "$REACHED_AT_TEXT" ;;
            -f | --file)
                [ -f "$value" ] && [ -r "$value" ] || usage "$option: there is no readable file '$value'"
                FILE=$value
                ;;
        esac
    done
    SHAPED=$shaped
    if [ -n "$name" ]; then
        cluster_named "$name"
        field name "\"$name\""
    elif [ -n "$FILE" ]; then
        name_in_file
    else
        cluster_named demo
        field name '"demo"'
    fi
}

# The name that a cluster file gives, else "demo".
name_in_file() {
    local line value=''
    while IFS= read -r line || [ -n "$line" ]; do
        if [[ $line =~ ^name:[[:space:]]*[\"\']?([^\"\'#[:space:]]*) ]] || [[ $line =~ \"name\"[[:space:]]*:[[:space:]]*\"([^\"]*)\" ]]; then
            value=${BASH_REMATCH[1]}
            break
        fi
    done <"$FILE"
    cluster_named "${value:-demo}"
}

# The request's body, in REQUEST, and its type, in REQUEST_TYPE. What the command line says replaces what the file says.
write_request() {
    local i line key skipping='' json=''
    if [ -z "$FILE" ]; then
        for ((i = 0; i < ${#FIELD_NAMES[@]}; i++)); do
            json="$json${json:+, }\"${FIELD_NAMES[i]}\": ${FIELD_VALUES[i]}"
        done
        REQUEST="{$json}" REQUEST_TYPE=application/json
        return
    fi
    REQUEST='' REQUEST_TYPE=application/yaml
    line=$(cat "$FILE")
    if [[ $line =~ ^[[:space:]]*\{ ]]; then
        [ ${#FIELD_NAMES[@]} -eq 0 ] || usage "$FILE is JSON: it cannot be combined with a name or other options" "write it as YAML, or change the file"
        REQUEST=$line REQUEST_TYPE=application/json
        return
    fi
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
            [A-Za-z]*:*)
                skipping=''
                key=${line%%:*}
                for ((i = 0; i < ${#FIELD_NAMES[@]}; i++)); do
                    [ "${FIELD_NAMES[i]}" != "$key" ] || skipping=yes
                done
                ;;
            [\ $TAB'}'-]* | '') ;;
            *) skipping='' ;;
        esac
        [ -n "$skipping" ] || REQUEST="$REQUEST$line"$NEWLINE
    done <"$FILE"
    for ((i = 0; i < ${#FIELD_NAMES[@]}; i++)); do
        REQUEST="$REQUEST${FIELD_NAMES[i]}: ${FIELD_VALUES[i]}"$NEWLINE
    done
}
