/* A picture in memory to draw on: rectangles, text, and smooth lines. What falls outside of it is
 * cut off. The pixels are a function of what is drawn alone: doubles without a library's functions
 * but the square root. Local. */
#ifndef LOCKSTEP_FIGURE_CANVAS_H
#define LOCKSTEP_FIGURE_CANVAS_H

#include "lockstep/base/status.h"

#include <stdint.h>

typedef struct ls_colour {
    uint8_t red, green, blue;
} ls_colour;

typedef struct ls_canvas {
    int width, height;
    uint8_t *pixels; /* [height, width, 3], owned */
    float *ink;      /* [height, width], owned: how much of a pixel the line at hand covers */
} ls_canvas;

/* White paper. Owner: the caller, ls_canvas_close (allowed after a failure too). */
ls_status ls_canvas_open(ls_canvas *out, int width, int height);
void ls_canvas_close(ls_canvas *canvas);

void ls_canvas_fill(ls_canvas *canvas, int x, int y, int width, int height, ls_colour colour);

/* Text whose dots are squares of this many pixels; (x, y) is its upper left corner, and
 * its height does not count what reaches below the line. */
#define LS_DOT_PIXELS 2
void ls_canvas_text(ls_canvas *canvas, int x, int y, const char *text, ls_colour colour);
int ls_canvas_text_width(const char *text);
int ls_canvas_text_height(void);

/* A place in pixels; the centre of the upper left one is (0, 0). */
typedef struct ls_point {
    double x, y;
} ls_point;
/* Adds a piece of a line with round ends to the ink; then draws all ink at once, so that pieces
 * that meet do not cover a pixel twice. */
void ls_canvas_stroke(ls_canvas *canvas, ls_point from, ls_point to, double thickness);
void ls_canvas_ink(ls_canvas *canvas, ls_colour colour);

#endif
