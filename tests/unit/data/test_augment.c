/* Proves of augmentation: every move of a picture by up to the shift and mirrored or not occurs, as
 * often as it should, with borders as reflected padding gives them; colours follow the three
 * formulas with factors in their range and stay on [0, 1]; what happens to an image follows from
 * its number and the epoch, not from the lane it is in. */
#include "unit/cmocka_all.h"

#include "lockstep/base/random.h"
#include "lockstep/data/augment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define H      5
#define W      7
#define C      3
#define VALUES (H * W * C)
#define SHIFT  2
#define PLACES (2 * SHIFT + 1)

static const ls_shape shape = {H, W, C};
static float spare[VALUES];

static ls_augment plan(const char *a, const char *b)
{
    static ls_config config;
    ls_augment out;
    const char *arguments[] = {a, b};
    ls_config_defaults(&config);
    assert_int_equal(ls_config_apply_arguments(&config, 2, arguments), LS_OK);
    assert_int_equal(ls_augment_plan(&out, &config, shape), LS_OK);
    return out;
}

/* Every value another one. */
static void fill(float *x)
{
    for (int i = 0; i < VALUES; i++) {
        x[i] = (float)(1 + i) / (VALUES + 1);
    }
}

/* The crop at (top, left) of the picture padded by SHIFT with reflected borders. */
static void crop(const float *x, int top, int left, bool mirrored, float *out)
{
    static float padded[H + 2 * SHIFT][W + 2 * SHIFT][C];
    for (int i = 0; i < H + 2 * SHIFT; i++) {
        for (int j = 0; j < W + 2 * SHIFT; j++) {
            int row = abs(i - SHIFT);
            int column = abs(j - SHIFT);
            row = row < H ? row : 2 * (H - 1) - row;
            column = column < W ? column : 2 * (W - 1) - column;
            column = mirrored ? W - 1 - column : column;
            memcpy(padded[i][j], x + (row * W + column) * C, sizeof padded[i][j]);
        }
    }
    for (int i = 0; i < H; i++) {
        memcpy(out + i * W * C, padded[top + i][left], sizeof(float) * W * C);
    }
}

/* Which of the 2 * PLACES * PLACES pictures x has become; -1 = none. */
static int find(const float *x, const float *original)
{
    float candidate[VALUES];
    for (int k = 0; k < 2 * PLACES * PLACES; k++) {
        crop(original, k / 2 / PLACES, k / 2 % PLACES, k % 2 == 1, candidate);
        if (memcmp(x, candidate, sizeof candidate) == 0) {
            return k;
        }
    }
    return -1;
}

static void crops_of_the_padded_picture(void **state)
{
    (void)state;
    enum { count = 20000, kinds = 2 * PLACES * PLACES };
    ls_augment augment = plan("augment.flip=1", "augment.shift=2");
    assert_true(ls_augment_any(&augment));
    int seen[kinds] = {0};
    float original[VALUES], x[VALUES];
    fill(original);
    for (int64_t sample = 0; sample < count; sample++) {
        memcpy(x, original, sizeof x);
        ls_augment_run(&augment, 3, 1, &sample, x, spare);
        int kind = find(x, original);
        assert_true(kind >= 0);
        seen[kind]++;
    }
    for (int k = 0; k < kinds; k++) { /* 400 each, give or take five deviations */
        assert_near(seen[k], (double)count / kinds, 5 * 20);
    }
}

static void one_without_the_other(void **state)
{
    (void)state;
    ls_augment flips = plan("augment.flip=1", "augment.shift=0");
    ls_augment moves = plan("augment.flip=0", "augment.shift=2");
    float original[VALUES], x[VALUES];
    fill(original);
    for (int64_t sample = 0; sample < 200; sample++) {
        memcpy(x, original, sizeof x);
        ls_augment_run(&flips, 0, 1, &sample, x, spare);
        assert_int_equal(find(x, original) / 2, SHIFT * PLACES + SHIFT);
        memcpy(x, original, sizeof x);
        ls_augment_run(&moves, 0, 1, &sample, x, spare);
        assert_int_equal(find(x, original) % 2, 0);
    }
}

/* A gray picture has no saturation, and one of a single value no contrast: its brightness alone is
 * changed. */
static void brightness_has_its_range(void **state)
{
    (void)state;
    ls_augment augment = plan("augment.jitter=0.4", "augment.flip=0");
    double least = 2, most = 0, sum = 0;
    for (int64_t sample = 0; sample < 2000; sample++) {
        float x[VALUES];
        for (int i = 0; i < VALUES; i++) {
            x[i] = 0.5F;
        }
        ls_augment_run(&augment, 0, 1, &sample, x, spare);
        double factor = x[0] / 0.5;
        for (int i = 1; i < VALUES; i++) {
            assert_near(x[i], x[0], 1e-6);
        }
        least = fmin(least, factor);
        most = fmax(most, factor);
        sum += factor;
    }
    assert_true(least >= 0.6 - 1e-6 && least < 0.61);
    assert_true(most <= 1.4 + 1e-6 && most > 1.39);
    assert_near(sum / 2000, 1, 5 * 0.8 / sqrt(12 * 2000));
}

/* What the three factors make of x, in double. */
static void colour(double *x, const double factor[3])
{
    double mean = 0;
    for (int i = 0; i < VALUES; i++) {
        x[i] = fmin(1, x[i] * factor[0]);
    }
    for (int i = 0; i < VALUES; i += C) {
        mean += (0.299 * x[i] + 0.587 * x[i + 1] + 0.114 * x[i + 2]) / (H * W);
    }
    for (int i = 0; i < VALUES; i++) {
        x[i] = fmin(1, fmax(0, mean + factor[1] * (x[i] - mean)));
    }
    for (int i = 0; i < VALUES; i += C) {
        double luma = 0.299 * x[i] + 0.587 * x[i + 1] + 0.114 * x[i + 2];
        for (int k = 0; k < C; k++) {
            x[i + k] = fmin(1, fmax(0, luma + factor[2] * (x[i + k] - luma)));
        }
    }
}

static void colours_follow_the_formulas(void **state)
{
    (void)state;
    ls_augment augment = plan("augment.jitter=1", "augment.flip=0");
    for (int64_t sample = 0; sample < 300; sample++) {
        const ls_random_key key = {
            .seed = 1, .purpose = LS_PURPOSE_AUGMENT, .epoch = 5, .sample = (uint32_t)sample};
        double factor[3];
        double expected[VALUES];
        float x[VALUES];
        fill(x);
        for (int i = 0; i < VALUES; i++) {
            expected[i] = x[i];
        }
        for (uint32_t i = 0; i < 3; i++) {
            factor[i] = 2 * (double)ls_random_uniform(&key, 3 + i);
        }
        ls_augment_run(&augment, 5, 1, &sample, x, spare);
        colour(expected, factor);
        for (int i = 0; i < VALUES; i++) {
            assert_near(x[i], expected[i], 1e-6);
        }
    }
}

static void follows_from_sample_and_epoch(void **state)
{
    (void)state;
    ls_augment augment = plan("augment.jitter=0.5", "augment.shift=2");
    const int64_t together[3] = {40, 7, 12};
    float lane[3][VALUES], alone[VALUES], later[VALUES];
    for (int i = 0; i < 3; i++) {
        fill(lane[i]);
    }
    ls_augment_run(&augment, 4, 3, together, lane[0], spare);
    for (int i = 0; i < 3; i++) {
        fill(alone);
        fill(later);
        ls_augment_run(&augment, 4, 1, &together[i], alone, spare);
        ls_augment_run(&augment, 5, 1, &together[i], later, spare);
        assert_memory_equal(alone, lane[i], sizeof alone);
        assert_memory_not_equal(alone, later, sizeof alone);
        assert_memory_not_equal(lane[i], lane[(i + 1) % 3], sizeof alone);
    }
}

static void nothing_by_default(void **state)
{
    (void)state;
    static ls_config config;
    ls_augment augment;
    ls_config_defaults(&config);
    assert_int_equal(ls_augment_plan(&augment, &config, shape), LS_OK);
    assert_false(ls_augment_any(&augment));
    config.augment_shift = H;
    assert_int_equal(ls_augment_plan(&augment, &config, shape), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "augment.shift = 5: images are 5x7x3"));
}

/* A mask moves as a picture of one channel that has the mask for its values. */
static void masks_move_with_their_pictures(void **state)
{
    (void)state;
    enum { HIGH = 9, WIDE = 7, SIX = 6, ALL = SIX * HIGH * WIDE };
    ls_augment augment;
    ls_config config;
    float x[ALL], room[HIGH * WIDE];
    uint8_t masks[ALL];
    const int64_t samples[SIX] = {3, 1, 4, 15, 9, 26};
    bool moved = false;
    ls_config_defaults(&config);
    config.augment_flip = 1;
    config.augment_shift = 3;
    assert_int_equal(ls_augment_plan(&augment, &config, (ls_shape){HIGH, WIDE, 1}), LS_OK);
    for (int i = 0; i < ALL; i++) {
        masks[i] = (uint8_t)(i * 7 % 11);
        x[i] = (float)masks[i] / 16;
    }
    ls_augment_run(&augment, 2, SIX, samples, x, room);
    ls_augment_masks(&augment, 2, SIX, samples, masks, room);
    for (int i = 0; i < ALL; i++) {
        assert_true(x[i] == (float)masks[i] / 16);
        moved = moved || masks[i] != i * 7 % 11;
    }
    assert_true(moved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crops_of_the_padded_picture),
        cmocka_unit_test(one_without_the_other),
        cmocka_unit_test(brightness_has_its_range),
        cmocka_unit_test(colours_follow_the_formulas),
        cmocka_unit_test(follows_from_sample_and_epoch),
        cmocka_unit_test(nothing_by_default),
        cmocka_unit_test(masks_move_with_their_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
