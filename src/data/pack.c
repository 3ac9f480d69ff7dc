/* Packing any source into one sealed HDF5 file, chunked and deflated, for hyperslab reading. */
#include "source_private.h"

#include "lockstep/base/text.h"
#include "lockstep/data/tools.h"
#include "lockstep/io/h5.h"

#include <stdio.h>

#define CHUNK_BYTES ((int64_t)1 << 18) /* below HDF5's cache of 1 MiB a dataset */
#define LEVEL       4                  /* of deflate */

typedef struct names {
    char images[24], labels[24];
} names;

static names name_split(ls_split split)
{
    names n;
    snprintf(n.images, sizeof n.images, "/%s/images", ls_split_name(split));
    snprintf(n.labels, sizeof n.labels, "/%s/labels", ls_split_name(split));
    return n;
}

static ls_status create_split(ls_h5 *file, const ls_source_info *info, ls_split split)
{
    names n = name_split(split);
    int64_t image_bytes = ls_shape_count(info->shape);
    int64_t rows = image_bytes < CHUNK_BYTES ? CHUNK_BYTES / image_bytes : 1;
    int64_t count = info->images[split];
    ls_h5_info images = {LS_H5_U8, 4, {count, info->shape.h, info->shape.w, info->shape.c}};
    ls_h5_info labels = {LS_H5_U8, 1, {count}};
    LS_TRY(ls_h5_create(file, n.images, &images, rows < count ? rows : count, LEVEL));
    LS_TRY(ls_h5_create(file, n.labels, &labels, 0, 0));
    return LS_OK;
}

static ls_status write_images(void *context, ls_split split, ls_source_range range,
                              const uint8_t *pixels, const uint8_t *labels)
{
    names n = name_split(split);
    ls_h5_rows rows = {range.first, range.count};
    LS_TRY(ls_h5_write(context, n.images, LS_H5_U8, rows, pixels));
    LS_TRY(ls_h5_write(context, n.labels, LS_H5_U8, rows, labels));
    return LS_OK;
}

/* context: the source. */
static ls_status write_splits(ls_h5 *file, void *context)
{
    ls_source *source = context;
    ls_source_range ranges[LS_SPLIT_COUNT];
    for (int split = 0; split < LS_SPLIT_COUNT; split++) {
        ranges[split] = (ls_source_range){0, source->info.images[split]};
        if (ranges[split].count > 0) {
            LS_TRY(create_split(file, &source->info, (ls_split)split));
        }
    }
    LS_TRY(ls_source_stream(source, ranges, write_images, file));
    return LS_OK;
}

static ls_status pack(const ls_config *config, const char *out_path, ls_comm *comm)
{
    ls_source *source = NULL;
    LS_TRY(ls_source_open(&source, config, comm));
    ls_status status = ls_h5_make(out_path, LS_SEAL_DATA, write_splits, source);
    ls_source_close(source);
    LS_TRY(status);
    return LS_OK;
}

ls_status ls_data_pack(const ls_config *config, const char *out_path)
{
    ls_comm *comm = NULL;
    LS_TRY(ls_comm_self(&comm));
    ls_status status = pack(config, out_path, comm);
    ls_comm_finish(comm);
    LS_TRY(status);
    return LS_OK;
}
