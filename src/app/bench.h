/* Measuring real training steps: settings ("sides"), block by block. */
#ifndef LOCKSTEP_APP_BENCH_H
#define LOCKSTEP_APP_BENCH_H

#include "app.h"

#include "lockstep/train/engine.h"

#define APP_BLOCKS_MAX  4096
#define APP_BLOCK_STEPS 1024 /* at most in a block */

/* One setting that is measured: its own data, network and optimizer. */
typedef struct app_side {
    ls_config config;
    ls_dataset *data;  /* owned */
    ls_engine *engine; /* owned */
    ls_comm *comm;
    int64_t epoch, batch, step;   /* where its training stands */
    int64_t images;               /* of this rank alone, since app_side_reset */
    int64_t steps;                /* since app_side_reset */
    double seconds, comm_seconds; /* of those steps; of them inside collectives */
    int blocks;
    double rates[APP_BLOCKS_MAX]; /* images/s over all ranks, of each block */
    double waited; /* seconds of those steps spent waiting for slower ranks: the mean over ranks */
} app_side;

/* Collective. */
ls_status app_side_open(app_side *side, ls_comm *comm);
void app_side_close(app_side *side);
/* Forgets what was measured, not where training stands. */
void app_side_reset(app_side *side);
/* Collective. A block of `steps` <= APP_BLOCK_STEPS training steps; the exchange between epochs is
 * not measured. */
ls_status app_side_block(app_side *side, int64_t steps);

/* What was measured. */
typedef struct app_bench {
    app_side sides[2]; /* the configuration; with --against the other setting */
    int side_count;
    const char *against;
    int64_t seconds;
    int64_t block_steps;
    double ratios[APP_BLOCKS_MAX]; /* second side's rate by the first one's, of each pair */
    double peak_gflops, peak_rss_mib;
    ls_engine_times times;      /* of the first side */
    double *forward, *backward; /* [layers] seconds of profile_steps steps on this rank, owned */
    int64_t profile_steps, profile_images;
} app_bench;

/* Puts the result, as text or as JSON, into out. Local. */
void app_bench_show(app_bench *bench, ls_text *out);
void app_bench_json(app_bench *bench, ls_text *out);

/* The value at `share` (0 to 1) of the sorted values, between neighbours linearly. Sorts them. */
double app_quantile(double *values, int count, double share);

#endif
