#!/usr/bin/env bash
# Proves that commands give the same result on 1, 2, 3 and 4 ranks, printed once: eval (also of
# corrupted images), encode and reconstruct to the last bit, inspect and data info to the letter;
# that eval counts a whole number of zeros in codes; and that an error under mpirun is one message.
#   eval_ranks.sh LOCKSTEP MPIRUN_TEST
set -u
lockstep=$1
run=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-ranks.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

fail() {
    failures=$((failures + 1))
    echo "FAILED: $1"
    sed 's/^/    /' err
}

# 75 test images in lanes of 4: 19 lanes, the last one short; no rank count divides them. The code
# is that of a ReLU: about half of its 6 values are 0.
: >empty.ini
"$run" 2 "$lockstep" train empty.ini data.synthetic_train=32 data.synthetic_test=75 \
    data.synthetic_size=16 train.batch=8 train.lane=4 train.epochs=1 \
    model.encoder='conv(4) relu maxpool(2) conv(8) relu maxpool(2) dense(6) relu' \
    model.decoder='dense(128) relu reshape(4,4,8) deconv(4) relu deconv(3) sigmoid' --quiet \
    >out 2>err || fail "the run that everything below needs"
[ "$(tr -cd '\r\033' <out | wc -c)" -eq 0 ] || fail "a live line away from a terminal"
best=run/checkpoints/best.h5

# same NAME ARGUMENT...: standard output of each number of ranks is that of one rank.
same() {
    local name=$1
    shift
    for ranks in 1 2 3 4; do
        timeout 60 "$run" $ranks "$lockstep" "$@" >"$name.$ranks" 2>err ||
            fail "$name on $ranks ranks ends with $?"
        cmp -s "$name.1" "$name.$ranks" || fail "$name on $ranks ranks differs from 1"
    done
    [ -s "$name.1" ] || fail "$name printed nothing"
}

same eval eval $best --json
sed -n 's/.*"code_zeros": \([0-9.e-]*\),.*/\1/p' eval.1 |
    awk '{ zeros = $1 * 75 * 6; whole = int(zeros + 0.5); off = zeros - whole }
         END { exit !(NR == 1 && whole > 0 && whole < 450 && off < 1e-9 && off > -1e-9) }' ||
    fail "code_zeros is no whole number of the 450 values"
same train_split eval $best --json --split train
same corrupted eval $best --json corrupt.kind=gaussian+text corrupt.sigma_low=25 \
    corrupt.sigma_high=25
grep -Eq '"corrupted_mse": 0\.[0-9]+, "corrupted_psnr": [0-9.]+, "corrupted_ssim": 0\.' \
    corrupted.1 || fail "eval says nothing of the corrupted images"
grep -q corrupted eval.1 && fail "eval speaks of corrupted images where there are none"
same inspect inspect $best
same info data info synthetic data.synthetic_train=50 data.synthetic_test=33
for ranks in 1 2 3 4; do
    timeout 60 "$run" $ranks "$lockstep" encode $best --out codes.h5 >out 2>err ||
        fail "encode on $ranks"
    [ "$(wc -l <out)" -eq 1 ] || fail "encode on $ranks ranks printed more than one line"
    "$lockstep" decode $best --in codes.h5 --out decoded.$ranks.png --count 75 >out 2>err ||
        fail "decode of codes from $ranks ranks"
    cmp -s decoded.1.png decoded.$ranks.png || fail "codes of $ranks ranks differ from those of 1"
    timeout 60 "$run" $ranks "$lockstep" reconstruct $best --out sheet.$ranks.png --count 9 \
        >out 2>err || fail "reconstruct on $ranks"
    cmp -s sheet.1.png sheet.$ranks.png || fail "sheet of $ranks ranks differs from that of 1"
    timeout 60 "$run" $ranks "$lockstep" reconstruct $best --out corrupted.$ranks.png --count 9 \
        corrupt.kind=rectangle >out 2>err || fail "reconstruct of corrupted images on $ranks"
    cmp -s corrupted.1.png corrupted.$ranks.png || fail "corrupted sheet of $ranks ranks differs"
    grep -q 'above their corruptions and reconstructions' out || fail "the sheet is not explained"
    timeout 60 "$run" $ranks "$lockstep" reconstruct $best --out numbers.$ranks.h5 --count 9 \
        corrupt.kind=rectangle >out 2>err || fail "numbers of corrupted images on $ranks"
    cmp -s numbers.1.h5 numbers.$ranks.h5 || fail "numbers of $ranks ranks differ"
done

# once REGEX ARGUMENT...: exit code 1 and exactly one message of ours on three ranks.
once() {
    local regex=$1
    shift
    timeout 60 "$run" 3 "$lockstep" "$@" >out 2>err
    local code=$?
    [ $code -eq 1 ] || fail "$*: exit code $code instead of 1"
    [ "$(grep -c '^lockstep: ' err)" -eq 1 ] || fail "$*: not exactly one message"
    grep -Eq "^lockstep: .*$regex" err || fail "$*: the message does not say \"$regex\""
}

once 'did you mean "eval"' evla $best
once 'absent.ini' train absent.ini
once 'absent.h5' eval absent.h5
once 'nowhere' train empty.ini data.path=nowhere
head -c 2000 "$best" >short.h5
once 'short.h5' eval short.h5
once 'numbers.1.h5: holds reconstructions, wanted is a checkpoint' eval numbers.1.h5
once 'encoder/9-conv' encode $best --out x.h5 --layer encoder/9-conv
once 'absent.png' reconstruct $best --out x.png --in absent.png
# A fault that only rank 1 meets: the others leave with it, and the message says who it was.
cat >uneven.sh <<'END'
#!/bin/sh
[ "$OMPI_COMM_WORLD_RANK" = 1 ] && exec "$1" train absent.ini
exec "$1" train empty.ini train.out=never
END
chmod +x uneven.sh
timeout 60 "$run" 3 ./uneven.sh "$lockstep" >out 2>err
[ $? -eq 1 ] || fail "a fault on rank 1 alone does not end with 1"
grep -Eq '^lockstep: absent.ini: .*\(rank 1 on ' err || fail "a fault on rank 1 alone is not told"
[ ! -e never ] || fail "the other ranks went on"

"$run" 3 "$lockstep" --version >out 2>err
[ "$(grep -c '^lockstep ' out)" -eq 1 ] || fail "--version is printed more than once"

echo "$failures failures"
[ $failures -eq 0 ]
