/* Sums of long arrays that lie in memory which the ranks of a host share: nothing is copied or sent
 * within the host. First the ranks of a host add, whoever is ready what is ready; of several hosts,
 * the first ranks then add the hosts' sums by messages. See src/comm/shared_add.c. */
#ifndef LOCKSTEP_COMM_SHARED_SUM_H
#define LOCKSTEP_COMM_SHARED_SUM_H

#include "lockstep/comm/comm.h"

typedef struct ls_shared_sum ls_shared_sum;
/* Values [low, high). */
typedef struct ls_span {
    size_t low, high;
} ls_span;
/* Sums that are not added up but made, by whichever rank is ready, out of what each rank shows the
 * others of its host. */
typedef struct ls_shared_making {
    size_t room; /* bytes that each rank shows, beside its addends; zero at first */
    int count;
    const ls_span *spans; /* [count] of values, from the last to the first; borrowed for create */
    /* Makes the host's sums of the span that begins at `low`, which stands in all ranks, into
     * `sums`, or where that is NULL into `totals`, which may be used in any case. Both are of all
     * values. Local. */
    void (*make)(void *context, size_t low, int64_t *totals, float *sums);
    void *context;
} ls_shared_making;
/* Collective, agrees. `words` int64 and `count` values a rank: fixed-point int64 that to_float
 * reads, or with NULL float32. All begin as zero. making: NULL, or of fixed point. LS_BAD_INPUT
 * where memory can't be shared. Owner: the caller. */
ls_status ls_shared_sum_create(ls_shared_sum **out, ls_comm *comm, size_t words, size_t count,
                               ls_sum_to_float to_float, const ls_shared_making *making);
/* Local. */
void ls_shared_sum_destroy(ls_shared_sum *sum);
/* Local, borrowed. This rank's addends, [words] and [count]. */
int64_t *ls_shared_sum_words(const ls_shared_sum *sum);
void *ls_shared_sum_values(const ls_shared_sum *sum);
/* Local, borrowed. What rank r of this host shows; and its addends, of fixed point. */
void *ls_shared_sum_room(const ls_shared_sum *sum, int r);
const int64_t *ls_shared_sum_addends(const ls_shared_sum *sum, int r);
/* Local. This rank's values from `low` on are those of the next run, and are not touched before it:
 * other ranks may begin to add them. */
void ls_shared_sum_stand(ls_shared_sum *sum, size_t low);
/* Collective. Afterwards every rank's words are their sums; the values are of no use, and may be
 * written again. */
ls_status ls_shared_sum_run(ls_shared_sum *sum);
/* Local, borrowed: [count], the host's, until the next run. Between two meetings a rank may write
 * to a part of it that no other reads or writes meanwhile. */
float *ls_shared_sum_result(const ls_shared_sum *sum);
/* This rank among those of its host, and their number. Local. */
int ls_shared_sum_rank(const ls_shared_sum *sum);
int ls_shared_sum_ranks(const ls_shared_sum *sum);
/* Collective over the host: what each rank wrote to the result before is seen by all after, so that
 * they may use it to share work. LS_LOST where one does not come. */
ls_status ls_shared_sum_meet(ls_shared_sum *sum);

#endif
