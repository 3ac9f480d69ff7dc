/* Drawing into an array of pixels. */
#include "canvas.h"

#include "font.h"

#include "lockstep/base/memory.h"

#include <math.h>
#include <string.h>

#define PAPER 255

ls_status ls_canvas_open(ls_canvas *out, int width, int height)
{
    *out = (ls_canvas){.width = width, .height = height};
    size_t count = (size_t)width * (size_t)height;
    void *memory;
    LS_TRY(ls_alloc(&memory, 3 * count, "a figure"));
    out->pixels = memory;
    LS_TRY(ls_alloc(&memory, count * sizeof(float), "a figure's lines"));
    out->ink = memory;
    memset(out->pixels, PAPER, 3 * count);
    return LS_OK;
}

void ls_canvas_close(ls_canvas *canvas)
{
    ls_free(canvas->pixels);
    ls_free(canvas->ink);
    *canvas = (ls_canvas){0};
}

static int between(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static uint8_t mix(uint8_t below, uint8_t above, float part)
{
    return (uint8_t)((float)below + ((float)above - (float)below) * part + 0.5F);
}

static void blend(uint8_t *pixel, ls_colour colour, float part)
{
    pixel[0] = mix(pixel[0], colour.red, part);
    pixel[1] = mix(pixel[1], colour.green, part);
    pixel[2] = mix(pixel[2], colour.blue, part);
}

void ls_canvas_fill(ls_canvas *canvas, int x, int y, int width, int height, ls_colour colour)
{
    int right = between(x + width, 0, canvas->width);
    int bottom = between(y + height, 0, canvas->height);
    for (int row = between(y, 0, bottom); row < bottom; row++) {
        for (int column = between(x, 0, right); column < right; column++) {
            blend(canvas->pixels + 3 * ((size_t)row * (size_t)canvas->width + (size_t)column),
                  colour, 1);
        }
    }
}

/* --- text ------------------------------------------------------------------------------------- */

/* Of a character of several bytes in UTF-8, all but the first. */
static bool continues(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

static int count_letters(const char *text)
{
    int count = 0;
    for (; *text != '\0'; text++) {
        count += !continues(*text);
    }
    return count;
}

int ls_canvas_text_width(const char *text)
{
    int count = count_letters(text);
    return count > 0 ? (count * (LS_FONT_WIDTH + 1) - 1) * LS_DOT_PIXELS : 0;
}

int ls_canvas_text_height(void)
{
    return LS_FONT_HEIGHT * LS_DOT_PIXELS;
}

static void draw_letter(ls_canvas *canvas, int x, int y, char letter, ls_colour colour)
{
    y += ls_font_drop(letter) * LS_DOT_PIXELS;
    for (int row = 0; row < LS_FONT_HEIGHT; row++) {
        for (int column = 0; column < LS_FONT_WIDTH; column++) {
            if (ls_font_dot(letter, column, row)) {
                ls_canvas_fill(canvas, x + column * LS_DOT_PIXELS, y + row * LS_DOT_PIXELS,
                               LS_DOT_PIXELS, LS_DOT_PIXELS, colour);
            }
        }
    }
}

void ls_canvas_text(ls_canvas *canvas, int x, int y, const char *text, ls_colour colour)
{
    for (; *text != '\0'; text++) {
        if (!continues(*text)) {
            draw_letter(canvas, x, y, *text, colour);
            x += (LS_FONT_WIDTH + 1) * LS_DOT_PIXELS;
        }
    }
}

/* --- lines ------------------------------------------------------------------------------------ */

/* From the place to the nearest point of the piece. */
static double distance(ls_point place, ls_point from, ls_point to)
{
    double dx = to.x - from.x;
    double dy = to.y - from.y;
    double length = dx * dx + dy * dy;
    double along = (place.x - from.x) * dx + (place.y - from.y) * dy;
    double part = length > 0 ? along / length : 0;
    part = part < 0 ? 0 : part > 1 ? 1 : part;
    double x = place.x - (from.x + part * dx);
    double y = place.y - (from.y + part * dy);
    return sqrt(x * x + y * y);
}

void ls_canvas_stroke(ls_canvas *canvas, ls_point from, ls_point to, double thickness)
{
    double reach = thickness / 2 + 0.5; /* a pixel is half covered where the line's edge is */
    int left = between((int)(fmin(from.x, to.x) - reach), 0, canvas->width);
    int right = between((int)(fmax(from.x, to.x) + reach) + 2, 0, canvas->width);
    int top = between((int)(fmin(from.y, to.y) - reach), 0, canvas->height);
    int bottom = between((int)(fmax(from.y, to.y) + reach) + 2, 0, canvas->height);
    for (int y = top; y < bottom; y++) {
        float *row = canvas->ink + (size_t)y * (size_t)canvas->width;
        for (int x = left; x < right; x++) {
            double part = reach - distance((ls_point){x, y}, from, to);
            float ink = (float)(part > 1 ? 1 : part);
            row[x] = ink > row[x] ? ink : row[x];
        }
    }
}

void ls_canvas_ink(ls_canvas *canvas, ls_colour colour)
{
    size_t count = (size_t)canvas->width * (size_t)canvas->height;
    for (size_t i = 0; i < count; i++) {
        if (canvas->ink[i] > 0) {
            blend(canvas->pixels + 3 * i, colour, canvas->ink[i]);
            canvas->ink[i] = 0;
        }
    }
}
