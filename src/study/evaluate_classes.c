/* How well a model finds the classes of a split: the loss, the task's measure and its figure as in
 * validation, and what was taken for which class. Integers alone are added over ranks. */
#include "evaluate.h"
#include "share.h"

#include "lockstep/base/memory.h"

#include <string.h>

typedef struct totals {
    ls_loss_sums sums;
    ls_task_counts counts;
} totals;
#define TOTAL_WORDS (sizeof(totals) / sizeof(int64_t))

/* What the walk over a share needs beside it. */
typedef struct meter {
    const ls_trained *trained;
    const ls_task *task;
    ls_loss *loss;    /* owned, as all below */
    ls_arena arena;   /* of these four: */
    uint8_t *truth;   /* [lane, places] */
    float *target;    /* [lane, output] */
    double *values;   /* [lane] */
    double *measures; /* [lane] */
} meter;

static ls_status reserve(meter *m)
{
    ls_shape out = ls_model_output(m->trained->model);
    size_t lane = (size_t)ls_model_lane(m->trained->model);
    size_t places = (size_t)out.h * (size_t)out.w;
    size_t truth = ls_arena_plan(&m->arena, lane * places);
    size_t target = ls_arena_plan(&m->arena, lane * places * (size_t)out.c * sizeof(float));
    size_t values = ls_arena_plan(&m->arena, lane * sizeof(double));
    size_t measures = ls_arena_plan(&m->arena, lane * sizeof(double));
    LS_TRY(ls_arena_reserve(&m->arena, "a lane's classes"));
    m->truth = ls_arena_at(&m->arena, truth);
    m->target = ls_arena_at(&m->arena, target);
    m->values = ls_arena_at(&m->arena, values);
    m->measures = ls_arena_at(&m->arena, measures);
    return ls_loss_create(&m->loss, m->trained->config.loss_terms, m->trained->backend, out,
                          (int)lane);
}

static ls_status check_classes(const meter *m, const ls_share *share)
{
    int classes = 0;
    LS_TRY(ls_source_classes(&share->info, m->trained->config.data_path, m->task, &classes));
    LS_REQUIRE(classes == ls_model_output(m->trained->model).c, LS_BAD_INPUT,
               "%s: has %d classes, but the model tells %d apart; set data.path to fitting data",
               m->trained->config.data_path, classes, ls_model_output(m->trained->model).c);
    return LS_OK;
}

static void measure_share(const meter *m, ls_share *share, totals *sums)
{
    ls_model *model = m->trained->model;
    ls_shape out = ls_model_output(model);
    int64_t places = (int64_t)out.h * out.w;
    for (int64_t g = share->low; g < share->high; g++) {
        int n = ls_share_lane(share, m->trained->backend, g, NULL);
        const float *x = ls_share_input(share, g);
        const float *y = ls_model_run(model, 0, ls_model_layer_count(model), n, x);
        ls_share_truth(share, m->task, g, m->truth);
        ls_task_target(n * places, out.c, m->truth, m->target);
        ls_loss_run(m->loss, n, y, m->target, n, m->values, m->measures, NULL);
        for (int i = 0; i < n; i++) {
            ls_sum_add(&sums->sums.loss, m->values[i]);
            ls_sum_add(&sums->sums.measure, m->measures[i]);
        }
        ls_task_add_counts(n * places, out.c, y, m->truth, &sums->counts);
    }
}

static double mean(const ls_sum *words, int64_t count)
{
    ls_sum sum = {0};
    ls_sum_merge(&sum, words); /* words added by an allreduce become a sum again */
    return ls_sum_value(&sum) / (double)count;
}

static ls_status evaluate(meter *m, ls_share *share, ls_split split, ls_comm *comm,
                          ls_evaluation *out)
{
    totals sums = {0};
    int64_t words[TOTAL_WORDS];
    LS_TRY(ls_comm_agree(comm, reserve(m)));
    LS_TRY(ls_share_open(share, m->trained, split, 0, 1, comm));
    LS_TRY(ls_comm_agree(comm, check_classes(m, share)));
    measure_share(m, share, &sums);
    memcpy(words, &sums, sizeof words);
    LS_TRY(ls_comm_sum_i64(comm, words, TOTAL_WORDS));
    memcpy(&sums, words, sizeof words);
    out->images = share->lanes.images;
    out->classes = ls_model_output(m->trained->model).c;
    out->loss = mean(&sums.sums.loss, out->images);
    out->measure = mean(&sums.sums.measure, out->images);
    out->counts = sums.counts;
    out->figure = m->task->figure != NULL ? m->task->figure_of(out->measure, &out->counts) : 0;
    return LS_OK;
}

ls_status ls_evaluate_classes(ls_trained *trained, ls_split split, ls_comm *comm,
                              ls_evaluation *out)
{
    meter m = {.trained = trained, .task = ls_task_of(&trained->config)};
    ls_share share = {0};
    ls_status status = evaluate(&m, &share, split, comm, out);
    ls_share_close(&share);
    ls_loss_destroy(m.loss);
    ls_arena_release(&m.arena);
    return status;
}
