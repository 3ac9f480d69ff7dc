#!/usr/bin/env bash
# Proves, for every row of scripts/results-rows.txt in a short form (256 images that the program
# makes itself, one epoch): it trains, its weights have the same bits on 1 and on 3 ranks, and the
# error of its test images is that of expected.txt within 3 %, whatever the kernels (two kernel sets
# differ by 1.2 % in the row with the most batch normalisation, by 0.03 % elsewhere); and that
# figures are drawn.
#   rows.sh LOCKSTEP [--write]      --write: makes expected.txt anew
set -eu
binary=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LOCKSTEP=$binary

# run RANKS: "row mse weights" of all rows.
run() {
    "$root/scripts/results.sh" -n "$1" -o "$work/$1" -f "$work/figures-$1" -d synthetic all \
        train.epochs=1 data.synthetic_train=256 data.synthetic_test=64 data.synthetic_size=32 \
        data.limit=256 data.holdout=0 data.labels=0 train.batch=16 train.lane=4 \
        >"$work/$1.md" 2>"$work/$1.log" || { cat "$work/$1.log" >&2; exit 1; }
    awk -F' [|] ' 'NR > 2 { sub(/^[|] /, "", $1); sub(/ [|]$/, "", $NF); print $1, $6, $NF }' \
        "$work/$1.md"
}

if [ "${2:-}" = --write ]; then
    run 1 >"$work/one"
    awk '{ print $1, $2 }' "$work/one" >"$here/expected.txt"
    exit
fi
run 1 >"$work/one" & # both at once, since one rank leaves a core idle
alone=$!
run 3 >"$work/three"
wait $alone
[ -s "$work/figures-1/denoising-reconstructions.png" ] ||
    { echo "rows.sh: no figures" >&2; exit 1; }
diff "$work/one" "$work/three" || { echo "rows.sh: 1 and 3 ranks differ" >&2; exit 1; }
awk 'NR == FNR { expected[$1] = $2; next }
     { seen[$1] = 1; d = $2 / expected[$1] - 1
       if (!($1 in expected) || d > 0.03 || d < -0.03) {
           print "rows.sh: " $1 ": MSE " $2 ", expected " expected[$1]; bad = 1 } }
     END { for (row in expected) if (!(row in seen)) { print "rows.sh: no row " row; bad = 1 }
           exit bad }' "$here/expected.txt" "$work/one"
