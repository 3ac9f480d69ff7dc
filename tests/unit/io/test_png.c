/* Proves: gray and RGB images come back as written, with bytes that depend on the pixels alone;
 * palettes, 16 bits, alpha, low bit depths and interlaced files become the 8-bit values they stand
 * for; damage is named and nothing leaks; a sheet has each picture where its layout says. */
#include "scratch.h"
#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"
#include "lockstep/io/png.h"
#include "lockstep/io/sheet.h"

#include <math.h>
#include <png.h>
#include <stdio.h>
#include <string.h>

/* Writes a file of any PNG type by libpng; rows: h rows of packed samples. */
typedef struct foreign {
    int width, height, bits, color, interlace;
    const png_color *palette; /* [palette_count] */
    int palette_count;
    png_bytep *rows;
} foreign;

static void write_foreign(const char *path, const foreign *f)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    if (setjmp(png_jmpbuf(png)) != 0) {
        fail_msg("libpng can't write the test's file");
    }
    png_init_io(png, file);
    png_set_IHDR(png, info, (png_uint_32)f->width, (png_uint_32)f->height, f->bits, f->color,
                 f->interlace, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (f->palette != NULL) {
        png_set_PLTE(png, info, f->palette, f->palette_count);
    }
    png_set_rows(png, info, f->rows);
    png_write_png(png, info, PNG_TRANSFORM_IDENTITY, NULL);
    png_destroy_write_struct(&png, &info);
    fclose(file);
}

static void expect_pixels(const char *path, int channels, ls_shape wanted, const uint8_t *pixels)
{
    ls_shape shape;
    uint8_t *found;
    assert_int_equal(ls_png_read(path, channels, &shape, &found), LS_OK);
    assert_true(ls_shape_equal(shape, wanted));
    assert_memory_equal(found, pixels, (size_t)ls_shape_count(wanted));
    ls_free(found);
}

static void round_trips(void **state)
{
    (void)state;
    int64_t live = ls_alloc_live();
    const char *path = scratch_path("round.png");
    const ls_shape shapes[] = {{1, 1, 1}, {1, 1, 3}, {5, 7, 1}, {7, 5, 3}, {33, 64, 3}};
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        uint8_t pixels[33 * 64 * 3];
        for (size_t i = 0; i < sizeof pixels; i++) {
            pixels[i] = (uint8_t)(i * 37 + i / 11);
        }
        assert_int_equal(ls_png_write(path, shapes[s], pixels), LS_OK);
        expect_pixels(path, 0, shapes[s], pixels);
        expect_pixels(path, shapes[s].c, shapes[s], pixels);
        ls_text first;
        ls_text second;
        assert_int_equal(ls_file_read(path, &first), LS_OK);
        assert_int_equal(ls_png_write(path, shapes[s], pixels), LS_OK);
        assert_int_equal(ls_file_read(path, &second), LS_OK);
        assert_int_equal(first.length, second.length);
        assert_memory_equal(first.data, second.data, first.length);
        ls_text_free(&first);
        ls_text_free(&second);
    }
    assert_int_equal(ls_alloc_live(), live);
}

static void channels_are_converted(void **state)
{
    (void)state;
    const char *path = scratch_path("channels.png");
    const uint8_t gray[4] = {0, 10, 200, 255};
    const uint8_t repeated[12] = {0, 0, 0, 10, 10, 10, 200, 200, 200, 255, 255, 255};
    assert_int_equal(ls_png_write(path, (ls_shape){2, 2, 1}, gray), LS_OK);
    expect_pixels(path, 3, (ls_shape){2, 2, 3}, repeated);
    assert_int_equal(ls_png_write(path, (ls_shape){2, 2, 3}, repeated), LS_OK);
    expect_pixels(path, 1, (ls_shape){2, 2, 1}, gray);
}

static void palettes(void **state)
{
    (void)state;
    const char *path = scratch_path("palette.png");
    const png_color palette[3] = {{1, 2, 3}, {40, 50, 60}, {255, 0, 128}};
    png_byte row0[] = {0x18}; /* 2 bits each: 0 1 2 */
    png_byte row1[] = {0x80}; /* 2 0 0 */
    png_bytep rows[] = {row0, row1};
    const uint8_t wanted[18] = {1, 2, 3, 40, 50, 60, 255, 0, 128, 255, 0, 128, 1, 2, 3, 1, 2, 3};
    write_foreign(
        path, &(foreign){3, 2, 2, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE, palette, 3, rows});
    expect_pixels(path, 0, (ls_shape){2, 3, 3}, wanted);
}

/* 16 bits v are the nearest 8-bit value to v / 257. */
static void sixteen_bits(void **state)
{
    (void)state;
    const char *path = scratch_path("sixteen.png");
    const unsigned values[3] = {0x80ff, 0x0081, 0xffff};
    png_byte row[6];
    png_bytep rows[] = {row};
    uint8_t wanted[3];
    for (int i = 0; i < 3; i++) {
        row[2 * i] = (png_byte)(values[i] >> 8);
        row[2 * i + 1] = (png_byte)(values[i] & 255);
        wanted[i] = (uint8_t)lround(values[i] / 257.0);
    }
    write_foreign(path,
                  &(foreign){3, 1, 16, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, NULL, 0, rows});
    expect_pixels(path, 0, (ls_shape){1, 3, 1}, wanted);
    write_foreign(path,
                  &(foreign){1, 1, 16, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, NULL, 0, rows});
    expect_pixels(path, 0, (ls_shape){1, 1, 3}, wanted);
}

static void alpha_is_dropped(void **state)
{
    (void)state;
    const char *path = scratch_path("alpha.png");
    png_byte row[] = {10, 20, 30, 0, 40, 50, 60, 128};
    png_byte gray_row[] = {10, 0, 40, 255};
    png_bytep rows[] = {row};
    png_bytep gray_rows[] = {gray_row};
    const uint8_t wanted[] = {10, 20, 30, 40, 50, 60};
    const uint8_t wanted_gray[] = {10, 40};
    write_foreign(path, &(foreign){2, 1, 8, PNG_COLOR_TYPE_RGB_ALPHA, 0, NULL, 0, rows});
    expect_pixels(path, 0, (ls_shape){1, 2, 3}, wanted);
    write_foreign(path, &(foreign){2, 1, 8, PNG_COLOR_TYPE_GRAY_ALPHA, 0, NULL, 0, gray_rows});
    expect_pixels(path, 0, (ls_shape){1, 2, 1}, wanted_gray);
}

static void single_bits_and_interlacing(void **state)
{
    (void)state;
    const char *path = scratch_path("bits.png");
    png_byte bits[] = {0xa5, 0x80}; /* 1010 0101 1 */
    png_bytep rows[9];
    uint8_t wanted[81];
    for (int i = 0; i < 9; i++) {
        rows[i] = bits;
        for (int j = 0; j < 9; j++) {
            wanted[i * 9 + j] = (bits[j / 8] >> (7 - j % 8) & 1) != 0 ? 255 : 0;
        }
    }
    write_foreign(path,
                  &(foreign){9, 9, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_ADAM7, NULL, 0, rows});
    expect_pixels(path, 0, (ls_shape){9, 9, 1}, wanted);
}

static void damage_is_named(void **state)
{
    (void)state;
    const char *path = scratch_path("damaged.png");
    int64_t live = ls_alloc_live();
    ls_text whole;
    ls_shape shape;
    uint8_t *pixels = NULL;
    uint8_t image[20 * 20 * 3];
    for (size_t i = 0; i < sizeof image; i++) {
        image[i] = (uint8_t)(i * i);
    }
    assert_int_equal(ls_png_write(path, (ls_shape){20, 20, 3}, image), LS_OK);
    assert_int_equal(ls_file_read(path, &whole), LS_OK);
    for (size_t bytes = 0; bytes < whole.length; bytes += 9) {
        scratch_write(path, whole.data, bytes);
        assert_int_equal(ls_png_read(path, 0, &shape, &pixels), LS_BAD_INPUT);
        scratch_expect_message("damaged.png: ");
    }
    for (size_t at = 0; at < whole.length; at += 5) {
        whole.data[at] ^= 4;
        scratch_write(path, whole.data, whole.length);
        assert_int_equal(ls_png_read(path, 0, &shape, &pixels), LS_BAD_INPUT);
        whole.data[at] ^= 4;
    }
    ls_text_free(&whole);
    assert_int_equal(ls_png_read(scratch_path("absent.png"), 0, &shape, &pixels), LS_BAD_INPUT);
    scratch_expect_message("absent.png: can't open: No such file");
    assert_int_equal(ls_png_write(path, (ls_shape){4, 4, 2}, image), LS_BAD_INPUT);
    scratch_expect_message("an image of 4x4x2 can't be written as PNG");
    assert_int_equal(ls_alloc_live(), live);
}

/* Pixel (y, x) of the picture at (line, column) of a sheet of 3x4 pictures, gray. */
static uint8_t sheet_pixel(const uint8_t *pixels, ls_shape size, int line, int column, int y, int x)
{
    return pixels[(2 + line * 5 + y) * size.w + 2 + column * 6 + x];
}

static void sheets(void **state)
{
    (void)state;
    const char *path = scratch_path("sheet.png");
    const ls_shape tile = {3, 4, 1};
    uint8_t originals[5 * 12];
    float reconstructions[5 * 12];
    for (int i = 0; i < 60; i++) {
        originals[i] = (uint8_t)(i + 1);
        reconstructions[i] = (float)(200 - i) / 255;
    }
    reconstructions[0] = -3;
    reconstructions[1] = 7;
    reconstructions[2] = NAN;
    ls_shape size;
    uint8_t *pixels;
    assert_int_equal(ls_sheet_write(path, tile, 5, 3, originals, reconstructions), LS_OK);
    assert_int_equal(ls_png_read(path, 0, &size, &pixels), LS_OK);
    assert_true(ls_shape_equal(size, (ls_shape){2 + 4 * 5, 2 + 3 * 6, 1}));
    for (int i = 0; i < 5; i++) {
        for (int p = 0; p < 12; p++) {
            int line = i / 3 * 2;
            int at = i * 12 + p;
            int above = sheet_pixel(pixels, size, line, i % 3, p / 4, p % 4);
            int below = sheet_pixel(pixels, size, line + 1, i % 3, p / 4, p % 4);
            assert_int_equal(above, at + 1);
            assert_int_equal(below, at == 0 || at == 2 ? 0 : at == 1 ? 255 : 200 - at);
        }
    }
    assert_int_equal(pixels[0], 255);
    assert_int_equal(sheet_pixel(pixels, size, 3, 2, 0, 0), 255); /* no sixth picture: paper */
    ls_free(pixels);

    assert_int_equal(ls_sheet_write(path, tile, 2, 8, NULL, reconstructions), LS_OK);
    assert_int_equal(ls_png_read(path, 0, &size, &pixels), LS_OK);
    assert_true(ls_shape_equal(size, (ls_shape){2 + 5, 2 + 2 * 6, 1}));
    assert_int_equal(sheet_pixel(pixels, size, 0, 1, 2, 3), 200 - 23);
    ls_free(pixels);
    assert_int_equal(ls_sheet_write(path, tile, 0, 8, NULL, reconstructions), LS_BAD_INPUT);
}

/* Three lines: originals, what was shown, what was given. */
static void sheets_of_restored_pictures(void **state)
{
    (void)state;
    const char *path = scratch_path("restored.png");
    const ls_shape tile = {3, 4, 1};
    uint8_t originals[3 * 12];
    float inputs[3 * 12];
    float outputs[3 * 12];
    for (int i = 0; i < 36; i++) {
        originals[i] = (uint8_t)(i + 1);
        inputs[i] = (float)(i + 101) / 255;
        outputs[i] = (float)(i + 201) / 255;
    }
    ls_shape size;
    uint8_t *pixels;
    assert_int_equal(ls_sheet_write_restored(path, tile, 3, 2, originals, inputs, outputs), LS_OK);
    assert_int_equal(ls_png_read(path, 0, &size, &pixels), LS_OK);
    assert_true(ls_shape_equal(size, (ls_shape){2 + 6 * 5, 2 + 2 * 6, 1}));
    for (int i = 0; i < 36; i++) {
        for (int line = 0; line < 3; line++) {
            int p = i % 12;
            int seen = sheet_pixel(pixels, size, i / 24 * 3 + line, i / 12 % 2, p / 4, p % 4);
            assert_int_equal(seen, i + 1 + 100 * line);
        }
    }
    ls_free(pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips),
        cmocka_unit_test(channels_are_converted),
        cmocka_unit_test(palettes),
        cmocka_unit_test(sixteen_bits),
        cmocka_unit_test(alpha_is_dropped),
        cmocka_unit_test(single_bits_and_interlacing),
        cmocka_unit_test(damage_is_named),
        cmocka_unit_test(sheets),
        cmocka_unit_test(sheets_of_restored_pictures),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
