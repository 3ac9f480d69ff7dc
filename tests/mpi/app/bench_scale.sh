#!/usr/bin/env bash
# Proves that scripts/bench-scale.sh measures each number of ranks in each way, writes what it
# measured as CSV, and gives a model and a prediction for 8 to 1,024 ranks; and that wrong words are
# refused. The figures themselves are no test.
#   bench_scale.sh LOCKSTEP
set -eu
. "$(dirname "$0")/../../fault/ended_run.sh"
folder=$work/scale
scale() { LOCKSTEP=$lockstep "$root/scripts/bench-scale.sh" "$@" >"$folder.out" 2>&1; }
expect() { # COUNT REGEX FILE
    [ "$(grep -cE -- "$2" "$3")" -eq "$1" ] || fail "not $1 times in ${3##*/}: $2"
}

what='one and two ranks'
scale -c "$root/tests/chaos/small.ini" -s 1 -o "$work/t.csv" -m "$root/scripts/mpirun-test.sh" 1 2 \
    -- train.batch=64 && fail "took a batch twice" # weak scaling sets it
scale -c "$root/tests/chaos/small.ini" -s 1 -o "$work/t.csv" -m "$root/scripts/mpirun-test.sh" \
    1 2 -- model.filters=4,4 || fail "exit code $?"
expect 1 '^kind,ranks,batch,lane,parameters,images_per_second,reduce_ms,wait_ms,optimizer_ms$' \
    "$work/t.csv"
expect 4 '^(strong|weak),[12],(50|100),8,[0-9]+(,[-+.e0-9]+){4}$' "$work/t.csv"
expect 2 '^fit,2,50,8,[0-9]+(,[-+.e0-9]+){4}$' "$work/t.csv"
expect 1 '^sums by messages: [0-9.]+ us a message, [0-9.]+ GB/s$' "$folder.out"
for ranks in 8 16 32 64 128 256 512 1024; do
    expect 1 "^ +$ranks +[0-9.]+ +[0-9]+ +[0-9.]+% +[0-9]+\$" "$folder.out"
done

what='wrong words'
scale two && fail "took them"
says "'two' is no number of ranks"
echo "$me: measured, written and predicted"
