/* PNG files read as 8 bits a channel by libpng, whatever they hold.
 *
 * libpng reports errors by longjmp. Each function that calls setjmp works on a struct it was given
 * and changes no variable of its own that is used after the jump; what must be freed is in the
 * struct, and is freed by the caller of those functions.
 */
#include "lockstep/io/png.h"

#include "lockstep/base/memory.h"

#include "io_private.h"

#include <errno.h>
#include <png.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MOST_PIXELS 32768 /* of a side: beyond is damage or an attack, not a picture */

typedef struct reading {
    FILE *file;
    png_structp png;
    png_infop info;
    ls_shape shape;
    int passes;      /* 7 of an interlaced image, else 1 */
    uint8_t *pixels; /* [h, w, c], owned */
    char error[256];
} reading;

static void on_error(png_structp png, png_const_charp text)
{
    reading *r = png_get_error_ptr(png);
    snprintf(r->error, sizeof r->error, "%s", text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text; /* what libpng can mend is no concern of the user's */
}

/* Asks libpng for 8 bits, gray or RGB, without alpha. */
static void set_conversions(reading *r, int channels)
{
    bool coloured = (png_get_color_type(r->png, r->info) & PNG_COLOR_MASK_COLOR) != 0;
    png_set_expand(r->png); /* palettes, and fewer than 8 bits */
    png_set_scale_16(r->png);
    png_set_strip_alpha(r->png);
    if (channels == 3 && !coloured) {
        png_set_gray_to_rgb(r->png);
    }
    if (channels == 1 && coloured) {
        png_set_rgb_to_gray(r->png, PNG_ERROR_ACTION_NONE, PNG_RGB_TO_GRAY_DEFAULT,
                            PNG_RGB_TO_GRAY_DEFAULT);
    }
}

static bool read_head(reading *r, int channels)
{
    if (setjmp(png_jmpbuf(r->png)) != 0) {
        return false;
    }
    png_set_user_limits(r->png, MOST_PIXELS, MOST_PIXELS);
    png_init_io(r->png, r->file);
    png_read_info(r->png, r->info);
    set_conversions(r, channels);
    r->passes = png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
    r->shape = (ls_shape){.h = (int)png_get_image_height(r->png, r->info),
                          .w = (int)png_get_image_width(r->png, r->info),
                          .c = png_get_channels(r->png, r->info)};
    return true;
}

static bool read_pixels(reading *r)
{
    if (setjmp(png_jmpbuf(r->png)) != 0) {
        return false;
    }
    size_t row_bytes = (size_t)r->shape.w * (size_t)r->shape.c;
    for (int pass = 0; pass < r->passes; pass++) {
        for (int y = 0; y < r->shape.h; y++) {
            png_read_row(r->png, r->pixels + (size_t)y * row_bytes, NULL);
        }
    }
    png_read_end(r->png, NULL);
    return true;
}

static ls_status read_image(reading *r, const char *path, int channels)
{
    r->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, r, on_error, on_warning);
    r->info = r->png != NULL ? png_create_info_struct(r->png) : NULL;
    LS_REQUIRE(r->info != NULL, LS_NO_MEMORY, "%s: no memory to read it", path);
    LS_REQUIRE(read_head(r, channels), LS_BAD_INPUT, "%s: not a PNG file, or damaged: %s", path,
               r->error);
    void *memory;
    LS_TRY(ls_alloc(&memory, (size_t)ls_shape_count(r->shape), "a PNG image"));
    r->pixels = memory;
    LS_REQUIRE(read_pixels(r), LS_BAD_INPUT, "%s: damaged PNG file: %s", path, r->error);
    return LS_OK;
}

ls_status ls_png_read(const char *path, int channels, ls_shape *shape, uint8_t **pixels)
{
    reading r = {0};
    LS_REQUIRE(channels == 0 || channels == 1 || channels == 3, LS_INTERNAL,
               "%s: a PNG is read as 1 or 3 channels", path);
    r.file = fopen(path, "rbe");
    LS_REQUIRE(r.file != NULL, ls_io_status(errno), "%s: can't open: %s", path, strerror(errno));
    ls_status status = read_image(&r, path, channels);
    png_destroy_read_struct(&r.png, &r.info, NULL);
    fclose(r.file);
    if (status != LS_OK) {
        ls_free(r.pixels);
        return status;
    }
    *shape = r.shape;
    *pixels = r.pixels;
    return LS_OK;
}
