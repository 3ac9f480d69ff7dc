/* Which places of an image a tile has, and where they lie. Private to winograd. */
#ifndef LOCKSTEP_BACKEND_CPU_WINOGRAD_SQUARE_H
#define LOCKSTEP_BACKEND_CPU_WINOGRAD_SQUARE_H

#include "vec.h"

#include <stdbool.h>
#include <stdint.h>

#define LS_SIDE_MAX 6

/* Where a tile lies: its image, and the first place of its outputs, counted in one phase. */
typedef struct ls_tile_place {
    int64_t image;
    int line, column;
} ls_tile_place;

/* Of side x side places in images [h,w,c], those that exist: lines from `top` to before `bottom`,
 * columns from `left` to before `right`. */
typedef struct ls_square {
    int top, bottom, left, right;
    int64_t column;            /* floats from one column to the next */
    int64_t line[LS_SIDE_MAX]; /* floats from the first image on to where column 0 is or would be */
} ls_square;

/* from: the first place, which may lie outside; places are `step` apart. In place, since a square
 * that is copied right after it was written is waited for. */
static LS_ALWAYS_INLINE void ls_square_set(ls_square *s, int h, int w, int c, ls_tile_place from,
                                           int side, int step)
{
    const int below = (h - from.line + step - 1) / step;
    const int right = (w - from.column + step - 1) / step;
    s->top = from.line < 0 ? (step - 1 - from.line) / step : 0;
    s->bottom = below < side ? below : side;
    s->left = from.column < 0 ? (step - 1 - from.column) / step : 0;
    s->right = right < side ? right : side;
    s->column = (int64_t)step * c;
    const int64_t pitch = (int64_t)step * w * c;
    int64_t line = ((from.image * h + from.line) * w + from.column) * c;
    for (int i = 0; i < side; i++, line += pitch) {
        s->line[i] = line;
    }
}

static LS_ALWAYS_INLINE bool ls_square_has(const ls_square *s, int line, int column)
{
    return s->top <= line && line < s->bottom && s->left <= column && column < s->right;
}

/* Do all of the first `side` lines and columns exist? */
static LS_ALWAYS_INLINE bool ls_square_is_whole(const ls_square *s, int side)
{
    return s->top == 0 && s->bottom == side && s->left == 0 && s->right == side;
}

/* Where a place that exists lies, in floats from the first image on. */
static LS_ALWAYS_INLINE int64_t ls_square_place(const ls_square *s, int line, int column)
{
    return s->line[line] + column * s->column;
}

#endif
