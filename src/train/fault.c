/* What to say when a loss or gradient is not finite: which step, layer and samples. */
#include "engine_private.h"

#include <math.h>

#define ADVICE                                                                                     \
    "the last checkpoint, if there is one, stands: go on with a lower optim.lr, or longer "        \
    "optim.warmup_steps"

static bool all_finite(const float *values, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) {
            return false;
        }
    }
    return true;
}

/* The first layer whose output is not finite (of layers that one pass does, its own) for the lane
 * in engine->x; -1 if all are. */
static int first_bad_output(ls_engine *engine, int n)
{
    ls_model *model = engine->model;
    for (int last = 1; last <= ls_model_layer_count(model); last++) {
        if (last < ls_model_layer_count(model) && ls_model_layer_at(model, last)->done_by != last) {
            continue; /* one pass does both: there is nothing in between */
        }
        const float *y = ls_model_run(model, 0, last, n, engine->x);
        const ls_model_layer *layer = ls_model_layer_at(model, last - 1);
        if (!all_finite(y, n * ls_shape_count(layer->plan.out))) {
            return layer->done_by;
        }
    }
    return -1;
}

static bool any_bad_loss(const ls_engine *engine, int n)
{
    bool any = false;
    for (int i = 0; i < n; i++) {
        any = any || !isfinite(engine->values[i]);
    }
    return any;
}

/* Sample numbers of the lane: those with a bad loss, or all if none has. */
static void list_samples(const ls_engine *engine, int n, ls_text *out)
{
    bool any = any_bad_loss(engine, n);
    for (int i = 0; i < n; i++) {
        if (!any || !isfinite(engine->values[i])) {
            ls_text_add(out, "%s%lld", out->length > 0 ? ", " : "", (long long)engine->ids[i]);
        }
    }
}

/* "the output of encoder/0-conv" and what to say of it: the first thing on the way that is bad. */
static void name_fault(ls_engine *engine, int n, ls_fault fault, ls_text *out)
{
    int bad = first_bad_output(engine, n);
    if (bad < 0 && (fault.layer < 0 || any_bad_loss(engine, n))) {
        ls_text_add(out, "the loss is not finite or out of range%s", ls_loss_advice(engine->loss));
        return;
    }
    ls_text_add(out, "the %s of %s is not finite or out of range", bad >= 0 ? "output" : "gradient",
                ls_model_layer_at(engine->model, bad >= 0 ? bad : fault.layer)->path);
}

/* Says what is wrong with the lane; weights are those of the step, still untouched. */
static ls_status describe(ls_engine *engine, const ls_dataset *data, int64_t b, int64_t step,
                          ls_fault fault)
{
    int n = ls_engine_training_lane(engine, data, b, fault.lane);
    const float *y = ls_model_forward(engine->model, n, engine->x, NULL);
    ls_loss_run(engine->loss, n, y, engine->target, n, engine->values, NULL, NULL);

    ls_text what = {0};
    ls_text samples = {0};
    name_fault(engine, n, fault, &what);
    list_samples(engine, n, &samples);
    ls_status status =
        ls_error_set(LS_DIVERGED, __FILE__, __LINE__, "step %lld: %s; training samples %s; " ADVICE,
                     (long long)step, what.data != NULL ? what.data : "something is not finite",
                     samples.data != NULL ? samples.data : "unknown");
    ls_text_free(&what);
    ls_text_free(&samples);
    return status;
}

ls_status ls_engine_report_fault(ls_engine *engine, const ls_dataset *data, int64_t b, int64_t step,
                                 ls_fault mine)
{
    int64_t lowest = mine.lane;
    LS_TRY(ls_comm_min_i64(engine->comm, &lowest, 1));
    LS_REQUIRE(lowest != INT64_MAX, LS_DIVERGED,
               "step %lld: the summed gradient of %s is not finite; " ADVICE, (long long)step,
               ls_model_layer_at(engine->model, mine.layer)->path);
    ls_status status = LS_OK;
    if (mine.lane == lowest) {
        status = describe(engine, data, b, step, mine);
    }
    return ls_comm_agree(engine->comm, status);
}
