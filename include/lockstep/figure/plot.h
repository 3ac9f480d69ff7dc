/* Curves over numbers on a logarithmic axis, with ticks and a legend, as a PNG. Local. */
#ifndef LOCKSTEP_FIGURE_PLOT_H
#define LOCKSTEP_FIGURE_PLOT_H

#include "lockstep/base/status.h"

#include <stdbool.h>
#include <stdint.h>

#define LS_PLOT_WIDTH  900 /* pixels */
#define LS_PLOT_HEIGHT 600
#define LS_PLOT_GROUPS 7 /* as many as there are colours */

typedef struct ls_plot_curve {
    const double *x, *y; /* [count], borrowed */
    int64_t count;
    int group;   /* whose colour it has */
    bool dashed; /* and thinner */
} ls_plot_curve;

/* Strings are borrowed; of other letters than printable ASCII only a question mark is drawn. */
typedef struct ls_plot {
    const char *x_name, *y_name;
    const char *solid_name, *dashed_name; /* what the two kinds of lines are */
    const ls_plot_curve *curves;
    int curve_count;
    const char *const *group_names; /* [group_count] */
    int group_count;                /* 1 to LS_PLOT_GROUPS */
} ls_plot;

/* Curves are drawn in their order. Where y is not above 0 or not finite, or a number is beyond all
 * measure, a curve has a gap, and a point between two gaps is a dot. Fails when there is no point
 * at all. The bytes depend on the values alone. */
ls_status ls_plot_write(const char *path, const ls_plot *plot);

#endif
