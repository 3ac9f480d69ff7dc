/* Reading sheets of pictures. */
#include "sheets.h"

#include "lockstep/io/png.h"

#include <string.h>

sheet read_sheet(const char *path)
{
    sheet s;
    assert_int_equal(ls_png_read(path, 3, &s.shape, &s.pixels), LS_OK);
    return s;
}

void cut_out(const sheet *s, int line, int column, uint8_t picture[PIXELS])
{
    int left = GAP + column * (SIDE + GAP);
    for (int y = 0; y < SIDE; y++) {
        int top = GAP + line * (SIDE + GAP) + y;
        memcpy(picture + y * SIDE * 3, s->pixels + (top * s->shape.w + left) * 3, SIDE * 3);
    }
}
