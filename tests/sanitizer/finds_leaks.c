/* Proves that LeakSanitizer still finds a leak of ours in a program that has started MPI and ended
 * it: mpi_keeps.c hides MPI's leaks alone. The test wants its report. */
#include "lockstep/base/memory.h"
#include "lockstep/comm/comm.h"

int main(int argc, char **argv)
{
    ls_comm *comm;
    void *memory = NULL;
    if (ls_comm_start(&argc, &argv, &comm) != LS_OK || ls_alloc(&memory, 4321, "a leak") != LS_OK) {
        return 1;
    }
    memory = NULL;
    ls_comm_finish(comm);
    return memory != NULL;
}
