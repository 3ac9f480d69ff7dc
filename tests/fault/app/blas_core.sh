#!/usr/bin/env bash
# Proves that a program whose OpenBLAS took kernels for lesser CPUs starts itself again with the
# right ones, alone and under mpirun, says so once, and trains to the bits of a run with them; that
# OPENBLAS_CORETYPE is respected where it is set, and refused where the CPU lacks its instructions;
# and that nothing of it shows where the choice was right. On a CPU without AVX2, where old kernels
# are right, that alone is shown.
#   blas_core.sh LOCKSTEP OLD_BLAS
. "$(dirname "${BASH_SOURCE[0]}")/../ended_run.sh"
old=$2
unset OPENBLAS_CORETYPE

# run NAME RANKS [VARIABLE=VALUE...]
run() {
    folder=$work/$1
    local ranks=$2
    shift 2
    "$root/scripts/mpirun-test.sh" "$ranks" env "$@" "$lockstep" train \
        "$root/tests/chaos/small.ini" train.epochs=1 "train.out=$folder" >"$folder.out" 2>&1 ||
        fail "exit code $?"
}
lines() { grep -c "started again" "$folder.out" || true; }

what='the library as it is'
run right 2
best=$("$lockstep" --version | sed -n 's/^OpenBLAS: *//p')
case $best in
SkylakeX | Haswell) ;; # also what it changes to: that need not be its own choice
*) [ "$(lines)" -eq 0 ] || fail "started again without need" ;;
esac

what='an old library'
LD_PRELOAD=$old "$lockstep" --version >"$work/version"
if grep -q Prescott "$work/version"; then
    grep -q -m 1 -w avx2 /proc/cpuinfo && fail "it stays with Prescott's kernels"
    echo "$me: this CPU has no AVX2: SSE kernels are right"
    exit 0
fi
chosen=$(sed -n 's/^OpenBLAS: *//p' "$work/version")
run old 2 "LD_PRELOAD=$old"
[ "$(lines)" -eq 1 ] || fail "it is said $(lines) times"
says "took its Prescott kernels.*OPENBLAS_CORETYPE=$chosen"
run chosen 1 "OPENBLAS_CORETYPE=$chosen"
[ "$(field "$work/old" state_digest)" = "$(field "$work/chosen" state_digest)" ] ||
    fail "not the bits of OPENBLAS_CORETYPE=$chosen"

what='OPENBLAS_CORETYPE set'
run set 1 "LD_PRELOAD=$old" OPENBLAS_CORETYPE=Prescott
[ "$(lines)" -eq 0 ] || fail "the variable was not respected"
says "warning: .*Prescott"
OPENBLAS_CORETYPE=SkylakeX "$lockstep" --version >"$work/version"
if grep -q SkylakeX "$work/version" && ! grep -q -m 1 -w avx512f /proc/cpuinfo; then
    what='kernels that this CPU lacks'
    code=0
    OPENBLAS_CORETYPE=SkylakeX "$lockstep" train "$root/tests/chaos/small.ini" \
        "train.out=$work/lacks" >"$work/lacks.out" 2>&1 || code=$?
    [ $code -eq 1 ] || fail "exit code $code"
    folder=$work/lacks
    says "OpenBLAS is to use its SkylakeX kernels.*unset OPENBLAS_CORETYPE"
    [ ! -e "$work/lacks" ] || fail "a run folder was made"
fi
echo "$me: $best as it is, Prescott becomes $chosen"
