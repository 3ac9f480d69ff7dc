/* lockstep samples: images of codes drawn at random, or on the line between two images' codes. */
#include "trained.h"

#include <inttypes.h>
#include <string.h>

#define PAIRS_MAX     64
#define STEPS_DEFAULT 10 /* as the option's help says */
#define STEPS_MAX     100

/* What is asked for. */
typedef struct wish {
    const char *out_path;
    int pairs; /* 0 = draws */
    int64_t images[2 * PAIRS_MAX];
    int64_t steps, count, seed;
} wish;

/* One of the numbers between commas; *at passes over it and its comma. */
static ls_status read_image(const char **at, int64_t *image)
{
    char number[32];
    size_t length = strcspn(*at, ",");
    LS_REQUIRE(length < sizeof number, LS_BAD_INPUT, "--between: %.32s...: is no image's number",
               *at);
    memcpy(number, *at, length);
    number[length] = '\0';
    *at += length + ((*at)[length] == ',');
    return app_number("--between: image", number, 0, INT32_MAX, image);
}

static ls_status read_pairs(const char *text, wish *w)
{
    int count = 1;
    for (const char *at = strchr(text, ','); at != NULL; at = strchr(at + 1, ',')) {
        count++;
    }
    LS_REQUIRE(count % 2 == 0 && count <= 2 * PAIRS_MAX, LS_BAD_INPUT,
               "--between %.64s: must be one to %d pairs of images' numbers: A,B or A,B,C,D ...",
               text, PAIRS_MAX);
    const char *at = text;
    for (int i = 0; i < count; i++) {
        LS_TRY(read_image(&at, &w->images[i]));
    }
    w->pairs = count / 2;
    return LS_OK;
}

static ls_status check_between(const app_line *line)
{
    LS_REQUIRE(!app_line_has(line, APP_COUNT) && !app_line_has(line, APP_SEED), LS_BAD_INPUT,
               "samples: --count and --seed are of codes drawn at random; they do not go with "
               "--between");
    return LS_OK;
}

static ls_status check_draws(const app_line *line)
{
    LS_REQUIRE(!app_line_has(line, APP_STEPS) && !app_line_has(line, APP_SPLIT), LS_BAD_INPUT,
               "samples: --steps and --split go with --between A,B alone");
    return LS_OK;
}

static ls_status read_wish(const app_line *line, wish *w)
{
    *w = (wish){.out_path = line->values[APP_OUT], .steps = STEPS_DEFAULT, .seed = 1};
    if (w->out_path == NULL) {
        w->out_path = "samples.png";
    }
    bool between = app_line_has(line, APP_BETWEEN);
    LS_TRY((between ? check_between : check_draws)(line));
    LS_TRY(app_line_count(line, &w->count));
    LS_TRY(app_line_number(line, APP_SEED, 0, INT64_MAX, &w->seed));
    LS_TRY(app_line_number(line, APP_STEPS, 2, STEPS_MAX, &w->steps));
    return between ? read_pairs(line->values[APP_BETWEEN], w) : LS_OK;
}

static ls_status draw(app_job *job, ls_trained *trained, const wish *w)
{
    ls_status status = LS_OK;
    if (ls_comm_rank(job->comm) == 0) {
        status = ls_sample(trained, w->seed, (int)w->count, w->out_path);
    }
    LS_TRY(ls_comm_agree(job->comm, status));
    ls_text text = {0};
    ls_text_add(&text, "%s: %" PRId64 " samples, seed %" PRId64 "\n", w->out_path, w->count,
                w->seed);
    return app_print(job, &text);
}

static ls_status draw_between(app_job *job, ls_trained *trained, const wish *w)
{
    ls_split split;
    LS_TRY(app_line_split(&job->line, &split));
    LS_TRY(
        ls_interpolate(trained, split, w->pairs, w->images, (int)w->steps, w->out_path, job->comm));
    ls_text text = {0};
    ls_text_add(&text, "%s: %d row%s from one %s image to another in %" PRId64 " steps\n",
                w->out_path, w->pairs, w->pairs == 1 ? "" : "s", ls_split_name(split), w->steps);
    return app_print(job, &text);
}

static ls_status samples(app_job *job, ls_trained *trained)
{
    wish w;
    LS_TRY(read_wish(&job->line, &w));
    return (w.pairs > 0 ? draw_between : draw)(job, trained, &w);
}

/* Only --between reads data. */
static ls_status prepare(app_job *job)
{
    wish w;
    LS_TRY(read_wish(&job->line, &w));
    return w.pairs > 0 ? app_prepare_checkpoint(job) : LS_OK;
}

static ls_status run(app_job *job)
{
    return app_with_trained(job, samples);
}

const app_command app_cmd_samples = {
    .name = "samples",
    .usage = "CHECKPOINT [--count N] [--seed S] | [--between A,B[,C,D...] [--steps K]] "
             "[--out FILE.png]",
    .summary = "Draw what the decoder makes of random codes, or of codes between two images",
    .about =
        "Codes are drawn from the standard normal, which takes a network with a gaussian layer.\n"
        "With --between, a row for each pair of test images, by number from 0: codes on the line\n"
        "from the first one's to the second one's, both included. Of any network. Written to\n"
        "samples.png or --out; the seed is 1 unless given.\n",
    .example = "  lockstep samples run/checkpoints/best.h5 --count 64 --out samples.png\n"
               "  lockstep samples run/checkpoints/best.h5 --between 0,1,2,3 --steps 12\n",
    .options = APP_TAKES(APP_OUT) | APP_TAKES(APP_COUNT) | APP_TAKES(APP_SEED) |
               APP_TAKES(APP_BETWEEN) | APP_TAKES(APP_STEPS) | APP_TAKES(APP_SPLIT),
    .words_min = 1,
    .words_max = 1,
    .settings = true,
    .prepare = prepare,
    .run = run,
};
