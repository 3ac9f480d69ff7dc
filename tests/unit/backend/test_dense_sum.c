/* Sums over lanes of a dense layer's gradients, in every kernel set: as float32 near those of
 * `ref`, in parts as in one; exact ones to the bit those of lanes that are rounded one after
 * another, from zero or from what is there, of lanes with no images too, of numbers small and
 * large, as integers or float32.
 */
#include "arrays.h"
#include "unit/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

enum { LANES = 3, APART = 5 }; /* between images */

/* A layer's lanes; the second has no images, the third fewer than the first. */
typedef struct lanes {
    ls_dense_sum sum;
    ls_lane_rows rows[LANES];
    float *x, *dy;                    /* [LANES, n, in + APART], [LANES, n, out + APART] */
    int64_t x_count, dy_count, count; /* count: of gradients, with biases */
} lanes;

static void open_lanes(lanes *l, int n, int in, int out, float scale)
{
    *l = (lanes){.x_count = (int64_t)LANES * n * (in + APART),
                 .dy_count = (int64_t)LANES * n * (out + APART),
                 .count = (int64_t)(in + 1) * out};
    l->x = numbers(l->x_count, 71);
    l->dy = numbers(l->dy_count, 72);
    for (int64_t i = 0; i < l->dy_count; i++) {
        l->dy[i] *= scale;
    }
    for (int k = 0; k < LANES; k++) {
        l->rows[k] = (ls_lane_rows){.n = k == 1 ? 0 : n - k / 2,
                                    .x = l->x + (int64_t)k * n * (in + APART),
                                    .dy = l->dy + (int64_t)k * n * (out + APART)};
    }
    l->sum = (ls_dense_sum){.in = in,
                            .out = out,
                            .rows = in + 1,
                            .x_pitch = in + APART,
                            .dy_pitch = out + APART,
                            .lanes = LANES,
                            .lane = l->rows,
                            .bound = 1.01F * scale * (float)n};
}

static void close_lanes(lanes *l)
{
    drop(l->x, l->x_count);
    drop(l->dy, l->dy_count);
}

static void add_by_hand(const lanes *l, double *sums)
{
    for (int k = 0; k < LANES; k++) {
        for (int i = 0; i < l->rows[k].n; i++) {
            const float *x = l->rows[k].x + i * l->sum.x_pitch;
            const float *dy = l->rows[k].dy + i * l->sum.dy_pitch;
            for (int64_t v = 0; v < l->count; v++) {
                int64_t row = v / l->sum.out;
                sums[v] += (row < l->sum.in ? (double)x[row] : 1.0) * dy[v % l->sum.out];
            }
        }
    }
}

static void check_float(const ls_backend *backend, lanes *l)
{
    float *want = numbers(l->count, 73);
    float *g = copy_of(want, l->count);
    double *sums = calloc((size_t)l->count, sizeof *sums);
    assert_non_null(sums);
    add_by_hand(l, sums);
    for (int64_t i = 0; i < l->count; i++) {
        want[i] = (float)(want[i] + sums[i]);
    }
    ls_dense_sum part = l->sum;
    part.rows = l->sum.in / 3;
    backend->dense_sum(&part, &(ls_lane_sums){.g = g});
    part.first = part.rows;
    part.rows = l->sum.in + 1 - part.first;
    backend->dense_sum(&part, &(ls_lane_sums){.g = g + (int64_t)part.first * part.out});
    expect_near("dense sum", g, want, l->count, 1e-5);
    free(sums);
    drop(want, l->count);
    drop(g, l->count);
}

/* Lane after lane by fixed_add, onto what is in totals. */
static void add_apart(const ls_backend *backend, const lanes *l, int64_t *totals)
{
    for (int k = 0; k < LANES; k++) {
        float *g = zeros(l->count);
        ls_dense_sum one = l->sum;
        one.lanes = 1;
        one.lane = &l->rows[k];
        backend->dense_sum(&one, &(ls_lane_sums){.g = g});
        assert_true(backend->largest(l->count, g) <= l->sum.bound);
        assert_true(backend->fixed_add(l->count, 0x1p19F, false, g, totals));
        drop(g, l->count);
    }
}

static void check_exact(const ls_backend *backend, const lanes *l, bool first)
{
    size_t bytes = (size_t)l->count * sizeof(int64_t);
    int64_t *want = calloc(1, bytes);
    int64_t *got = malloc(bytes);
    assert_true(want != NULL && got != NULL);
    for (int64_t i = 0; i < l->count; i++) {
        got[i] = i * 1000003 - 77;
        want[i] = first ? 0 : got[i];
    }
    float *g = numbers(l->count, 74);
    float *want_g = zeros(l->count);
    add_apart(backend, l, want);
    backend->fixed_to_float(l->count, want, want_g);
    backend->dense_sum(
        &l->sum,
        &(ls_lane_sums){.exact = true, .first = first, .total = first ? NULL : got, .g = g});
    expect_near("exact dense sum", g, want_g, l->count, 0.0);
    backend->dense_sum(&l->sum, &(ls_lane_sums){.exact = true, .first = first, .total = got});
    assert_memory_equal(got, want, bytes);
    drop(g, l->count);
    drop(want_g, l->count);
    free(want);
    free(got);
}

static void check_shape(const ls_backend *backend, int n, int in, int out)
{
    static const float scales[] = {1e-4F, 1.0F, 0x1p6F, 0x1p14F}; /* to each side of 2^7 */
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        lanes l;
        open_lanes(&l, n, in, out, scales[i]);
        check_float(backend, &l);
        check_exact(backend, &l, true);
        check_exact(backend, &l, false);
        close_lanes(&l);
    }
}

static void check_set(const ls_backend *backend)
{
    assert_true(backend->dense_sums(128));
    assert_false(backend->dense_sums(10));
    for (int in = 1; in < 30; in++) {
        check_shape(backend, 1 + in % 7, in, in % 3 == 0 ? 64 : 32);
    }
    check_shape(backend, 16, 300, 128);
    check_shape(backend, 40, 13, 256);
}

static void every_set_sums_lanes(void **state)
{
    (void)state;
    for_each_set(check_set);
}

static void check_largest(const ls_backend *backend)
{
    for (int count = 1; count < 70; count++) {
        for (int at = 0; at < count; at += 3) {
            float *x = numbers(count, 75);
            x[at] = at % 2 == 0 ? -2.5F : 2.5F;
            assert_true(backend->largest(count, x) == 2.5F);
            uint32_t bits = UINT32_C(0xffc00001);
            memcpy(&x[at], &bits, sizeof bits);
            float most = backend->largest(count, x);
            assert_true(most != most);
            drop(x, count);
        }
    }
}

static void the_largest_is_found(void **state)
{
    (void)state;
    for_each_set(check_largest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_set_sums_lanes),
        cmocka_unit_test(the_largest_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
