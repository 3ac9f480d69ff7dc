/* One rank of a job in which rank SILENT never enters a collective, for roll_call.sh:
 *     roll_call FOLDER SILENT
 * What each other rank learns, it writes to FOLDER/<rank>: "alone SECONDS MESSAGE" the one that may
 * save and speak, "gives way" the others, which the library keeps waiting for that one. All end by
 * themselves, without MPI, as a rank is missing for its end. */
#include "lockstep/base/clock.h"
#include "lockstep/comm/comm.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATH_CHARS   4096
#define SECONDS_MOST 20

static ls_comm *comm;
static char path[PATH_CHARS];

static void report(const char *what, double seconds, const char *message)
{
    char partial[PATH_CHARS + 8];
    snprintf(partial, sizeof partial, "%s.new", path);
    FILE *file = fopen(partial, "w");
    if (file != NULL) {
        fprintf(file, "%s %.1f %s\n", what, seconds, message);
        fclose(file);
        rename(partial, path);
    }
}

/* While this rank gives way it is inside the library: looked at from outside. The main thread
 * sleeps there, so what it holds is not disturbed. */
static void look(int number)
{
    (void)number;
    if (ls_comm_is_lost(comm)) {
        report(ls_comm_survives(comm) ? "alone too" : "gives way", 0, "");
    }
    _exit(0);
}

static void work(void)
{
    double began = ls_clock_seconds();
    int64_t one = 1;
    signal(SIGALRM, look);
    alarm(8);
    ls_comm_note(comm, 41, "the sum of gradients");
    ls_status status = ls_comm_sum_i64(comm, &one, 1);
    double seconds = ls_clock_seconds() - began;
    alarm(0);
    if (status != LS_LOST || !ls_comm_is_lost(comm)) {
        report("not lost", seconds, "");
    } else if (ls_comm_barrier(comm) != LS_LOST) {
        report("waits again", seconds, "");
    } else {
        report(ls_comm_survives(comm) ? "alone" : "gives way", seconds, ls_error_message());
    }
    sleep(SECONDS_MOST); /* until the script has seen all reports and ends the job */
}

int main(int argc, char **argv)
{
    if (argc != 3 || ls_comm_start(&argc, &argv, &comm) != LS_OK) {
        return EXIT_FAILURE;
    }
    snprintf(path, sizeof path, "%.4000s/%d", argv[1], ls_comm_rank(comm));
    ls_comm_set_timeout(comm, 1);
    ls_comm_note(comm, 40, "an exchange");
    if (ls_comm_barrier(comm) != LS_OK) {
        return EXIT_FAILURE;
    }
    if (ls_comm_rank(comm) == atoi(argv[2])) {
        sleep(SECONDS_MOST);
    } else {
        work();
    }
    _exit(0);
}
