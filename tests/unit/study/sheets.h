/* Sheets of pictures, read back: lines of pictures of the fixture's size, GAP pixels apart. */
#ifndef LOCKSTEP_TESTS_STUDY_SHEETS_H
#define LOCKSTEP_TESTS_STUDY_SHEETS_H

#include "fixture.h"

#define PIXELS (SIDE * SIDE * 3)
#define GAP    2 /* between the pictures of a sheet */

typedef struct sheet {
    ls_shape shape;
    uint8_t *pixels; /* [shape], owned: ls_free */
} sheet;

sheet read_sheet(const char *path);
void cut_out(const sheet *s, int line, int column, uint8_t picture[PIXELS]);

#endif
