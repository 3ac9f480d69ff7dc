/* A sheet of pictures on white paper, laid out from left to right in rows of `columns`. */
#include "lockstep/io/sheet.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/png.h"

#include <string.h>

#define GAP_PIXELS 2
#define PAPER      255

typedef struct sheet {
    ls_shape tile;   /* of one picture */
    ls_shape size;   /* of the whole */
    uint8_t *pixels; /* [size], owned */
} sheet;

static uint8_t from_float(float value)
{
    float inside = value > 0 ? value : 0; /* NaN becomes 0 */
    return (uint8_t)((inside < 1 ? inside : 1) * 255 + 0.5F);
}

/* Row y of the picture that stands in column `column` of line `line`. */
static uint8_t *row_at(const sheet *s, int line, int column, int y)
{
    size_t top = (size_t)(GAP_PIXELS + line * (s->tile.h + GAP_PIXELS) + y);
    size_t left = (size_t)(GAP_PIXELS + column * (s->tile.w + GAP_PIXELS));
    return s->pixels + (top * (size_t)s->size.w + left) * (size_t)s->tile.c;
}

static void put_original(const sheet *s, int line, int column, const uint8_t *picture)
{
    size_t row_bytes = (size_t)s->tile.w * (size_t)s->tile.c;
    for (int y = 0; y < s->tile.h; y++) {
        memcpy(row_at(s, line, column, y), picture + (size_t)y * row_bytes, row_bytes);
    }
}

static void put_floats(const sheet *s, int line, int column, const float *picture)
{
    int row_count = s->tile.w * s->tile.c;
    for (int y = 0; y < s->tile.h; y++) {
        uint8_t *row = row_at(s, line, column, y);
        for (int i = 0; i < row_count; i++) {
            row[i] = from_float(picture[(size_t)y * (size_t)row_count + (size_t)i]);
        }
    }
}

/* The lines of a row of pictures, one below the other; NULL = there is none. */
typedef struct lines {
    const uint8_t *originals;              /* [count, tile] */
    const float *inputs, *reconstructions; /* [count, tile] */
} lines;

static int count_lines(const lines *l)
{
    return (l->originals != NULL) + (l->inputs != NULL) + (l->reconstructions != NULL);
}

static void fill(const sheet *s, int count, int columns, const lines *l)
{
    size_t picture = (size_t)ls_shape_count(s->tile);
    for (int i = 0; i < count; i++) {
        int line = i / columns * count_lines(l);
        size_t at = (size_t)i * picture;
        if (l->originals != NULL) {
            put_original(s, line++, i % columns, l->originals + at);
        }
        if (l->inputs != NULL) {
            put_floats(s, line++, i % columns, l->inputs + at);
        }
        put_floats(s, line, i % columns, l->reconstructions + at);
    }
}

static ls_status write_lines(const char *path, ls_shape shape, int count, int columns,
                             const lines *l)
{
    LS_REQUIRE(count > 0 && columns > 0, LS_BAD_INPUT, "%s: a sheet needs at least one picture",
               path);
    int across = count < columns ? count : columns;
    int down = (count + across - 1) / across * count_lines(l);
    sheet s = {.tile = shape,
               .size = {.h = GAP_PIXELS + down * (shape.h + GAP_PIXELS),
                        .w = GAP_PIXELS + across * (shape.w + GAP_PIXELS),
                        .c = shape.c}};
    void *memory;
    LS_TRY(ls_alloc(&memory, (size_t)ls_shape_count(s.size), "a sheet of pictures"));
    s.pixels = memory;
    memset(s.pixels, PAPER, (size_t)ls_shape_count(s.size));
    fill(&s, count, across, l);
    ls_status status = ls_png_write(path, s.size, s.pixels);
    ls_free(s.pixels);
    return status;
}

ls_status ls_sheet_write(const char *path, ls_shape shape, int count, int columns,
                         const uint8_t *originals, const float *reconstructions)
{
    const lines l = {.originals = originals, .reconstructions = reconstructions};
    return write_lines(path, shape, count, columns, &l);
}

ls_status ls_sheet_write_restored(const char *path, ls_shape shape, int count, int columns,
                                  const uint8_t *originals, const float *inputs,
                                  const float *reconstructions)
{
    const lines l = {originals, inputs, reconstructions};
    return write_lines(path, shape, count, columns, &l);
}
