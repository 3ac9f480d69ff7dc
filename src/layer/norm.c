/* What the layers that normalize share. */
#include "norm.h"

static ls_param_plan of_channels(const char *name, int c, ls_init init)
{
    return (ls_param_plan){.name = name, .dim_count = 1, .dims = {c}, .init = init};
}

ls_status ls_layer_norm_plan(ls_norm *s, const char *name, const ls_backend *backend, ls_shape in,
                             int groups, double eps, int blocks, ls_layer_plan *plan)
{
    LS_LAYER_NEEDS(backend, name, norm_statistics);
    LS_LAYER_NEEDS(backend, name, norm_apply);
    LS_LAYER_NEEDS(backend, name, norm_backward);
    *s = (ls_norm){.places = (int64_t)in.h * in.w, .c = in.c, .groups = groups, .eps = (float)eps};
    plan->out = in;
    plan->params[plan->param_count++] = of_channels("gamma", in.c, LS_INIT_ONE);
    plan->params[plan->param_count++] = of_channels("beta", in.c, LS_INIT_ZERO);
    plan->saved_bytes = 2 * sizeof(float) * (size_t)blocks * (size_t)groups;
    plan->scratch_bytes = 2 * sizeof(float) * (size_t)groups;
    plan->flops = 7.0 * (double)ls_shape_count(in);
    plan->needs_x = true;
    return LS_OK;
}

/* w[0], w[1]: gamma and beta, [C]. */
void ls_layer_norm_forward(const ls_norm *s, int blocks, const ls_layer_run *run)
{
    float *mean = ls_layer_norm_mean(run);
    float *variance = ls_layer_norm_variance(s, blocks, run);
    run->backend->norm_statistics(s, blocks, run->x, mean, variance);
    run->backend->norm_apply(s, blocks, run->x, mean, variance, run->w[0], run->w[1], run->y);
}

void ls_layer_norm_backward(const ls_norm *s, int blocks, const ls_layer_run *run)
{
    run->backend->norm_backward(s, blocks, run->x, ls_layer_norm_mean(run),
                                ls_layer_norm_variance(s, blocks, run), run->w[0], run->dy, run->dx,
                                run->dw[0], run->dw[1], run->scratch);
}

void ls_layer_norm_images_forward(const void *self, const ls_layer_run *run)
{
    ls_layer_norm_forward(self, run->n, run);
}

void ls_layer_norm_images_backward(const void *self, const ls_layer_run *run)
{
    ls_layer_norm_backward(self, run->n, run);
}
