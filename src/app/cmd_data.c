/* lockstep data: what a data set holds, packing it into HDF5, and sealing an edited file. */
#include "app.h"

#include "lockstep/base/hash.h"
#include "lockstep/data/tools.h"
#include "lockstep/io/seal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- info ------------------------------------------------------------------------------------- */

static void describe_split(const ls_data_report *report, ls_split split, ls_text *out)
{
    char digest[LS_DIGEST_CHARS];
    ls_digest_text(report->digest[split], digest);
    ls_text_add(out, "%s: %" PRId64 " images, digest %s\n", ls_split_name(split),
                report->info.images[split], digest);
    for (int c = 0; c < report->info.shape.c; c++) {
        ls_text_add(out, "  channel %d  mean %.6f  deviation %.6f\n", c, report->mean[split][c],
                    report->deviation[split][c]);
    }
    for (int k = 0; k < report->info.classes; k++) {
        ls_text_add(out, "  class %3d  %" PRId64 " images\n", k, report->per_class[split][k]);
    }
}

static void describe(const ls_data_report *report, const char *path, ls_text *out)
{
    char shape[LS_SHAPE_CHARS];
    ls_text_add(out, "%s: %s, images of %s, %d classes\n", path, report->info.kind,
                ls_shape_text(report->info.shape, shape), report->info.classes);
    for (int split = 0; split < LS_SPLIT_COUNT; split++) {
        describe_split(report, (ls_split)split, out);
    }
}

static void json_numbers(ls_text *out, const char *name, int count, const double *values)
{
    ls_text_add(out, ", \"%s\": [", name);
    for (int i = 0; i < count; i++) {
        ls_text_add(out, "%s", i > 0 ? ", " : "");
        ls_text_add_json_number(out, values[i]);
    }
    ls_text_add(out, "]");
}

static void json_split(const ls_data_report *report, ls_split split, ls_text *out)
{
    ls_text_add(out, ", \"%s\": {\"images\": %" PRId64 ", \"digest\": ", ls_split_name(split),
                report->info.images[split]);
    app_json_digest(out, report->digest[split]);
    json_numbers(out, "mean", report->info.shape.c, report->mean[split]);
    json_numbers(out, "deviation", report->info.shape.c, report->deviation[split]);
    ls_text_add(out, ", \"per_class\": [");
    for (int k = 0; k < report->info.classes; k++) {
        ls_text_add(out, "%s%" PRId64, k > 0 ? ", " : "", report->per_class[split][k]);
    }
    ls_text_add(out, "]}");
}

static void json(const ls_data_report *report, const char *path, ls_text *out)
{
    ls_text_add(out, "{\"path\": ");
    ls_text_add_json_string(out, path);
    ls_text_add(out, ", \"kind\": ");
    ls_text_add_json_string(out, report->info.kind);
    ls_text_add(out, ", \"shape\": ");
    app_json_shape(out, report->info.shape);
    ls_text_add(out, ", \"classes\": %d", report->info.classes);
    for (int split = 0; split < LS_SPLIT_COUNT; split++) {
        json_split(report, (ls_split)split, out);
    }
    ls_text_add(out, "}\n");
}

static ls_status info(app_job *job)
{
    static ls_data_report report; /* counts of all classes: too large for comfort on the stack */
    LS_TRY(ls_data_info(&job->config, job->comm, &report));
    ls_text text = {0};
    (app_line_has(&job->line, APP_JSON) ? json : describe)(&report, job->line.words[1], &text);
    return app_print(job, &text);
}

/* --- pack and seal ---------------------------------------------------------------------------- */

static ls_status pack_here(app_job *job)
{
    return ls_data_pack(&job->config, job->line.words[2]);
}

static ls_status seal_here(app_job *job)
{
    return ls_seal_write(job->line.words[1], LS_SEAL_ANY);
}

static ls_status pack(app_job *job)
{
    LS_TRY(app_on_first(job, pack_here));
    ls_text text = {0};
    ls_text_add(&text, "%s: packed from %s\n", job->line.words[2], job->line.words[1]);
    return app_print(job, &text);
}

static ls_status seal(app_job *job)
{
    LS_TRY(app_on_first(job, seal_here));
    ls_text text = {0};
    ls_text_add(&text, "%s: sealed\n", job->line.words[1]);
    return app_print(job, &text);
}

/* --- the table of what data does -------------------------------------------------------------- */

typedef struct action {
    const char *name;
    const char *usage;
    int words; /* with the name */
    bool reads_data;
    ls_status (*run)(app_job *job);
} action;

static const action actions[] = {
    {"info", "info PATH [--json]", 2, true, info},
    {"pack", "pack PATH OUT.h5", 3, true, pack},
    {"seal", "seal FILE.h5", 2, false, seal},
};
#define ACTIONS (sizeof actions / sizeof actions[0])

static ls_status find_action(const app_job *job, const action **out)
{
    const char *name = job->line.words[0];
    const char *names[ACTIONS + 1] = {NULL};
    for (size_t i = 0; i < ACTIONS; i++) {
        names[i] = actions[i].name;
        if (strcmp(name, actions[i].name) == 0) {
            *out = &actions[i];
            LS_REQUIRE(job->line.word_count == actions[i].words, LS_BAD_INPUT,
                       "data %s: takes %d word%s; usage: lockstep data %s", name,
                       actions[i].words - 1, actions[i].words == 2 ? "" : "s", actions[i].usage);
            return LS_OK;
        }
    }
    const char *nearest = ls_nearest_name(name, names);
    LS_FAIL(LS_BAD_INPUT, "data: unknown action \"%s\": %s%s", name,
            nearest != NULL ? "did you mean " : "it must be info, pack or seal",
            nearest != NULL ? nearest : "");
}

static ls_status prepare(app_job *job)
{
    const action *wanted = NULL;
    LS_TRY(find_action(job, &wanted));
    if (!wanted->reads_data) {
        return LS_OK;
    }
    const char *path = job->line.words[1];
    ls_config_defaults(&job->config);
    LS_TRY(ls_config_apply_arguments(&job->config, job->line.setting_count, job->line.settings));
    LS_REQUIRE(strlen(path) < sizeof job->config.data_path, LS_BAD_INPUT,
               "%.64s...: the path is longer than %zu characters", path,
               sizeof job->config.data_path - 1);
    snprintf(job->config.data_path, sizeof job->config.data_path, "%s", path);
    return ls_source_probe(path);
}

static ls_status run(app_job *job)
{
    const action *wanted = NULL;
    LS_TRY(find_action(job, &wanted));
    return wanted->run(job);
}

const app_command app_cmd_data = {
    .name = "data",
    .usage = "info PATH [--json] | pack PATH OUT.h5 | seal FILE.h5",
    .summary = "Show what a data set holds, pack it into HDF5, or sign an edited file",
    .about =
        "PATH is a folder or .tar.gz with the CIFAR binary files, an HDF5 file, a folder of PNGs\n"
        "with one subfolder a class, or synthetic. seal signs a file of ours that other tools "
        "have\n"
        "edited, so that it is accepted again.\n",
    .example = "  lockstep data info cifar-10-binary.tar.gz\n"
               "  lockstep data pack photos/ photos.h5\n",
    .options = APP_TAKES(APP_JSON),
    .words_min = 1,
    .words_max = 3,
    .settings = true,
    .prepare = prepare,
    .run = run,
};
