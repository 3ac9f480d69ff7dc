/* Spread (see link.h), as products over patches of the small image. The places of the big image
 * fall into stride x stride phases; all places of a phase see the small image through the same
 * weights, as in a convolution of stride 1 (sub-pixel convolution, Shi et al. 2016).
 *
 * Along one axis: place a + stride * m of phase a receives from small place h through kernel row i
 * where h * stride = a + stride * m + pad - i, so i = first + stride * t and h = m + shift - t. */
#include "frame.h"
#include "link.h"
#include "patches.h"
#include "walk.h"

/* Many columns of a panel would be idle: then patches are made whole and added up instead. */
static bool is_narrow(const ls_link *s)
{
    return 2 * s->big_c < LS_PANEL;
}

typedef struct phase {
    int places;      /* of the big image in this phase */
    int first, taps; /* kernel rows first, first + stride, ... */
    int low;         /* the small place that big place m = 0 reads first: shift - (taps - 1) */
} phase;

static phase phase_of(const ls_link *s, int a, int size)
{
    int first = (a + s->pad) % s->stride;
    int taps = first < s->kernel ? (s->kernel - first + s->stride - 1) / s->stride : 0;
    return (phase){.places = (size - a + s->stride - 1) / s->stride,
                   .first = first,
                   .taps = taps,
                   .low = (a + s->pad - first) / s->stride - (taps - 1)};
}

/* The small places that a big axis of `size` reads: from *low on, `count` of them. */
static int span(const ls_link *s, int size, int *low)
{
    int high = 0;
    *low = 0;
    for (int a = 0; a < s->stride && a < size; a++) {
        phase p = phase_of(s, a, size);
        *low = p.low < *low ? p.low : *low;
        int end = p.low + p.places + p.taps - 1;
        high = end > high ? end : high;
    }
    return high - *low;
}

static ls_frame frame_of(const ls_link *s)
{
    int low_line;
    int low_column;
    ls_frame frame = {.h = s->small_h, .w = s->small_w, .c = s->small_c};
    frame.lines = span(s, s->big_h, &low_line);
    frame.columns = span(s, s->big_w, &low_column);
    frame.top = -low_line;
    frame.left = -low_column;
    return frame;
}

/* Weights of a phase: taps in falling order of kernel rows, as the small places rise. */
static ls_strides strides_of(const ls_link *s, const phase *line, const phase *column)
{
    int64_t tap = s->big_c * s->w_big; /* from one (i, j) to the next */
    return (ls_strides){.lines = line->taps,
                        .columns = column->taps,
                        .depth = s->small_c,
                        .out = s->big_c,
                        .line = -tap * s->stride * s->kernel,
                        .column = -tap * s->stride,
                        .depth_stride = s->w_small,
                        .out_stride = s->w_big};
}

static const float *last_tap(const ls_link *s, const phase *line, const phase *column,
                             const float *w)
{
    int i = line->first + s->stride * (line->taps - 1);
    int j = column->first + s->stride * (column->taps - 1);
    return w + (int64_t)(i * s->kernel + j) * s->big_c * s->w_big;
}

/* One phase of one image. framed: the small image. */
static void spread_phase(const ls_link *s, const ls_frame *frame, const phase *line,
                         const phase *column, const float *framed, const float *panels,
                         const float *bias, float *big)
{
    int64_t pitch = (int64_t)frame->columns * s->small_c;
    ls_grid grid = {
        .lines = line->places,
        .columns = column->places,
        .out = s->big_c,
        .x_line = pitch,
        .x_column = s->small_c,
        .y_line = (int64_t)s->stride * s->big_w * s->big_c,
        .y_column = (int64_t)s->stride * s->big_c,
        .runs = {.runs = line->taps, .length = column->taps * s->small_c, .pitch = pitch}};
    bool any = line->taps > 0 && column->taps > 0; /* otherwise nothing but the bias */
    int64_t from = (line->low + frame->top) * pitch + (column->low + frame->left) * s->small_c;
    ls_walk(&grid, framed + (any ? from : 0), panels, bias, big);
}

/* What one phase of big lines and columns needs, and the weights' and the image's part in it. */
typedef struct pair {
    phase line, column;
    ls_strides strides;
    int64_t place; /* of the phase's first output in the big image, in floats */
} pair;

static pair pair_of(const ls_link *s, int a)
{
    pair p = {.line = phase_of(s, a / s->stride, s->big_h),
              .column = phase_of(s, a % s->stride, s->big_w),
              .place = ((int64_t)(a / s->stride) * s->big_w + a % s->stride) * s->big_c};
    p.strides = strides_of(s, &p.line, &p.column);
    return p;
}

/* A panel for every phase, one after another. */
static void pack_phases(const ls_link *s, const float *w, float *panels)
{
    for (int a = 0; a < s->stride * s->stride; a++) {
        pair p = pair_of(s, a);
        if (p.line.taps > 0 && p.column.taps > 0) {
            ls_panels_pack(&p.strides, last_tap(s, &p.line, &p.column, w), panels);
        }
        panels += ls_panels_floats(&p.strides);
    }
}

static void spread_phases(const ls_link *s, int n, const float *small, const float *panels,
                          const float *bias, float *big, float *scratch)
{
    ls_frame frame = frame_of(s);
    float *framed = scratch; /* [lines, columns, B] */
    for (int k = 0; k < n; k++) {
        ls_frame_copy(&frame, small + (int64_t)k * s->small_h * s->small_w * s->small_c, framed);
        const float *of_phase = panels;
        for (int a = 0; a < s->stride * s->stride; a++) {
            pair p = pair_of(s, a);
            spread_phase(s, &frame, &p.line, &p.column, framed, of_phase, bias,
                         big + (int64_t)k * s->big_h * s->big_w * s->big_c + p.place);
            of_phase += ls_panels_floats(&p.strides);
        }
    }
}

/* The weights as one product of a small place with all of its patch. */
static ls_strides whole_patch(const ls_link *s)
{
    return (ls_strides){.lines = 1,
                        .columns = 1,
                        .depth = s->small_c,
                        .out = s->kernel * s->kernel * s->big_c,
                        .depth_stride = s->w_small,
                        .out_stride = s->w_big};
}

int64_t ls_spread_packed(const ls_link *s)
{
    ls_strides whole = whole_patch(s);
    return is_narrow(s) ? ls_panels_floats(&whole)
                        : (int64_t)s->kernel * s->kernel * s->small_c * ls_panels_width(s->big_c);
}

/* packed: [width / LS_PANEL, B, LS_PANEL] of whole patches, or a panel for every phase. */
void ls_spread_pack(const ls_link *s, const float *w, float *packed)
{
    if (is_narrow(s)) {
        ls_strides whole = whole_patch(s);
        ls_panels_pack(&whole, w, packed);
    } else {
        pack_phases(s, w, packed);
    }
}

int64_t ls_spread_floats(const ls_link *s)
{
    if (is_narrow(s)) {
        return ls_patches_floats(s);
    }
    ls_frame frame = frame_of(s);
    return ls_frame_floats(&frame);
}

void ls_spread(const ls_link *s, int n, const float *small, const float *packed, const float *bias,
               float *big, float *scratch)
{
    if (is_narrow(s)) {
        ls_patches_spread(s, n, small, packed, bias, big, scratch);
    } else {
        spread_phases(s, n, small, packed, bias, big, scratch);
    }
}
