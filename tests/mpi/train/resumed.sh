#!/usr/bin/env bash
# Proves that a run that is stopped within an epoch, again and again, and goes on each time on
# another number of ranks ends with the bits of one left alone: digests of weights and state, of
# which averages are a part, metrics.csv with its learning rates, pictures and checkpoints; and that
# eval of the best model gives the validation's value, which is that of the averages.
#   resumed.sh LOCKSTEP CONFIG.ini [section.key=value ...]
# The settings must make the learning rate fall at least twice: once before the last stop and once
# after it.
set -eu
binary=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
runner=$here/../../../scripts/mpirun-test.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "resumed.sh: $1" >&2
    exit 1
}

# field NAME KEY: of a run's summary.
field() { sed -n "s/.*\"$2\": *\"\{0,1\}\([^\",]*\).*/\1/p" "$work/$1/summary.json"; }

# train FOLDER RANKS WORD...
train() {
    local folder=$work/$1 count=$2
    shift 2
    "$runner" "$count" "$binary" train "$@" train.out="$folder" --quiet >"$folder.out" 2>&1 ||
        { cat "$folder.out" >&2 && fail "$count ranks: ended with a failure"; }
}

rates() { cut -d, -f3 "$work/$1/metrics.csv" | tail -n +2 | uniq | wc -l; }

train alone 1 "$@"
per_epoch=$(($(field alone steps) / $(field alone epochs)))
ranks=3
for epoch in 1 2 4; do
    train resumed $ranks "$@" train.max_steps=$((epoch * per_epoch + 2))
    ranks=$((ranks % 3 + 1))
done
before=$(rates resumed)
train resumed $ranks "$@"
[ "$before" -ge 2 ] || fail "the learning rate did not fall before the last stop"
[ "$(rates resumed)" -gt "$before" ] || fail "the learning rate did not fall after the last stop"

for key in weights_digest state_digest steps best_epoch val_mse; do
    [ -n "$(field alone $key)" ] || fail "summary.json has no $key"
    [ "$(field alone $key)" = "$(field resumed $key)" ] || fail "$key differs"
done
cmp "$work/alone/metrics.csv" "$work/resumed/metrics.csv" || fail "metrics.csv differs"
diff -r "$work/alone/images" "$work/resumed/images" || fail "the pictures differ"
for name in last.h5 best.h5; do
    h5diff --exclude-path /run "$work"/{alone,resumed}/checkpoints/$name ||
        fail "$name differs outside /run"
done

best=$work/resumed/checkpoints/best.h5
"$binary" eval "$best" --json >"$work/eval" 2>/dev/null || fail "eval of best.h5 fails"
grep -qF "\"images\": 100, \"mse\": $(field resumed best_val_mse)," "$work/eval" ||
    { cat "$work/eval" && fail "eval of best.h5 is not $(field resumed best_val_mse)"; }
"$binary" inspect "$best" 2>/dev/null | grep -q 'averages of the weights' ||
    fail "inspect does not tell of averages"
