/* What a measurement means, as text and as JSON. */
#include "bench.h"

#include <inttypes.h>

/* --- what it means ---------------------------------------------------------------------------- */

/* FLOPs of training one image in layer i: forward, and as much again for the weights' and for the
 * input's gradients; nobody needs the images' gradient. */
static double train_flops(const ls_model *model, int i)
{
    int first = ls_model_first_trained(model);
    return ls_model_layer_at(model, i)->plan.flops * (i < first ? 1 : i == first ? 2 : 3);
}

/* Share of the ranks' peak that the arithmetic of direct loops at this rate makes. */
static double mfu(const app_bench *b, double images_per_second)
{
    const ls_model *model = ls_engine_model(b->sides[0].engine);
    double flops = 0;
    for (int i = 0; i < ls_model_layer_count(model); i++) {
        flops += train_flops(model, i);
    }
    int size = ls_comm_size(b->sides[0].comm);
    return b->peak_gflops > 0 ? images_per_second / size * flops / (b->peak_gflops * 1e9) : 0;
}

static double layer_gflops(const app_bench *b, int i)
{
    double seconds = b->forward[i] + b->backward[i];
    double flops = train_flops(ls_engine_model(b->sides[0].engine), i);
    return seconds > 0 ? 1e-9 * flops * (double)b->profile_images / seconds : 0;
}

static double comm_fraction(const app_side *side)
{
    return side->seconds > 0 ? side->comm_seconds / side->seconds : 0;
}

/* --- showing it ------------------------------------------------------------------------------- */

static void add(ls_text *out, const char *name, double value)
{
    ls_text_add(out, ", \"%s\": ", name);
    ls_text_add_json_number(out, value);
}

static void json_layers(const app_bench *b, ls_text *out)
{
    const ls_model *model = ls_engine_model(b->sides[0].engine);
    double per_step = 1e3 / (double)b->profile_steps;
    ls_text_add(out, ", \"layers\": [");
    for (int i = 0; i < ls_model_layer_count(model); i++) {
        const ls_model_layer *layer = ls_model_layer_at(model, i);
        ls_text_add(out, "%s{\"name\": ", i > 0 ? ", " : "");
        ls_text_add_json_string(out, layer->path);
        add(out, "forward_ms", b->forward[i] * per_step);
        add(out, "backward_ms", b->backward[i] * per_step);
        add(out, "gflops", layer_gflops(b, i));
        if (layer->plan.method != NULL) {
            ls_text_add(out, ", \"method\": \"%s\"", layer->plan.method);
        }
        if (layer->done_by != i) {
            ls_text_add(out, ", \"done_by\": ");
            ls_text_add_json_string(out, ls_model_layer_at(model, layer->done_by)->path);
        }
        ls_text_add(out, "}");
    }
    ls_text_add(out, "]");
}

/* A step's, on rank 0. */
static double phase_ms(const app_bench *b, int phase)
{
    return 1e3 * b->times.seconds[phase] / (double)b->sides[0].steps;
}

static double wait_ms(const app_bench *b)
{
    return 1e3 * b->sides[0].waited / (double)b->sides[0].steps;
}

/* Turning one lane's gradients into fixed point. */
static double lane_fixed_point_ms(const app_bench *b)
{
    const app_side *side = &b->sides[0];
    double lanes = (double)ls_lanes_first(ls_dataset_train_lanes(side->data), 1) *
                   (double)side->steps / ls_comm_size(side->comm);
    return lanes > 0 ? 1e3 * b->times.seconds[LS_PHASE_FIXED_POINT] / lanes : 0;
}

static void json_times(const app_bench *b, ls_text *out)
{
    static const char *const names[LS_PHASE_COUNT] = {
        [LS_PHASE_BATCH] = "batch_ms",         [LS_PHASE_FORWARD] = "forward_ms",
        [LS_PHASE_LOSS] = "loss_ms",           [LS_PHASE_BACKWARD] = "backward_ms",
        [LS_PHASE_REDUCE] = "reduce_ms",       [LS_PHASE_FIXED_POINT] = "fixed_point_ms",
        [LS_PHASE_OPTIMIZER] = "optimizer_ms",
    };
    for (int i = 0; i < LS_PHASE_COUNT; i++) {
        add(out, names[i], phase_ms(b, i));
    }
    add(out, "fixed_point_lane_ms", lane_fixed_point_ms(b));
    add(out, "reduce_hidden_ms", 1e3 * b->times.hidden / (double)b->sides[0].steps);
    add(out, "wait_ms", wait_ms(b));
}

static void json_ratio(app_bench *b, ls_text *out)
{
    app_side *other = &b->sides[1];
    ls_text_add(out, ", \"against\": ");
    ls_text_add_json_string(out, b->against);
    add(out, "against_images_per_second", app_quantile(other->rates, other->blocks, 0.5));
    add(out, "ratio", app_quantile(b->ratios, other->blocks, 0.5));
    add(out, "ratio_q1", app_quantile(b->ratios, other->blocks, 0.25));
    add(out, "ratio_q3", app_quantile(b->ratios, other->blocks, 0.75));
}

void app_bench_json(app_bench *b, ls_text *out)
{
    app_side *side = &b->sides[0];
    const ls_backend *backend = ls_engine_backend(side->engine);
    double median = app_quantile(side->rates, side->blocks, 0.5);
    ls_text_add(out, "{\"images_per_second\": ");
    ls_text_add_json_number(out, median);
    add(out, "images_per_second_best", app_quantile(side->rates, side->blocks, 1));
    ls_text_add(out,
                ", \"ranks\": %d, \"batch\": %" PRId64 ", \"lane\": %" PRId64
                ", \"parameters\": %" PRId64 ", \"steps\": %" PRId64 ", \"blocks\": %d",
                ls_comm_size(side->comm), side->config.train_batch, side->config.train_lane,
                ls_model_parameter_count(ls_engine_model(side->engine)), side->steps, side->blocks);
    add(out, "peak_gflops", b->peak_gflops);
    add(out, "mfu", mfu(b, median));
    ls_text_add(out, ", \"backend\": \"%s\", \"isa\": \"%s\", \"blas_core\": ", backend->name,
                ls_isa_name((ls_isa)backend->isa));
    ls_text_add_json_string(out, ls_backend_blas_core());
    ls_text_add(out, ", \"products\": \"%s\"", backend->products);
    json_layers(b, out);
    json_times(b, out);
    add(out, "comm_fraction", comm_fraction(side));
    add(out, "peak_rss_mib", b->peak_rss_mib);
    if (b->side_count > 1) {
        json_ratio(b, out);
    }
    ls_text_add(out, "}\n");
}

static void show_layers(const app_bench *b, ls_text *out)
{
    const ls_model *model = ls_engine_model(b->sides[0].engine);
    double per_step = 1e3 / (double)b->profile_steps;
    ls_text_add(out, "%-24s %12s %12s %10s\n", "layer (rank 0, a step)", "forward ms",
                "backward ms", "GFLOP/s");
    for (int i = 0; i < ls_model_layer_count(model); i++) {
        const ls_model_layer *layer = ls_model_layer_at(model, i);
        if (layer->done_by != i) {
            ls_text_add(out, "%-24s in the pass of %s\n", layer->path,
                        ls_model_layer_at(model, layer->done_by)->path);
            continue;
        }
        ls_text_add(out, "%-24s %12.3f %12.3f %10.1f  %s\n", layer->path, b->forward[i] * per_step,
                    b->backward[i] * per_step, layer_gflops(b, i),
                    layer->plan.method != NULL ? layer->plan.method : "");
    }
    for (int i = 0; i < LS_PHASE_COUNT; i++) {
        ls_text_add(out, "%s %.3f%s", ls_phase_name((ls_phase)i), phase_ms(b, i),
                    i == 0 ? " ms, " : ", ");
    }
    ls_text_add(out, "a lane's fixed point %.3f, waiting for the slowest rank %.3f\n",
                lane_fixed_point_ms(b), wait_ms(b));
}

void app_bench_show(app_bench *b, ls_text *out)
{
    app_side *side = &b->sides[0];
    const ls_backend *backend = ls_engine_backend(side->engine);
    char kernels[LS_BACKEND_TEXT_CHARS];
    double median = app_quantile(side->rates, side->blocks, 0.5);
    ls_text_add(out, "%.0f images/s (median of %d blocks of %" PRId64 " steps; best %.0f)\n",
                median, side->blocks, b->block_steps, app_quantile(side->rates, side->blocks, 1));
    ls_text_add(out, "ranks %d, batch %" PRId64 ", lane %" PRId64 ", %s, small products %s\n",
                ls_comm_size(side->comm), side->config.train_batch, side->config.train_lane,
                ls_backend_describe(backend, kernels), backend->products);
    ls_text_add(out,
                "%.1f %% of a core's peak of %.1f GFLOP/s, communication %.1f %%, "
                "peak memory of a rank %.0f MiB\n",
                100 * mfu(b, median), b->peak_gflops, 100 * comm_fraction(side), b->peak_rss_mib);
    show_layers(b, out);
    if (b->side_count > 1) {
        app_side *other = &b->sides[1];
        ls_text_add(out, "with %s: %.0f images/s, ratio %.3f (quartiles %.3f to %.3f)\n",
                    b->against, app_quantile(other->rates, other->blocks, 0.5),
                    app_quantile(b->ratios, other->blocks, 0.5),
                    app_quantile(b->ratios, other->blocks, 0.25),
                    app_quantile(b->ratios, other->blocks, 0.75));
    }
}
