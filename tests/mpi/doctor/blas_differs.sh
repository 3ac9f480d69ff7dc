#!/usr/bin/env bash
# Proves that ranks whose OpenBLAS takes other kernels do not train together: exit code 1, one
# message that names hosts and cure, no run folder; and that doctor says the same.
#   blas_differs.sh LOCKSTEP MPIRUN_TEST
set -u
lockstep=$1
run=$2
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
trap 'rm -rf "$work"' EXIT
core() { OPENBLAS_CORETYPE=$1 "$lockstep" --version | sed -n 's/^OpenBLAS: //p'; }
first=Nehalem second=Prescott
has() { grep -q -m 1 -w "$1" /proc/cpuinfo; }
for name in Haswell SkylakeX; do # the best pair that this CPU and library have
    { [ $name = Haswell ] && has avx2; } || { [ $name = SkylakeX ] && has avx512f; } || continue
    if [ "$(core $name)" = $name ]; then second=$first first=$name; fi
done
if [ "$(core $first)" = "$(core $second)" ]; then
    echo "skipped: this OpenBLAS has no choice of cores (OPENBLAS_CORETYPE)"
    exit 77
fi

train=("$lockstep" train small.ini)
timeout -k 5 60 "$run" 1 env OPENBLAS_CORETYPE=$first "${train[@]}" train.out=never : \
    -n 1 env OPENBLAS_CORETYPE=$second "${train[@]}" train.out=never >out 2>err
code=$?
what=train
[ $code -eq 1 ] || fail "train: exit code $code instead of 1"
[ "$(grep -c '^lockstep: ' err)" -eq 1 ] || fail "train: not exactly one message"
for words in $first $second "rank 0 on $(hostname)" "rank 1 on $(hostname)" OPENBLAS_CORETYPE=; do
    grep '^lockstep: ' err | grep -qF "$words" || fail "train: the message does not say $words"
done
[ ! -e never ] || fail "train: made a folder"

doctor=("$lockstep" doctor small.ini --json train.out=never)
examine "doctor" 1 "$run" 1 env OPENBLAS_CORETYPE=$first "${doctor[@]}" : \
    -n 1 env OPENBLAS_CORETYPE=$second "${doctor[@]}"
verdicts fail kernels
verdicts warn model speed
says 'not checked, as kernels failed'
says "rank 1 on $(hostname)"

for core in $first $second; do
    timeout -k 5 60 "$run" 2 env OPENBLAS_CORETYPE=$core "${train[@]}" train.out=$core --quiet \
        >out 2>err || fail "train with $core on both ranks"
done
end
