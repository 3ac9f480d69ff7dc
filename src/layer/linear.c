/* Weighted sums within layers that have several. */
#include "linear.h"

#include "sizes.h"

#include <string.h>

ls_status ls_linear_plan(ls_linear *s, const char *layer, const ls_backend *backend,
                         const char *weight, const char *bias, int in, int out, ls_layer_plan *plan)
{
    LS_LAYER_NEEDS(backend, layer, matmul);
    LS_LAYER_NEEDS(backend, layer, dense_db);
    *s = (ls_linear){.in = in, .out = out, .param = plan->param_count};
    LS_TRY(ls_layer_add_weight_and_bias(plan, 2, (int[]){in, out}, out, in, out));
    plan->params[s->param].name = weight;
    plan->params[s->param + 1].name = bias;
    return LS_OK;
}

void ls_linear_forward(const ls_linear *s, const ls_layer_run *run, int rows, const float *x,
                       float *y)
{
    for (int64_t r = 0; r < rows; r++) {
        memcpy(y + r * s->out, run->w[s->param + 1], sizeof *y * (size_t)s->out);
    }
    const ls_matmul sums = {.m = rows,
                            .n = s->out,
                            .k = s->in,
                            .a_row = s->in,
                            .b_row = s->out,
                            .z_row = s->out,
                            .scale = 1.0F,
                            .keep = 1.0F};
    run->backend->matmul(&sums, x, run->w[s->param], y);
}

void ls_linear_backward(const ls_linear *s, const ls_layer_run *run, int rows, const float *x,
                        const float *dy, float *dx)
{
    const ls_matmul weights = {.m = s->in,
                               .n = s->out,
                               .k = rows,
                               .a_row = s->in,
                               .b_row = s->out,
                               .z_row = s->out,
                               .a_turned = true,
                               .scale = 1.0F,
                               .keep = 1.0F};
    run->backend->matmul(&weights, x, dy, run->dw[s->param]);
    run->backend->dense_db(rows, s->out, dy, run->dw[s->param + 1]);
    if (dx != NULL) {
        const ls_matmul inputs = {.m = rows,
                                  .n = s->in,
                                  .k = s->out,
                                  .a_row = s->out,
                                  .b_row = s->out,
                                  .z_row = s->in,
                                  .b_turned = true,
                                  .scale = 1.0F};
        run->backend->matmul(&inputs, dy, run->w[s->param], dx);
    }
}

ls_status ls_bottleneck_plan(ls_bottleneck *s, const char *layer, const ls_backend *backend, int c,
                             int ratio, ls_layer_plan *plan)
{
    LS_LAYER_NEEDS(backend, layer, unary_forward);
    LS_LAYER_NEEDS(backend, layer, unary_backward);
    int width = c / ratio > 1 ? c / ratio : 1;
    LS_TRY(ls_linear_plan(&s->down, layer, backend, "down_weight", "down_bias", c, width, plan));
    return ls_linear_plan(&s->up, layer, backend, "up_weight", "up_bias", width, c, plan);
}

void ls_bottleneck_forward(const ls_bottleneck *s, const ls_layer_run *run, int rows,
                           const float *x, float *hidden, float *y)
{
    ls_linear_forward(&s->down, run, rows, x, hidden);
    run->backend->unary_forward(LS_RELU, 0.0F, (int64_t)rows * s->down.out, hidden, hidden);
    ls_linear_forward(&s->up, run, rows, hidden, y);
}

void ls_bottleneck_backward(const ls_bottleneck *s, const ls_layer_run *run, int rows,
                            const float *x, const float *hidden, const float *dy, float *dhidden,
                            float *dx)
{
    ls_linear_backward(&s->up, run, rows, hidden, dy, dhidden);
    run->backend->unary_backward(LS_RELU, 0.0F, (int64_t)rows * s->down.out, hidden, dhidden,
                                 dhidden);
    ls_linear_backward(&s->down, run, rows, x, dhidden, dx);
}
