/* Where an axis has its ticks. Local. */
#ifndef LOCKSTEP_FIGURE_TICKS_H
#define LOCKSTEP_FIGURE_TICKS_H

#define LS_TICKS_MAX       24
#define LS_TICK_TEXT_CHARS 32

typedef struct ls_ticks {
    int count;
    double at[LS_TICKS_MAX];
    char text[LS_TICKS_MAX][LS_TICK_TEXT_CHARS];
} ls_ticks;

/* At most `most` whole numbers in [low, high], low < high, equally far from each other. */
void ls_ticks_whole(ls_ticks *ticks, double low, double high, int most);
/* Numbers in [low, high], 0 < low < high, for a logarithmic axis: powers of 10 if it has several
 * decades; with fewer, 1, 2 and 5 times those; within one, as on a linear axis. */
void ls_ticks_log(ls_ticks *ticks, double low, double high);

#endif
