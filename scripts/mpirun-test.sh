#!/usr/bin/env bash
# Runs a program on N ranks for a test: as any user, on any number of cores, without binding.
#   scripts/mpirun-test.sh N PROGRAM [ARGUMENT...]
set -eu
ranks=$1
shift
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
export OMPI_MCA_mpi_yield_when_idle=1
exec mpirun -n "$ranks" "$@"
