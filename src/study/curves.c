/* Losses against epochs, out of run folders. */
#include "lockstep/study/curves.h"

#include "lockstep/base/memory.h"
#include "lockstep/checkpoint/history.h"
#include "lockstep/figure/plot.h"
#include "lockstep/io/files.h"

#include <string.h>

/* A run and its curves' numbers. */
typedef struct run_curves {
    char name[LS_PATH_CHARS]; /* in the legend */
    int64_t count;
    double *numbers; /* owned: epochs [count], training losses [count], validation losses [count] */
} run_curves;

typedef struct collection {
    run_curves run[LS_CURVES_RUNS];
    const char *names[LS_CURVES_RUNS];
    ls_plot_curve curve[2 * LS_CURVES_RUNS];
} collection;

static ls_status take_numbers(run_curves *run, const ls_history *history, const char *path)
{
    LS_REQUIRE(history->count > 0, LS_BAD_INPUT, "%s: the run has not ended its first epoch yet",
               path);
    size_t count = (size_t)history->count;
    void *memory;
    LS_TRY(ls_alloc(&memory, 3 * count * sizeof(double), "a run's curves"));
    run->count = history->count;
    run->numbers = memory;
    for (size_t i = 0; i < count; i++) {
        run->numbers[i] = (double)history->rows[i].epoch;
        run->numbers[count + i] = history->rows[i].train_loss;
        run->numbers[2 * count + i] = history->rows[i].val_loss;
    }
    return LS_OK;
}

static ls_status read_run(run_curves *run, const char *folder)
{
    char path[LS_PATH_CHARS];
    LS_TRY(ls_path_join(path, folder, "metrics.csv"));
    LS_REQUIRE(ls_file_exists(path), LS_BAD_INPUT,
               "%s: has no metrics.csv: name a run folder (train.out) whose first epoch is done",
               folder);
    ls_history history;
    ls_status status = ls_history_read(&history, path);
    if (status == LS_OK) {
        status = take_numbers(run, &history, path);
    }
    ls_history_free(&history);
    return status;
}

/* --- names ------------------------------------------------------------------------------------ */

/* The path without slashes at its end. */
static void take_path(run_curves *run, const char *folder)
{
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/') {
        length--;
    }
    memcpy(run->name, folder, length); /* read_run's longer path has fitted */
    run->name[length] = '\0';
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

/* The folder's own name, or the whole path if another run's folder has the same name. */
static void choose_name(collection *all, int count, int run)
{
    const char *own = last_part(all->run[run].name);
    all->names[run] = own;
    for (int i = 0; i < count; i++) {
        if (i != run && strcmp(last_part(all->run[i].name), own) == 0) {
            all->names[run] = all->run[run].name;
        }
    }
}

/* --- the figure ------------------------------------------------------------------------------- */

static void add_curves(collection *all, int run)
{
    const run_curves *r = &all->run[run];
    const ls_plot_curve training = {.x = r->numbers,
                                    .y = r->numbers + r->count,
                                    .count = r->count,
                                    .group = run,
                                    .dashed = true};
    ls_plot_curve validation = training;
    validation.y = r->numbers + 2 * r->count;
    validation.dashed = false;
    all->curve[2 * run] = validation;
    all->curve[2 * run + 1] = training;
}

static ls_status draw(collection *all, int count, const char *const *folders, const char *out_path)
{
    for (int i = 0; i < count; i++) {
        LS_TRY(read_run(&all->run[i], folders[i]));
        take_path(&all->run[i], folders[i]);
        add_curves(all, i);
    }
    for (int i = 0; i < count; i++) {
        choose_name(all, count, i);
    }
    const ls_plot plot = {.x_name = "epoch",
                          .y_name = "loss",
                          .solid_name = "validation",
                          .dashed_name = "training",
                          .curves = all->curve,
                          .curve_count = 2 * count,
                          .group_names = all->names,
                          .group_count = count};
    return ls_plot_write(out_path, &plot);
}

ls_status ls_curves_draw(int count, const char *const *folders, const char *out_path)
{
    void *memory;
    LS_REQUIRE(count > 0 && count <= LS_CURVES_RUNS, LS_BAD_INPUT, "%d runs: 1 to %d can be drawn",
               count, LS_CURVES_RUNS);
    LS_TRY(ls_alloc(&memory, sizeof(collection), "the runs' curves"));
    collection *all = memory;
    ls_status status = draw(all, count, folders, out_path);
    for (int i = 0; i < count; i++) {
        ls_free(all->run[i].numbers);
    }
    ls_free(all);
    return status;
}
