/* lockstep reconstruct: originals above their reconstructions, as a picture or as numbers. */
#include "trained.h"

#include <inttypes.h>
#include <string.h>

static ls_status of_split(app_job *job, ls_trained *trained, const char *out_path, int64_t *count)
{
    ls_split split;
    LS_TRY(app_line_split(&job->line, &split));
    LS_TRY(app_line_count(&job->line, count));
    return ls_reconstruct(trained, split, *count, out_path, job->comm, count);
}

static ls_status of_files(app_job *job, ls_trained *trained, const char *out_path, int64_t *count)
{
    LS_REQUIRE(!app_line_has(&job->line, APP_COUNT) && !app_line_has(&job->line, APP_SPLIT),
               LS_BAD_INPUT, "reconstruct: --count and --split do not go with --in");
    *count = job->line.input_count;
    ls_status status = LS_OK;
    if (ls_comm_rank(job->comm) == 0) {
        status = ls_reconstruct_files(trained, job->line.input_count, job->line.inputs, out_path);
    }
    return ls_comm_agree(job->comm, status);
}

static const char *what_is_below(const ls_trained *trained, bool own)
{
    if (ls_task_of(&trained->config)->truth == LS_TRUTH_MASK) {
        return "masks and those found";
    }
    bool corrupted = !own && strcmp(trained->config.corrupt_kind, "none") != 0;
    return corrupted ? "corruptions and reconstructions" : "reconstructions";
}

static ls_status reconstruct(app_job *job, ls_trained *trained)
{
    const char *out_path;
    LS_TRY(app_line_require(job, APP_OUT, &out_path));
    int64_t count;
    bool own = job->line.input_count > 0;
    LS_TRY((own ? of_files : of_split)(job, trained, out_path, &count));
    ls_text text = {0};
    ls_text_add(&text, "%s: %" PRId64 " originals %s their %s\n", out_path, count,
                ls_text_ends(out_path, ".h5") ? "with" : "above", what_is_below(trained, own));
    return app_print(job, &text);
}

static ls_status run(app_job *job)
{
    return app_with_trained(job, reconstruct);
}

const app_command app_cmd_reconstruct = {
    .name = "reconstruct",
    .usage =
        "CHECKPOINT --out FILE.png|FILE.h5 [--count N] [--split test|train] [--in FILE.png ...]",
    .summary = "Draw originals above their reconstructions",
    .about =
        "Takes the first images of a split, or own PNG files of the model's size after --in. A\n"
        "split's are corrupted as in training (corrupt.* can be set), own files are taken as they "
        "are. Of a model that tells each pixel's class: above their masks and those found.\n"
        "A file named .h5 gets the numbers: /originals (bytes), /inputs (if corrupted) and\n"
        "/reconstructions (float32 on [0, 1], not clamped), each [N, h, w, c].\n",
    .example = "  lockstep reconstruct run/checkpoints/best.h5 --out figure.png --count 16\n"
               "  lockstep reconstruct run/checkpoints/best.h5 --out images.h5 --count 500\n",
    .options = APP_TAKES(APP_OUT) | APP_TAKES(APP_IN) | APP_TAKES(APP_COUNT) | APP_TAKES(APP_SPLIT),
    .words_min = 1,
    .words_max = 1,
    .settings = true,
    .prepare = app_prepare_checkpoint,
    .run = run,
};
