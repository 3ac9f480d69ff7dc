/* lockstep curves: losses of runs against their epochs, as a figure. */
#include "app.h"

#include "lockstep/study/curves.h"

static const char *out_path(const app_job *job)
{
    const char *given = job->line.values[APP_OUT];
    return given != NULL ? given : "curves.png";
}

static ls_status draw(app_job *job)
{
    return ls_curves_draw(job->line.word_count, job->line.words, out_path(job));
}

static ls_status run(app_job *job)
{
    LS_TRY(app_on_first(job, draw));
    ls_text text = {0};
    int count = job->line.word_count;
    ls_text_add(&text, "%s: losses of %d run%s\n", out_path(job), count, count == 1 ? "" : "s");
    return app_print(job, &text);
}

const app_command app_cmd_curves = {
    .name = "curves",
    .usage = "RUN [RUN ...] [--out FILE.png]",
    .summary = "Draw training and validation losses of runs against their epochs",
    .about =
        "RUN is a run folder (train.out), also of a run that is still going on; up to 7 are drawn\n"
        "in one figure, out of their metrics.csv. The axis of losses is logarithmic. Written to\n"
        "curves.png or --out.\n",
    .example = "  lockstep curves run-a run-b --out curves.png\n",
    .options = APP_TAKES(APP_OUT),
    .words_min = 1,
    .words_max = LS_CURVES_RUNS,
    .run = run,
};
