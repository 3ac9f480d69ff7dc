#!/usr/bin/env bash
# Proves that bad input ends the real program with the right exit code and a message that names the
# object and the fault, said once however many ranks there are, and that no rank hangs.
#
# Each row of table.txt is one run; a row on 2 ranks goes through mpirun. A run that takes longer
# than LIMIT seconds is a hang and fails. Prints input, exit code and message of every row.
# The rows are dealt out to several tracks, each with inputs of its own: mpirun sleeps for a second
# or two before it ends a job that failed.
#   bad_inputs.sh LOCKSTEP MAKE_HDF5 MPIRUN_TEST [NAME]       (NAME: only the rows of that name)
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lockstep=$(realpath "$1") make_hdf5=$(realpath "$2") mpirun_test=$(realpath "$3") only=${4:-}
LIMIT=60 TRACKS=4
work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-bad.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/0" && cd "$work/0" || exit 1
"$here/make_inputs.sh" "$lockstep" "$make_hdf5" >inputs.log 2>&1 || {
    echo "the inputs could not be made:"
    cat inputs.log
    exit 1
}

# run RANKS ARGUMENT...: leaves the program's words in `out` and `err`.
run() {
    local ranks=$1
    shift
    if [ "$ranks" -eq 1 ]; then
        timeout -k 5 $LIMIT "$lockstep" "$@" >out 2>err </dev/null
    else
        timeout -k 5 $LIMIT "$mpirun_test" "$ranks" "$lockstep" "$@" >out 2>err </dev/null
    fi
}

# What is wrong with the run: nothing, or a reason.
judge() {
    local code=$1 expected=$2 text=$3
    local said
    said=$(grep '^lockstep: ' err | grep -cF -- "$text")
    if [ "$code" -eq 124 ] || [ "$code" -eq 137 ]; then
        echo "hangs"
    elif [ "$code" -ne "$expected" ]; then
        echo "exit code $code, not $expected"
    elif [ "$said" -eq 0 ]; then
        echo "does not say: $text"
    elif [ "$said" -gt 1 ]; then
        echo "said $said times: $text"
    elif grep -q 'Sanitizer' err; then
        echo "a sanitizer's report"
    fi
}

# try NAME RANKS EXPECTED TEXT LINE: prints the row, and what is wrong with it.
try() {
    local name=$1 ranks=$2 expected=$3 text=$4 line=$5 arguments=() code reason message
    if ! [[ $ranks =~ ^[1-9]$ && $expected =~ ^[0-9]+$ && -n $text && -n $line ]]; then
        echo "    FAILED: not a row: $name|$ranks|$expected|$text|$line"
        return
    fi
    eval "arguments=($line)"
    run "$ranks" "${arguments[@]}"
    code=$?
    reason=$(judge $code "$expected" "$text")
    message=$(grep -F -- "$text" err | grep -m1 '^lockstep: ' || grep -m1 . err)
    printf '%-26s %5d %4d  %s\n' "$name" "$ranks" $code "${message#lockstep: }"
    if [ -n "$reason" ]; then
        echo "    FAILED: $reason"
        sed 's/^/    | /' err
    fi
}

# track NUMBER: every TRACKS-th row of the table, in the order of the table.
track() {
    local number=0 row name ranks expected text line
    cd "$work/$1" || return
    for row in "${table[@]}"; do
        number=$((number + 1))
        IFS='|' read -r name ranks expected text line <<<"$row"
        name=${name%"${name##*[! ]}"}
        [ $((number % TRACKS)) -eq "$1" ] || continue
        [ -z "$only" ] || [ "$only" = "$name" ] || continue
        text=${text# } text=${text% }
        try "$name" "$ranks" "$expected" "$text" "$line" && echo >>tried
    done >said 2>&1
}

printf '%-26s %5s %4s  %s\n' input ranks exit message
mapfile -t table < <(grep -vE '^(#|$)' "$here/table.txt")
for ((i = 1; i < TRACKS; i++)); do cp -a "$work/0" "$work/$i" || exit 1; done
for ((i = 0; i < TRACKS; i++)); do track $i & done
wait
cat "$work"/*/said
rows=$(cat "$work"/*/tried | wc -l)
failures=$(grep -c '^    FAILED: ' < <(cat "$work"/*/said))
echo "$rows rows, $failures failures"
if [ -n "$only" ]; then wanted=1; else wanted=${#table[@]}; fi
[ ${#table[@]} -ge 40 ] && [ "$failures" -eq 0 ] && [ "$rows" -ge "$wanted" ]
