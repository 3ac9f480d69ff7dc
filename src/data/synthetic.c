/* The synthetic source: any rank makes any image, a pure function of its split and index. */
#include "source_private.h"
#include "synthetic_draw.h"

#include <stdio.h>

static ls_status open_synthetic(ls_source *source, const ls_config *config)
{
    int channels = (int)config->data_synthetic_channels;
    int side = (int)config->data_synthetic_size;
    LS_REQUIRE(channels == 1 || channels == 3, LS_BAD_INPUT,
               "data.synthetic_channels = %d: must be 1 or 3", channels);
    ls_source_info *info = &source->info;
    snprintf(info->kind, sizeof info->kind, "synthetic");
    info->shape = (ls_shape){side, side, channels};
    info->classes = LS_SYNTHETIC_KINDS;
    info->mask_classes = LS_SYNTHETIC_KINDS + 1;
    info->images[LS_TRAIN] = config->data_synthetic_train;
    info->images[LS_TEST] = config->data_synthetic_test;
    return LS_OK;
}

static void close_synthetic(ls_source *source)
{
    (void)source; /* nothing is held */
}

static ls_status make_rows(ls_source *source, ls_split split, ls_source_range range,
                           uint8_t *pixels, uint8_t *labels)
{
    size_t image_bytes = ls_source_image_bytes(source);
    for (int64_t i = 0; i < range.count; i++) {
        labels[i] = ls_synthetic_draw(split, range.first + i, source->info.shape,
                                      pixels + (size_t)i * image_bytes);
    }
    return LS_OK;
}

void ls_source_mask(const ls_source_info *info, ls_split split, int64_t index, uint8_t *mask)
{
    ls_synthetic_mask(split, index, info->shape, mask); /* no other kind has masks */
}

const ls_source_ops ls_source_synthetic = {
    .open = open_synthetic,
    .close = close_synthetic,
    .rows = make_rows,
};
