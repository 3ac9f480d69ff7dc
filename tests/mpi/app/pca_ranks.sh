#!/usr/bin/env bash
# Proves that principal components are the same on any number of ranks, to the last bit, in what is
# printed and in the checkpoint; that the checkpoint's error is the one that was printed; that eval
# says how a checkpoint stands against another; and that encode, decode and reconstruct take it.
#   pca_ranks.sh LOCKSTEP MPIRUN_TEST "RANKS" COMPONENTS [section.key=value ...]
# COMPONENTS is a power of two.
set -u
lockstep=$1
run=$2
ranks=$3
components=$4
shift 4
work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-pca.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
: >empty.ini

fail() {
    failures=$((failures + 1))
    echo "FAILED: $1"
    sed 's/^/    /' err
}
# number FILE KEY: the first number of that key.
number() { grep -o "\"$2\": [-+0-9.e]*" "$1" | head -n 1 | sed 's/.*: //'; }
# near A B TOLERANCE
near() {
    awk -v a="$1" -v b="$2" -v t="$3" \
        'BEGIN { d = a - b; exit !(a != "" && b != "" && d <= t && -d <= t) }'
}

for count in $ranks; do
    "$run" "$count" "$lockstep" pca empty.ini "$components" "$@" --json --quiet \
        >"pca.$count.json" 2>err || fail "pca on $count ranks ends with $?"
    mv "run/pca-$components.h5" "pca.$count.h5" || fail "no checkpoint of $count ranks"
    "$lockstep" inspect "pca.$count.h5" --json 2>err |
        sed 's/.*\("weights_digest": "[0-9a-f]*"\).*/\1/' >"digest.$count"
done
one=${ranks%% *}
for count in $ranks; do
    cmp "pca.$one.json" "pca.$count.json" || fail "$count ranks print other numbers than $one"
    cmp "digest.$one" "digest.$count" || fail "$count ranks give other weights than $one"
    h5diff --exclude-path /run "pca.$one.h5" "pca.$count.h5" || fail "the files differ"
done
grep -q '^"weights_digest": "[0-9a-f]*"$' "digest.$one" || fail "inspect tells no digest"
[ "$(number "pca.$one.json" components)" = "$components" ] || fail "other components than asked"

# eval knows no data.limit: then the components are of other training images than it measures.
splits='train test'
case " $* " in *' data.limit='*) splits=test ;; esac
for split in $splits; do
    "$lockstep" eval "pca.$one.h5" --split $split --json >eval.json 2>err ||
        fail "eval --split $split"
    key=${split}_mse
    [ $split = train ] || key=test_mse_unclamped
    near "$(number eval.json mse)" "$(number "pca.$one.json" $key)" 1e-6 ||
        fail "the $split error of the checkpoint is $(number eval.json mse)"
done

# Half of the components: a worse yardstick, by what the table of the first components says.
half=$((components / 2))
"$lockstep" pca empty.ini $half "$@" --out half.h5 --json >half.json 2>err || fail "pca --out"
near "$(number half.json test_mse)" \
    "$(grep -o "\"components\": $half, [^}]*" "pca.$one.json" | sed 's/.*"test_mse": //')" 1e-12 ||
    fail "the table of the first components does not hold"
for count in $ranks; do
    "$run" "$count" "$lockstep" eval "pca.$one.h5" --against half.h5 --json \
        >"against.$count" 2>err || fail "eval --against on $count ranks"
    cmp "against.$one" "against.$count" || fail "eval --against differs on $count ranks"
done
near "$(number "against.$one" against_mse)" "$(number half.json test_mse_unclamped)" 1e-6 ||
    fail "against_mse is not the other's error"
wanted=$(awk -v a="$(number "against.$one" against_mse)" -v b="$(number "against.$one" mse)" \
    'BEGIN { printf "%.9f", 10 * log(a / b) / log(10) }')
near "$(number "against.$one" against_db)" "$wanted" 1e-6 || fail "against_db is not $wanted"
awk -v d="$wanted" 'BEGIN { exit !(d > 0) }' || fail "more components are not better"
"$lockstep" eval "pca.$one.h5" --against half.h5 >out 2>err || fail "eval --against"
grep -q '^  +.* dB against half.h5, MSE ' out || fail "eval --against does not say it"

"$lockstep" encode "pca.$one.h5" --out codes.h5 >out 2>err || fail "encode"
"$lockstep" decode "pca.$one.h5" --in codes.h5 --out decoded.png --count 4 >out 2>err ||
    fail "decode"
"$lockstep" reconstruct "pca.$one.h5" --out sheet.png --count 4 >out 2>err || fail "reconstruct"
[ -s decoded.png ] && [ -s sheet.png ] || fail "no pictures"

cat "pca.$one.json"
echo "$failures failures"
[ $failures -eq 0 ]
