/* Proves that synthetic images are a pure function of (split, index): the same when made in other
 * pieces; classes balanced; masks where the shape is; splits and neighbours different; pictures
 * with something to learn, that is mostly smooth but not flat. */
#include "unit/cmocka_all.h"

#include "data/synthetic_draw.h"
#include "lockstep/base/hash.h"
#include "lockstep/base/memory.h"
#include "lockstep/data/source.h"

#include <stdlib.h>
#include <string.h>

#define SIDE  32
#define BYTES (SIDE * SIDE * 3)
#define COUNT 400

static const ls_shape shape = {SIDE, SIDE, 3};
static uint8_t pixels[COUNT][BYTES], again[COUNT][BYTES];
static uint8_t labels[COUNT], labels_again[COUNT];

static ls_source *open_source(ls_comm *comm, int64_t channels)
{
    ls_config config;
    ls_config_defaults(&config);
    config.data_synthetic_train = COUNT;
    config.data_synthetic_test = COUNT;
    config.data_synthetic_channels = channels;
    ls_source *source = NULL;
    if (ls_source_open(&source, &config, comm) != LS_OK) {
        return NULL;
    }
    return source;
}

static void the_same_in_pieces(void **state)
{
    (void)state;
    ls_comm *comm;
    assert_int_equal(ls_comm_self(&comm), LS_OK);
    ls_source *source = open_source(comm, 3);
    assert_non_null(source);
    assert_true(ls_source_describe(source)->images[LS_TRAIN] == COUNT);
    ls_source_range all = {0, COUNT};
    assert_int_equal(ls_source_read(source, LS_TRAIN, all, pixels[0], labels), LS_OK);
    for (int64_t first = 0; first < COUNT; first += 37) {
        ls_source_range part = {first, first + 37 < COUNT ? 37 : COUNT - first};
        assert_int_equal(ls_source_read(source, LS_TRAIN, part, again[first], labels_again + first),
                         LS_OK);
    }
    assert_memory_equal(pixels, again, sizeof pixels);
    assert_memory_equal(labels, labels_again, sizeof labels);
    assert_int_equal(ls_source_read(source, LS_TEST, all, again[0], labels_again), LS_OK);
    for (int i = 0; i < COUNT; i++) {
        assert_memory_not_equal(pixels[i], again[i], BYTES);
        assert_memory_not_equal(pixels[i], pixels[(i + 10) % COUNT], BYTES);
    }
    ls_source_close(source);
    assert_null(open_source(comm, 2));
    assert_non_null(strstr(ls_error_message(), "data.synthetic_channels = 2"));
    ls_comm_finish(comm);
    assert_true(ls_alloc_live() == 0);
}

static void classes_are_balanced(void **state)
{
    (void)state;
    int count[LS_SYNTHETIC_KINDS] = {0};
    for (int i = 0; i < COUNT; i++) {
        count[ls_synthetic_draw(LS_TRAIN, i, shape, pixels[i])]++;
    }
    for (int k = 0; k < LS_SYNTHETIC_KINDS; k++) {
        assert_int_equal(count[k], COUNT / LS_SYNTHETIC_KINDS);
    }
}

/* Sum of squared differences of neighbours along x, and of pixels from the mean. */
static void measure(const uint8_t *image, double *rough, double *spread)
{
    double sum = 0;
    for (int i = 0; i < BYTES; i++) {
        sum += image[i];
    }
    for (int i = 0; i < BYTES; i++) {
        double from_mean = image[i] - sum / BYTES;
        *spread += from_mean * from_mean;
        if (i % (SIDE * 3) >= 3) {
            double step = image[i] - image[i - 3];
            *rough += step * step;
        }
    }
}

/* White noise has rough = 2 spread; pictures have far less. */
static void smooth_but_not_flat(void **state)
{
    (void)state;
    double rough = 0;
    double spread = 0;
    for (int i = 0; i < COUNT; i++) {
        ls_synthetic_draw(LS_TRAIN, i, shape, pixels[i]);
        measure(pixels[i], &rough, &spread);
    }
    double deviation_squared = spread / ((double)COUNT * BYTES);
    assert_true(deviation_squared > 30.0 * 30.0);
    assert_true(rough < 0.2 * spread);
}

/* Grey pictures and other sizes: the label follows the index, all of the picture is written. */
static void other_shapes(void **state)
{
    (void)state;
    ls_shape grey = {20, 28, 1};
    uint8_t a[20 * 28];
    uint8_t b[20 * 28];
    memset(a, 0, sizeof a);
    memset(b, 255, sizeof b);
    assert_int_equal(ls_synthetic_draw(LS_TEST, 123, grey, a), 3);
    assert_int_equal(ls_synthetic_draw(LS_TEST, 123, grey, b), 3);
    assert_memory_equal(a, b, sizeof a);
}

static bool same_colour(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, 3) == 0;
}

/* The colour that most of the mask's pixels have: [3]. */
static const uint8_t *find_colour(const uint8_t *picture, const uint8_t *mask)
{
    const uint8_t *best = picture;
    int most = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        int equal = 0;
        for (int k = 0; k < SIDE * SIDE && mask[i] != 0; k++) {
            equal += mask[k] != 0 && same_colour(picture + 3 * k, picture + 3 * i);
        }
        if (equal > most) {
            most = equal;
            best = picture + 3 * i;
        }
    }
    return best;
}

/* A shape with an outline (kinds 0 to 5) is of one colour: nearly all pixels of that colour are
 * marked, and nearly all that are marked, but for the outline's own, are of that colour. Every mark
 * is the image's class and 1; all classes are marked somewhere. */
static void masks_are_where_the_shape_is(void **state)
{
    (void)state;
    static uint8_t mask[SIDE * SIDE];
    int64_t marked[LS_SYNTHETIC_KINDS] = {0};
    int64_t outside = 0, others = 0, all = 0;
    for (int i = 0; i < 100; i++) {
        int kind = ls_synthetic_draw(LS_TEST, i, shape, pixels[0]);
        ls_synthetic_mask(LS_TEST, i, shape, mask);
        const uint8_t *colour = kind <= 5 ? find_colour(pixels[0], mask) : NULL;
        for (int k = 0; k < SIDE * SIDE; k++) {
            assert_true(mask[k] == 0 || mask[k] == kind + 1);
            marked[kind] += mask[k] != 0;
            bool coloured = colour != NULL && same_colour(pixels[0] + 3 * k, colour);
            all += colour != NULL && mask[k] != 0;
            outside += coloured && mask[k] == 0;
            others += colour != NULL && mask[k] != 0 && !coloured;
        }
    }
    for (int kind = 0; kind < LS_SYNTHETIC_KINDS; kind++) {
        assert_true(marked[kind] > 0 && marked[kind] < 10 * SIDE * SIDE);
    }
    assert_true(outside * 100 < all);
    assert_true(others * 5 < all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks_are_where_the_shape_is),
        cmocka_unit_test(the_same_in_pieces),
        cmocka_unit_test(classes_are_balanced),
        cmocka_unit_test(smooth_but_not_flat),
        cmocka_unit_test(other_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
