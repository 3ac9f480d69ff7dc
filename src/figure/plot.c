/* The figure of curves: where its parts stand, and drawing them one after another. */
#include "lockstep/figure/plot.h"

#include "canvas.h"
#include "ticks.h"

#include "lockstep/base/real.h"
#include "lockstep/io/png.h"

#include <math.h>
#include <stdio.h>

/* The frame of the curves, in pixels. */
#define LEFT         90
#define TOP          40
#define RIGHT        (LS_PLOT_WIDTH - 25)
#define BOTTOM       (LS_PLOT_HEIGHT - 65)
#define TICK_PIXELS  6
#define X_MOST       1e12
#define Y_LEAST      1e-100
#define Y_MOST       1e100
#define X_TICKS      10
#define PAD          0.04 /* of the height, above and below the curves */
#define DASH_PIXELS  8.0
#define SPACE_PIXELS 5.0
#define SOLID        2.5 /* thickness */
#define DASHED       1.8
#define DOT          6.0
#define NAME_LETTERS 32 /* of a name in the legend, from its end */

static const ls_colour paper = {255, 255, 255};
static const ls_colour black = {40, 40, 40};
static const ls_colour grid = {226, 226, 226};
/* Told apart also by the colour-blind: Okabe and Ito, "Color Universal Design", 2008; without the
 * yellow, which is too pale for lines on white, and with the black last. */
static const ls_colour colours[LS_PLOT_GROUPS] = {{0, 114, 178},   {213, 94, 0},  {0, 158, 115},
                                                  {204, 121, 167}, {230, 159, 0}, {86, 180, 233},
                                                  {0, 0, 0}};

/* What the axes show: x as it is, y by its logarithm. */
typedef struct axes {
    double x_low, x_high, y_low, y_high;
} axes;

/* Where doubles are finer than pixels. */
static bool shown(const ls_plot_curve *curve, int64_t i)
{
    return i >= 0 && i < curve->count && fabs(curve->x[i]) <= X_MOST && curve->y[i] >= Y_LEAST &&
           curve->y[i] <= Y_MOST;
}

static void widen(axes *a, double x, double y)
{
    a->x_low = fmin(a->x_low, x);
    a->x_high = fmax(a->x_high, x);
    a->y_low = fmin(a->y_low, y);
    a->y_high = fmax(a->y_high, y);
}

/* A range of one value becomes a range around it. */
static ls_status find_axes(const char *path, const ls_plot *plot, axes *a)
{
    *a = (axes){HUGE_VAL, -HUGE_VAL, HUGE_VAL, -HUGE_VAL};
    for (int c = 0; c < plot->curve_count; c++) {
        for (int64_t i = 0; i < plot->curves[c].count; i++) {
            if (shown(&plot->curves[c], i)) {
                widen(a, plot->curves[c].x[i], ls_log10(plot->curves[c].y[i]));
            }
        }
    }
    LS_REQUIRE(a->x_low <= a->x_high, LS_BAD_INPUT,
               "%s: there is nothing to draw: no number is above 0", path);
    if (a->x_low == a->x_high) {
        a->x_low -= 1;
        a->x_high += 1;
    }
    double pad = fmax(PAD * (a->y_high - a->y_low), 0.01);
    a->y_low -= pad;
    a->y_high += pad;
    return LS_OK;
}

static ls_point place(const axes *a, double x, double log_y)
{
    return (ls_point){LEFT + (x - a->x_low) / (a->x_high - a->x_low) * (RIGHT - LEFT),
                      BOTTOM - (log_y - a->y_low) / (a->y_high - a->y_low) * (BOTTOM - TOP)};
}

/* --- axes ------------------------------------------------------------------------------------- */

static double ten_to(double exponent)
{
    return ls_exp(exponent * 2.302585092994045684); /* ln 10 */
}

static void draw_x_ticks(ls_canvas *canvas, const axes *a)
{
    ls_ticks ticks;
    ls_ticks_whole(&ticks, a->x_low, a->x_high, X_TICKS);
    for (int i = 0; i < ticks.count; i++) {
        int x = (int)(place(a, ticks.at[i], a->y_low).x + 0.5);
        ls_canvas_fill(canvas, x, TOP, 1, BOTTOM - TOP, grid);
        ls_canvas_fill(canvas, x, BOTTOM, 1, TICK_PIXELS, black);
        ls_canvas_text(canvas, x - ls_canvas_text_width(ticks.text[i]) / 2,
                       BOTTOM + TICK_PIXELS + 5, ticks.text[i], black);
    }
}

static void draw_y_ticks(ls_canvas *canvas, const axes *a)
{
    ls_ticks ticks;
    ls_ticks_log(&ticks, ten_to(a->y_low), ten_to(a->y_high));
    for (int i = 0; i < ticks.count; i++) {
        int y = (int)(place(a, a->x_low, ls_log10(ticks.at[i])).y + 0.5);
        ls_canvas_fill(canvas, LEFT, y, RIGHT - LEFT, 1, grid);
        ls_canvas_fill(canvas, LEFT - TICK_PIXELS, y, TICK_PIXELS, 1, black);
        ls_canvas_text(canvas, LEFT - TICK_PIXELS - 5 - ls_canvas_text_width(ticks.text[i]),
                       y - ls_canvas_text_height() / 2, ticks.text[i], black);
    }
}

static void draw_frame(ls_canvas *canvas, const ls_plot *plot)
{
    ls_canvas_fill(canvas, LEFT, TOP, RIGHT - LEFT + 1, 1, black);
    ls_canvas_fill(canvas, LEFT, BOTTOM, RIGHT - LEFT + 1, 1, black);
    ls_canvas_fill(canvas, LEFT, TOP, 1, BOTTOM - TOP + 1, black);
    ls_canvas_fill(canvas, RIGHT, TOP, 1, BOTTOM - TOP + 1, black);
    ls_canvas_text(canvas, LEFT, TOP - ls_canvas_text_height() - 8, plot->y_name, black);
    ls_canvas_text(canvas, (LEFT + RIGHT - ls_canvas_text_width(plot->x_name)) / 2,
                   LS_PLOT_HEIGHT - ls_canvas_text_height() - 12, plot->x_name, black);
}

/* --- curves ----------------------------------------------------------------------------------- */

/* A piece of a dashed line; *walked is how much of the line lies before it. */
static void stroke_dashed(ls_canvas *canvas, ls_point from, ls_point to, double *walked)
{
    double length = sqrt((to.x - from.x) * (to.x - from.x) + (to.y - from.y) * (to.y - from.y));
    for (double at = 0; at < length;) {
        double phase = fmod(*walked, DASH_PIXELS + SPACE_PIXELS);
        bool dash = phase < DASH_PIXELS;
        double rest = (dash ? DASH_PIXELS : DASH_PIXELS + SPACE_PIXELS) - phase;
        double step = fmin(fmax(rest, 1e-3), length - at); /* always onwards */
        if (dash) {
            double a = at / length;
            double b = (at + step) / length;
            ls_canvas_stroke(
                canvas, (ls_point){from.x + a * (to.x - from.x), from.y + a * (to.y - from.y)},
                (ls_point){from.x + b * (to.x - from.x), from.y + b * (to.y - from.y)}, DASHED);
        }
        at += step;
        *walked += step;
    }
}

static void draw_curve(ls_canvas *canvas, const axes *a, const ls_plot_curve *curve)
{
    double walked = 0;
    for (int64_t i = 0; i < curve->count; i++) {
        if (!shown(curve, i)) {
            continue;
        }
        ls_point here = place(a, curve->x[i], ls_log10(curve->y[i]));
        if (!shown(curve, i - 1)) {
            ls_canvas_stroke(canvas, here, here, shown(curve, i + 1) ? DASHED : DOT);
            continue;
        }
        ls_point before = place(a, curve->x[i - 1], ls_log10(curve->y[i - 1]));
        if (curve->dashed) {
            stroke_dashed(canvas, before, here, &walked);
        } else {
            ls_canvas_stroke(canvas, before, here, SOLID);
        }
    }
    ls_canvas_ink(canvas, colours[curve->group]);
}

/* --- legend ----------------------------------------------------------------------------------- */

#define LINE_PIXELS   22 /* from one entry to the next */
#define SAMPLE_PIXELS 34 /* of a line */
#define MARGIN        10

/* The name, or its end after dots. */
static void shorten(const char *name, char text[NAME_LETTERS + 1])
{
    size_t length = 0;
    while (name[length] != '\0') {
        length++;
    }
    bool fits = length <= NAME_LETTERS;
    snprintf(text, NAME_LETTERS + 1, "%s%s", fits ? "" : "...",
             name + (fits ? 0 : length - NAME_LETTERS + 3));
}

static int legend_width(const ls_plot *plot)
{
    char text[NAME_LETTERS + 1];
    int widest = ls_canvas_text_width(plot->solid_name);
    int other = ls_canvas_text_width(plot->dashed_name);
    widest = other > widest ? other : widest;
    for (int g = 0; g < plot->group_count; g++) {
        shorten(plot->group_names[g], text);
        other = ls_canvas_text_width(text);
        widest = other > widest ? other : widest;
    }
    return widest + SAMPLE_PIXELS + 3 * MARGIN;
}

static void draw_entry(ls_canvas *canvas, int x, int y, const char *name, ls_colour colour,
                       bool dashed)
{
    double walked = 0;
    double middle = y + ls_canvas_text_height() / 2.0 - 0.5;
    ls_point from = {x, middle};
    ls_point to = {x + SAMPLE_PIXELS, middle};
    char text[NAME_LETTERS + 1];
    if (dashed) {
        stroke_dashed(canvas, from, to, &walked);
    } else {
        ls_canvas_stroke(canvas, from, to, SOLID);
    }
    ls_canvas_ink(canvas, colour);
    shorten(name, text);
    ls_canvas_text(canvas, x + SAMPLE_PIXELS + MARGIN, y, text, black);
}

/* In the upper right, where falling curves are not. */
static void draw_legend(ls_canvas *canvas, const ls_plot *plot)
{
    int width = legend_width(plot);
    int height = (plot->group_count + 2) * LINE_PIXELS + MARGIN;
    int x = RIGHT - width - MARGIN;
    int y = TOP + MARGIN;
    ls_canvas_fill(canvas, x, y, width, height, grid);
    ls_canvas_fill(canvas, x + 1, y + 1, width - 2, height - 2, paper);
    y += MARGIN;
    x += MARGIN;
    for (int g = 0; g < plot->group_count; g++, y += LINE_PIXELS) {
        draw_entry(canvas, x, y, plot->group_names[g], colours[g], false);
    }
    static const ls_colour grey = {120, 120, 120};
    draw_entry(canvas, x, y, plot->solid_name, grey, false);
    draw_entry(canvas, x, y + LINE_PIXELS, plot->dashed_name, grey, true);
}

/* ---------------------------------------------------------------------------------------------- */

ls_status ls_plot_write(const char *path, const ls_plot *plot)
{
    axes a;
    ls_canvas canvas;
    LS_TRY(find_axes(path, plot, &a));
    ls_status status = ls_canvas_open(&canvas, LS_PLOT_WIDTH, LS_PLOT_HEIGHT);
    if (status == LS_OK) {
        draw_x_ticks(&canvas, &a);
        draw_y_ticks(&canvas, &a);
        draw_frame(&canvas, plot);
        draw_legend(&canvas, plot);
        for (int c = 0; c < plot->curve_count; c++) {
            draw_curve(&canvas, &a, &plot->curves[c]);
        }
        status = ls_png_write(path, (ls_shape){LS_PLOT_HEIGHT, LS_PLOT_WIDTH, 3}, canvas.pixels);
    }
    ls_canvas_close(&canvas);
    return status;
}
