#!/usr/bin/env bash
# Runs a program on N ranks for a test: as any user, on any number of cores, without binding.
#   scripts/mpirun-test.sh N PROGRAM [ARGUMENT...]
set -eu
ranks=$1
shift
. "$(dirname "${BASH_SOURCE[0]}")/mpi-env.sh"
exec mpirun -n "$ranks" "$@"
