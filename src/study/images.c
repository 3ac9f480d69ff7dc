/* Originals above their reconstructions, as in the paper's figure 3, and between them, if they are
 * corrupted, what the network was shown: as a picture, or as numbers in HDF5. */
#include "masks.h"
#include "pictures.h"
#include "share.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/png.h"

#include <string.h>

/* The lane x [n, in] through the network, kept in y [n, out]. */
static void run_lane(ls_model *model, int n, const float *x, float *y)
{
    const float *out = ls_model_run(model, 0, ls_model_layer_count(model), n, x);
    memcpy(y, out, sizeof(float) * (size_t)(n * ls_shape_count(ls_model_output(model))));
}

/* inputs, y: [count, shape] what the network was shown, and what it gave. */
static void reconstruct_share(const ls_trained *trained, ls_share *share, float *inputs, float *y)
{
    int64_t values = ls_shape_count(share->shape);
    for (int64_t g = share->low; g < share->high; g++) {
        int64_t at = g * share->lanes.lane * values;
        int n = ls_share_lane(share, trained->backend, g, NULL);
        const float *x = ls_share_input(share, g);
        memcpy(inputs + at, x, sizeof(float) * (size_t)(n * values));
        run_lane(trained->model, n, x, y + at);
    }
}

/* Rank 0's part: it holds all images of the share. */
static ls_status draw(const ls_trained *trained, ls_share *share, const char *out_path)
{
    int64_t count = share->range.count;
    size_t bytes = sizeof(float) * (size_t)(count * ls_shape_count(share->shape));
    ls_arena arena = {0};
    size_t inputs = ls_arena_plan(&arena, bytes);
    size_t outputs = ls_arena_plan(&arena, bytes);
    LS_TRY(ls_arena_reserve(&arena, "the reconstructions"));
    reconstruct_share(trained, share, ls_arena_at(&arena, inputs), ls_arena_at(&arena, outputs));
    const ls_pictures pictures = {.shape = share->shape,
                                  .count = count,
                                  .originals = share->pixels,
                                  .inputs =
                                      share->corrupted != NULL ? ls_arena_at(&arena, inputs) : NULL,
                                  .outputs = ls_arena_at(&arena, outputs)};
    ls_status status = ls_pictures_write(&pictures, out_path);
    ls_arena_release(&arena);
    return status;
}

ls_status ls_reconstruct(ls_trained *trained, ls_split split, int64_t count, const char *out_path,
                         ls_comm *comm, int64_t *done)
{
    ls_share share;
    bool masks = ls_task_of(&trained->config)->truth == LS_TRUTH_MASK;
    LS_TRY(masks ? LS_OK : ls_require_images(trained));
    ls_status status = ls_share_open(&share, trained, split, count, 1, comm);
    if (status == LS_OK) {
        *done = share.lanes.images;
        if (ls_comm_rank(comm) == 0) {
            status = (masks ? ls_draw_masks : draw)(trained, &share, out_path);
        }
        status = ls_comm_agree(comm, status);
    }
    ls_share_close(&share);
    return status;
}

/* One own image of the model's shape into pixels [shape]. */
static ls_status read_own(const char *path, ls_shape shape, uint8_t *pixels)
{
    ls_shape found;
    uint8_t *own;
    LS_TRY(ls_png_read(path, shape.c, &found, &own));
    bool fits = ls_shape_equal(found, shape);
    if (fits) {
        memcpy(pixels, own, (size_t)ls_shape_count(shape));
    }
    ls_free(own);
    char has[LS_SHAPE_CHARS];
    char wants[LS_SHAPE_CHARS];
    LS_REQUIRE(fits, LS_BAD_INPUT, "%s: is %s, but the model takes %s; scale or crop it", path,
               ls_shape_text(found, has), ls_shape_text(shape, wants));
    return LS_OK;
}

/* pixels: [count, shape]; x: [lane, shape]; y: [count, shape] */
static ls_status reconstruct_own(const ls_trained *trained, int count, const char *const *paths,
                                 uint8_t *pixels, float *x, float *y)
{
    ls_shape shape = ls_model_input(trained->model);
    int64_t values = ls_shape_count(shape);
    int lane = ls_model_lane(trained->model);
    for (int i = 0; i < count; i++) {
        LS_TRY(read_own(paths[i], shape, pixels + i * values));
    }
    for (int i = 0; i < count; i += lane) {
        int n = count - i < lane ? count - i : lane;
        trained->backend->images_to_float(n * values, pixels + i * values, x);
        run_lane(trained->model, n, x, y + i * values);
    }
    return LS_OK;
}

ls_status ls_reconstruct_files(ls_trained *trained, int count, const char *const *paths,
                               const char *out_path)
{
    LS_TRY(ls_require_images(trained));
    ls_shape shape = ls_model_input(trained->model);
    size_t values = (size_t)ls_shape_count(shape);
    ls_arena arena = {0};
    size_t pixels = ls_arena_plan(&arena, (size_t)count * values);
    size_t x =
        ls_arena_plan(&arena, sizeof(float) * (size_t)ls_model_lane(trained->model) * values);
    size_t y = ls_arena_plan(&arena, sizeof(float) * (size_t)count * values);
    LS_TRY(ls_arena_reserve(&arena, "own images"));
    ls_status status = reconstruct_own(trained, count, paths, ls_arena_at(&arena, pixels),
                                       ls_arena_at(&arena, x), ls_arena_at(&arena, y));
    if (status == LS_OK) {
        const ls_pictures pictures = {.shape = shape,
                                      .count = count,
                                      .originals = ls_arena_at(&arena, pixels),
                                      .outputs = ls_arena_at(&arena, y)};
        status = ls_pictures_write(&pictures, out_path);
    }
    ls_arena_release(&arena);
    return status;
}
