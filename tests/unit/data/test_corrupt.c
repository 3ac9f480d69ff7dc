/* Proves of each corruption what it does: the noise's mean and deviation, for fixed and drawn
 * deviations, and that it is not clamped; the exact number of masked pixels and of replaced values;
 * the erased rectangle's size and places; lines of letters; the downscaled image worked by hand.
 * What happens to an image follows from its number, the epoch and the seed, not from the lane that
 * it is in; of several kinds one follows the other; wrong settings are refused. */
#include "unit/cmocka_all.h"

#include "lockstep/data/corrupt.h"

#include <math.h>
#include <string.h>

#define SIDE   32
#define PIXELS (SIDE * SIDE)
#define VALUES (PIXELS * 3)

static const ls_shape shape = {SIDE, SIDE, 3};
static float clean[4][VALUES], x[4][VALUES], again[4][VALUES], spare[VALUES];

static ls_status try_plan(ls_corrupt *out, ls_shape of, const char *a, const char *b, const char *c)
{
    static ls_config config;
    const char *arguments[] = {a, b, c};
    ls_config_defaults(&config);
    int count = b == NULL ? 1 : c == NULL ? 2 : 3;
    assert_int_equal(ls_config_apply_arguments(&config, count, arguments), LS_OK);
    return ls_corrupt_plan(out, &config, of);
}

static ls_corrupt plan(const char *a, const char *b, const char *c)
{
    ls_corrupt out;
    assert_int_equal(try_plan(&out, shape, a, b, c), LS_OK);
    assert_true(ls_corrupt_any(&out));
    return out;
}

static void fill(float value)
{
    for (int i = 0; i < 4 * VALUES; i++) {
        clean[i / VALUES][i % VALUES] = value;
    }
}

/* Mean and deviation of x[0] - clean[0]. */
static void measure(double *mean, double *deviation)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < VALUES; i++) {
        double d = (double)x[0][i] - (double)clean[0][i];
        sum += d / VALUES;
        squares += d * d / VALUES;
    }
    *mean = sum;
    *deviation = sqrt(squares - sum * sum);
}

static void noise_of_one_deviation(void **state)
{
    (void)state;
    ls_corrupt c = plan("corrupt.kind=gaussian", "corrupt.sigma_low=25", "corrupt.sigma_high=25");
    double sigma = 25.0 / 255;
    fill(1);
    bool above = false;
    for (int64_t sample = 0; sample < 20; sample++) {
        double mean, deviation;
        ls_corrupt_training(&c, 0, 1, &sample, clean[0], x[0], spare);
        measure(&mean, &deviation);
        assert_near(mean, 0, 5 * sigma / sqrt(VALUES));
        assert_near(deviation, sigma, 5 * sigma / sqrt(2 * VALUES));
        for (int i = 0; i < VALUES; i++) {
            above = above || x[0][i] > 1.2F; /* two deviations beyond what an image can have */
        }
    }
    assert_true(above);
}

static void noise_of_a_range(void **state)
{
    (void)state;
    enum { count = 300 };
    ls_corrupt c = plan("corrupt.kind=gaussian", "corrupt.sigma_low=5", "corrupt.sigma_high=55");
    double least = 1000, most = 0, sum = 0;
    fill(0.5F);
    for (int64_t sample = 0; sample < count; sample++) {
        double mean, deviation;
        ls_corrupt_training(&c, 0, 1, &sample, clean[0], x[0], spare);
        measure(&mean, &deviation);
        least = fmin(least, 255 * deviation);
        most = fmax(most, 255 * deviation);
        sum += 255 * deviation;
    }
    assert_true(least > 4.7 && least < 7);
    assert_true(most < 58.6 && most > 53);
    assert_near(sum / count, 30, 5 * 50 / sqrt(12.0 * count));
}

/* Whole pixels, exactly a third of them, and over many images each as often as any other. */
static void masks_pixels(void **state)
{
    (void)state;
    enum { count = 900 };
    static int hits[PIXELS];
    ls_corrupt c = plan("corrupt.kind=mask", "corrupt.fraction=0.3333333333", NULL);
    fill(0.5F);
    for (int64_t sample = 0; sample < count; sample++) {
        int masked = 0;
        ls_corrupt_training(&c, 2, 1, &sample, clean[0], x[0], spare);
        for (int i = 0; i < PIXELS; i++) {
            const float *p = x[0] + i * 3;
            assert_true((p[0] == 0 && p[1] == 0 && p[2] == 0) ||
                        (p[0] == 0.5F && p[1] == 0.5F && p[2] == 0.5F));
            masked += p[0] == 0;
            hits[i] += p[0] == 0;
        }
        assert_int_equal(masked, 341); /* of 1024 */
    }
    for (int i = 0; i < PIXELS; i++) {
        assert_near(hits[i], 300, 5 * sqrt(200));
    }
}

static void masks_none_or_all(void **state)
{
    (void)state;
    ls_corrupt none = plan("corrupt.kind=mask", "corrupt.fraction=0", NULL);
    ls_corrupt all = plan("corrupt.kind=mask", "corrupt.fraction=1", NULL);
    fill(0.5F);
    ls_corrupt_evaluation(&none, 0, 1, clean[0], x[0], spare);
    assert_memory_equal(x[0], clean[0], sizeof x[0]);
    ls_corrupt_evaluation(&all, 0, 1, clean[0], x[0], spare);
    fill(0);
    assert_memory_equal(x[0], clean[0], sizeof x[0]);
}

static void salt_and_pepper(void **state)
{
    (void)state;
    enum { count = 100 };
    int salt = 0, pepper = 0;
    ls_corrupt c = plan("corrupt.kind=salt_pepper", "corrupt.fraction=0.1", NULL);
    fill(0.5F);
    for (int64_t sample = 0; sample < count; sample++) {
        int replaced = 0;
        ls_corrupt_training(&c, 0, 1, &sample, clean[0], x[0], spare);
        for (int i = 0; i < VALUES; i++) {
            assert_true(x[0][i] == 0 || x[0][i] == 1 || x[0][i] == 0.5F);
            replaced += x[0][i] != 0.5F;
            salt += x[0][i] == 1;
            pepper += x[0][i] == 0;
        }
        assert_int_equal(replaced, 307); /* of 3072 */
    }
    assert_near(salt, 0.5 * (salt + pepper), 5 * 0.5 * sqrt(salt + pepper));
}

/* One rectangle of 8 x 8, in every one of the 25 x 25 places. */
static void erases_a_rectangle(void **state)
{
    (void)state;
    static bool seen[25][25];
    int places = 0;
    ls_corrupt c = plan("corrupt.kind=rectangle", "corrupt.rectangle=0.25", NULL);
    fill(0.5F);
    for (int64_t sample = 0; sample < 10000; sample++) {
        ls_corrupt_training(&c, 0, 1, &sample, clean[0], x[0], spare);
        int first = 0, erased = 0;
        while (first < PIXELS && x[0][first * 3] != 0) {
            first++;
        }
        int top = first / SIDE, left = first % SIDE;
        for (int i = 0; i < VALUES; i++) {
            int row = i / 3 / SIDE, column = i / 3 % SIDE;
            bool inside = row >= top && row < top + 8 && column >= left && column < left + 8;
            assert_true(x[0][i] == (inside ? 0 : 0.5F));
            erased += inside;
        }
        assert_int_equal(erased, 8 * 8 * 3);
        places += !seen[top][left];
        seen[top][left] = true;
    }
    assert_int_equal(places, 25 * 25);
}

/* Of ten rows five are free of letters, and of four columns one; letters cover about half of their
 * places, differ, and begin anywhere. */
static void draws_lines_of_letters(void **state)
{
    (void)state;
    enum { count = 400 };
    bool starts[10] = {false};
    double covered = 0;
    ls_corrupt c = plan("corrupt.kind=text", NULL, NULL);
    fill(0.5F);
    for (int64_t sample = 0; sample < count; sample++) {
        bool row_has[10] = {false}, column_has[4] = {false};
        ls_corrupt_training(&c, 0, 1, &sample, clean[0], x[0], spare);
        for (int i = 0; i < VALUES; i++) {
            assert_true(x[0][i] == 0 || x[0][i] == 0.5F);
            assert_true((x[0][i] == 0) == (x[0][i / 3 * 3] == 0));
            if (x[0][i] == 0) {
                row_has[i / 3 / SIDE % 10] = true;
                column_has[i / 3 % SIDE % 4] = true;
                covered += 1.0 / VALUES / count;
            }
        }
        int rows = 0, columns = 0;
        for (int i = 0; i < 10; i++) {
            rows += row_has[i];
            starts[i] = starts[i] || (row_has[i] && !row_has[(i + 9) % 10]);
        }
        for (int i = 0; i < 4; i++) {
            columns += column_has[i];
        }
        assert_true(rows <= 5 && columns <= 3);
    }
    for (int i = 0; i < 10; i++) {
        assert_true(starts[i]);
    }
    assert_true(covered > 0.12 && covered < 0.25);
}

/* The letters of an image of 128 pixels are the dots of twice the size. */
static void letters_grow_with_the_image(void **state)
{
    (void)state;
    static float large[128 * 128], big_spare[128 * 128], out[128 * 128];
    ls_corrupt c;
    assert_int_equal(try_plan(&c, (ls_shape){128, 128, 1}, "corrupt.kind=text", NULL, NULL), LS_OK);
    for (int i = 0; i < 128 * 128; i++) {
        large[i] = 1;
    }
    ls_corrupt_evaluation(&c, 0, 1, large, out, big_spare);
    int lonely = 0, dark = 0;
    for (int row = 0; row < 128; row++) {
        for (int i = 1; i < 127; i++) {
            const float *p = out + row * 128 + i;
            dark += p[0] == 0;
            lonely += p[0] == 0 && p[-1] != 0 && p[1] != 0;
        }
    }
    assert_true(dark > 1000);
    assert_int_equal(lonely, 0);
}

static void downscales_as_by_hand(void **state)
{
    (void)state;
    const float image[16] = {0, 4, 8, 8, 4, 8, 0, 0, 12, 12, 0, 0, 16, 16, 16, 16};
    /* Boxes: 4 4 / 14 8. Between their centres pixels lie at -1/4, 1/4, 3/4 and 5/4. */
    const float expected[16] = {4,     4,       4,      4, 6.5F, 6.125F, 5.375F, 5,
                                11.5F, 10.375F, 8.125F, 7, 14,   12.5F,  9.5F,   8};
    float out[16], room[16];
    ls_corrupt c;
    assert_int_equal(try_plan(&c, (ls_shape){4, 4, 1}, "corrupt.kind=downscale", NULL, NULL),
                     LS_OK);
    ls_corrupt_evaluation(&c, 0, 1, image, out, room);
    for (int i = 0; i < 16; i++) {
        assert_near(out[i], expected[i], 1e-6);
    }
    assert_int_equal(
        try_plan(&c, (ls_shape){4, 4, 1}, "corrupt.kind=downscale", "corrupt.factor=4", NULL),
        LS_OK);
    ls_corrupt_evaluation(&c, 0, 1, image, out, room);
    for (int i = 0; i < 16; i++) {
        assert_near(out[i], 7.5, 1e-6);
    }
}

/* Channels do not mix, and a picture of one value stays. */
static void downscales_each_channel(void **state)
{
    (void)state;
    ls_corrupt c = plan("corrupt.kind=downscale", "corrupt.factor=4", NULL);
    for (int i = 0; i < VALUES; i++) {
        clean[0][i] = 0.25F * (float)(1 + i % 3);
    }
    ls_corrupt_evaluation(&c, 0, 1, clean[0], x[0], spare);
    assert_memory_equal(x[0], clean[0], sizeof x[0]);
}

static const char *const kinds[] = {
    "corrupt.kind=gaussian",  "corrupt.kind=mask", "corrupt.kind=salt_pepper",
    "corrupt.kind=rectangle", "corrupt.kind=text",
};
#define KINDS ((int)(sizeof kinds / sizeof kinds[0]))

static void follows_from_sample_epoch_and_seed(void **state)
{
    (void)state;
    const int64_t samples[4] = {9, 3, 100, 4};
    fill(0.5F);
    for (int k = 0; k < KINDS; k++) {
        ls_corrupt c = plan(kinds[k], NULL, NULL);
        ls_corrupt other = plan(kinds[k], "train.seed=2", NULL);
        ls_corrupt_training(&c, 6, 4, samples, clean[0], x[0], spare);
        for (int i = 0; i < 4; i++) {
            ls_corrupt_training(&c, 6, 1, &samples[i], clean[i], again[i], spare);
            assert_memory_equal(x[i], again[i], sizeof x[i]);
            assert_memory_not_equal(x[i], x[(i + 1) % 4], sizeof x[i]);
        }
        int same = 0; /* by chance a rectangle stands where it stood */
        ls_corrupt_training(&c, 7, 4, samples, clean[0], again[0], spare);
        same += memcmp(x, again, sizeof x) == 0;
        ls_corrupt_training(&other, 6, 4, samples, clean[0], again[0], spare);
        same += memcmp(x, again, sizeof x) == 0;
        assert_int_equal(same, 0);
    }
}

static void evaluation_is_fixed(void **state)
{
    (void)state;
    fill(0.5F);
    for (int k = 0; k < KINDS; k++) {
        ls_corrupt c = plan(kinds[k], NULL, NULL);
        const int64_t samples[4] = {8, 9, 10, 11};
        ls_corrupt_evaluation(&c, 8, 4, clean[0], x[0], spare);
        ls_corrupt_evaluation(&c, 8, 1, clean[0], again[0], spare);
        ls_corrupt_evaluation(&c, 9, 3, clean[1], again[1], spare);
        assert_memory_equal(x, again, sizeof x);
        ls_corrupt_training(&c, 0, 4, samples, clean[0], again[0], spare);
        assert_memory_not_equal(x, again, sizeof x);
    }
}

/* The mask comes after the noise, and is what a second place in the list draws. */
static void one_after_another(void **state)
{
    (void)state;
    ls_corrupt both = plan("corrupt.kind=gaussian+mask", "corrupt.fraction=0.5", NULL);
    ls_corrupt noise = plan("corrupt.kind=gaussian", NULL, NULL);
    fill(0.5F);
    ls_corrupt_evaluation(&both, 0, 1, clean[0], x[0], spare);
    ls_corrupt_evaluation(&noise, 0, 1, clean[0], again[0], spare);
    int masked = 0;
    for (int i = 0; i < VALUES; i++) {
        assert_true(x[0][i] == 0 || x[0][i] == again[0][i]);
        masked += x[0][i] == 0;
    }
    assert_int_equal(masked, VALUES / 2);
}

static void refuse(const char *a, const char *b, const char *why)
{
    ls_corrupt c;
    assert_int_equal(try_plan(&c, shape, a, b, NULL), LS_BAD_INPUT);
    if (strstr(ls_error_message(), why) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", ls_error_message(), why);
    }
}

static void wrong_settings_are_refused(void **state)
{
    (void)state;
    refuse("corrupt.kind=gausian", NULL, "no corruption \"gausian\"; did you mean gaussian");
    refuse("corrupt.kind=mask+", NULL, "no corruption \"\"");
    refuse("corrupt.kind=none+mask", NULL, "no corruption \"none\"");
    refuse("corrupt.kind=mask+mask+mask+mask+mask+mask+mask+mask+mask", NULL, "more than 8");
    refuse("corrupt.kind=gaussian", "corrupt.sigma_low=60",
           "corrupt.sigma_low = 60 is above corrupt.sigma_high = 55");
    refuse("corrupt.kind=downscale", "corrupt.factor=3", "corrupt.factor = 3 does not divide");
    ls_corrupt c;
    assert_int_equal(try_plan(&c, shape, "corrupt.kind=none", NULL, NULL), LS_OK);
    assert_false(ls_corrupt_any(&c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_of_one_deviation),
        cmocka_unit_test(noise_of_a_range),
        cmocka_unit_test(masks_pixels),
        cmocka_unit_test(masks_none_or_all),
        cmocka_unit_test(salt_and_pepper),
        cmocka_unit_test(erases_a_rectangle),
        cmocka_unit_test(draws_lines_of_letters),
        cmocka_unit_test(letters_grow_with_the_image),
        cmocka_unit_test(downscales_as_by_hand),
        cmocka_unit_test(downscales_each_channel),
        cmocka_unit_test(follows_from_sample_epoch_and_seed),
        cmocka_unit_test(evaluation_is_fixed),
        cmocka_unit_test(one_after_another),
        cmocka_unit_test(wrong_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
