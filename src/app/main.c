/* The `lockstep` command: finds the subcommand and leads it through its life (app.h). */
#include "app.h"

#include "lockstep/base/log.h"
#include "lockstep/io/h5.h"

#include <signal.h>
#include <string.h>

static const app_command *const commands[] = {
    &app_cmd_train,       &app_cmd_eval,
    &app_cmd_reconstruct, &app_cmd_encode,
    &app_cmd_decode,      &app_cmd_inspect,
    &app_cmd_bench,       &app_cmd_pca,
    &app_cmd_probe,       &app_cmd_samples,
    &app_cmd_curves,      &app_cmd_doctor,
    &app_cmd_data,        NULL,
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0] - 1)

static ls_status find_command(const char *name, const app_command **out)
{
    const char *names[COMMAND_COUNT + 1] = {NULL};
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            *out = commands[i];
            return LS_OK;
        }
        names[i] = commands[i]->name;
    }
    const char *nearest = ls_nearest_name(name, names);
    if (nearest != NULL) {
        LS_FAIL(LS_BAD_INPUT, "unknown command \"%s\": did you mean \"%s\"?", name, nearest);
    }
    LS_FAIL(LS_BAD_INPUT, "unknown command \"%s\"; lockstep --help lists them", name);
}

/* All that can be found wrong without MPI. */
static ls_status prepare(app_job *job, int count, const char *const *words)
{
    LS_TRY(find_command(words[0], &job->command));
    LS_TRY(app_line_parse(&job->line, job->command, count - 1, words + 1));
    ls_log_quiet(app_line_has(&job->line, APP_QUIET));
    return job->command->prepare != NULL ? job->command->prepare(job) : LS_OK;
}

/* Help and versions need no MPI; of several ranks the first one speaks. True if that was asked. */
static bool answer_help(int count, const char *const *words)
{
    bool silent = app_launched_rank() > 0;
    if (strcmp(words[0], "--version") == 0) {
        if (!silent) {
            app_print_version();
        }
        return true;
    }
    const app_command *command = NULL;
    bool all = strcmp(words[0], "--help") == 0 || strcmp(words[0], "help") == 0;
    if (all && count > 1 && find_command(words[1], &command) != LS_OK) {
        return false;
    }
    for (int i = 1; !all && i < count; i++) {
        if (strcmp(words[i], "--help") == 0 && find_command(words[0], &command) != LS_OK) {
            return false;
        }
    }
    if (!silent && command != NULL) {
        app_help_command(command);
    } else if (!silent && all) {
        app_help_all(commands);
    }
    return all || command != NULL;
}

/* Alone, a fault that shows before MPI is shown without waiting for MPI to start. */
static ls_status start(app_job *job, int *argc, char ***argv, ls_status status)
{
    if (status != LS_OK && app_launched_rank() < 0) {
        return status;
    }
    ls_h5_prepare();
    signal(SIGXFSZ,
           SIG_IGN); /* a limit on file sizes is then an error of the write that meets it */
    LS_TRY(ls_comm_start(argc, argv, &job->comm));
    if (ls_comm_rank(job->comm) == 0) {
        app_say_blas_core();
    }
    if (job->config.comm_timeout_s > 0) { /* else the command has no configuration */
        ls_comm_set_timeout(job->comm, (double)job->config.comm_timeout_s);
    }
    return ls_comm_agree(job->comm, status);
}

int main(int argc, char **argv)
{
    app_choose_blas_core(argv);
    static app_job job; /* too large for comfort on the stack */
    const char *const no_words[] = {"--help"};
    int count = argc > 1 ? argc - 1 : 1;
    const char *const *words = argc > 1 ? (const char *const *)(argv + 1) : no_words;
    if (answer_help(count, words)) {
        return app_leave(&job, LS_OK);
    }
    ls_status status = start(&job, &argc, &argv, prepare(&job, count, words));
    if (status == LS_OK) {
        status = job.command->run(&job);
    }
    return app_leave(&job, status);
}
