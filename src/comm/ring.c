/* Sums of long arrays by a ring: each rank adds a part of the array, which travels round once, and
 * the sums travel round a second time (Patarasuk and Yuan, 2009). All sends and receives are
 * tested, so a rank that stands still in the middle is noticed; MPI_Allreduce could not be left
 * then, and MPI_Iallreduce takes longer: 65,536 int64 on 2 ranks of a host 96 us, 95 and 140.
 */
#include "comm_private.h"

void ls_add_i64(size_t count, const void *more, void *values)
{
    const int64_t *from = more;
    int64_t *to = values;
    for (size_t i = 0; i < count; i++) {
        to[i] += from[i];
    }
}

void ls_add_f32(size_t count, const void *more, void *values)
{
    const float *from = more;
    float *to = values;
    for (size_t i = 0; i < count; i++) {
        to[i] += from[i];
    }
}

/* Part `index` of `count` items. */
typedef struct part {
    size_t first, count;
} part;

static part part_of(size_t count, int index, int size)
{
    index = (index % size + size) % size;
    size_t first = count * (size_t)index / (size_t)size;
    return (part){first, count * ((size_t)index + 1) / (size_t)size - first};
}

static char *at(const ls_sum_kind *kind, void *values, size_t index)
{
    return (char *)values + index * kind->item_bytes;
}

/* What goes round: `count` items, or at most so many that may come. */
typedef struct message {
    void *data;
    size_t count;
    MPI_Datatype type;
} message;

static message message_of(const ls_sum_kind *kind, void *values, part p)
{
    return (message){at(kind, values, p.first), p.count, kind->type};
}

/* Sends one message to the right while another comes from the left. */
static ls_status shift(ls_comm *comm, message out, message in)
{
    int right = (comm->rank + 1) % comm->size;
    int left = (comm->rank + comm->size - 1) % comm->size;
    MPI_Request requests[2];
    LS_TRY(ls_comm_check(
        comm, MPI_Irecv(in.data, (int)in.count, in.type, left, 0, comm->handle, &requests[0]),
        "MPI_Irecv"));
    LS_TRY(ls_comm_check(
        comm, MPI_Isend(out.data, (int)out.count, out.type, right, 0, comm->handle, &requests[1]),
        "MPI_Isend"));
    return ls_comm_wait(comm, 2, requests);
}

/* First time round: afterwards the part behind this rank's own number is summed here. */
static ls_status gather_sums(ls_comm *comm, const ls_sum_kind *kind, void *values, size_t count)
{
    for (int i = 0; i < comm->size - 1; i++) {
        part in = part_of(count, comm->rank - i - 1, comm->size);
        part out = part_of(count, comm->rank - i, comm->size);
        LS_TRY(shift(comm, message_of(kind, values, out),
                     (message){comm->room, in.count, kind->type}));
        kind->add(in.count, comm->room, at(kind, values, in.first));
    }
    return LS_OK;
}

/* The same for integers between hosts, which travel in as many bytes as they need. */
static ls_status gather_packed(ls_comm *comm, int64_t *values, size_t count)
{
    for (int i = 0; i < comm->size - 1; i++) {
        part in = part_of(count, comm->rank - i - 1, comm->size);
        part out = part_of(count, comm->rank - i, comm->size);
        size_t bytes = ls_pack_i64(out.count, values + out.first, comm->packed);
        LS_TRY(shift(comm, (message){comm->packed, bytes, MPI_BYTE},
                     (message){comm->room, comm->room_bytes, MPI_BYTE}));
        ls_add_packed(in.count, comm->room, values + in.first);
    }
    return LS_OK;
}

/* Second time round: every rank gets all parts. */
static ls_status spread_sums(ls_comm *comm, const ls_sum_kind *kind, void *values, size_t count)
{
    for (int i = 0; i < comm->size - 1; i++) {
        part in = part_of(count, comm->rank - i, comm->size);
        part out = part_of(count, comm->rank - i + 1, comm->size);
        LS_TRY(shift(comm, message_of(kind, values, out), message_of(kind, values, in)));
    }
    return LS_OK;
}

/* How many items may go round at once, of which each takes `item_bytes` at most: a part is at most
 * one more than an equal share. */
static size_t piece_of(const ls_comm *comm, size_t item_bytes)
{
    return (comm->room_bytes / item_bytes - 1) * (size_t)comm->size;
}

bool ls_comm_ring_fits(const ls_comm *comm, size_t count)
{
    return comm->room != NULL && comm->size <= LS_RING_RANKS &&
           count / (size_t)comm->size >= LS_RING_PART_LEAST;
}

ls_status ls_comm_ring_sum(ls_comm *comm, const ls_sum_kind *kind, void *values, size_t count)
{
    size_t most = piece_of(comm, kind->item_bytes);
    for (size_t done = 0; done < count; done += most) {
        size_t n = count - done < most ? count - done : most;
        LS_TRY(gather_sums(comm, kind, at(kind, values, done), n));
        LS_TRY(spread_sums(comm, kind, at(kind, values, done), n));
    }
    return LS_OK;
}

ls_status ls_comm_ring_sum_fixed(ls_comm *comm, const ls_sum_kind *kind, int64_t *values,
                                 size_t count, ls_sum_to_float to_float, float *out)
{
    const ls_sum_kind floats = {.type = MPI_FLOAT, .item_bytes = sizeof *out};
    bool packs = comm->packed != NULL; /* with a byte an item for widths: ls_packed_most and more */
    size_t most = piece_of(comm, kind->item_bytes + (packs ? 1 : 0));
    for (size_t done = 0; done < count; done += most) {
        size_t n = count - done < most ? count - done : most;
        part own = part_of(n, comm->rank + 1, comm->size);
        LS_TRY(packs ? gather_packed(comm, values + done, n)
                     : gather_sums(comm, kind, values + done, n));
        to_float((int64_t)own.count, values + done + own.first, out + done + own.first);
        LS_TRY(spread_sums(comm, &floats, out + done, n));
    }
    return LS_OK;
}
