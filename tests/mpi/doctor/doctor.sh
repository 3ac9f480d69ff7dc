#!/usr/bin/env bash
# Proves what `lockstep doctor` finds on a good set-up and on bad ones, alone and on several ranks:
# verdicts, what they name, the exit code, one result in JSON, and that it leaves nothing behind.
#   doctor.sh LOCKSTEP MPIRUN_TEST
set -u
lockstep=$1
run=$2
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
trap 'rm -rf "$work"' EXIT
doctor=("$lockstep" doctor small.ini --json)
mkdir place
remember place

# --- a good set-up ------------------------------------------------------------------------------
good=(program config kernels limits data lanes model memory folder shared room hdf5 clocks images
    deadline)
for ranks in 1 2; do
    examine "good on $ranks" 0 "$run" $ranks "${doctor[@]}" train.out=place/a/b
    verdicts ok "${good[@]}"
    for name in blas_core cores threads file_system network speed; do
        says "\"name\": \"$name\", "
    done
    says "the same on $ranks rank"
    nothing_left place
done
examine "alone" 0 "${doctor[@]}" train.out=place/a
verdicts ok "${good[@]}"
nothing_left place
"$lockstep" doctor small.ini train.out=place/a >out 2>err || fail "as text"
[ "$(grep -cE '^(ok   |warn |fail ) [a-z]' out)" -eq 21 ] || fail "as text: not a line a check"
[ -z "$(awk 'length > 100' out)" ] || fail "as text: longer than 100 columns"
[ "$(grep -c '^ok    folder ' out)" -eq 1 ] || fail "as text: no aligned verdict"

# In a folder that stands, with a run in it, nothing changes.
"$lockstep" train small.ini train.out=place/run --quiet >out 2>err || fail "a run"
remember place
find place/run -type f -exec sha256sum {} + | sort >sums
examine "with a run there" 0 "$run" 2 "${doctor[@]}" train.out=place/run
verdicts ok folder shared room hdf5
nothing_left place
find place/run -type f -exec sha256sum {} + | sort | cmp -s - sums || fail "$what: files changed"

# --- a run that works there ---------------------------------------------------------------------
start=$(sed 's/.*) //' /proc/$$/stat | cut -d' ' -f20)
printf 'host %s\npid %d\nstart %s\ntime 2026-01-31T12:00:00Z\n' "$(hostname)" $$ "$start" \
    >place/run/lock
cp place/run/lock lock.before
remember place
mkdir place/run/.lockstep-doctor-dead # of one that was killed, long ago
echo text >place/run/.lockstep-doctor-dead/rank-0
touch -d '1 hour ago' place/run/.lockstep-doctor-dead
examine "a held lock" 0 "${doctor[@]}" train.out=place/run
verdicts warn folder
says "process $$ on "
nothing_left place
[ ! -e place/run/.lockstep-doctor-dead ] || fail "$what: an old probe stays"
cmp -s place/run/lock lock.before || fail "$what: the lock was touched"
rm place/run/lock
remember place

# --- bad set-ups --------------------------------------------------------------------------------
examine "ranks without work" 0 "$run" 3 "${doctor[@]}" train.out=place/x train.batch=8
verdicts warn lanes
says "2 lanes for 3 ranks: 1 have no work"

examine "no data" 1 "${doctor[@]}" train.out=place/x data.path=nowhere
verdicts fail data
says 'nowhere'
verdicts warn model memory images speed
says 'not checked, as data failed'
verdicts ok folder shared

examine "two configurations" 1 "$run" 1 "${doctor[@]}" : -n 1 "${doctor[@]}" train.seed=2
verdicts fail config
says "rank 1 on "

cp "$lockstep" other
printf x >>other
examine "two programs" 1 "$run" 1 "${doctor[@]}" : -n 1 ./other "${doctor[@]:1}"
verdicts fail program
says "rank 1 on "

mkdir one two
"$lockstep" data pack synthetic one/set.h5 data.synthetic_train=64 data.synthetic_test=16 \
    data.synthetic_size=16 >out 2>err || fail "packing data"
"$lockstep" data pack synthetic two/set.h5 data.synthetic_train=64 data.synthetic_test=16 \
    data.synthetic_size=16 data.synthetic_channels=1 >out 2>err || fail "packing other data"
examine "the same data" 0 "$run" 2 "${doctor[@]}" data.path=one/set.h5 train.out="$work/place/x"
verdicts ok data
examine "other data on a rank" 1 "$run" 1 -wdir one "$lockstep" doctor ../small.ini \
    --json data.path=set.h5 train.out="$work/place/x" : -n 1 -wdir two "$lockstep" doctor \
    ../small.ini --json data.path=set.h5 train.out="$work/place/x"
verdicts fail data

# --- a rank that stands still -------------------------------------------------------------------
# It is stopped while steps are measured; nobody waits for it for long.
cat >stops.sh <<'END'
#!/bin/bash
(
    for _ in {1..400}; do
        if grep -q '^ok    images ' out; then break; fi
        sleep 0.05
    done
    kill -STOP $$
    sleep 20
    kill -KILL $$
) 2>/dev/null &
exec "$@"
END
chmod +x stops.sh
still=("$lockstep" doctor small.ini train.out=place/x comm.timeout_s=2)
what="a rank that stands still"
timeout -k 5 60 "$run" 1 "${still[@]}" : -n 1 ./stops.sh "${still[@]}" >out 2>err
code=$?
[ $code -eq 3 ] || fail "$what: exit code $code instead of 3"
grep -q '^lockstep: rank 1 on .* did not answer' err || fail "$what: is not named"
grep -q '^ok    program ' out || fail "$what: what was known is not shown"
nothing_left place

echo text >place/file
remember place
examine "a file for a folder" 1 "${doctor[@]}" train.out=place/file
verdicts fail folder
says 'place/file'
examine "a file in the path" 1 "${doctor[@]}" train.out=place/file/run
verdicts fail folder
ln -s nowhere place/link
examine "a dangling link" 1 "${doctor[@]}" train.out=place/link
verdicts fail folder
says 'link to nothing'
rm place/link
nothing_left place

# 32 layers of two thousand million weights: more than a host has, and found without trying.
layers=
for _ in {1..16}; do layers="$layers dense(65535) dense(32767)"; done
examine "a huge network" 1 "${doctor[@]}" train.out=place/x "model.encoder=$layers" \
    'model.decoder=dense(768) reshape(16,16,3)'
verdicts fail memory
verdicts warn images speed

examine "few open files" 0 bash -c 'ulimit -n 100; exec "$@"' - "${doctor[@]}" train.out=place/x
verdicts warn limits
says 'ulimit -n '
# MPI has files of its own: the network must be larger.
examine "small files alone" 1 bash -c 'ulimit -f 16384; exec "$@"' - "${doctor[@]}" \
    train.out=place/x model.filters=4 model.latent=16384
verdicts fail room
says 'ulimit -f unlimited'
nothing_left place

now=$(date +%s)
SLURM_JOB_END_TIME=$((now - 1)) examine "no time left" 1 "${doctor[@]}" train.out=place/x
verdicts fail deadline
SLURM_JOB_END_TIME=$((now + 60)) examine "too little time" 0 "${doctor[@]}" train.out=place/x \
    train.epochs=1000000
verdicts warn deadline
says 'such jobs'
SLURM_JOB_END_TIME=$((now + 3600)) examine "time enough" 0 "${doctor[@]}" train.out=place/x
verdicts ok deadline

# --- cores --------------------------------------------------------------------------------------
cores=$(env -u OMP_NUM_THREADS nproc)
if [ "$cores" -ge 2 ]; then
    examine "bound to one core" 1 taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//')" \
        "$run" 2 "${doctor[@]}" train.out=place/x
    verdicts fail cores
    says 'bound badly: of 2 ranks'
fi
if [ "$cores" -le 4 ]; then
    examine "more ranks than cores" 0 "$run" $((cores + 1)) "${doctor[@]}" train.out=place/x
    verdicts warn cores
    says "oversubscription: $((cores + 1)) ranks share $cores core"
    "$run" $((cores + 1)) "$lockstep" train small.ini train.out=place/over \
        train.max_steps=1 --quiet >out 2>err || fail "train with more ranks than cores"
    grep -q '^warning: oversubscription: ' err || fail "train does not warn of it"
fi
if grep -qw avx2 /proc/cpuinfo; then
    examine "kernels for an old CPU" 1 env OPENBLAS_CORETYPE=Prescott "${doctor[@]}" \
        train.out=place/x
    verdicts fail blas_core
    says 'OPENBLAS_CORETYPE='
    says 'Prescott'
    examine "kernels that fit" 0 env OPENBLAS_CORETYPE= "${doctor[@]}" train.out=place/x
fi
end
