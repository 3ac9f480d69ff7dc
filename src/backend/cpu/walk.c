/* A product for every place of an image, a panel of outputs at a time: the panel's weights stay in
 * the cache while the places go by. */
#include "walk.h"

#include <string.h>

/* The places of one tile, from number `first` on. */
typedef struct tile {
    const float *x[LS_PRODUCT_ROWS];
    float *y[LS_PRODUCT_ROWS];
} tile;

/* One panel that is not full: its sums go through a buffer. */
static void product_part(int rows, const ls_grid *s, const tile *at, int width, const float *panel,
                         const float *bias)
{
    float sums[LS_PRODUCT_ROWS][LS_PANEL];
    float *to[LS_PRODUCT_ROWS];
    for (int r = 0; r < rows; r++) {
        to[r] = sums[r];
    }
    ls_product(rows, &s->runs, at->x, panel, bias, to);
    for (int r = 0; r < rows; r++) {
        memcpy(at->y[r], sums[r], sizeof(float) * (size_t)width);
    }
}

static void walk_panel(const ls_grid *s, const float *x, const float *panel, const float *bias,
                       int width, float *y)
{
    if (s->lines == 1 && width == LS_PANEL) {
        const ls_row_run at = {.x = x, .y = y, .x_pitch = s->x_column, .y_pitch = s->y_column};
        ls_product_rows(s->columns, &s->runs, at, panel, bias);
        return;
    }
    int64_t places = (int64_t)s->lines * s->columns;
    int64_t tiles = (places + LS_PRODUCT_ROWS - 1) / LS_PRODUCT_ROWS;
    int line = 0;
    int column = 0;
    for (int64_t t = 0; t < tiles; t++) {
        tile at;
        int rows = (int)(places * (t + 1) / tiles - places * t / tiles); /* near equal */
        for (int r = 0; r < rows; r++) {
            at.x[r] = x + line * s->x_line + column * s->x_column;
            at.y[r] = y + line * s->y_line + column * s->y_column;
            if (++column == s->columns) {
                column = 0;
                line++;
            }
        }
        if (width == LS_PANEL) {
            ls_product(rows, &s->runs, at.x, panel, bias, at.y);
        } else {
            product_part(rows, s, &at, width, panel, bias);
        }
    }
}

void ls_walk(const ls_grid *s, const float *x, const float *panels, const float *bias, float *y)
{
    int64_t panel = (int64_t)s->runs.runs * s->runs.length * LS_PANEL;
    for (int o = 0; o < s->out; o += LS_PANEL, panels += panel) {
        int width = s->out - o < LS_PANEL ? s->out - o : LS_PANEL;
        float start[LS_PANEL] = {0.0F};
        if (bias != NULL) {
            memcpy(start, bias + o, sizeof *bias * (size_t)width);
        }
        walk_panel(s, x, panels, start, width, y + o);
    }
}
