/* lockstep train: leads a training run and shows how it goes. */
#include "app.h"

#include "lockstep/base/hash.h"
#include "lockstep/base/log.h"
#include "lockstep/base/request.h"
#include "lockstep/doctor/doctor.h"
#include "lockstep/train/train.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct display {
    const ls_task *task;
    bool live;  /* someone watches: show progress within the epoch */
    bool shown; /* a progress line stands there, to be erased */
} display;

/* Open MPI's launcher gives rank 0 a terminal of its own whatever stands behind it: then the
 * launcher's standard output decides, as far as it runs on this host. */
static bool shows_on_terminal(void)
{
    if (isatty(STDOUT_FILENO) != 1) {
        return false;
    }
    if (app_launched_rank() < 0) {
        return true;
    }
    char link[64];
    char target[256];
    snprintf(link, sizeof link, "/proc/%ld/fd/1", (long)getppid());
    ssize_t length = readlink(link, target, sizeof target - 1);
    target[length > 0 ? length : 0] = '\0';
    return strncmp(target, "/dev/pts/", 9) == 0 || strncmp(target, "/dev/tty", 8) == 0;
}

static void erase(display *screen)
{
    if (screen->shown) {
        fputs("\r\033[K", stdout);
        screen->shown = false;
    }
}

static void on_progress(void *context, int64_t epoch, int64_t epochs, double share, double measure,
                        double images_per_second)
{
    display *screen = context;
    if (!screen->live) {
        return;
    }
    erase(screen);
    printf("epoch %" PRId64 "/%" PRId64 "  %3.0f %%  train %s %.6f  %.0f images/s", epoch, epochs,
           100 * share, screen->task->measure_title, measure, images_per_second);
    fflush(stdout);
    screen->shown = true;
}

static void on_epoch(void *context, const ls_epoch_row *row, int64_t epochs,
                     double images_per_second, double seconds_left)
{
    const display *screen = context;
    const ls_task *task = screen->task;
    erase(context);
    char left[APP_DURATION_CHARS];
    char figure[64] = "";
    char losses[64] = "";
    char line[256];
    if (task->figure != NULL) {
        snprintf(figure, sizeof figure, "  %s %.*f%s", task->figure_title, task->figure_digits,
                 row->val_figure, task->figure_unit);
    }
    if (row->train_loss != row->train_measure || row->val_loss != row->val_measure) {
        snprintf(losses, sizeof losses, "  train loss %.6f  val loss %.6f", row->train_loss,
                 row->val_loss);
    }
    snprintf(line, sizeof line,
             "epoch %" PRId64 "/%" PRId64
             "  train %s %.6f  val %s %.6f%s%s  %.0f images/s  %s left",
             row->epoch, epochs, task->measure_title, row->train_measure, task->measure_title,
             row->val_measure, figure, losses, images_per_second, app_duration(seconds_left, left));
    puts(line);
    fflush(stdout);
    ls_log_record(LS_LOG_INFO, "%s", line);
}

static void describe_end(const ls_train_summary *summary, const ls_config *config, ls_text *out)
{
    char time[APP_DURATION_CHARS];
    char digest[LS_DIGEST_CHARS];
    ls_digest_text(summary->weights_digest, digest);
    if (summary->already_finished) {
        ls_text_add(out,
                    "already finished (%s): epoch %" PRId64 ", step %" PRId64 ": nothing to do\n",
                    ls_stop_text(summary->stop), summary->epochs, summary->steps);
    } else {
        ls_text_add(out,
                    "%s: epoch %" PRId64 ", step %" PRId64
                    ": %s, %.0f images/s on %d rank%s, peak memory of a rank %.0f MiB\n",
                    ls_stop_text(summary->stop), summary->epochs, summary->steps,
                    app_duration(summary->wall_seconds, time), summary->images_per_second,
                    summary->ranks, summary->ranks == 1 ? "" : "s", summary->peak_rss_mib);
    }
    if (summary->best_epoch > 0) {
        app_say_best(out, ls_task_of(config), 6, summary->best_val_loss, summary->best_val_measure,
                     summary->best_epoch);
    }
    ls_text_add(out, "weights %s\n", digest);
    ls_text_add(out, "in %s: %scheckpoints/last.h5, images/, metrics.csv, summary.json, log.txt\n",
                config->train_out, summary->best_epoch > 0 ? "checkpoints/best.h5, " : "");
}

static ls_status run(app_job *job)
{
    LS_TRY(ls_doctor_warn(&job->config, job->comm));
    display screen = {.task = ls_task_of(&job->config), .live = shows_on_terminal()};
    ls_train_observer observer = {.context = &screen, .progress = on_progress, .epoch = on_epoch};
    ls_train_summary summary = {0};
    ls_status status = ls_train(&job->config, job->comm, &observer, &summary);
    erase(&screen);
    LS_TRY(status);
    ls_text text = {0};
    describe_end(&summary, &job->config, &text);
    LS_TRY(app_print(job, &text));
    LS_REQUIRE(summary.stop != LS_STOP_SIGNAL && summary.stop != LS_STOP_DEADLINE, LS_STOPPED,
               "stopped early by %s, with a checkpoint of step %" PRId64 "; run again to go on",
               summary.stop == LS_STOP_SIGNAL ? "a signal" : "its deadline", summary.steps);
    return LS_OK;
}

static ls_status prepare(app_job *job)
{
    LS_TRY(app_prepare_config(job));
    /* From here to the process's end: a notice that comes while MPI starts or ends kills nobody. */
    ls_request_begin(strcmp(job->config.train_on_usr1, "checkpoint") == 0);
    return ls_train_check(&job->config);
}

const app_command app_cmd_train = {
    .name = "train",
    .usage = "CONFIG.ini [section.key=value ...]",
    .summary = "Train the network that a configuration describes, or go on where a run stopped",
    .about =
        "Prints one line an epoch. All that a run makes stands in the folder train.out; started\n"
        "again with the same folder it resumes from the newest valid checkpoint, on any number\n"
        "of ranks. SIGUSR1, SIGUSR2, SIGTERM or SIGINT to any rank, or a deadline, make it write "
        "a\n"
        "checkpoint and end with exit code 75; a second SIGTERM or SIGINT ends it at once.\n",
    .example = "  mpirun -n 2 lockstep train configs/paper.ini data.path=cifar-10-binary.tar.gz\n",
    .words_min = 1,
    .words_max = 1,
    .settings = true,
    .prepare = prepare,
    .run = run,
};
