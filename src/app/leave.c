/* How the command ends: one message for all ranks, MPI ended in order, and nobody left waiting. */
#include "app.h"

#include "lockstep/base/log.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long a failed rank waits for the others to leave too before it ends the job. */
#define PATIENCE_SECONDS 20

int app_launched_rank(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL) {
            return atoi(value);
        }
    }
    /* Slurm sets a rank in the batch script's own shell too: only a step of several tasks counts.
     */
    const char *rank = getenv("SLURM_PROCID");
    const char *tasks = getenv("SLURM_STEP_NUM_TASKS");
    return rank != NULL && tasks != NULL && atoi(tasks) > 1 ? atoi(rank) : -1;
}

/* Each line of the message on its own, so that all faults of a file can be found by the prefix. */
static void show_error(const char *suffix)
{
    const char *line = ls_error_message();
    while (*line != '\0') {
        size_t length = strcspn(line, "\n");
        fprintf(stderr, "lockstep: %.*s%s\n", (int)length, line,
                line[length] == '\0' ? suffix : "");
        line += length + (line[length] == '\n');
    }
    const char *wanted = getenv("LOCKSTEP_TRACE");
    if (wanted != NULL && strcmp(wanted, "1") == 0) {
        fprintf(stderr, "lockstep: at %s\n", ls_error_trace());
    }
}

static char last_words[1024];
static int last_code;

/* The others did not come: they wait in a collective for this rank. A launcher ends the job when a
 * rank exits without MPI_Finalize. */
static void end_job(int signal_number)
{
    (void)signal_number;
    ssize_t written = write(STDERR_FILENO, last_words, strlen(last_words));
    (void)written;
    _exit(last_code);
}

static void expect_others(const ls_comm *comm, ls_status status)
{
    last_code = ls_status_exit_code(status);
    if (ls_comm_rank(comm) != 0) { /* rank 0 has said it already */
        snprintf(last_words, sizeof last_words, "lockstep: %.900s (rank %d on %s)\n",
                 ls_error_message(), ls_comm_rank(comm), ls_comm_host(comm));
    }
    signal(SIGALRM, end_job);
    alarm(PATIENCE_SECONDS);
}

/* Results that could not be written are a failure, whatever was computed. */
static ls_status check_output(ls_status status)
{
    bool lost = fflush(stdout) != 0 || ferror(stdout) != 0;
    if (status == LS_OK && lost) {
        return ls_error_set(LS_BAD_INPUT, __FILE__, __LINE__,
                            "standard output could not be written; is the disk full?");
    }
    return status;
}

/* After a roll call its lowest survivor speaks for all. */
static void leave_lost(ls_comm *comm, ls_status status)
{
    char where[512];
    snprintf(where, sizeof where, " (rank %d on %s)", ls_comm_rank(comm), ls_comm_host(comm));
    if (ls_comm_survives(comm)) {
        show_error(where);
        fflush(stderr);
    }
    ls_comm_abort(comm, ls_status_exit_code(status));
}

int app_leave(app_job *job, ls_status status)
{
    status = check_output(status);
    const ls_comm *comm = job->comm;
    bool several = comm != NULL && ls_comm_size(comm) > 1;
    if (several && ls_comm_is_lost(comm)) { /* others will never come: do not wait for them */
        leave_lost(job->comm, status);
    }
    if (status != LS_OK) {
        if (comm == NULL || ls_comm_rank(comm) == 0) {
            show_error("");
        }
        if (several) {
            expect_others(comm, status);
        }
    }
    app_line_free(&job->line);
    ls_comm_finish(job->comm);
    return ls_status_exit_code(status);
}
