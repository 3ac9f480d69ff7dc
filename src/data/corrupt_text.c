/* text: lines of letters, drawn as 0 over the image. A letter is 3 x 5 dots, some of the seven
 * strokes of a digital display; between letters there is a dot, between lines there are five. A dot
 * is a pixel, or more in images of 128 pixels and above. Where the lines begin is random. */
#include "corruption.h"

#include <string.h>

#define DOTS_ACROSS  64 /* in a large image's shorter side, at least */
#define LETTER_W     3
#define LETTER_H     5
#define STEP_W       4 /* from a letter to the next one */
#define STEP_H       10
#define STROKES      7
#define BLANK_ONE_IN 6 /* letters */

/* Element 0: how far the text is moved up; 1: to the left; then one for each letter. */
enum { DRAW_UP, DRAW_LEFT, DRAW_LETTERS = 4 };

/* The dots of each stroke, row after row, three bits each, the leftmost dot first. */
#define ROWS(a, b, c, d, e) ((a) << 12 | (b) << 9 | (c) << 6 | (d) << 3 | (e))
static const unsigned strokes[STROKES] = {
    ROWS(7, 0, 0, 0, 0), ROWS(0, 0, 7, 0, 0), ROWS(0, 0, 0, 0, 7), ROWS(4, 4, 4, 0, 0),
    ROWS(1, 1, 1, 0, 0), ROWS(0, 0, 4, 4, 4), ROWS(0, 0, 1, 1, 1),
};

/* The dots of a letter: a blank, or each stroke with probability 1/2. */
static unsigned draw_letter(uint32_t bits)
{
    unsigned dots = 0;
    for (int i = 0; i < STROKES; i++) {
        dots |= (bits >> i & 1) != 0 ? strokes[i] : 0;
    }
    return (bits >> STROKES) % BLANK_ONE_IN == 0 ? 0 : dots;
}

/* A square of `size` pixels, as far as it lies in the image. */
static void put_dot(const ls_corrupt_image *image, int top, int left, int size)
{
    ls_shape s = image->settings->shape;
    for (int y = top < 0 ? 0 : top; y < top + size && y < s.h; y++) {
        for (int x = left < 0 ? 0 : left; x < left + size && x < s.w; x++) {
            memset(image->x + ((size_t)y * (size_t)s.w + (size_t)x) * (size_t)s.c, 0,
                   sizeof(float) * (size_t)s.c);
        }
    }
}

static void put_letter(const ls_corrupt_image *image, unsigned dots, int top, int left, int size)
{
    for (int i = 0; i < LETTER_W * LETTER_H; i++) {
        if ((dots >> (LETTER_W * LETTER_H - 1 - i) & 1) != 0) {
            put_dot(image, top + i / LETTER_W * size, left + i % LETTER_W * size, size);
        }
    }
}

static void run(const ls_corrupt_image *image)
{
    ls_shape s = image->settings->shape;
    int side = s.h < s.w ? s.h : s.w;
    int size = side >= 2 * DOTS_ACROSS ? side / DOTS_ACROSS : 1;
    int up = (int)ls_random_below(&image->key, DRAW_UP, (uint32_t)(STEP_H * size));
    int first = (int)ls_random_below(&image->key, DRAW_LEFT, (uint32_t)(STEP_W * size));
    uint32_t element = DRAW_LETTERS;
    for (int top = -up; top < s.h; top += STEP_H * size) {
        for (int left = -first; left < s.w; left += STEP_W * size) {
            uint32_t bits = ls_random_bits(&image->key, element++);
            put_letter(image, draw_letter(bits), top, left, size);
        }
    }
}

const ls_corruption ls_corruption_text = {.name = "text", .run = run};
