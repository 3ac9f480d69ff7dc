/* Average pooling, enlarging, putting back by place, prelu and masks: each against values worked
 * out by hand, on `ref` and on every kernel set; masks are the numbers of their stream, bit for
 * bit, at every length. (Gradients, and larger shapes against `ref`: tests/contract/layers.) */
#include "arrays.h"
#include "unit/cmocka_all.h"

#include "lockstep/base/random.h"

#include <string.h>

static void on_all(void (*check)(const ls_backend *backend))
{
    check(reference());
    for_each_set(check);
}

static void check_avgpool(const ls_backend *backend)
{
    /* 3 x 3 places of 2 channels; windows of 2 every 1 */
    static const float x[18] = {1, 0, 2, 0, 3, 4, 4, 0, 5, 0, 6, 4, 7, 8, 8, 8, 9, 8};
    static const float want[8] = {3, 0, 4, 2, 6, 4, 7, 5};
    static const float dy[8] = {4, 0, 8, 0, 16, 0, 32, 4};
    static const float want_dx[18] = {1, 0, 3, 0, 2, 0, 5, 0, 15, 1, 10, 1, 4, 0, 12, 1, 8, 1};
    const ls_pool s = {.h = 3, .w = 3, .c = 2, .p = 2, .q = 2, .window = 2, .stride = 1};
    float y[8];
    float dx[18];
    backend->avgpool_forward(&s, 1, x, y);
    expect_near("avgpool", y, want, 8, 0.0);
    backend->avgpool_backward(&s, 1, dy, dx);
    expect_near("avgpool dx", dx, want_dx, 18, 0.0);
}

static void avgpool(void **state)
{
    (void)state;
    on_all(check_avgpool);
}

static void check_nearest(const ls_backend *backend)
{
    static const float x[4] = {1, 2, 3, 4}; /* two images of 1 x 2 */
    static const float want[16] = {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4};
    static const float dy[16] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 1, 0, 0, 1, 0, 1};
    static const float want_dx[4] = {14, 22, 1, 2};
    const ls_upsample s = {.h = 1, .w = 2, .c = 1, .factor = 2};
    float y[16];
    float dx[4];
    backend->upsample_forward(&s, 2, x, y);
    expect_near("nearest", y, want, 16, 0.0);
    backend->upsample_backward(&s, 2, dy, dx);
    expect_near("nearest dx", dx, want_dx, 4, 0.0);
}

/* Factors 2 (centres between the inputs') and 3 (every third output is an input), and both sides at
 * once. */
static void check_bilinear(const ls_backend *backend)
{
    static const float x[3] = {1, 2, 4};
    static const float twice[6] = {1, 1.25f, 1.75f, 2.5f, 3.5f, 4};
    static const float thrice[9] = {1, 1, 4.0f / 3, 5.0f / 3, 2, 8.0f / 3, 10.0f / 3, 4, 4};
    static const float square[4] = {0, 4, 8, 12};
    static const float want[16] = {0, 1, 3, 4, 2, 3, 5, 6, 6, 7, 9, 10, 8, 9, 11, 12};
    float y[27];
    const ls_upsample two = {.h = 1, .w = 3, .c = 1, .factor = 2, .bilinear = true};
    backend->upsample_forward(&two, 1, x, y);
    expect_near("bilinear 2, first line", y, twice, 6, 0.0);
    expect_near("bilinear 2, second line", y + 6, twice, 6, 0.0);
    const ls_upsample three = {.h = 3, .w = 1, .c = 1, .factor = 3, .bilinear = true};
    backend->upsample_forward(&three, 1, x, y);
    for (int p = 0; p < 9; p++) {
        const float line[3] = {thrice[p], thrice[p], thrice[p]};
        expect_near("bilinear 3", y + 3 * p, line, 3, 1e-7);
    }
    const ls_upsample both = {.h = 2, .w = 2, .c = 1, .factor = 2, .bilinear = true};
    backend->upsample_forward(&both, 1, square, y);
    expect_near("bilinear, both sides", y, want, 16, 0.0);
}

static void upsample(void **state)
{
    (void)state;
    on_all(check_nearest);
    on_all(check_bilinear);
}

static void check_gather(const ls_backend *backend)
{
    static const float x[16] = {1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8};
    static const uint8_t which[4] = {0, 3, 1, 2};
    static const float want[4] = {1, -6, 4, -7};
    const ls_pool s = {.h = 2, .w = 4, .c = 2, .p = 1, .q = 2, .window = 2, .stride = 2};
    float y[4];
    backend->maxpool_gather(&s, 1, which, x, y);
    expect_near("gather", y, want, 4, 0.0);
}

static void gather(void **state)
{
    (void)state;
    on_all(check_gather);
}

static void check_prelu(const ls_backend *backend)
{
    static const float slope[2] = {0.5f, -2};
    static const float x[6] = {1, -1, -4, 3, 0, -0.5f};
    static const float dy[6] = {1, 2, 3, 4, 5, 6};
    static const float want[6] = {1, 2, -2, 3, 0, 1};
    static const float want_dx[6] = {1, -4, 1.5f, 4, 2.5f, -12};
    static const float want_dslope[2] = {100 - 12, -2 - 3};
    float y[6];
    float dx[6];
    float dslope[2] = {100, 0};
    backend->prelu_forward(3, 2, slope, x, y);
    expect_near("prelu", y, want, 6, 0.0);
    backend->prelu_dx(3, 2, slope, x, dy, dx);
    expect_near("prelu dx", dx, want_dx, 6, 0.0);
    backend->prelu_dslope(3, 2, x, dy, dslope);
    expect_near("prelu dslope", dslope, want_dslope, 2, 0.0);
}

static void prelu(void **state)
{
    (void)state;
    on_all(check_prelu);
}

static void check_draw(const ls_backend *backend)
{
    const ls_random_key key = {.seed = 0x123456789abcdefU,
                               .purpose = LS_PURPOSE_TEST,
                               .layer = 7,
                               .epoch = 8,
                               .sample = 9};
    for (int count = 0; count < 400; count += count < 70 ? 1 : 67) {
        uint8_t keep[400];
        memset(keep, 7, sizeof keep);
        backend->draw(&key, 0x40000000U, count, keep);
        for (int i = 0; i < count; i++) {
            assert_int_equal(keep[i], ls_random_bits(&key, (uint32_t)i) >= 0x40000000U);
        }
        assert_int_equal(keep[count], 7);
    }
    uint8_t all[100];
    backend->draw(&key, 0, 100, all);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(all[i], 1);
    }
}

static void check_mask(const ls_backend *backend)
{
    static const uint8_t keep[3] = {1, 0, 1};
    static const float x[6] = {1, 2, 3, 4, 5, 6};
    static const float want[6] = {2, 0, 6, 8, 0, 12};
    float y[6];
    backend->mask(2, 3, keep, 2.0f, x, y);
    expect_near("mask", y, want, 6, 0.0);
}

static void masks(void **state)
{
    (void)state;
    on_all(check_draw);
    on_all(check_mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(avgpool), cmocka_unit_test(upsample), cmocka_unit_test(gather),
        cmocka_unit_test(prelu),   cmocka_unit_test(masks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
