#!/usr/bin/env bash
# Proves that whose small products a run takes changes nothing of it: with libxsmm's, on one rank
# and on two, it ends with the digests of own ones; and that where libxsmm can't serve, a run that
# asks for it is refused with the cure, before it makes a folder, while `auto` trains.
#   products.sh LOCKSTEP
. "$(dirname "${BASH_SOURCE[0]}")/../ended_run.sh"
settings=("$root/tests/chaos/small.ini" train.epochs=1)

# run NAME RANKS PRODUCTS [VARIABLE=VALUE...]: exit code in $code
run() {
    folder=$work/$1
    local ranks=$2 products=$3
    shift 3
    code=0
    "$root/scripts/mpirun-test.sh" "$ranks" env "$@" "$lockstep" train "${settings[@]}" \
        "backend.products=$products" "train.out=$folder" >"$folder.out" 2>&1 || code=$?
}

refused() { # WORDS
    [ $code -eq 1 ] || fail "exit code $code"
    says "backend.products = libxsmm: .*$1"
    [ ! -e "$folder" ] || fail "a run folder was made"
}

what='kernels that libxsmm does not serve'
settings+=(backend.isa=portable)
run portable 1 libxsmm
refused 'set it to auto'
unset 'settings[-1]'

what='libxsmm'
run own 1 own
[ $code -eq 0 ] || fail "own products: exit code $code"
run xsmm 1 libxsmm
if [ $code -ne 0 ]; then
    refused 'set'
    echo "skipped: $(sed -n 's/^lockstep: //p' "$folder.out")"
    exit 77
fi
run xsmm2 2 libxsmm
[ $code -eq 0 ] || fail "two ranks: exit code $code"
for other in xsmm xsmm2; do
    [ "$(field "$work/$other" state_digest)" = "$(field "$work/own" state_digest)" ] ||
        fail "$other: not the bits of own products"
done

what='libxsmm told to make kernels for a lesser CPU'
run lesser 1 libxsmm LIBXSMM_TARGET=hsw
refused 'LIBXSMM_TARGET'
run lesser_auto 1 auto LIBXSMM_TARGET=hsw
[ $code -eq 0 ] || fail "auto: exit code $code"
[ "$(field "$folder" state_digest)" = "$(field "$work/own" state_digest)" ] ||
    fail "auto: not the bits of own products"
