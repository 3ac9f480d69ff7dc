/* Proves, from the pixels of the written file, that curves run where their numbers say on a linear
 * and a logarithmic axis, that grid lines stand at powers of 10, that numbers which have no place
 * leave a gap, that dashes are dashes, and that the same plot gives the same pixels. */
#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"
#include "lockstep/figure/plot.h"
#include "lockstep/io/png.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#define PATH "test_plot.png"
#define PAD  0.04 /* of the curves' height, above and below them */

static const uint8_t blue[3] = {0, 114, 178}; /* of group 0 */
static const uint8_t grid[3] = {226, 226, 226};
static const uint8_t dark[3] = {40, 40, 40};

typedef struct picture {
    ls_shape shape;
    uint8_t *pixels;              /* [shape], owned */
    int left, right, top, bottom; /* of the frame */
} picture;

static bool is(const picture *p, int x, int y, const uint8_t colour[3])
{
    return memcmp(p->pixels + 3 * (y * p->shape.w + x), colour, 3) == 0;
}

static int count_in_row(const picture *p, int y, const uint8_t colour[3])
{
    int count = 0;
    for (int x = 0; x < p->shape.w; x++) {
        count += is(p, x, y, colour);
    }
    return count;
}

static int count_in_column(const picture *p, int x, const uint8_t colour[3])
{
    int count = 0;
    for (int y = 0; y < p->shape.h; y++) {
        count += is(p, x, y, colour);
    }
    return count;
}

/* The outermost long dark lines. */
static void find_frame(picture *p)
{
    p->top = p->left = -1;
    for (int y = 0; y < p->shape.h; y++) {
        if (count_in_row(p, y, dark) > p->shape.w / 2) {
            p->top = p->top < 0 ? y : p->top;
            p->bottom = y;
        }
    }
    for (int x = 0; x < p->shape.w; x++) {
        if (count_in_column(p, x, dark) > p->shape.h / 2) {
            p->left = p->left < 0 ? x : p->left;
            p->right = x;
        }
    }
    assert_true(p->left > 0 && p->right > p->left + 600 && p->bottom > p->top + 400);
}

static picture plot_curves(int count, const ls_plot_curve *curves)
{
    picture p;
    const ls_plot plot = {"epoch",
                          "loss",
                          "validation",
                          "training",
                          curves,
                          count,
                          (const char *const[]){"a run", "another"},
                          2};
    assert_int_equal(ls_plot_write(PATH, &plot), LS_OK);
    assert_int_equal(ls_png_read(PATH, 3, &p.shape, &p.pixels), LS_OK);
    assert_true(ls_shape_equal(p.shape, (ls_shape){LS_PLOT_HEIGHT, LS_PLOT_WIDTH, 3}));
    unlink(PATH);
    find_frame(&p);
    return p;
}

/* The column at this share of the frame's width, the row at this share of the curves' height. */
static int column_at(const picture *p, double share)
{
    return (int)(p->left + share * (p->right - p->left) + 0.5);
}
static double row_at(const picture *p, double share)
{
    return p->bottom - (share + PAD) / (1 + 2 * PAD) * (p->bottom - p->top);
}

/* The middle of the blue pixels of a column; -1 = there is none. */
static double blue_at(const picture *p, int x)
{
    double sum = 0;
    int count = 0;
    for (int y = p->top; y <= p->bottom; y++) {
        if (is(p, x, y, blue)) {
            sum += y;
            count++;
        }
    }
    return count > 0 ? sum / count : -1;
}

static void a_power_law_is_a_straight_line(void **state)
{
    (void)state;
    const double x[] = {0, 10};
    const double y[] = {0.1, 0.001};
    picture p = plot_curves(1, &(ls_plot_curve){.x = x, .y = y, .count = 2});
    for (double share = 0.05; share < 0.7; share += 0.05) { /* the legend is further right */
        double found = blue_at(&p, column_at(&p, share));
        assert_true(fabs(found - row_at(&p, 1 - share)) <= 1);
    }
    ls_free(p.pixels);
}

static void points_are_where_they_belong(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 5, 9};
    const double y[] = {1, 0.01, 0.01, 0.1, 0.0001};
    picture p = plot_curves(1, &(ls_plot_curve){.x = x, .y = y, .count = 5});
    assert_true(fabs(blue_at(&p, column_at(&p, 1.5 / 8)) - row_at(&p, 0.5)) <= 1);
    assert_true(fabs(blue_at(&p, column_at(&p, 2.0 / 8 + 1.0 / 8)) - row_at(&p, 0.625)) <= 1);
    assert_true(fabs(blue_at(&p, column_at(&p, 5.0 / 8)) - row_at(&p, 0.5625)) <= 1);
    ls_free(p.pixels);
}

static void grid_lines_stand_at_powers_of_ten(void **state)
{
    (void)state;
    const double x[] = {0, 10};
    const double y[] = {0.1, 0.0001};
    picture p = plot_curves(1, &(ls_plot_curve){.x = x, .y = y, .count = 2});
    int found = 0;
    for (int row = p.bottom; row >= p.top; row--) {
        if (count_in_row(&p, row, grid) > (p.right - p.left) / 2) {
            assert_true(fabs(row - row_at(&p, found / 3.0)) <= 1);
            found++;
        }
    }
    assert_int_equal(found, 4);
    ls_free(p.pixels);
}

static void what_has_no_place_is_a_gap(void **state)
{
    (void)state;
    const double x[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    double y[] = {0.5, 0.01, 0, 0.01, 0.01, (double)NAN, 0.01, (double)INFINITY, 0.01, 0.005};
    picture p = plot_curves(1, &(ls_plot_curve){.x = x, .y = y, .count = 10});
    for (double at = 0.1; at < 6.5; at += 0.1) {
        bool gap = (at > 1 && at < 3) || (at > 4 && at < 6) || at > 6;
        bool edge = fabs(at - nearbyint(at)) < 0.06; /* round ends, and the dot of a lone point */
        if (!edge) {
            assert_int_equal(blue_at(&p, column_at(&p, at / 9)) < 0, gap);
        }
    }
    assert_true(blue_at(&p, column_at(&p, 6.0 / 9)) > 0);
    ls_free(p.pixels);
}

/* Columns without a blue pixel, left of the legend. */
static int count_holes(const picture *p)
{
    int holes = 0;
    for (int x = column_at(p, 0.02); x < column_at(p, 0.7); x++) {
        holes += blue_at(p, x) < 0;
    }
    return holes;
}

static void dashes_have_holes(void **state)
{
    (void)state;
    const double x[] = {0, 3, 10};
    const double y[] = {0.2, 0.1, 0.1};
    ls_plot_curve curve = {.x = x, .y = y, .count = 3};
    picture solid = plot_curves(1, &curve);
    curve.dashed = true;
    picture dashed = plot_curves(1, &curve);
    assert_int_equal(count_holes(&solid), 0);
    int columns = column_at(&dashed, 0.7) - column_at(&dashed, 0.02);
    assert_true(count_holes(&dashed) > columns / 8 && count_holes(&dashed) < columns * 3 / 4);
    ls_free(solid.pixels);
    ls_free(dashed.pixels);
}

static void the_same_plot_is_the_same_picture(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3};
    const double y[] = {0.3, 0.2, 0.15};
    ls_plot_curve curve = {.x = x, .y = y, .count = 3};
    picture one = plot_curves(1, &curve);
    picture again = plot_curves(1, &curve);
    curve.group = 1;
    picture other = plot_curves(1, &curve);
    size_t bytes = (size_t)ls_shape_count(one.shape);
    assert_memory_equal(one.pixels, again.pixels, bytes);
    assert_true(blue_at(&one, column_at(&one, 0.4)) > 0);
    assert_true(blue_at(&other, column_at(&other, 0.4)) < 0);
    ls_free(one.pixels);
    ls_free(again.pixels);
    ls_free(other.pixels);
}

/* Whatever the numbers, a picture comes of them in reasonable time. */
static void extreme_numbers_are_drawn_or_left_out(void **state)
{
    (void)state;
    const double x[] = {-1e300, -1e12, 0, 1, 1e12, 1e12, (double)NAN, (double)INFINITY};
    const double y[] = {1, 1e-100, 1e-310, 1, 1e100, 1e300, 1, 1};
    for (int i = 0; i < 8; i++) {
        for (int j = i; j < 8; j++) {
            const ls_plot_curve pair[] = {{.x = x + i, .y = y + i, .count = j - i + 1},
                                          {.x = x + j, .y = y + j, .count = 1, .dashed = true}};
            const ls_plot plot = {
                "epoch", "loss", "validation", "training", pair, 2, (const char *const[]){"a run"},
                1};
            bool any = (i <= 1 && j >= 1) || (i <= 3 && j >= 3) || (i <= 4 && j >= 4);
            assert_int_equal(ls_plot_write(PATH, &plot), any ? LS_OK : LS_BAD_INPUT);
        }
    }
    unlink(PATH);
}

static void nothing_is_refused(void **state)
{
    (void)state;
    const double x[] = {1, 2};
    const double y[] = {0, (double)NAN};
    const ls_plot_curve curve = {.x = x, .y = y, .count = 2};
    const ls_plot plot = {
        "epoch", "loss", "validation", "training", &curve, 1, (const char *const[]){"a run"}, 1};
    assert_int_equal(ls_plot_write(PATH, &plot), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "nothing to draw"));
    assert_int_equal(access(PATH, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_power_law_is_a_straight_line),
        cmocka_unit_test(points_are_where_they_belong),
        cmocka_unit_test(grid_lines_stand_at_powers_of_ten),
        cmocka_unit_test(what_has_no_place_is_a_gap),
        cmocka_unit_test(dashes_have_holes),
        cmocka_unit_test(the_same_plot_is_the_same_picture),
        cmocka_unit_test(extreme_numbers_are_drawn_or_left_out),
        cmocka_unit_test(nothing_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
