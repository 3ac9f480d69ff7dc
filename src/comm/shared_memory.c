/* Memory that the ranks of a host share, without a collective of MPI that could not be left: its
 * file is in no folder, so that nothing is left of it whatever happens. */
#include "comm_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define HINT "set comm.reduce=flat, or look at limits on memory"

/* How the other ranks find the first one's open file. */
typedef struct invitation {
    int64_t process, file; /* file -1: there is none, and why */
    int64_t error;
    uint64_t inode; /* to know it by: other processes have files of the same number */
} invitation;

static invitation make_file(size_t bytes, int *fd)
{
    struct stat about = {0};
    *fd = memfd_create("lockstep", MFD_CLOEXEC);
    bool good = *fd >= 0 && ftruncate(*fd, (off_t)bytes) == 0 && fstat(*fd, &about) == 0;
    return (invitation){getpid(), good ? *fd : -1, good ? 0 : errno, about.st_ino};
}

/* A process that numbers its neighbours otherwise (in a container of its own) finds another file.
 */
static ls_status open_file(const invitation *from, const char *host, int *fd)
{
    char path[64];
    struct stat about;
    snprintf(path, sizeof path, "/proc/%" PRId64 "/fd/%" PRId64, from->process, from->file);
    *fd = open(path, O_RDWR | O_CLOEXEC);
    LS_REQUIRE(*fd >= 0, LS_BAD_INPUT, "a rank on %s can't open memory of another (%s: %s): " HINT,
               host, path, strerror(errno));
    LS_REQUIRE(fstat(*fd, &about) == 0 && about.st_ino == from->inode, LS_BAD_INPUT,
               "a rank on %s finds another file than the first rank's (%s): " HINT, host, path);
    return LS_OK;
}

/* Collective over the host. */
static ls_status find_file(ls_comm *node, size_t bytes, int *fd)
{
    invitation from = {0};
    if (node->rank == 0) {
        from = make_file(bytes, fd);
    }
    LS_TRY(ls_comm_broadcast(node, &from, sizeof from, 0));
    LS_REQUIRE(from.file >= 0, LS_BAD_INPUT, "the ranks of %s can't share memory: %s: " HINT,
               node->host, strerror((int)from.error));
    return node->rank == 0 ? LS_OK : open_file(&from, node->host, fd);
}

/* Each rank reserves its own part and touches it first, so that it lies near; where there is too
 * little memory that is found here, and not when it is used. */
static ls_status map(const char *host, int fd, ls_shared_part part, size_t bytes, void **memory)
{
    int error = posix_fallocate(fd, (off_t)part.begin, (off_t)part.bytes);
    LS_REQUIRE(error == 0, LS_BAD_INPUT, "the ranks of %s can't share %zu bytes each: %s: " HINT,
               host, part.bytes, strerror(error));
    void *all = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    LS_REQUIRE(all != MAP_FAILED, LS_BAD_INPUT, "the ranks of %s can't share %zu bytes: %s: " HINT,
               host, bytes, strerror(errno));
    memset((char *)all + part.begin, 0, part.bytes);
    *memory = all;
    return LS_OK;
}

/* The first rank's file stays open until all have opened it. */
ls_status ls_comm_share_memory(ls_comm *comm, ls_shared_part part, size_t bytes, void **memory)
{
    int fd = -1;
    *memory = NULL;
    ls_status status = find_file(comm->node, bytes, &fd);
    if (status == LS_OK) {
        status = map(comm->host, fd, part, bytes, memory);
    }
    status = ls_comm_agree(comm, status);
    if (fd >= 0) {
        close(fd);
    }
    return status;
}
