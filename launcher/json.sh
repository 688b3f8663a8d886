# shellcheck shell=bash
# Writes JSON strings (which are YAML strings as well).

# json_string: what stands in standard input as a JSON string, quotes included. Byte for byte, so that tabs, quotes,
# backslashes, line ends of any kind and UTF-8 arrive as they are.
json_string() {
    od -An -v -tu1 | LC_ALL=C awk '
        BEGIN {
            for (i = 0; i < 256; i++) as[i] = i < 32 || i == 127 ? sprintf("\\u%04x", i) : sprintf("%c", i)
            as[9] = "\\t"; as[10] = "\\n"; as[13] = "\\r"; as[34] = "\\\""; as[92] = "\\\\"
            printf "\""
        }
        { for (i = 1; i <= NF; i++) printf "%s", as[$i] }
        END { printf "\"" }'
}

# quoted_json TEXT: the same of a word, in JSON.
quoted_json() {
    case $1 in
        *[!A-Za-z0-9_./:=@%+,\ -]*) JSON=$(printf '%s' "$1" | json_string) ;;
        *) JSON="\"$1\"" ;;
    esac
}
