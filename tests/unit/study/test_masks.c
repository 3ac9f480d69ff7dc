/* Proves that a model of masks is drawn as images above their true masks and those found: the
 * images are the data's, the share of places where both masks have one colour is the accuracy that
 * eval gives, and as many classes as that have colours of their own. */
#include "sheets.h"

#include "lockstep/base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS 16 /* of a sheet */

static const char *const segment[] = {
    "train.task=segment",
    "loss.terms=cross_entropy",
    "model.encoder=conv(4) relu maxpool(2)",
    "model.decoder=upsample(2) conv(11)",
};
#define SEGMENT ((int)(sizeof segment / sizeof segment[0]))

static sheet draw(fixture *f)
{
    char path[LS_PATH_CHARS];
    int64_t done = 0;
    snprintf(path, sizeof path, "%s", fixture_path(f, "masks.png"));
    assert_int_equal(ls_reconstruct(&f->trained, LS_TEST, TEST_IMAGES, path, f->comm, &done),
                     LS_OK);
    assert_int_equal(done, TEST_IMAGES);
    return read_sheet(path);
}

/* Picture i of line 0 (images), 1 (true masks) or 2 (found). */
static void cut(const sheet *s, int i, int line, uint8_t picture[PIXELS])
{
    cut_out(s, i / COLUMNS * 3 + line, i % COLUMNS, picture);
}

static int same_places(const uint8_t *a, const uint8_t *b)
{
    int same = 0;
    for (int p = 0; p < PIXELS; p += 3) {
        same += memcmp(a + p, b + p, 3) == 0;
    }
    return same;
}

static void assert_accuracy_is_drawn(fixture *f)
{
    ls_evaluation evaluation;
    assert_int_equal(ls_evaluate(&f->trained, LS_TEST, f->comm, &evaluation), LS_OK);
    sheet s = draw(f);
    int same = 0;
    for (int i = 0; i < TEST_IMAGES; i++) {
        uint8_t truth[PIXELS], found[PIXELS];
        cut(&s, i, 1, truth);
        cut(&s, i, 2, found);
        same += same_places(truth, found);
    }
    double accuracy = (double)same / (TEST_IMAGES * SIDE * SIDE);
    assert_true(accuracy > 0 && accuracy < 1);
    assert_true(fabs(accuracy - evaluation.measure) < 1e-9);
    ls_free(s.pixels);
}

static void masks_are_drawn(void **state)
{
    fixture *f = *state;
    assert_int_equal(fixture_change(f, SEGMENT, segment), LS_OK);
    sheet s = draw(f);
    for (int i = 0; i < TEST_IMAGES; i++) {
        uint8_t image[PIXELS];
        cut(&s, i, 0, image);
        assert_memory_equal(image, f->pixels + (int64_t)i * PIXELS, PIXELS);
    }
    ls_free(s.pixels);
    assert_accuracy_is_drawn(f);
}

/* Classes that shared a level would look right where they are not. */
static void grey_masks_are_drawn(void **state)
{
    fixture *f = *state;
    const char *grey[SEGMENT + 1];
    memcpy(grey, segment, sizeof segment);
    grey[SEGMENT] = "data.synthetic_channels=1";
    assert_int_equal(fixture_change(f, SEGMENT + 1, grey), LS_OK);
    assert_accuracy_is_drawn(f);
}

static void masks_are_no_numbers(void **state)
{
    fixture *f = *state;
    int64_t done;
    assert_int_equal(fixture_change(f, SEGMENT, segment), LS_OK);
    assert_int_equal(
        ls_reconstruct(&f->trained, LS_TEST, 2, fixture_path(f, "masks.h5"), f->comm, &done),
        LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "masks are drawn, not written as numbers"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks_are_drawn),
        cmocka_unit_test(grey_masks_are_drawn),
        cmocka_unit_test(masks_are_no_numbers),
    };
    return cmocka_run_group_tests(tests, fixture_make, fixture_remove);
}
