/* Shapes. */
#include "lockstep/tensor/shape.h"

#include <limits.h>
#include <stdio.h>

bool ls_shape_fits(int64_t h, int64_t w, int64_t c)
{
    return h > 0 && w > 0 && c > 0 && h <= LS_SIDE_MAX && w <= LS_SIDE_MAX && h * w <= INT_MAX &&
           c <= INT_MAX / (h * w);
}

int64_t ls_shape_count(ls_shape shape)
{
    return (int64_t)shape.h * shape.w * shape.c;
}

bool ls_shape_equal(ls_shape a, ls_shape b)
{
    return a.h == b.h && a.w == b.w && a.c == b.c;
}

const char *ls_shape_text(ls_shape shape, char text[LS_SHAPE_CHARS])
{
    if (shape.h == 1 && shape.w == 1) {
        snprintf(text, LS_SHAPE_CHARS, "%d", shape.c);
    } else {
        snprintf(text, LS_SHAPE_CHARS, "%dx%dx%d", shape.h, shape.w, shape.c);
    }
    return text;
}
