#!/usr/bin/env bash
# Proves of a task that learns classes: the loss falls; any number of ranks and an interruption
# within an epoch give the same bits; eval of the best model gives the very figures of its
# validation, on other ranks too; decode and a classifier's reconstruct are refused, encode, probe
# and pictures of masks are not.
#   task.sh LOCKSTEP CONFIG.ini classify|segment
set -eu
binary=$1 config=$2 task=$3
here=$(cd "$(dirname "$0")" && pwd)
runner=$here/../../../scripts/mpirun-test.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

words=(train.task="$task" loss.terms="cross_entropy(label_smoothing=0.1)" train.epochs=3
    train.patience=0 optim.lr=0.01 augment.flip=1 augment.shift=2)
case $task in
    classify)
        measure=accuracy
        words+=("model.encoder=conv(8) relu maxpool(2) conv(8) relu maxpool(2) dense(16)"
            "model.decoder=relu dense(10)" data.labels=20) ;;
    segment)
        measure=pixel_accuracy
        words+=("model.encoder=conv(8) relu maxpool(2, name=p) conv(8) batchnorm relu"
            "model.decoder=unpool(p) conv(11)" corrupt.kind=gaussian corrupt.sigma_high=10) ;;
esac

fail() { echo "task.sh: $task: $1" >&2; exit 1; }
field() { sed -n "s/.*\"$2\": *\"\{0,1\}\([^\",}]*\).*/\1/p" "$1"; }
train() { # FOLDER RANKS [WORDS...]
    local folder=$1 count=$2
    shift 2
    "$runner" "$count" "$binary" train "$config" "${words[@]}" train.out="$folder" "$@" --quiet \
        >"$work/out" 2>&1 || { cat "$work/out" >&2 && fail "training ended with a failure"; }
}
compare() { # FOLDER WHAT
    cmp "$work/one/metrics.csv" "$1/metrics.csv" || fail "$2: metrics.csv differs"
    for key in weights_digest state_digest "val_$measure"; do
        [ -n "$(field "$1/summary.json" $key)" ] || fail "summary.json has no $key"
        [ "$(field "$1/summary.json" $key)" = "$(field "$work/one/summary.json" $key)" ] ||
            fail "$2: $key differs"
    done
}

bash "$here/ranks.sh" "$binary" -n "1 2 3" -b 50 "$config" "${words[@]}"
train "$work/one" 1
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "train_loss") at = i }
         NR == 2 { first = $at } END { exit !(at && $at < first) }' "$work/one/metrics.csv" ||
    { cat "$work/one/metrics.csv" >&2 && fail "the loss does not fall"; }

steps=$(field "$work/one/summary.json" steps)
train "$work/two" 2 train.max_steps=$((steps / 2 + 1))
train "$work/two" 3
compare "$work/two" "interrupted within an epoch"

best=$work/one/checkpoints/best.h5
for count in 1 3; do
    "$runner" "$count" "$binary" eval "$best" --json --quiet >"$work/eval.$count"
done
cmp "$work/eval.1" "$work/eval.3" || fail "eval differs on 3 ranks"
best_measure=$(field "$work/one/summary.json" "best_val_$measure")
[ "$(field "$work/eval.1" "$measure")" = "$best_measure" ] ||
    { cat "$work/eval.1" && fail "eval gives another $measure than validation"; }
[ "$(field "$work/eval.1" loss)" = "$(field "$work/one/summary.json" best_val_loss)" ] ||
    { cat "$work/eval.1" && fail "eval gives another loss than validation"; }

"$binary" encode "$best" --out "$work/codes.h5" >"$work/out" || fail "encode fails"
"$binary" probe "$best" >"$work/out" || fail "probe fails"
refused=("decode $best --in $work/codes.h5")
if [ "$task" = segment ]; then
    for count in 1 3; do
        "$runner" "$count" "$binary" reconstruct "$best" --out "$work/masks.$count.png" \
            >"$work/out" || fail "reconstruct fails"
    done
    grep -q 'above their masks and those found' "$work/out" || fail "the sheet is not explained"
    cmp "$work/masks.1.png" "$work/masks.3.png" || fail "masks differ on 3 ranks"
else
    refused+=("reconstruct $best")
fi
for words in "${refused[@]}"; do
    code=0
    # shellcheck disable=SC2086 # words
    "$binary" $words --out "$work/x.png" >"$work/out" 2>&1 || code=$?
    [ $code -eq 1 ] && grep -q "trained with train.task = $task" "$work/out" ||
        { cat "$work/out" && fail "$words is not refused"; }
done
