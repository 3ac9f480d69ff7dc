#!/usr/bin/env bash
# Proves of the roll call on 3 ranks: when one of them, whichever, never comes to a collective, the
# others learn within seconds that it is lost, and it alone; exactly one of them, the lowest, may
# speak and save, and gets LS_LOST with a message that says who is missing, where, and what the
# others were doing; later calls fail at once.
#   roll_call.sh PROGRAM MPIRUN_TEST
set -eu
program=$1
mpirun_test=$2
work=$(mktemp -d)
jobs=()
finish() {
    for job in "${jobs[@]}"; do kill "$job" 2>/dev/null || true; done
    wait
    rm -rf "$work"
}
trap finish EXIT

fail() {
    echo "roll_call.sh: $1" >&2
    head -50 "$work"/*/[0-9] "$work"/*/out >&2 || true
    exit 1
}

for silent in 0 1 2; do
    mkdir "$work/$silent"
    "$mpirun_test" 3 "$program" "$work/$silent" "$silent" >"$work/$silent/out" 2>&1 &
    jobs+=($!)
done

# check SILENT LOWEST OTHER
check() {
    local folder=$work/$1 lowest=$2 other=$3 tries=0 text seconds
    while [ ! -e "$folder/$lowest" ] || [ ! -e "$folder/$other" ]; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || fail "rank $1 silent: the others do not report"
        sleep 0.1
    done
    text=$(cat "$folder/$lowest")
    case $text in
        "alone "*"rank $1 on $(uname -n) did not answer within 1 s (all were last together in step \
40, an exchange); waiting: rank $lowest, $other in step 41, the sum of gradients."*) ;;
        *) fail "rank $1 silent: rank $lowest reports: $text" ;;
    esac
    seconds=$(cut -d ' ' -f 2 "$folder/$lowest")
    [ "${seconds%.*}" -lt 8 ] || fail "rank $1 silent: it took $seconds s"
    [ ! -e "$folder/$1" ] || fail "rank $1 reports, though it is silent"
    grep -q "^gives way" "$folder/$other" ||
        fail "rank $1 silent: rank $other reports: $(cat "$folder/$other")"
}

check 0 1 2
check 1 0 2
check 2 0 1
