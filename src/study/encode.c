/* Codes of a split into a sealed HDF5 file: each rank writes the rows of its own images. */
#include "share.h"

#include "lockstep/base/hash.h"
#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"
#include "lockstep/io/h5.h"
#include "lockstep/io/seal.h"

#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES (4 << 20) /* written at once by a rank, about */

/* What is written, and how much at once. */
typedef struct writer {
    ls_trained *trained;
    ls_comm *comm;
    ls_share *share;
    ls_h5 *file;
    int last;       /* layers 0 .. last-1 make the code */
    ls_shape shape; /* of a code */
    int64_t block;  /* lanes written at once */
    float *codes;   /* [block * lane, shape], owned */
} writer;

static ls_h5_info code_info(ls_shape shape, int64_t images)
{
    if (shape.h == 1 && shape.w == 1) {
        return (ls_h5_info){.type = LS_H5_F32, .dim_count = 2, .dims = {images, shape.c}};
    }
    return (ls_h5_info){
        .type = LS_H5_F32, .dim_count = 4, .dims = {images, shape.h, shape.w, shape.c}};
}

/* Collective. Datasets, and which model and layer the codes are of. */
static ls_status describe(const writer *w)
{
    int64_t images = w->share->lanes.images;
    ls_h5_info codes = code_info(w->shape, images);
    ls_h5_info labels = {.type = LS_H5_U8, .dim_count = 1, .dims = {images}};
    LS_TRY(ls_h5_create(w->file, "/codes", &codes, 0, 0));
    LS_TRY(ls_h5_create(w->file, "/labels", &labels, 0, 0));
    char digest[LS_DIGEST_CHARS];
    ls_digest_text(ls_weights_digest(w->trained->model), digest);
    const ls_model_layer *layer = ls_model_layer_at(w->trained->model, w->last - 1);
    LS_TRY(ls_h5_put_text(w->file, "/codes", "layer", layer->path));
    return ls_h5_put_text(w->file, "/codes", "weights_digest", digest);
}

/* Local. The codes of this rank's lanes [low, high) into w->codes. */
static void compute(const writer *w, int64_t low, int64_t high)
{
    int64_t values = ls_shape_count(w->shape);
    float *to = w->codes;
    for (int64_t g = low; g < high; g++) {
        int n = ls_share_lane(w->share, w->trained->backend, g, NULL);
        const float *y = ls_model_run(w->trained->model, 0, w->last, n, w->share->x);
        memcpy(to, y, sizeof(float) * (size_t)(n * values));
        to += n * values;
    }
}

/* Collective: as many blocks as the rank with most lanes has; a rank that is done writes nothing.
 */
static ls_status write_blocks(const writer *w)
{
    const ls_share *share = w->share;
    int64_t end = share->range.first + share->range.count;
    for (int64_t at = 0; at < share->most; at += w->block) {
        int64_t low = ls_share_least(share->low + at, share->high);
        int64_t high = ls_share_least(low + w->block, share->high);
        compute(w, low, high);
        ls_h5_rows rows = {.first = ls_share_least(low * share->lanes.lane, end)};
        rows.count = ls_share_least(high * share->lanes.lane, end) - rows.first;
        ls_status status = ls_h5_write(w->file, "/codes", LS_H5_F32, rows, w->codes);
        LS_TRY(ls_comm_agree(w->comm, status));
    }
    return ls_h5_write(w->file, "/labels", LS_H5_U8,
                       (ls_h5_rows){share->range.first, share->range.count}, share->labels);
}

static ls_status reserve(writer *w, const char *layer)
{
    LS_TRY(ls_find_layer(w->trained->model, layer, &w->last));
    w->shape = ls_model_layer_at(w->trained->model, w->last - 1)->plan.out;
    int64_t lane_bytes = (int64_t)sizeof(float) * ls_shape_count(w->shape) * w->share->lanes.lane;
    w->block = lane_bytes < BLOCK_BYTES ? BLOCK_BYTES / lane_bytes : 1;
    void *memory;
    LS_TRY(ls_alloc(&memory, (size_t)(lane_bytes * w->block), "a block of codes"));
    w->codes = memory;
    return LS_OK;
}

/* Collective. The whole file, under its partial name. */
static ls_status write_file(writer *w, const char *path)
{
    LS_TRY(ls_comm_agree(w->comm, ls_h5_open(&w->file, path, LS_H5_CREATE, w->comm)));
    ls_status status = ls_comm_agree(w->comm, describe(w));
    if (status == LS_OK) {
        status = ls_comm_agree(w->comm, write_blocks(w));
    }
    ls_status closed = ls_comm_agree(w->comm, ls_h5_close(w->file));
    return status != LS_OK ? status : closed;
}

/* Local, rank 0. */
static ls_status finish(const char *partial, const char *path)
{
    LS_TRY(ls_seal_write(partial, LS_SEAL_CODES));
    return ls_file_rename(partial, path);
}

static ls_status encode(writer *w, ls_split split, const char *layer, const char *out_path)
{
    LS_TRY(ls_share_open(w->share, w->trained, split, 0, 1, w->comm));
    LS_TRY(ls_comm_agree(w->comm, reserve(w, layer)));
    char partial[LS_PATH_CHARS];
    LS_TRY(ls_comm_agree(w->comm, ls_file_partial_name(partial, out_path)));
    ls_status status = write_file(w, partial);
    bool first = ls_comm_rank(w->comm) == 0;
    if (status == LS_OK) {
        status = ls_comm_agree(w->comm, first ? finish(partial, out_path) : LS_OK);
    }
    if (status != LS_OK && first) {
        unlink(partial); /* not ls_file_remove: the message of the failure stays */
    }
    return status;
}

ls_status ls_encode(ls_trained *trained, ls_split split, const char *layer, const char *out_path,
                    ls_comm *comm, int64_t *images, ls_shape *shape)
{
    ls_share share = {0};
    writer w = {.trained = trained, .comm = comm, .share = &share};
    ls_status status = encode(&w, split, layer, out_path);
    *images = share.lanes.images;
    *shape = w.shape;
    ls_share_close(&share);
    ls_free(w.codes);
    return status;
}
