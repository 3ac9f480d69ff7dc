/* lockstep bench: how fast real training steps are, where their time goes, and the ratio of two
 * settings measured in one process in alternating blocks, so that a machine that slows down slows
 * down both. */
#include "bench.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/memory.h"
#include "lockstep/base/process.h"

#define BLOCK_SECONDS 0.5 /* of a block, about */
#define BLOCKS_MIN    3
#define WARM_STEPS    2

/* --- measuring -------------------------------------------------------------------------------- */

/* Collective. Rank 0's value on every rank, for decisions by the clock. */
static ls_status follow_first(ls_comm *comm, int64_t *value)
{
    return ls_comm_broadcast(comm, value, sizeof *value, 0);
}

/* Warms caches and clocks, and finds how many steps make a block. */
static ls_status warm_up(app_bench *b, ls_comm *comm)
{
    double slowest = 0;
    for (int i = 0; i < b->side_count; i++) {
        LS_TRY(app_side_block(&b->sides[i], WARM_STEPS));
        double step = b->sides[i].seconds / WARM_STEPS;
        slowest = step > slowest ? step : slowest;
    }
    for (int i = 0; i < b->side_count; i++) {
        app_side_reset(&b->sides[i]);
    }
    b->block_steps = slowest > 0 ? (int64_t)(BLOCK_SECONDS / slowest) : 1;
    b->block_steps = b->block_steps < 1                 ? 1
                     : b->block_steps < APP_BLOCK_STEPS ? b->block_steps
                                                        : APP_BLOCK_STEPS;
    return follow_first(comm, &b->block_steps);
}

/* Each round is a block of every side; every other round begins with the other side. */
static ls_status measure(app_bench *b, ls_comm *comm)
{
    double end = ls_clock_seconds() + (double)b->seconds;
    int64_t more = 1;
    for (int round = 0; more && round < APP_BLOCKS_MAX; round++) {
        for (int i = 0; i < b->side_count; i++) {
            int side = round % 2 == 0 ? i : b->side_count - 1 - i;
            LS_TRY(app_side_block(&b->sides[side], b->block_steps));
        }
        if (b->side_count > 1) {
            b->ratios[round] = b->sides[1].rates[round] / b->sides[0].rates[round];
        }
        more = round + 1 < BLOCKS_MIN || ls_clock_seconds() < end;
        LS_TRY(follow_first(comm, &more));
    }
    return LS_OK;
}

static void add_layer(void *context, int layer, bool backward, double began, double ended)
{
    const app_bench *b = context;
    (backward ? b->backward : b->forward)[layer] += ended - began;
}

/* The layers' times come from steps of their own: asking the clock so often costs a little. */
static ls_status profile(app_bench *b)
{
    app_side *side = &b->sides[0];
    ls_model *model = ls_engine_model(side->engine);
    size_t layers = (size_t)ls_model_layer_count(model);
    void *memory;
    LS_TRY(ls_comm_agree(side->comm,
                         ls_alloc(&memory, 2 * layers * sizeof(double), "the layers' times")));
    b->forward = memory;
    b->backward = b->forward + layers;
    ls_model_watch(model, add_layer, b);
    LS_TRY(app_side_block(side, b->block_steps));
    ls_model_watch(model, NULL, NULL);
    b->profile_steps = side->steps;
    b->profile_images = side->images;
    app_side_reset(side);
    return LS_OK;
}

/* The mean of the ranks' peaks, measured at the same time; the largest memory of a rank. */
static ls_status measure_machine(app_bench *b, ls_comm *comm)
{
    int64_t bytes = ls_process_peak_bytes();
    LS_TRY(ls_comm_max_i64(comm, &bytes, 1));
    b->peak_rss_mib = (double)bytes / 1048576;
    const ls_backend *backend = ls_engine_backend(b->sides[0].engine);
    int64_t mflops = (int64_t)(1e3 * ls_backend_peak_gflops((ls_isa)backend->isa));
    LS_TRY(ls_comm_sum_i64(comm, &mflops, 1));
    b->peak_gflops = 1e-3 * (double)mflops / ls_comm_size(comm);
    return LS_OK;
}

static ls_status measure_all(app_bench *b, ls_comm *comm)
{
    for (int i = 0; i < b->side_count; i++) {
        LS_TRY(app_side_open(&b->sides[i], comm));
    }
    LS_TRY(warm_up(b, comm));
    LS_TRY(profile(b));
    LS_TRY(measure(b, comm));
    ls_engine_take_times(b->sides[0].engine, &b->times);
    return measure_machine(b, comm);
}

/* --- the command ------------------------------------------------------------------------------ */

/* The second side: the configuration with one setting more. */
static ls_status prepare(app_job *job)
{
    LS_TRY(app_prepare_config(job));
    int64_t seconds = 1;
    LS_TRY(app_line_number(&job->line, APP_SECONDS, 1, 86400, &seconds));
    if (app_line_has(&job->line, APP_AGAINST)) {
        ls_config other = job->config;
        LS_TRY(ls_config_apply_arguments(&other, 1, &job->line.values[APP_AGAINST]));
        LS_TRY(ls_source_probe(other.data_path));
    }
    return LS_OK;
}

static ls_status set_up(app_bench *b, const app_job *job)
{
    b->seconds = 10;
    LS_TRY(app_line_number(&job->line, APP_SECONDS, 1, 86400, &b->seconds));
    b->side_count = 1;
    b->sides[0].config = job->config;
    if (app_line_has(&job->line, APP_AGAINST)) {
        b->against = job->line.values[APP_AGAINST];
        b->side_count = 2;
        b->sides[1].config = job->config;
        LS_TRY(ls_config_apply_arguments(&b->sides[1].config, 1, &b->against));
    }
    return LS_OK;
}

static ls_status run(app_job *job)
{
    static app_bench b; /* too large for the stack */
    LS_TRY(set_up(&b, job));
    ls_status status = measure_all(&b, job->comm);
    if (status == LS_OK) {
        ls_text text = {0};
        (app_line_has(&job->line, APP_JSON) ? app_bench_json : app_bench_show)(&b, &text);
        status = app_print(job, &text);
    }
    for (int i = 0; i < b.side_count; i++) {
        app_side_close(&b.sides[i]);
    }
    ls_free(b.forward);
    return status;
}

const app_command app_cmd_bench = {
    .name = "bench",
    .usage =
        "CONFIG.ini [--seconds S] [--json] [--against section.key=value] [section.key=value ...]",
    .summary = "Measure real training steps: images/s, time per layer, share of the core's peak",
    .about =
        "Steps are timed in blocks; the median counts. --against runs a second network with one\n"
        "setting changed in alternating blocks of the same process: the ratio is its speed by\n"
        "that of the configuration. Nothing is written.\n",
    .example = "  lockstep bench configs/paper.ini --seconds 20\n"
               "  lockstep bench configs/paper.ini --against train.lane=32 --json\n",
    .options = APP_TAKES(APP_JSON) | APP_TAKES(APP_AGAINST) | APP_TAKES(APP_SECONDS),
    .words_min = 1,
    .words_max = 1,
    .settings = true,
    .prepare = prepare,
    .run = run,
};
