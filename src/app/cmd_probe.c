/* lockstep probe: how well the features of a trained model classify. */
#include "trained.h"

#include "lockstep/study/probe.h"

#include <inttypes.h>

#define NEIGHBOURS_DEFAULT 20 /* as the option's help says */
#define NEIGHBOURS_MAX     1000

static void print_table(const ls_probe_result *r, ls_text *out)
{
    ls_text_add(out, "%s, %d features; %" PRId64 " training and %" PRId64 " test images\n",
                r->layer, r->features, r->train_images, r->test_images);
    ls_text_add(out,
                "  linear probe   %.2f %%   (training images %.2f %%; l2 %.0e, %d iterations)\n",
                100 * r->accuracy, 100 * r->train_accuracy, r->l2, r->iterations);
    if (r->neighbours > 0) {
        ls_text_add(out, "  %d neighbours  %.2f %%\n", r->neighbours, 100 * r->neighbours_accuracy);
    }
    for (int i = 0; i < r->classes; i++) {
        ls_text_add(out, "  class %3d      %.2f %%\n", i, 100 * ls_probe_class_accuracy(r, i));
    }
}

static void add_number(ls_text *out, const char *name, double value)
{
    ls_text_add(out, "\"%s\": ", name);
    ls_text_add_json_number(out, value);
    ls_text_add(out, ", ");
}

static void print_confusion(const ls_probe_result *r, ls_text *out)
{
    ls_text_add(out, "\"per_class\": [");
    for (int i = 0; i < r->classes; i++) {
        ls_text_add(out, "%s", i > 0 ? ", " : "");
        ls_text_add_json_number(out, ls_probe_class_accuracy(r, i));
    }
    ls_text_add(out, "], \"confusion\": [");
    for (int i = 0; i < r->classes; i++) {
        ls_text_add(out, "%s[", i > 0 ? ", " : "");
        for (int k = 0; k < r->classes; k++) {
            ls_text_add(out, "%s%" PRId64, k > 0 ? ", " : "",
                        r->confusion[(int64_t)i * r->classes + k]);
        }
        ls_text_add(out, "]");
    }
    ls_text_add(out, "]}\n");
}

static void print_json(const ls_probe_result *r, ls_text *out)
{
    ls_text_add(out, "{\"layer\": ");
    ls_text_add_json_string(out, r->layer);
    ls_text_add(out, ", \"features\": %d, \"classes\": %d, ", r->features, r->classes);
    ls_text_add(out, "\"train_images\": %" PRId64 ", \"test_images\": %" PRId64 ", ",
                r->train_images, r->test_images);
    add_number(out, "accuracy", r->accuracy);
    add_number(out, "train_accuracy", r->train_accuracy);
    add_number(out, "l2", r->l2);
    add_number(out, "loss", r->loss);
    ls_text_add(out, "\"iterations\": %d, \"converged\": %s, \"knn\": %d, ", r->iterations,
                r->converged ? "true" : "false", r->neighbours);
    if (r->neighbours > 0) {
        add_number(out, "knn_accuracy", r->neighbours_accuracy);
    } else {
        ls_text_add(out, "\"knn_accuracy\": null, ");
    }
    print_confusion(r, out);
}

/* Rank 0 writes; all agree. */
static ls_status write_files(const app_job *job, const ls_probe_result *result)
{
    const char *folder = job->line.values[APP_OUT];
    ls_status status = LS_OK;
    if (folder != NULL && ls_comm_rank(job->comm) == 0) {
        status = ls_probe_write(result, folder);
    }
    return ls_comm_agree(job->comm, status);
}

static ls_status report(app_job *job, const ls_probe_result *result)
{
    LS_TRY(write_files(job, result));
    ls_text text = {0};
    (app_line_has(&job->line, APP_JSON) ? print_json : print_table)(result, &text);
    return app_print(job, &text);
}

static ls_status probe(app_job *job, ls_trained *trained)
{
    const app_line *line = &job->line;
    int64_t neighbours = NEIGHBOURS_DEFAULT;
    LS_TRY(app_line_number(line, APP_KNN, 0, NEIGHBOURS_MAX, &neighbours));
    LS_REQUIRE(!app_line_has(line, APP_PIXELS) || !app_line_has(line, APP_LAYER), LS_BAD_INPUT,
               "probe: --layer and --pixels do not go together");
    ls_probe_options options = {.layer = line->values[APP_LAYER],
                                .pixels = app_line_has(line, APP_PIXELS),
                                .neighbours = (int)neighbours};
    ls_probe_result result;
    ls_status status = ls_probe(trained, &options, job->comm, &result);
    if (status == LS_OK) {
        status = report(job, &result);
    }
    ls_probe_free(&result);
    return status;
}

static ls_status run(app_job *job)
{
    return app_with_trained(job, probe);
}

const app_command app_cmd_probe = {
    .name = "probe",
    .usage = "CHECKPOINT [--layer NAME | --pixels] [--knn K] [--out FOLDER] [--json]",
    .summary = "Measure how well the features of a trained model classify",
    .about =
        "Fits a logistic regression to the standardised features of all training images, its\n"
        "penalty chosen on a tenth of them, and says how many test images it gets right; then\n"
        "the same for the K nearest neighbours. Any number of ranks gives the same numbers. --out\n"
        "makes a folder with confusion.csv and confusion.png. The data must have labels.\n",
    .example = "  mpirun -n 2 lockstep probe run/checkpoints/best.h5 --out probe --json\n",
    .options = APP_TAKES(APP_LAYER) | APP_TAKES(APP_PIXELS) | APP_TAKES(APP_KNN) |
               APP_TAKES(APP_OUT) | APP_TAKES(APP_JSON),
    .words_min = 1,
    .words_max = 1,
    .settings = true,
    .prepare = app_prepare_checkpoint,
    .run = run,
};
