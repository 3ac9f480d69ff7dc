/* Which form serves a shape: a rule on shapes alone. */
#include "winograd.h"

#include "tiles.h"

/* Fewer channels than these leave more to the transforms than the products save. Measured, as are
 * the limits below: docs/performance.md. */
#define LEAST_CHANNELS 16

static bool has_channels(const ls_conv *s)
{
    return s->c >= LEAST_CHANNELS && s->o >= LEAST_CHANNELS;
}

/* Images of fewer places than a tile of four waste most of it. */
#define LEAST_SIDE 4

int ls_winograd_of_conv(const ls_conv *s)
{
    if (s->kernel != 3 || s->stride != 1 || s->form == LS_CONV_DIRECT) {
        return 0;
    }
    if (s->form != LS_CONV_AUTO) {
        return s->form == LS_CONV_WINOGRAD2 ? 4 : 6;
    }
    return has_channels(s) && s->p >= LEAST_SIDE && s->q >= LEAST_SIDE ? 6 : 0;
}

/* Tiles of four an image: fewer do not pay for the weights, 81 frequencies for 9 taps. */
#define LEAST_TILES 4

/* Tiles of a transposed convolution's phase, by the form that `side` names. */
static int64_t tiles_of(const ls_conv *s, int side)
{
    const int m = ls_tile_of(side);
    return (int64_t)((s->h + m - 1) / m) * ((s->w + m - 1) / m);
}

/* Products an image, for each pair of channels. */
static int64_t products_of(const ls_conv *s, int side)
{
    const int each = 2 * ls_tile_of(side) + 1;
    return tiles_of(s, side) * each * each;
}

int ls_winograd_of_deconv(const ls_conv *s)
{
    if (s->kernel != 3 || s->stride != 2 || s->pad != 1 || s->form == LS_CONV_DIRECT) {
        return 0;
    }
    if (s->form != LS_CONV_AUTO) {
        return s->form == LS_CONV_WINOGRAD2 ? 3 : 5;
    }
    if (!has_channels(s)) {
        return 0;
    }
    int side = 0;
    int64_t fewest = (int64_t)9 * s->h * s->w; /* direct */
    if (products_of(s, 3) < fewest) {
        side = 3;
        fewest = products_of(s, 3);
    }
    return tiles_of(s, 5) >= LEAST_TILES && products_of(s, 5) < fewest ? 5 : side;
}

const char *ls_winograd_name(int side)
{
    return ls_tile_of(side) == 4 ? "winograd4" : "winograd2";
}
