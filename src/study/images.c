/* Originals above their reconstructions, as in the paper's figure 3. */
#include "share.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/png.h"
#include "lockstep/io/sheet.h"

#include <string.h>

#define COLUMNS 16

static int columns_for(int64_t count)
{
    return count < COLUMNS ? (int)count : COLUMNS;
}

static ls_status reserve_output(const ls_trained *trained, int64_t count, float **y)
{
    void *memory;
    size_t values = (size_t)ls_shape_count(ls_model_output(trained->model));
    LS_TRY(ls_alloc(&memory, sizeof(float) * values * (size_t)count, "the reconstructions"));
    *y = memory;
    return LS_OK;
}

/* Layers first .. last-1 of the lane x [n, in], kept in y [n, out]. */
static void run_lane(ls_model *model, int n, const float *x, float *y)
{
    const float *out = ls_model_run(model, 0, ls_model_layer_count(model), n, x);
    memcpy(y, out, sizeof(float) * (size_t)(n * ls_shape_count(ls_model_output(model))));
}

/* Rank 0's part: it holds all images of the share. */
static ls_status draw(const ls_trained *trained, ls_share *share, const char *out_path)
{
    int64_t count = share->range.count;
    float *y = NULL; /* [count, shape] */
    LS_TRY(reserve_output(trained, count, &y));
    for (int64_t g = share->low; g < share->high; g++) {
        int n = ls_share_lane(share, trained->backend, g, NULL);
        run_lane(trained->model, n, share->x,
                 y + g * share->lanes.lane * ls_shape_count(share->shape));
    }
    ls_status status =
        ls_sheet_write(out_path, share->shape, (int)count, columns_for(count), share->pixels, y);
    ls_free(y);
    return status;
}

ls_status ls_reconstruct(ls_trained *trained, ls_split split, int64_t count, const char *out_path,
                         ls_comm *comm, int64_t *done)
{
    ls_share share;
    ls_status status = ls_share_open(&share, trained, split, count, 1, comm);
    if (status == LS_OK) {
        *done = share.lanes.images;
        status = ls_comm_rank(comm) == 0 ? draw(trained, &share, out_path) : LS_OK;
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
        status = ls_sheet_write(out_path, shape, count, columns_for(count),
                                ls_arena_at(&arena, pixels), ls_arena_at(&arena, y));
    }
    ls_arena_release(&arena);
    return status;
}
