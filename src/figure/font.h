/* A small bitmap font for figures. Local. */
#ifndef LOCKSTEP_FIGURE_FONT_H
#define LOCKSTEP_FIGURE_FONT_H

#include <stdbool.h>

#define LS_FONT_WIDTH  5
#define LS_FONT_HEIGHT 7

/* Whether the letter has a dot at column x from the left and row y from the top; of all that is not
 * printable ASCII, as of a question mark. */
bool ls_font_dot(char letter, int x, int y);
/* By how many dots the letter stands lower than others: of those that reach below the line. */
int ls_font_drop(char letter);

#endif
