#!/usr/bin/env bash
# Proves that bad input ends the real program with the right exit code and a message that names the
# object and the fault, said once however many ranks there are, and that no rank hangs.
#
# Each row of table.txt is one run; a row on 2 ranks goes through mpirun. A run that takes longer
# than LIMIT seconds is a hang and fails. Prints input, exit code and message of every row.
#   bad_inputs.sh LOCKSTEP MAKE_HDF5 MPIRUN_TEST [NAME]       (NAME: only the rows of that name)
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lockstep=$(realpath "$1") make_hdf5=$(realpath "$2") mpirun_test=$(realpath "$3") only=${4:-}
LIMIT=60
work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-bad.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
"$here/make_inputs.sh" "$lockstep" "$make_hdf5" >inputs.log 2>&1 || {
    echo "the inputs could not be made:"
    cat inputs.log
    exit 1
}

rows=0 failures=0

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

printf '%-26s %5s %4s  %s\n' input ranks exit message
mapfile -t table < <(grep -vE '^(#|$)' "$here/table.txt")
for row in "${table[@]}"; do
    IFS='|' read -r name ranks expected text line <<<"$row"
    name=${name%"${name##*[! ]}"}
    if ! [[ $ranks =~ ^[1-9]$ && $expected =~ ^[0-9]+$ && -n $text && -n $line ]]; then
        failures=$((failures + 1))
        echo "FAILED: not a row: $row"
        continue
    fi
    if [ -n "$only" ] && [ "$only" != "$name" ]; then continue; fi
    text=${text# } text=${text% }
    arguments=()
    eval "arguments=($line)"
    rows=$((rows + 1))
    run "$ranks" "${arguments[@]}"
    code=$?
    reason=$(judge $code "$expected" "$text")
    message=$(grep -F -- "$text" err | grep -m1 '^lockstep: ' || grep -m1 . err)
    printf '%-26s %5d %4d  %s\n' "$name" "$ranks" $code "${message#lockstep: }"
    if [ -n "$reason" ]; then
        failures=$((failures + 1))
        echo "    FAILED: $reason"
        sed 's/^/    | /' err
    fi
done

echo "$rows rows, $failures failures"
if [ -n "$only" ]; then wanted=1; else wanted=40; fi
[ $failures -eq 0 ] && [ $rows -ge $wanted ]
