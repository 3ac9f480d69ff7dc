/* What befalls one rank alone, at a known place: loaded before MPI (LD_PRELOAD), it stands between
 * the program and MPI's calls.
 *
 *   ONE_RANK        the rank that it happens to, or "all"
 *   ONE_RANK_WRONG  n: of the floats that the n-th message brings, one is wrong: as after a fault
 *                   of memory the ranks' gradients, and then their weights, differ
 *   ONE_RANK_ASKED  n: is asked to stop as the n-th such message is awaited
 *   ONE_RANK_ASKED_WRITING  n: is asked to stop in its n-th write by MPI
 *   ONE_RANK_STILL  n: stands still in that write, as if the whole process did
 *   ONE_RANK_WAITS  n: the disk never answers to that write
 *   ONE_RANK_STILL_SQUARES  n: stands still in its n-th product of two squares by BLAS
 */
#include <cblas.h>
#include <dlfcn.h>
#include <mpi.h>

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLOATS_LEAST 1000 /* messages with fewer are not gradients */

static float *incoming; /* what is to be made wrong, once it is there */

static int wanted(const char *name)
{
    const char *mine = getenv("OMPI_COMM_WORLD_RANK");
    const char *rank = getenv("ONE_RANK");
    const char *value = getenv(name);
    if (mine == NULL || rank == NULL || value == NULL) {
        return 0;
    }
    return strcmp(rank, "all") == 0 || strcmp(mine, rank) == 0 ? atoi(value) : 0;
}

int MPI_Irecv(void *buffer, int count, MPI_Datatype type, int source, int tag, MPI_Comm comm,
              MPI_Request *request)
{
    static int seen;
    if (type == MPI_FLOAT && count >= FLOATS_LEAST) {
        seen++;
        incoming = seen == wanted("ONE_RANK_WRONG") ? buffer : incoming;
        if (seen == wanted("ONE_RANK_ASKED")) {
            raise(SIGUSR2);
        }
    }
    return PMPI_Irecv(buffer, count, type, source, tag, comm, request);
}

int MPI_Testall(int count, MPI_Request requests[], int *done, MPI_Status statuses[])
{
    int code = PMPI_Testall(count, requests, done, statuses);
    if (*done && incoming != NULL) {
        incoming[0] += 1.0F;
        incoming = NULL;
    }
    return code;
}

int MPI_File_write_at(MPI_File file, MPI_Offset offset, const void *buffer, int count,
                      MPI_Datatype type, MPI_Status *status)
{
    static int seen;
    seen++;
    if (seen == wanted("ONE_RANK_STILL")) {
        raise(SIGSTOP);
    }
    if (seen == wanted("ONE_RANK_ASKED_WRITING")) {
        raise(SIGUSR2);
    }
    while (seen == wanted("ONE_RANK_WAITS")) {
        pause();
    }
    return PMPI_File_write_at(file, offset, buffer, count, type, status);
}

typedef void product(CBLAS_LAYOUT, CBLAS_TRANSPOSE, CBLAS_TRANSPOSE, blasint, blasint, blasint,
                     float, const float *, blasint, const float *, blasint, float, float *,
                     blasint);

void cblas_sgemm(CBLAS_LAYOUT layout, CBLAS_TRANSPOSE a_turned, CBLAS_TRANSPOSE b_turned, blasint m,
                 blasint n, blasint k, float scale, const float *a, blasint a_row, const float *b,
                 blasint b_row, float keep, float *c, blasint c_row)
{
    static product *real;
    static int seen;
    if (real == NULL) {
        void *found = dlsym(RTLD_NEXT, "cblas_sgemm");
        memcpy(&real, &found, sizeof real);
    }
    if (m == n && n == k && ++seen == wanted("ONE_RANK_STILL_SQUARES")) {
        raise(SIGSTOP);
    }
    real(layout, a_turned, b_turned, m, n, k, scale, a, a_row, b, b_row, keep, c, c_row);
}
