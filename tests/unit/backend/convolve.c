/* Convolutions for tests: packing, scratch memory, calls. */
#include "convolve.h"

#include "arrays.h"

/* Direct products of up to some thousand terms stay below 2e-6; F(2x2) below 4e-6, F(4x4) below
 * 1e-5: docs/performance.md. */
#define BOUND           5e-6
#define BOUND_WINOGRAD2 1e-5
#define BOUND_WINOGRAD4 2e-5

operation make(const char *name, int n, int h, int w, int c, int o, int kernel, int stride, int pad,
               int output_pad, bool transposed)
{
    ls_conv s = {.h = h, .w = w, .c = c, .o = o, .kernel = kernel, .stride = stride, .pad = pad};
    if (transposed) {
        s.p = (h - 1) * stride - 2 * pad + kernel + output_pad;
        s.q = (w - 1) * stride - 2 * pad + kernel + output_pad;
    } else {
        s.p = (h + 2 * pad - kernel) / stride + 1;
        s.q = (w + 2 * pad - kernel) / stride + 1;
    }
    return (operation){.name = name,
                       .shape = s,
                       .n = n,
                       .inputs = (int64_t)n * s.h * s.w * s.c,
                       .outputs = (int64_t)n * s.p * s.q * s.o,
                       .weights = (int64_t)kernel * kernel * c * o,
                       .transposed = transposed};
}

/* Weights as the backend wants them; of `count` floats, 0 = as they are. */
static float *pack(const ls_backend *backend, const operation *op, bool is_backward, const float *w,
                   int64_t *count)
{
    size_t (*packed)(const ls_conv *, bool) =
        op->transposed ? backend->deconv_packed : backend->conv_packed;
    *count = packed != NULL ? (int64_t)(packed(&op->shape, is_backward) / sizeof(float)) : 0;
    float *memory = numbers(*count, 79); /* whatever was there before */
    if (*count > 0 && op->transposed) {
        backend->deconv_pack(&op->shape, is_backward, w, memory);
    } else if (*count > 0) {
        backend->conv_pack(&op->shape, is_backward, w, memory);
    }
    return memory;
}

static int64_t scratch_floats(const ls_backend *backend, const operation *op)
{
    size_t bytes = op->transposed ? backend->deconv_scratch(&op->shape, op->n)
                                  : backend->conv_scratch(&op->shape, op->n);
    return (int64_t)(bytes / sizeof(float));
}

void forward_fused(const ls_backend *backend, const operation *op, const float *x, const float *w,
                   const float *b, float *y, uint8_t *which)
{
    int64_t count = scratch_floats(backend, op);
    int64_t packed_count;
    float *scratch = numbers(count, 77);
    float *packed = pack(backend, op, false, w, &packed_count);
    const float *weights = packed_count > 0 ? packed : w;
    if (op->transposed) {
        backend->deconv_forward(&op->shape, op->n, x, weights, b, y, scratch);
    } else {
        backend->conv_forward(&op->shape, op->n, x, weights, b, y, which, scratch);
    }
    drop(packed, packed_count);
    drop(scratch, count);
}

void backward_fused(const ls_backend *backend, const operation *op, const float *x, const float *w,
                    const float *y, const float *dy, const uint8_t *which, float *dx, float *dw,
                    float *db)
{
    int64_t count = scratch_floats(backend, op);
    int64_t packed_count;
    float *scratch = numbers(count, 78);
    float *packed = pack(backend, op, true, w, &packed_count);
    const float *weights = dx == NULL ? NULL : packed_count > 0 ? packed : w;
    if (op->transposed) {
        backend->deconv_backward(&op->shape, op->n, x, weights, y, dy, dx, dw, db, scratch);
    } else {
        backend->conv_backward(&op->shape, op->n, x, weights, dy, which, dx, dw, db, scratch);
    }
    drop(packed, packed_count);
    drop(scratch, count);
}

void forward(const ls_backend *backend, const operation *op, const float *x, const float *w,
             const float *b, float *y)
{
    forward_fused(backend, op, x, w, b, y, NULL);
}

void backward(const ls_backend *backend, const operation *op, const float *x, const float *w,
              const float *dy, float *dx, float *dw, float *db)
{
    backward_fused(backend, op, x, w, NULL, dy, NULL, dx, dw, db);
}

bool may_filter(const operation *op)
{
    const ls_conv *s = &op->shape;
    return s->kernel == 3 && (op->transposed ? s->stride == 2 && s->pad == 1 : s->stride == 1);
}

double bound_of(const ls_backend *backend, const operation *op)
{
    const ls_conv *s = &op->shape;
    if (!may_filter(op) || s->form == LS_CONV_DIRECT || backend == reference()) {
        return BOUND;
    }
    return s->form == LS_CONV_WINOGRAD2 ? BOUND_WINOGRAD2 : BOUND_WINOGRAD4;
}
