#!/usr/bin/env bash
# Proves that any number of ranks spread over the hosts ends in the bits of one rank, with batches
# that the ranks divide and that they don't; on real images where LOCKSTEP_DATA names them.
#   ranks.sh "RANKS"
. "$(dirname "$0")/../scenario.sh"
words=("$config" train.epochs=3)
if [ -n "${LOCKSTEP_DATA:-}" ]; then
    words=("$root/configs/paper.ini" "data.path=$LOCKSTEP_DATA" data.limit=5000 train.epochs=1)
fi
cat >runner <<'R'
#!/bin/sh
# Ranks go to the hosts in turn; a single one stays here, for the others to be compared with.
ranks=$1
shift
[ "$ranks" -gt 1 ] || exec "$@"
exec mpirun -n "$ranks" --map-by node --mca plm_rsh_agent /run/lab/agent \
    --host h1:8,h2:8,h3:8 "$@"
R
chmod +x runner
TMPDIR=$LAB/work "$root/tests/mpi/train/ranks.sh" "$LOCKSTEP" -n "1 $1" -r "$LAB/work/runner" \
    "${words[@]}"
