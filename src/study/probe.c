/* The linear probe: choosing a penalty, fitting, and counting what it gets right. */
#include "lockstep/study/probe.h"

#include "features.h"
#include "logistic.h"
#include "neighbours.h"
#include "share.h"

#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"
#include "lockstep/base/random.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define HELD_PART    10 /* of the training images one in so many chooses the penalty */
#define HELD_SEED    1  /* of that choice */
#define LEAST_IMAGES 20 /* of the training split */

/* From strong to weak, each fit beginning where the one before ended. */
static const double penalties[] = {1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6};
#define PENALTIES ((int)(sizeof penalties / sizeof penalties[0]))
#define PATIENCE  2 /* so many in a row that are no better end the search */

static const ls_lbfgs_rule choosing = {.gradient = 1e-5, .decrease = 1e-5, .steps = 300};
static const ls_lbfgs_rule final = {.gradient = 1e-6, .decrease = 1e-6, .steps = 2000};

typedef struct probe {
    ls_trained *trained;
    ls_comm *comm;
    ls_probe_result *out;
    ls_features train, test;
    ls_standard standard;
    ls_logistic regression;
    uint8_t *use;       /* [train.count] 0 = held out, owned */
    uint8_t *predicted; /* [train.count] or [test.count], whichever is larger, owned */
    double *best;       /* [regression.count] the chosen penalty's weights, owned */
} probe;

/* Collective. Labels of at least two classes, and images enough to hold some out. */
static ls_status check_labels(const probe *p)
{
    const ls_features *train = &p->train;
    const char *path = p->trained->config.data_path;
    int64_t images[LS_CLASSES_MAX] = {0};
    for (int64_t i = 0; i < train->count; i++) {
        images[train->labels[i]]++;
    }
    LS_TRY(ls_comm_sum_i64(p->comm, images, LS_CLASSES_MAX));
    int classes = 0;
    for (int k = 0; k < LS_CLASSES_MAX; k++) {
        classes += images[k] > 0 ? 1 : 0;
    }
    LS_REQUIRE(classes > 1, LS_BAD_INPUT,
               "%s: all training images have one label, so there is nothing to classify; set "
               "data.path to data with labels",
               path);
    LS_REQUIRE(train->images >= LEAST_IMAGES, LS_BAD_INPUT,
               "%s: %" PRId64 " training images: a probe needs at least %d", path, train->images,
               LEAST_IMAGES);
    return LS_OK;
}

static ls_status reserve(probe *p)
{
    void *memory;
    int64_t classes = p->train.classes;
    int64_t most = p->train.count > p->test.count ? p->train.count : p->test.count;
    LS_TRY(ls_alloc(&memory, (size_t)p->train.count + 1, "the choice of images"));
    p->use = memory;
    LS_TRY(ls_alloc(&memory, (size_t)most + 1, "predicted classes"));
    p->predicted = memory;
    LS_TRY(ls_logistic_create(&p->regression, p->trained->backend, p->comm, p->train.values,
                              p->train.classes, p->train.block));
    LS_TRY(ls_alloc(&memory, sizeof(double) * (size_t)p->regression.count, "weights"));
    p->best = memory;
    LS_TRY(ls_alloc(&memory, sizeof(int64_t) * (size_t)(classes * classes), "a confusion matrix"));
    p->out->confusion = memory;
    return LS_OK;
}

/* The first tenth of a permutation of the training images is held out. */
static void hold_out(probe *p)
{
    const ls_features *train = &p->train;
    ls_permutation order =
        ls_permutation_make(HELD_SEED, LS_PURPOSE_PROBE, 0, (uint64_t)train->images);
    int64_t held = train->images / HELD_PART;
    for (int64_t i = 0; i < train->count; i++) {
        uint64_t place = ls_permutation_invert(&order, (uint64_t)(train->first + i));
        p->use[i] = (int64_t)place < held ? 0 : 1;
    }
}

/* Collective. How many of the images whose `use` is `wanted` (NULL: all) are predicted rightly. */
static ls_status count_right(const probe *p, const ls_features *features, const uint8_t *use,
                             int64_t *right)
{
    *right = 0;
    for (int64_t i = 0; i < features->count; i++) {
        bool counts = use == NULL || use[i] == 0;
        *right += counts && p->predicted[i] == features->labels[i] ? 1 : 0;
    }
    return ls_comm_sum_i64(p->comm, right, 1);
}

/* Collective. The penalty with most held-out images right (of equals the strongest), and its
 * weights. */
static ls_status choose_penalty(probe *p)
{
    int64_t held = p->train.images / HELD_PART;
    int64_t most = -1;
    int chosen = 0;
    hold_out(p);
    for (int i = 0; i < PENALTIES && i <= chosen + PATIENCE; i++) {
        ls_lbfgs_end end;
        int64_t right;
        LS_TRY(ls_logistic_fit(&p->regression, &p->train, p->use, penalties[i], &choosing, &end));
        ls_logistic_predict(&p->regression, &p->train, p->predicted);
        LS_TRY(count_right(p, &p->train, p->use, &right));
        ls_info("l2 %.0e: %d iterations, %.2f %% of %" PRId64 " held-out images", penalties[i],
                end.steps, 100 * (double)right / (double)held, held);
        if (right > most) {
            most = right;
            chosen = i;
            memcpy(p->best, p->regression.weights, sizeof *p->best * (size_t)p->regression.count);
        }
    }
    p->out->l2 = penalties[chosen];
    return LS_OK;
}

/* Collective. From the chosen weights on, with all training images. */
static ls_status fit_all(probe *p)
{
    ls_lbfgs_end end;
    int64_t right;
    memcpy(p->regression.weights, p->best, sizeof *p->best * (size_t)p->regression.count);
    LS_TRY(ls_logistic_fit(&p->regression, &p->train, NULL, p->out->l2, &final, &end));
    ls_logistic_predict(&p->regression, &p->train, p->predicted);
    LS_TRY(count_right(p, &p->train, NULL, &right));
    p->out->train_accuracy = (double)right / (double)p->train.images;
    p->out->loss = end.value;
    p->out->iterations = end.steps;
    p->out->converged = end.converged;
    if (!end.converged) {
        ls_warn("the probe's regression has not converged after %d iterations: its gradient is "
                "still %.1e",
                end.steps, end.gradient);
    }
    return LS_OK;
}

/* Collective. The confusion matrix of the test split. */
static ls_status test_all(probe *p)
{
    int64_t *confusion = p->out->confusion;
    int classes = p->out->classes;
    int64_t right = 0;
    ls_logistic_predict(&p->regression, &p->test, p->predicted);
    for (int64_t i = 0; i < p->test.count; i++) {
        confusion[(int64_t)p->test.labels[i] * classes + p->predicted[i]]++;
    }
    LS_TRY(ls_comm_sum_i64(p->comm, confusion, (size_t)classes * (size_t)classes));
    for (int k = 0; k < classes; k++) {
        right += confusion[(int64_t)k * classes + k];
    }
    p->out->accuracy = (double)right / (double)p->test.images;
    return LS_OK;
}

/* Collective. */
static ls_status ask_neighbours(probe *p, int wanted)
{
    int64_t right;
    int k = (int)ls_share_least(wanted, p->train.images);
    p->out->neighbours = k;
    if (k == 0) {
        return LS_OK;
    }
    LS_TRY(
        ls_neighbours_classify(p->trained->backend, p->comm, &p->train, &p->test, k, p->predicted));
    LS_TRY(count_right(p, &p->test, NULL, &right));
    p->out->neighbours_accuracy = (double)right / (double)p->test.images;
    return LS_OK;
}

/* Collective. Standardised features of both splits. */
static ls_status open_features(probe *p, int last)
{
    LS_TRY(ls_features_open(&p->train, p->trained, LS_TRAIN, last, p->comm));
    LS_TRY(check_labels(p));
    LS_TRY(ls_standard_fit(&p->standard, &p->train, p->comm));
    LS_TRY(ls_features_open(&p->test, p->trained, LS_TEST, last, p->comm));
    LS_TRY(ls_comm_agree(p->comm, ls_standard_apply(&p->standard, &p->test)));
    p->out->features = p->train.values;
    p->out->classes = p->train.classes;
    p->out->train_images = p->train.images;
    p->out->test_images = p->test.images;
    return LS_OK;
}

static ls_status run(probe *p, const ls_probe_options *options)
{
    int last = 0;
    if (options->pixels) {
        LS_REQUIRE(options->layer == NULL, LS_BAD_INPUT,
                   "the features are a layer's or the pixels, not both");
        p->out->layer = "pixels";
    } else {
        LS_TRY(ls_find_layer(p->trained->model, options->layer, &last));
        p->out->layer = ls_model_layer_at(p->trained->model, last - 1)->path;
    }
    LS_TRY(open_features(p, last));
    LS_TRY(ls_comm_agree(p->comm, reserve(p)));
    LS_TRY(choose_penalty(p));
    LS_TRY(fit_all(p));
    LS_TRY(test_all(p));
    return ask_neighbours(p, options->neighbours);
}

ls_status ls_probe(ls_trained *trained, const ls_probe_options *options, ls_comm *comm,
                   ls_probe_result *out)
{
    *out = (ls_probe_result){0};
    probe p = {.trained = trained, .comm = comm, .out = out};
    ls_status status = run(&p, options);
    ls_features_close(&p.train);
    ls_features_close(&p.test);
    ls_standard_free(&p.standard);
    ls_logistic_destroy(&p.regression);
    ls_free(p.use);
    ls_free(p.predicted);
    ls_free(p.best);
    return status;
}

void ls_probe_free(ls_probe_result *result)
{
    ls_free(result->confusion);
    *result = (ls_probe_result){0};
}

double ls_probe_class_accuracy(const ls_probe_result *result, int label)
{
    const int64_t *row = result->confusion + (int64_t)label * result->classes;
    int64_t images = 0;
    for (int k = 0; k < result->classes; k++) {
        images += row[k];
    }
    return images > 0 ? (double)row[label] / (double)images : (double)NAN;
}
