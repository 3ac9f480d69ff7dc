/* How fast ranks add up, how fast hosts talk, and whether their clocks agree. */
#include "exam.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/memory.h"

#include <math.h>

#define WORD_ROUNDS  50
#define BLOCK_ROUNDS 5
#define BLOCK_MAX    ((int64_t)4 << 20) /* int64: 32 MiB */
#define BLOCK_USUAL  ((int64_t)1 << 20) /* where the network's size is not known */
#define PING_BYTES   ((size_t)1 << 20)
#define PING_ROUNDS  5
#define SLOW_WORD    1e-3 /* seconds: a network takes some us, a rank without a core some ms */
#define SLOW_SPEED   (80.0 * 1048576) /* bytes a second */
#define SLOW_SHARE   0.5              /* of the hosts' median speed */
#define SKEW_SECONDS 1.0

/* The median time of a sum over all ranks. values: [count]. */
static ls_status time_sums(ls_exam *exam, int64_t *values, size_t count, int rounds, double *out)
{
    double seconds[WORD_ROUNDS];
    for (int i = -1; i < rounds; i++) { /* the first one warms up */
        double began = ls_clock_seconds();
        LS_TRY(ls_comm_sum_i64(exam->comm, values, count));
        if (i >= 0) {
            seconds[i] = ls_clock_seconds() - began;
        }
    }
    *out = ls_median(seconds, rounds);
    return LS_OK;
}

/* --- between hosts ---------------------------------------------------------------------------- */

/* Bytes a second from rank 0's host to another. */
static double speed_of(const ls_ping *ping)
{
    return 2 * (double)PING_BYTES / ping->seconds;
}

/* Pings the first rank of every host but rank 0's; returns how many. speeds: [hosts]. */
static ls_status ping_hosts(ls_exam *exam, double *speeds, int *count, int *slowest, double *least)
{
    *count = 0;
    for (int r = 1; r < exam->size; r++) {
        ls_ping ping;
        if (exam->facts[r].host != r) {
            continue;
        }
        LS_TRY(ls_comm_ping(exam->comm, r, PING_BYTES, PING_ROUNDS, &ping));
        speeds[*count] = speed_of(&ping);
        if (*count == 0 || speeds[*count] < *least) {
            *least = speeds[*count];
            *slowest = r;
        }
        ++*count;
    }
    return LS_OK;
}

static void judge_speed(const ls_exam *exam, double least, double usual, int slowest,
                        ls_finding *finding)
{
    if (least < SLOW_SHARE * usual) {
        ls_cure(finding, LS_VERDICT_WARN, "leave out %s, which is slower (Slurm: --exclude)",
                ls_comm_host_of(exam->comm, slowest));
    } else if (least < SLOW_SPEED) {
        ls_found(finding, ", less than gigabit Ethernet carries");
        ls_cure(finding, LS_VERDICT_WARN,
                "see whether the fast network is used (OMPI_MCA_btl_tcp_if_include=...), and what "
                "else uses it");
    }
}

static ls_status judge_hosts(ls_exam *exam, ls_finding *finding)
{
    void *memory;
    int count;
    int slowest = 0;
    double least = 0;
    char text[LS_AMOUNT_CHARS];
    char usual_text[LS_AMOUNT_CHARS];
    size_t hosts = (size_t)ls_comm_hosts(exam->comm);
    LS_TRY(ls_comm_agree(exam->comm, ls_alloc(&memory, hosts * sizeof(double), "hosts' speeds")));
    ls_status status = ping_hosts(exam, memory, &count, &slowest, &least);
    if (status == LS_OK && count > 0) {
        double usual = ls_median(memory, count);
        ls_found(finding, "; between hosts %s/s (%s/s to %s)", ls_amount(usual, usual_text),
                 ls_amount(least, text), ls_comm_host_of(exam->comm, slowest));
        judge_speed(exam, least, usual, slowest, finding);
    }
    ls_free(memory);
    return status;
}

/* --- all of it -------------------------------------------------------------------------------- */

static ls_status judge_sums(ls_exam *exam, int64_t *block, int64_t count, ls_finding *finding)
{
    double word = 0;
    double all = 0;
    char word_text[LS_AMOUNT_CHARS];
    char block_text[LS_AMOUNT_CHARS];
    char all_text[LS_AMOUNT_CHARS];
    char speed[LS_AMOUNT_CHARS];
    double bytes = (double)count * sizeof(int64_t);
    LS_TRY(time_sums(exam, block, 1, WORD_ROUNDS, &word));
    LS_TRY(time_sums(exam, block, (size_t)count, BLOCK_ROUNDS, &all));
    ls_found(finding, "a sum over all ranks takes %s, of %s %s (%s/s)", ls_span(word, word_text),
             ls_amount(bytes, block_text), ls_span(all, all_text), ls_amount(bytes / all, speed));
    if (word > SLOW_WORD) {
        ls_found(finding, ", where some us are usual");
        ls_cure(finding, LS_VERDICT_WARN,
                "start fewer ranks where they wait for a core, else choose the fast network");
    }
    return LS_OK;
}

ls_status ls_check_network(ls_exam *exam, ls_finding *finding)
{
    if (exam->size == 1) {
        ls_found(finding, "one rank: nothing is sent");
        return LS_OK;
    }
    void *memory;
    int64_t count = exam->parameters > 0 ? exam->parameters : BLOCK_USUAL;
    count = count < BLOCK_MAX ? count : BLOCK_MAX;
    LS_TRY(ls_exam_gather_facts(exam));
    LS_TRY(ls_comm_agree(exam->comm,
                         ls_alloc(&memory, (size_t)count * sizeof(int64_t), "a block to sum")));
    ls_status status = judge_sums(exam, memory, count, finding);
    ls_free(memory);
    LS_TRY(status);
    return judge_hosts(exam, finding);
}

ls_status ls_check_clocks(ls_exam *exam, ls_finding *finding)
{
    ls_ping worst = {0};
    int where = 0;
    char text[LS_AMOUNT_CHARS];
    char bound[LS_AMOUNT_CHARS];
    for (int r = 1; r < exam->size; r++) {
        ls_ping ping;
        if (exam->facts[r].host != r) {
            continue;
        }
        LS_TRY(ls_comm_ping(exam->comm, r, 1, PING_ROUNDS, &ping));
        if (where == 0 || fabs(ping.clock_ahead_seconds) > fabs(worst.clock_ahead_seconds)) {
            worst = ping;
            where = r;
        }
    }
    if (where == 0) {
        ls_found(finding, "one host: one clock");
        return LS_OK;
    }
    double skew = worst.clock_ahead_seconds;
    ls_found(finding, "the hosts' clocks differ by up to %s: %s is %s (to within %s)",
             ls_span(fabs(skew), text), ls_comm_host_of(exam->comm, where),
             skew < 0 ? "behind rank 0's" : "ahead of rank 0's",
             ls_span(0.5 * worst.seconds, bound));
    if (fabs(skew) > SKEW_SECONDS) {
        ls_cure(finding, LS_VERDICT_WARN,
                "start a time service (chrony, ntp) on all hosts: times in logs and of files, and "
                "deadlines, are by them");
    }
    return LS_OK;
}
