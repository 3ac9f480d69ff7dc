#!/usr/bin/env bash
# Proves that a probe of a code (on `cpu` and on `ref`), a layer and pixels prints the same to the
# last digit on 1, 2, 3 and 4 ranks and draws the same picture, and that an error is one message.
#   probe_ranks.sh LOCKSTEP MPIRUN_TEST
set -u
lockstep=$1
run=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-probe.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

fail() {
    failures=$((failures + 1))
    echo "FAILED: $1"
    sed 's/^/    /' err
}

# Blocks of 256 images: three of training images, so that a fourth rank has none, and two of test
# images, the last ones short.
: >empty.ini
"$lockstep" train empty.ini data.synthetic_train=700 data.synthetic_test=300 \
    data.synthetic_size=16 model.filters=4,8 model.latent=6 train.batch=50 train.lane=4 \
    train.epochs=1 --quiet >out 2>err || fail "the run that everything below needs"
best=run/checkpoints/best.h5

# same NAME ARGUMENT...: result and files of each number of ranks are those of one rank.
same() {
    local name=$1
    shift
    for ranks in 1 2 3 4; do
        timeout 60 "$run" $ranks "$lockstep" probe "$@" --json --out "$name-$ranks" \
            >"$name.$ranks" 2>err || fail "$name on $ranks ranks ends with $?"
        cmp -s "$name.1" "$name.$ranks" || fail "$name on $ranks ranks differs from 1"
        diff -r "$name-1" "$name-$ranks" >/dev/null || fail "$name: files on $ranks ranks differ"
    done
    [ "$(wc -l <"$name.1")" -eq 1 ] || fail "$name printed no line"
    [ "$(ls "$name-1")" = $'confusion.csv\nconfusion.png' ] || fail "$name: other files"
}

same code $best
same reference $best backend.name=ref
same layer $best --layer encoder/2-maxpool --knn 3
same pixels $best --pixels --knn 1
grep -q '"layer": "pixels", "features": 768, ' pixels.1 || fail "pixels are not 768 features"
[ "$(grep -c . code-1/confusion.csv)" -eq 11 ] || fail "confusion.csv has not a line a class"
sum=$(awk -F, 'NR > 1 { for (k = 2; k <= NF; k++) sum += $k } END { print sum }' \
    code-1/confusion.csv)
[ "$sum" -eq 300 ] || fail "confusion.csv has $sum test images"

timeout 60 "$run" 3 "$lockstep" probe $best --layer encoder/9-conv >out 2>err
[ $? -eq 1 ] && [ "$(grep -c '^lockstep: ' err)" -eq 1 ] || fail "a wrong layer is not one message"
timeout 60 "$run" 3 "$lockstep" probe $best --out empty.ini --knn 0 >out 2>err
[ $? -eq 1 ] && grep -q '^lockstep: empty.ini' err || fail "a file in the folder's place"

echo "$failures failures"
[ $failures -eq 0 ]
