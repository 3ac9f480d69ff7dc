/* The shape of one sample, and a borrowed view of a batch of them.
 *
 * Tensors are NHWC float32: element (n, h, w, c) stands at ((n * H + h) * W + w) * C + c. A vector
 * of length L is the shape 1 x 1 x L. A view never owns memory. Local.
 */
#ifndef LOCKSTEP_TENSOR_SHAPE_H
#define LOCKSTEP_TENSOR_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ls_shape {
    int h, w, c;
} ls_shape;

/* The largest height and width: an int still holds it with padding, stride or kernel added. */
#define LS_SIDE_MAX (1 << 30)

/* Whether h x w x c is a shape that can be worked on: sides are positive, height and width at most
 * LS_SIDE_MAX, and an int counts the elements. */
bool ls_shape_fits(int64_t h, int64_t w, int64_t c);
/* Elements of one sample. */
int64_t ls_shape_count(ls_shape shape);
bool ls_shape_equal(ls_shape a, ls_shape b);

/* "32x32x3", or "128" for a vector. */
#define LS_SHAPE_CHARS 40
const char *ls_shape_text(ls_shape shape, char text[LS_SHAPE_CHARS]);

#endif
