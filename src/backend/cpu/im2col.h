/* Patches of images as rows of a matrix, and back. */
#ifndef LOCKSTEP_BACKEND_CPU_IM2COL_H
#define LOCKSTEP_BACKEND_CPU_IM2COL_H

#include "cpu.h"

/* The patch at (row, column) of a grid covers kernel x kernel places of an image [H,W,C] from
 * (row * stride - pad, column * stride - pad) on. */
typedef struct ls_patches {
    int h, w, c;       /* image */
    int rows, columns; /* grid */
    int kernel, stride, pad;
} ls_patches;

#define ls_im2col       LS_SET(ls_cpu_im2col)
#define ls_col2im       LS_SET(ls_cpu_col2im)
#define ls_block_images LS_SET(ls_cpu_block_images)

/* columns[rows * columns, kernel, kernel, C] of one image; zeros outside it. */
void ls_im2col(const ls_patches *s, const float *image, float *columns);
/* image[H,W,C] += each patch at its place; what lies outside is dropped. */
void ls_col2im(const ls_patches *s, const float *columns, float *image);
/* Images worked through at once: so many that their patches stay in the cache; at least 1. */
int ls_block_images(const ls_patches *s, int n);

#endif
