/* How far each form of convolution lies from sums in double (`ref`), in every kernel set, on the
 * network's inner convolutions, transposed ones too, with numbers as in training: rectified inputs,
 * Glorot weights. Prints the table of docs/performance.md and holds its bounds: the root mean
 * square of errors in parts of that of the values, and the largest error in parts of the largest
 * value. */
#include "arrays.h"
#include "convolve.h"
#include "unit/cmocka_all.h"

#include <math.h>

typedef struct error {
    double rms, most;
} error;

/* Of convolutions and of transposed ones, whose dx sums four phases. */
static const error bounds[2][LS_CONV_FORMS] = {{[LS_CONV_AUTO] = {4e-6, 1e-5},
                                                [LS_CONV_DIRECT] = {8e-7, 2e-6},
                                                [LS_CONV_WINOGRAD2] = {6e-7, 1e-6},
                                                [LS_CONV_WINOGRAD4] = {4e-6, 1e-5}},
                                               {[LS_CONV_DIRECT] = {8e-7, 2e-6},
                                                [LS_CONV_WINOGRAD2] = {9e-7, 2e-6},
                                                [LS_CONV_WINOGRAD4] = {4e-6, 1e-5}}};

static error compare(int64_t count, const float *got, const float *want)
{
    double errors = 0.0;
    double values = 0.0;
    double worst = 0.0;
    double largest = 0.0;
    for (int64_t i = 0; i < count; i++) {
        double wrong = fabs((double)got[i] - want[i]);
        errors += wrong * wrong;
        values += (double)want[i] * want[i];
        worst = fmax(worst, wrong);
        largest = fmax(largest, fabs((double)want[i]));
    }
    return (error){sqrt(errors / values), worst / largest};
}

static float *scaled(int64_t count, uint64_t seed, float scale, bool rectified)
{
    float *a = numbers(count, seed);
    for (int64_t i = 0; i < count; i++) {
        a[i] = rectified && a[i] < 0 ? 0 : scale * a[i];
    }
    return a;
}

/* What a convolution gives: y, dx, dw. */
enum { Y, DX, DW, RESULTS };
static const char *const result_names[RESULTS] = {"y", "dx", "dw"};

typedef struct results {
    float *of[RESULTS];
    int64_t count[RESULTS];
} results;

static results run(const ls_backend *backend, const operation *op, const float *x, const float *w,
                   const float *dy)
{
    results r = {.count = {op->outputs, op->inputs, op->weights}};
    float *b = zeros(op->shape.o);
    float *db = zeros(op->shape.o);
    for (int i = 0; i < RESULTS; i++) {
        r.of[i] = zeros(r.count[i]);
    }
    forward(backend, op, x, w, b, r.of[Y]);
    backward(backend, op, x, w, dy, r.of[DX], r.of[DW], db);
    drop(b, op->shape.o);
    drop(db, op->shape.o);
    return r;
}

static void drop_results(results *r)
{
    for (int i = 0; i < RESULTS; i++) {
        drop(r->of[i], r->count[i]);
    }
}

static void check_form(const ls_backend *backend, operation op, ls_conv_form form, const float *x,
                       const float *w, const float *dy, const results *want)
{
    static const char *const names[LS_CONV_FORMS] = {"auto", "direct", "winograd2", "winograd4"};
    const error bound = bounds[op.transposed][form];
    op.shape.form = form;
    results got = run(backend, &op, x, w, dy);
    for (int i = 0; i < RESULTS; i++) {
        error e = compare(want->count[i], got.of[i], want->of[i]);
        print_message("%-9s %-9s %-16s %-2s rms %.1e largest %.1e\n",
                      ls_isa_name((ls_isa)backend->isa), names[form], op.name, result_names[i],
                      e.rms, e.most);
        if (!(e.rms <= bound.rms && e.most <= bound.most)) {
            fail_msg("beyond rms %.1e or largest %.1e", bound.rms, bound.most);
        }
    }
    drop_results(&got);
}

/* In every form, from `first` on. */
static void check_layer(const ls_backend *backend, operation op, int first)
{
    float *x = scaled(op.inputs, 1, 1.0F, true);
    float *w =
        scaled(op.weights, 2, sqrtf(6.0F / (9.0F * (float)(op.shape.c + op.shape.o))), false);
    float *dy = scaled(op.outputs, 3, 1e-3F, false);
    results want = run(reference(), &op, x, w, dy);
    for (int form = first; form < LS_CONV_FORMS; form++) {
        check_form(backend, op, (ls_conv_form)form, x, w, dy, &want);
    }
    drop_results(&want);
    drop(x, op.inputs);
    drop(w, op.weights);
    drop(dy, op.outputs);
}

static void check_layers(const ls_backend *backend)
{
    check_layer(backend, make("3 to 32", 4, 16, 16, 3, 32, 3, 1, 1, 0, false), LS_CONV_AUTO);
    check_layer(backend, make("32 to 64", 4, 16, 16, 32, 64, 3, 1, 1, 0, false), LS_CONV_DIRECT);
    check_layer(backend, make("64 to 128", 4, 8, 8, 64, 128, 3, 1, 1, 0, false), LS_CONV_DIRECT);
    check_layer(backend, make("deconv 128 to 64", 4, 4, 4, 128, 64, 3, 2, 1, 1, true),
                LS_CONV_DIRECT);
    check_layer(backend, make("deconv 64 to 32", 4, 8, 8, 64, 32, 3, 2, 1, 1, true),
                LS_CONV_DIRECT);
}

static void every_form_is_as_accurate_as_stated(void **state)
{
    (void)state;
    for_each_set(check_layers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_as_accurate_as_stated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
