/* Logistic regression: the objective over all ranks' images, and predictions. */
#include "logistic.h"

#include "lockstep/base/real.h"
#include "lockstep/base/sum.h"

#include <string.h>

#define TOTAL_LIMIT 0x1p19 /* of a sum in fixed point */

/* Words behind the gradient's totals. */
enum { WORD_LOSS, WORD_BAD = WORD_LOSS + LS_SUM_WORDS, WORD_COUNT };

typedef struct fit {
    ls_logistic *l;
    const ls_features *train;
    const uint8_t *use; /* [count] or NULL */
    double images;      /* in use, over all ranks */
    float limit;        /* of a block's part of the gradient */
    double l2;
} fit;

ls_status ls_logistic_create(ls_logistic *out, const ls_backend *backend, ls_comm *comm, int inputs,
                             int classes, int64_t block)
{
    *out = (ls_logistic){.backend = backend,
                         .comm = comm,
                         .inputs = inputs,
                         .classes = classes,
                         .count = ((int64_t)inputs + 1) * classes};
    size_t count = (size_t)out->count;
    size_t outputs = (size_t)block * (size_t)classes;
    size_t packed_bytes =
        backend->dense_packed != NULL ? backend->dense_packed(inputs, classes, false) : 0;
    ls_arena *arena = &out->arena;
    size_t weights = ls_arena_plan(arena, count * sizeof *out->weights);
    size_t w = ls_arena_plan(arena, count * sizeof *out->w);
    size_t packed = ls_arena_plan(arena, packed_bytes);
    size_t logits = ls_arena_plan(arena, outputs * sizeof *out->logits);
    size_t residuals = ls_arena_plan(arena, outputs * sizeof *out->residuals);
    size_t gradient = ls_arena_plan(arena, count * sizeof *out->gradient);
    size_t totals = ls_arena_plan(arena, (count + WORD_COUNT) * sizeof *out->totals);
    LS_TRY(ls_arena_reserve(arena, "a logistic regression"));
    out->weights = ls_arena_at(arena, weights);
    out->w = ls_arena_at(arena, w);
    out->packed = packed_bytes > 0 ? ls_arena_at(arena, packed) : NULL;
    out->logits = ls_arena_at(arena, logits);
    out->residuals = ls_arena_at(arena, residuals);
    out->gradient = ls_arena_at(arena, gradient);
    out->totals = ls_arena_at(arena, totals);
    return LS_OK;
}

void ls_logistic_destroy(ls_logistic *l)
{
    ls_arena_release(&l->arena);
    *l = (ls_logistic){0};
}

/* weights: [inputs + 1, classes] */
static void take_weights(ls_logistic *l, const double *weights)
{
    for (int64_t i = 0; i < l->count; i++) {
        l->w[i] = (float)weights[i];
    }
    if (l->packed != NULL) {
        l->backend->dense_pack(l->inputs, l->classes, false, l->w, l->packed);
    }
}

static void find_logits(ls_logistic *l, const ls_feature_block *block)
{
    const float *bias = l->w + (int64_t)l->inputs * l->classes;
    l->backend->dense_forward(block->n, l->inputs, l->classes, block->x,
                              l->packed != NULL ? l->packed : l->w, bias, l->logits);
}

static int find_largest(const float *x, int count)
{
    int largest = 0;
    for (int k = 1; k < count; k++) {
        largest = x[k] > x[largest] ? k : largest;
    }
    return largest;
}

/* -ln p(label) of one image; residuals: [classes], p less 1 at the label, times `weight`. */
static double judge_image(const float *logits, int classes, int label, double weight,
                          float *residuals)
{
    double powers[LS_CLASSES_MAX];
    double top = (double)logits[find_largest(logits, classes)];
    double sum = 0;
    for (int k = 0; k < classes; k++) {
        powers[k] = ls_exp((double)logits[k] - top);
        sum += powers[k];
    }
    for (int k = 0; k < classes; k++) {
        residuals[k] = (float)((powers[k] / sum - (k == label ? 1 : 0)) * weight);
    }
    return ls_ln(sum) - ((double)logits[label] - top);
}

static void judge_block(const fit *f, const ls_feature_block *block, ls_sum *loss)
{
    const ls_logistic *l = f->l;
    for (int i = 0; i < block->n; i++) {
        float *residuals = l->residuals + (int64_t)i * l->classes;
        if (f->use != NULL && f->use[block->at + i] == 0) {
            memset(residuals, 0, sizeof *residuals * (size_t)l->classes);
            continue;
        }
        ls_sum_add(loss, judge_image(l->logits + (int64_t)i * l->classes, l->classes,
                                     f->train->labels[block->at + i], 1 / f->images, residuals));
    }
}

/* Adds one block's gradient to the totals. False where it is out of range. */
static bool add_block(const fit *f, const ls_feature_block *block, ls_sum *loss)
{
    ls_logistic *l = f->l;
    find_logits(l, block);
    judge_block(f, block, loss);
    l->backend->dense_dw(block->n, l->inputs, l->classes, block->x, l->residuals, l->gradient);
    l->backend->dense_db(block->n, l->classes, l->residuals,
                         l->gradient + (int64_t)l->inputs * l->classes);
    return l->backend->fixed_add(l->count, f->limit, false, l->gradient, l->totals);
}

/* Collective. The totals and the sum of losses over all blocks of all ranks. */
static ls_status add_all(const fit *f, double *loss)
{
    ls_logistic *l = f->l;
    int64_t *words = l->totals + l->count;
    ls_sum sum = {0};
    memset(l->totals, 0, sizeof *l->totals * (size_t)(l->count + WORD_COUNT));
    for (int64_t b = 0; b < ls_features_blocks(f->train); b++) {
        ls_feature_block block = ls_features_block(f->train, b);
        words[WORD_BAD] += add_block(f, &block, &sum) ? 0 : 1;
    }
    memcpy(words + WORD_LOSS, &sum, sizeof sum);
    LS_TRY(ls_comm_sum_i64(l->comm, l->totals, (size_t)(l->count + WORD_COUNT)));
    LS_REQUIRE(words[WORD_BAD] == 0, LS_DIVERGED,
               "the regression's gradient is out of range: the features are not usable");
    ls_sum total = {0};
    memcpy(&sum, words + WORD_LOSS, sizeof sum);
    ls_sum_merge(&total, &sum);
    *loss = ls_sum_value(&total);
    return LS_OK;
}

/* An ls_objective. */
static ls_status evaluate(void *context, const double *weights, double *value, double *gradient)
{
    const fit *f = context;
    ls_logistic *l = f->l;
    double loss = 0;
    take_weights(l, weights);
    LS_TRY(add_all(f, &loss));
    double squares = 0;
    int64_t penalised = (int64_t)l->inputs * l->classes;
    for (int64_t i = 0; i < l->count; i++) {
        gradient[i] = (double)l->totals[i] * 0x1p-44;
        if (i < penalised) {
            gradient[i] += f->l2 * weights[i];
            squares += weights[i] * weights[i];
        }
    }
    *value = loss / f->images + f->l2 / 2 * squares;
    return LS_OK;
}

/* Collective. What all ranks know of the images in use. */
static ls_status count_images(fit *f)
{
    int64_t counts[2] = {0, ls_features_blocks(f->train)};
    for (int64_t i = 0; i < f->train->count; i++) {
        counts[0] += f->use == NULL || f->use[i] != 0 ? 1 : 0;
    }
    LS_TRY(ls_comm_sum_i64(f->l->comm, counts, 2));
    LS_REQUIRE(counts[0] > 0, LS_BAD_INPUT, "no images to fit a regression to");
    f->images = (double)counts[0];
    f->limit = (float)(TOTAL_LIMIT / (double)counts[1]);
    return LS_OK;
}

ls_status ls_logistic_fit(ls_logistic *l, const ls_features *train, const uint8_t *use, double l2,
                          const ls_lbfgs_rule *rule, ls_lbfgs_end *end)
{
    fit f = {.l = l, .train = train, .use = use, .l2 = l2};
    memset(l->gradient, 0, sizeof *l->gradient * (size_t)l->count); /* a failure may leave some */
    LS_TRY(count_images(&f));
    return ls_lbfgs(l->comm, rule, l->count, l->weights, evaluate, &f, end);
}

void ls_logistic_predict(ls_logistic *l, const ls_features *features, uint8_t *predicted)
{
    take_weights(l, l->weights);
    for (int64_t b = 0; b < ls_features_blocks(features); b++) {
        ls_feature_block block = ls_features_block(features, b);
        find_logits(l, &block);
        for (int i = 0; i < block.n; i++) {
            const float *logits = l->logits + (int64_t)i * l->classes;
            predicted[block.at + i] = (uint8_t)find_largest(logits, l->classes);
        }
    }
}
