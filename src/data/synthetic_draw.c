/* Pictures that an autoencoder can learn from: a smooth background between two colours, and before
 * it a shape or a texture of a third, at a random place, size and angle. Ten kinds.
 *
 * Only + - * / and square roots are used, which IEEE 754 rounds in one way: the bytes, and with
 * them the digest of a run's data, are the same on every machine.
 */
#include "synthetic_draw.h"

#include "lockstep/base/random.h"

#include <math.h>

/* The data's own seed: train.seed changes the run, never the pictures. */
#define DATA_SEED UINT64_C(0x4c6f636b73746570)

typedef struct scene {
    float corner[2][3];     /* colours at the background's two ends */
    float along_x, along_y; /* its direction */
    float colour[3];        /* of the shape */
    float x, y, radius;     /* of the shape, in units of the picture's side */
    float cosine, sine;     /* its angle */
    float waves;            /* of a texture, over the shape's radius */
} scene;

/* Draws numbers of one image's stream, one after another. */
typedef struct dice {
    ls_random_key key;
    uint32_t thrown;
} dice;

static float throw_between(dice *d, float low, float high)
{
    return low + (high - low) * ls_random_uniform(&d->key, d->thrown++);
}

static float clamp(float value)
{
    return value < 0.0F ? 0.0F : value > 1.0F ? 1.0F : value;
}

static float maximum(float a, float b)
{
    return a > b ? a : b;
}

static float minimum(float a, float b)
{
    return a < b ? a : b;
}

static scene set_scene(dice *d)
{
    scene s;
    for (int c = 0; c < 3; c++) {
        s.corner[0][c] = throw_between(d, 0.0F, 1.0F);
        s.corner[1][c] = throw_between(d, 0.0F, 1.0F);
        s.colour[c] = throw_between(d, 0.0F, 1.0F);
    }
    s.along_x = throw_between(d, -1.0F, 1.0F);
    s.along_y = throw_between(d, -1.0F, 1.0F);
    s.x = throw_between(d, 0.3F, 0.7F);
    s.y = throw_between(d, 0.3F, 0.7F);
    s.radius = throw_between(d, 0.18F, 0.38F);
    /* A point of the unit circle by the half angle's tangent: no sine, no cosine. */
    float tangent = throw_between(d, -1.0F, 1.0F);
    float norm = 1.0F + tangent * tangent;
    s.cosine = (1.0F - tangent * tangent) / norm;
    s.sine = 2.0F * tangent / norm;
    s.waves = throw_between(d, 0.6F, 1.4F);
    return s;
}

/* A wave of period 1 between 0 and 1, straight up and down. */
static float triangle_wave(float t)
{
    float part = t - floorf(t);
    return part < 0.5F ? 2.0F * part : 2.0F - 2.0F * part;
}

/* Distance to the nearest point of a unit grid. */
static float grid_distance(float a, float b)
{
    float da = a - floorf(a + 0.5F);
    float db = b - floorf(b + 0.5F);
    return sqrtf(da * da + db * db);
}

/* Signed distance to the outline of shape `kind`, in units of its radius: negative inside. */
static float outline(int kind, float a, float b)
{
    float r = sqrtf(a * a + b * b);
    float wide = fabsf(a);
    float high = fabsf(b);
    switch (kind) {
    case 0: /* disc */
        return r - 1.0F;
    case 1: /* square */
        return maximum(wide, high) - 0.85F;
    case 2: /* triangle: two slopes of 60 degrees and a base */
        return maximum(0.8660254F * wide - 0.5F * b - 0.5F, b - 0.5F);
    case 3: /* ring */
        return fabsf(r - 0.75F) - 0.25F;
    case 4: /* cross */
        return minimum(maximum(wide - 1.0F, high - 0.3F), maximum(wide - 0.3F, high - 1.0F));
    default: /* half plane */
        return b;
    }
}

/* How much of the shape's colour a point shows, 0 to 1; a, b: the point in the shape's own frame;
 * `sharp`: pixels a radius, so that an outline is one pixel wide. */
static float coverage(int kind, const scene *s, float a, float b, float sharp)
{
    switch (kind) {
    case 6: /* stripes */
        return 0.8F * triangle_wave(a * s->waves);
    case 7: /* dots */
        return clamp(0.5F - (grid_distance(a * s->waves, b * s->waves) - 0.3F) * sharp);
    case 8: { /* a soft blob */
        float left = maximum(0.0F, 1.0F - (a * a + b * b) / 2.25F);
        return left * left;
    }
    case 9: /* waves around a point */
        return 0.8F * triangle_wave(sqrtf(a * a + b * b) * s->waves);
    default:
        return clamp(0.5F - outline(kind, a, b) * sharp);
    }
}

/* How much of the shape's colour is shown at x, y, in units of the picture's side. */
static float cover_at(int kind, const scene *s, float x, float y, float side)
{
    float a = ((x - s->x) * s->cosine + (y - s->y) * s->sine) / s->radius;
    float b = ((y - s->y) * s->cosine - (x - s->x) * s->sine) / s->radius;
    return coverage(kind, s, a, b, s->radius * side);
}

static void draw_pixel(const scene *s, float cover, float x, float y, int channels, uint8_t *pixel)
{
    float blend = clamp(0.5F + (x - 0.5F) * s->along_x + (y - 0.5F) * s->along_y);
    for (int c = 0; c < channels; c++) {
        float back = s->corner[0][c] + (s->corner[1][c] - s->corner[0][c]) * blend;
        float value = back + (s->colour[c] - back) * cover;
        pixel[c] = (uint8_t)(clamp(value) * 255.0F + 0.5F);
    }
}

/* The image's scene; its kind is its number modulo their count. */
static int find_scene(ls_split split, int64_t index, scene *s)
{
    uint64_t number = (uint64_t)index;
    dice d = {.key = {.seed = DATA_SEED,
                      .purpose = LS_PURPOSE_SYNTHETIC,
                      .layer = (uint32_t)split,
                      .epoch = (uint32_t)(number >> 32),
                      .sample = (uint32_t)number}};
    *s = set_scene(&d);
    return (int)(number % LS_SYNTHETIC_KINDS);
}

/* Walks the pixels: draws pixels [shape], or marks mask [h, w]; the other is NULL. */
static int walk(ls_split split, int64_t index, ls_shape shape, uint8_t *pixels, uint8_t *mask)
{
    scene s;
    int kind = find_scene(split, index, &s);
    float side = (float)(shape.h > shape.w ? shape.h : shape.w);
    for (int y = 0; y < shape.h; y++) {
        for (int x = 0; x < shape.w; x++) {
            int64_t at = (int64_t)y * shape.w + x;
            float px = ((float)x + 0.5F) / side;
            float py = ((float)y + 0.5F) / side;
            float cover = cover_at(kind, &s, px, py, side);
            if (mask != NULL) {
                mask[at] = (uint8_t)(cover >= 0.5F ? kind + 1 : 0);
            } else {
                draw_pixel(&s, cover, px, py, shape.c, pixels + at * shape.c);
            }
        }
    }
    return kind;
}

uint8_t ls_synthetic_draw(ls_split split, int64_t index, ls_shape shape, uint8_t *pixels)
{
    return (uint8_t)walk(split, index, shape, pixels, NULL);
}

void ls_synthetic_mask(ls_split split, int64_t index, ls_shape shape, uint8_t *mask)
{
    (void)walk(split, index, shape, NULL, mask);
}
