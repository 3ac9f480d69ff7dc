# Sourced by the scripts that call mpirun: lets Open MPI run in containers, on few cores, as root.
# Open MPI refuses root on purpose; it is allowed here only where the caller already is root.
if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
# More ranks than cores are fine for a test; they then give the core away while they wait.
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
export OMPI_MCA_mpi_yield_when_idle=1
# Many containers forbid process_vm_readv, which Open MPI would use between ranks of a host.
export OMPI_MCA_btl_vader_single_copy_mechanism=none
# One thread a rank: a library's own threads would fight over the cores that the ranks use.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
