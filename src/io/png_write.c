/* PNG files written by libpng into memory, then to the disk as a whole. Without time or text chunks
 * and with fixed filters and level, the bytes depend on the pixels (and zlib's version) alone. */
#include "lockstep/io/files.h"
#include "lockstep/io/png.h"

#include <png.h>
#include <stdio.h>
#include <string.h>

#define LEVEL 6 /* of deflate: beyond it only time grows */

typedef struct writing {
    png_structp png;
    png_infop info;
    ls_text bytes; /* owned */
    char error[256];
} writing;

static void on_error(png_structp png, png_const_charp text)
{
    writing *w = png_get_error_ptr(png);
    snprintf(w->error, sizeof w->error, "%s", text);
    png_longjmp(png, 1);
}

static void on_bytes(png_structp png, png_bytep data, size_t bytes)
{
    writing *w = png_get_io_ptr(png);
    ls_text_add_bytes(&w->bytes, data, bytes);
}

static void on_flush(png_structp png)
{
    (void)png; /* memory needs none */
}

/* Changes nothing of its own that is used after libpng's jump back. */
static int write_pixels(writing *w, ls_shape shape, const uint8_t *pixels)
{
    if (setjmp(png_jmpbuf(w->png)) != 0) {
        return 0;
    }
    png_set_write_fn(w->png, w, on_bytes, on_flush);
    png_set_compression_level(w->png, LEVEL);
    png_set_filter(w->png, PNG_FILTER_TYPE_BASE, PNG_ALL_FILTERS);
    png_set_IHDR(w->png, w->info, (png_uint_32)shape.w, (png_uint_32)shape.h, 8,
                 shape.c == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(w->png, w->info);
    for (int y = 0; y < shape.h; y++) {
        png_write_row(w->png, pixels + (size_t)y * (size_t)shape.w * (size_t)shape.c);
    }
    png_write_end(w->png, NULL);
    return 1;
}

static ls_status encode(writing *w, const char *path, ls_shape shape, const uint8_t *pixels)
{
    w->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, w, on_error, NULL);
    w->info = w->png != NULL ? png_create_info_struct(w->png) : NULL;
    LS_REQUIRE(w->info != NULL, LS_NO_MEMORY, "%s: no memory to write it", path);
    LS_REQUIRE(write_pixels(w, shape, pixels), LS_BAD_INPUT, "%s: can't be written as PNG: %s",
               path, w->error);
    return ls_text_check(&w->bytes);
}

ls_status ls_png_write(const char *path, ls_shape shape, const uint8_t *pixels)
{
    char text[LS_SHAPE_CHARS];
    LS_REQUIRE(shape.h > 0 && shape.w > 0 && (shape.c == 1 || shape.c == 3), LS_BAD_INPUT,
               "%s: an image of %s can't be written as PNG: it needs 1 or 3 channels", path,
               ls_shape_text(shape, text));
    writing w = {0};
    ls_status status = encode(&w, path, shape, pixels);
    png_destroy_write_struct(&w.png, &w.info);
    if (status == LS_OK) {
        status = ls_file_replace(path, w.bytes.data, w.bytes.length);
    }
    ls_text_free(&w.bytes);
    return status;
}
