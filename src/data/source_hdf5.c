/* An HDF5 file with /train/images uint8 [N,H,W,C], /train/labels [N] and the same under /test; each
 * rank reads its own rows. Files that carry our seal are verified before HDF5 opens them.
 */
#include "source_private.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/h5.h"
#include "lockstep/io/seal.h"

#include <stdio.h>

#define LABEL_PIECE 65536 /* labels looked through at once */

typedef struct hdf5_state {
    ls_h5 *file;   /* owned */
    int64_t *wide; /* [room] labels as the file is read; owned */
    int64_t room;
} hdf5_state;

static const char *const images_name[LS_SPLIT_COUNT] = {"/train/images", "/test/images"};
static const char *const labels_name[LS_SPLIT_COUNT] = {"/train/labels", "/test/labels"};

static ls_status check_images(const ls_source *source, const char *name, const ls_h5_info *is)
{
    LS_REQUIRE(is->type == LS_H5_U8 && is->dim_count == 4, LS_BAD_INPUT,
               "%s: %s is of another type or has %d dimensions: must be uint8 [N,H,W,C]",
               source->path, name, is->dim_count);
    LS_REQUIRE((is->dims[3] == 1 || is->dims[3] == 3) && is->dims[1] > 0 && is->dims[2] > 0 &&
                   is->dims[1] <= INT16_MAX && is->dims[2] <= INT16_MAX,
               LS_BAD_INPUT,
               "%s: %s has images of %lldx%lldx%lld: must be H x W x C with C 1 or 3 (uint8 "
               "[N,H,W,C])",
               source->path, name, (long long)is->dims[1], (long long)is->dims[2],
               (long long)is->dims[3]);
    return LS_OK;
}

static ls_status inspect_labels(const ls_source *source, ls_h5 *file, ls_split split)
{
    const char *name = labels_name[split];
    LS_REQUIRE(ls_h5_has(file, name), LS_BAD_INPUT, "%s: %s is missing", source->path, name);
    ls_h5_info is;
    LS_TRY(ls_h5_inspect(file, name, &is));
    LS_REQUIRE((is.type == LS_H5_U8 || is.type == LS_H5_I64) && is.dim_count == 1 &&
                   is.dims[0] == source->info.images[split],
               LS_BAD_INPUT, "%s: %s must be integers [%lld], one for each of %s", source->path,
               name, (long long)source->info.images[split], images_name[split]);
    return LS_OK;
}

static ls_status inspect_split(ls_source *source, ls_h5 *file, ls_split split)
{
    const char *name = images_name[split];
    if (split == LS_TEST && !ls_h5_has(file, name)) {
        return LS_OK; /* a training split alone will do when there is a holdout */
    }
    LS_REQUIRE(ls_h5_has(file, name), LS_BAD_INPUT,
               "%s: an HDF5 file without %s (uint8 [N,H,W,C]); make one with lockstep data pack",
               source->path, name);
    ls_h5_info is;
    LS_TRY(ls_h5_inspect(file, name, &is));
    LS_TRY(check_images(source, name, &is));
    ls_shape shape = {(int)is.dims[1], (int)is.dims[2], (int)is.dims[3]};
    LS_REQUIRE(split == LS_TRAIN || ls_shape_equal(shape, source->info.shape), LS_BAD_INPUT,
               "%s: the images of %s have another shape than those of %s", source->path, name,
               images_name[LS_TRAIN]);
    source->info.shape = shape;
    source->info.images[split] = is.dims[0];
    LS_TRY(inspect_labels(source, file, split));
    return LS_OK;
}

/* This rank's part of the labels: all bytes? And which is the highest? */
static ls_status scan_piece(const ls_source *source, ls_split split, ls_h5_rows rows,
                            int64_t *highest)
{
    hdf5_state *state = source->state;
    LS_TRY(ls_h5_read(state->file, labels_name[split], LS_H5_I64, rows, state->wide));
    for (int64_t i = 0; i < rows.count; i++) {
        LS_REQUIRE(state->wide[i] >= 0 && state->wide[i] < LS_CLASSES_MAX, LS_BAD_INPUT,
                   "%s: %s: record %lld: label %lld is not 0 to %d", source->path,
                   labels_name[split], (long long)(rows.first + i), (long long)state->wide[i],
                   LS_CLASSES_MAX - 1);
        *highest = state->wide[i] > *highest ? state->wide[i] : *highest;
    }
    return LS_OK;
}

static ls_status scan_labels(ls_source *source, ls_split split, int64_t *highest)
{
    int64_t count = source->info.images[split];
    int rank = ls_comm_rank(source->comm);
    int size = ls_comm_size(source->comm);
    ls_source_range mine = ls_source_share(count, rank, size);
    int64_t most = ls_source_share(count, 0, size).count;
    ls_status status = LS_OK;
    for (int64_t done = 0; done < most; done += LABEL_PIECE) {
        int64_t begin = done < mine.count ? done : mine.count;
        int64_t rest = mine.count - begin;
        ls_h5_rows rows = {mine.first + begin, rest < LABEL_PIECE ? rest : LABEL_PIECE};
        int64_t top = *highest;
        ls_status piece = scan_piece(source, split, rows, &top);
        *highest = top;
        status = status == LS_OK ? piece : status;
    }
    return status;
}

static ls_status make_room(hdf5_state *state, int64_t labels)
{
    if (labels <= state->room) {
        return LS_OK;
    }
    ls_free(state->wide);
    state->wide = NULL;
    state->room = 0;
    void *memory = NULL;
    LS_TRY(ls_alloc(&memory, (size_t)labels * sizeof(int64_t), "labels"));
    state->wide = memory;
    state->room = labels;
    return LS_OK;
}

static ls_status start(ls_source *source)
{
    LS_TRY(ls_alloc(&source->state, sizeof(hdf5_state), "an HDF5 source"));
    LS_TRY(make_room(source->state, LABEL_PIECE));
    if (ls_comm_rank(source->comm) == 0 && ls_seal_present(source->path)) {
        LS_TRY(ls_seal_check(source->path, LS_SEAL_DATA));
    }
    return LS_OK;
}

static ls_status inspect(ls_source *source)
{
    hdf5_state *state = source->state;
    LS_TRY(inspect_split(source, state->file, LS_TRAIN));
    LS_TRY(inspect_split(source, state->file, LS_TEST));
    return LS_OK;
}

static ls_status open_hdf5(ls_source *source, const ls_config *config)
{
    (void)config;
    LS_TRY(ls_comm_agree(source->comm, start(source)));
    hdf5_state *state = source->state;
    ls_comm *parallel = ls_comm_native(source->comm) != NULL ? source->comm : NULL;
    LS_TRY(
        ls_comm_agree(source->comm, ls_h5_open(&state->file, source->path, LS_H5_READ, parallel)));
    LS_TRY(ls_comm_agree(source->comm, inspect(source)));
    int64_t highest = 0;
    for (int split = 0; split < LS_SPLIT_COUNT; split++) {
        LS_TRY(ls_comm_agree(source->comm, scan_labels(source, (ls_split)split, &highest)));
    }
    LS_TRY(ls_comm_max_i64(source->comm, &highest, 1));
    source->info.classes = (int)highest + 1;
    snprintf(source->info.kind, sizeof source->info.kind, "hdf5");
    return LS_OK;
}

static void close_hdf5(ls_source *source)
{
    hdf5_state *state = source->state;
    if (state == NULL) {
        return;
    }
    (void)ls_h5_close(state->file); /* only read: nothing can be lost */
    ls_free(state->wide);
    ls_free(state);
    source->state = NULL;
}

static ls_status read_rows(ls_source *source, ls_split split, ls_source_range range,
                           uint8_t *pixels, uint8_t *labels)
{
    hdf5_state *state = source->state;
    ls_h5_rows rows = {range.first, range.count};
    /* Both reads are collective, so both are done whatever becomes of the first. */
    ls_status got = ls_h5_read(state->file, images_name[split], LS_H5_U8, rows, pixels);
    int64_t highest = 0;
    LS_TRY(make_room(state, range.count));
    ls_status labelled = scan_piece(source, split, rows, &highest);
    for (int64_t i = 0; i < range.count && labelled == LS_OK; i++) {
        labels[i] = (uint8_t)state->wide[i];
    }
    LS_TRY(got);
    LS_TRY(labelled);
    return LS_OK;
}

const ls_source_ops ls_source_hdf5 = {
    .open = open_hdf5,
    .close = close_hdf5,
    .rows = read_rows,
};
