/* Random changes of training images. */
#include "lockstep/data/augment.h"

#include "lockstep/base/random.h"

#include <string.h>

/* What a number of an image's stream decides. */
enum { DRAW_FLIP, DRAW_DOWN, DRAW_RIGHT, DRAW_BRIGHTNESS, DRAW_CONTRAST, DRAW_SATURATION };

ls_status ls_augment_plan(ls_augment *out, const ls_config *config, ls_shape shape)
{
    *out = (ls_augment){.shape = shape,
                        .flip = config->augment_flip != 0,
                        .shift = (int)config->augment_shift,
                        .jitter = config->augment_jitter,
                        .seed = (uint64_t)config->train_seed};
    char text[LS_SHAPE_CHARS];
    int side = shape.h < shape.w ? shape.h : shape.w;
    LS_REQUIRE(out->shift < side, LS_BAD_INPUT,
               "augment.shift = %d: images are %s, whose border can be reflected for at most %d "
               "pixels",
               out->shift, ls_shape_text(shape, text), side - 1);
    return LS_OK;
}

bool ls_augment_any(const ls_augment *augment)
{
    return augment->flip || augment->shift > 0 || augment->jitter > 0;
}

/* The pixel that stands at `i`, from which reflection at both borders leads into 0 .. count-1. */
static int reflect(int i, int count)
{
    int inside = i < 0 ? -i : i;
    return inside < count ? inside : 2 * (count - 1) - inside;
}

/* -shift .. shift */
static int draw_shift(const ls_augment *augment, const ls_random_key *key, uint32_t element)
{
    uint32_t places = 2 * (uint32_t)augment->shift + 1;
    return (int)ls_random_below(key, element, places) - augment->shift;
}

/* x: [h, w] of `pixel` bytes each becomes its own picture, mirrored and moved. spare: as large. */
static void move(const ls_augment *augment, const ls_random_key *key, size_t pixel, void *x,
                 void *spare)
{
    ls_shape s = augment->shape;
    bool mirrored = augment->flip && ls_random_below(key, DRAW_FLIP, 2) == 1;
    int down = draw_shift(augment, key, DRAW_DOWN);
    int right = draw_shift(augment, key, DRAW_RIGHT);
    char *to = x;
    memcpy(spare, x, pixel * (size_t)s.h * (size_t)s.w);
    for (int row = 0; row < s.h; row++) {
        const char *from = (char *)spare + (size_t)reflect(row - down, s.h) * (size_t)s.w * pixel;
        for (int column = 0; column < s.w; column++, to += pixel) {
            int at = reflect(column - right, s.w);
            at = mirrored ? s.w - 1 - at : at;
            memcpy(to, from + (size_t)at * pixel, pixel);
        }
    }
}

static float clamp(float value)
{
    return value < 0 ? 0 : value > 1 ? 1 : value;
}

/* How bright a pixel of `channels` is: luma by ITU-R BT.601 of three, else their mean. */
static float luma(const float *pixel, int channels)
{
    if (channels == 3) {
        return 0.299F * pixel[0] + 0.587F * pixel[1] + 0.114F * pixel[2];
    }
    float sum = 0;
    for (int c = 0; c < channels; c++) {
        sum += pixel[c];
    }
    return sum / (float)channels;
}

/* Values away from `from` by a factor: 1 leaves them. */
static void stretch(float *values, int64_t count, float from, float factor)
{
    for (int64_t i = 0; i < count; i++) {
        values[i] = clamp(from + factor * (values[i] - from));
    }
}

static float draw_factor(const ls_augment *augment, const ls_random_key *key, uint32_t element)
{
    double u = ls_random_uniform(key, element);
    return (float)(1 - augment->jitter + 2 * augment->jitter * u);
}

/* Brightness away from black, contrast from the picture's mean luma, saturation from each pixel's
 * own. */
static void colour(const ls_augment *augment, const ls_random_key *key, float *x)
{
    ls_shape s = augment->shape;
    int64_t pixels = (int64_t)s.h * s.w;
    stretch(x, pixels * s.c, 0, draw_factor(augment, key, DRAW_BRIGHTNESS));
    double sum = 0;
    for (int64_t i = 0; i < pixels; i++) {
        sum += luma(x + i * s.c, s.c);
    }
    float mean = (float)(sum / (double)pixels);
    stretch(x, pixels * s.c, mean, draw_factor(augment, key, DRAW_CONTRAST));
    float saturation = draw_factor(augment, key, DRAW_SATURATION);
    for (int64_t i = 0; s.c > 1 && i < pixels; i++) {
        stretch(x + i * s.c, s.c, luma(x + i * s.c, s.c), saturation);
    }
}

static bool moves(const ls_augment *augment)
{
    return augment->flip || augment->shift > 0;
}

static ls_random_key key_of(const ls_augment *augment, int64_t epoch, int64_t sample)
{
    return (ls_random_key){.seed = augment->seed,
                           .purpose = LS_PURPOSE_AUGMENT,
                           .epoch = (uint32_t)epoch,
                           .sample = (uint32_t)sample};
}

void ls_augment_masks(const ls_augment *augment, int64_t epoch, int n, const int64_t *samples,
                      uint8_t *masks, void *spare)
{
    int64_t pixels = (int64_t)augment->shape.h * augment->shape.w;
    for (int i = 0; i < n && moves(augment); i++) {
        const ls_random_key key = key_of(augment, epoch, samples[i]);
        move(augment, &key, 1, masks + i * pixels, spare);
    }
}

void ls_augment_run(const ls_augment *augment, int64_t epoch, int n, const int64_t *samples,
                    float *x, float *spare)
{
    for (int i = 0; i < n; i++, x += ls_shape_count(augment->shape)) {
        const ls_random_key key = key_of(augment, epoch, samples[i]);
        if (moves(augment)) {
            move(augment, &key, sizeof *x * (size_t)augment->shape.c, x, spare);
        }
        if (augment->jitter > 0) {
            colour(augment, &key, x);
        }
    }
}
