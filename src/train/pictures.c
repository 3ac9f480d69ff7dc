/* The sheet of each epoch: the first validation images above their reconstructions, and between
 * them, if the network's input is corrupted, what it was shown. */
#include "session.h"

#include "lockstep/base/memory.h"
#include "lockstep/data/corrupt.h"
#include "lockstep/io/sheet.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS 8

/* What a sheet is drawn from, in one arena. */
typedef struct gallery {
    float *clean, *x;        /* [lane, shape] the lane at hand, and what the network sees of it */
    float *inputs, *outputs; /* [picture_count, shape] */
    float *spare;            /* [shape] */
} gallery;

/* Reconstructs lane by lane, as validation does, so that the bits are the same on any ranks. */
static void reconstruct(ls_session *session, const ls_corrupt *corrupt, const gallery *g)
{
    ls_model *model = session->state.model;
    const ls_backend *backend = ls_engine_backend(session->engine);
    int64_t pixels = ls_shape_count(ls_model_input(model));
    int lane = ls_model_lane(model);
    ls_model_exchange_averages(model);
    for (int first = 0; first < session->picture_count; first += lane) {
        int rest = session->picture_count - first;
        int n = rest < lane ? rest : lane;
        backend->images_to_float(n * pixels, session->pictures + first * pixels, g->clean);
        ls_corrupt_evaluation(corrupt, first, n, g->clean, g->x, g->spare);
        const float *y = ls_model_run(model, 0, ls_model_layer_count(model), n, g->x);
        size_t bytes = (size_t)(n * pixels) * sizeof(float);
        memcpy(g->inputs + first * pixels, g->x, bytes);
        memcpy(g->outputs + first * pixels, y, bytes);
    }
    ls_model_exchange_averages(model);
}

static ls_status draw(ls_session *session, const char *path, const gallery *g)
{
    ls_corrupt corrupt;
    ls_shape shape = ls_model_input(session->state.model);
    LS_TRY(ls_corrupt_plan(&corrupt, session->config, shape));
    reconstruct(session, &corrupt, g);
    if (ls_corrupt_any(&corrupt)) {
        return ls_sheet_write_restored(path, shape, session->picture_count, COLUMNS,
                                       session->pictures, g->inputs, g->outputs);
    }
    return ls_sheet_write(path, shape, session->picture_count, COLUMNS, session->pictures,
                          g->outputs);
}

ls_status ls_session_draw(ls_session *session)
{
    if (ls_task_of(session->config)->truth != LS_TRUTH_NONE) {
        return LS_OK; /* outputs are no pictures */
    }
    char name[64];
    char path[LS_PATH_CHARS];
    size_t picture = sizeof(float) * (size_t)ls_shape_count(ls_model_input(session->state.model));
    size_t lane = picture * (size_t)ls_model_lane(session->state.model);
    size_t all = picture * (size_t)session->picture_count;
    snprintf(name, sizeof name, "images/epoch-%04lld.png",
             (long long)session->state.progress.epoch);
    LS_TRY(ls_run_folder_path(session->folder, name, path));
    ls_arena arena = {0};
    size_t clean = ls_arena_plan(&arena, lane);
    size_t x = ls_arena_plan(&arena, lane);
    size_t inputs = ls_arena_plan(&arena, all);
    size_t outputs = ls_arena_plan(&arena, all);
    size_t spare = ls_arena_plan(&arena, picture);
    LS_TRY(ls_arena_reserve(&arena, "pictures"));
    const gallery g = {.clean = ls_arena_at(&arena, clean),
                       .x = ls_arena_at(&arena, x),
                       .inputs = ls_arena_at(&arena, inputs),
                       .outputs = ls_arena_at(&arena, outputs),
                       .spare = ls_arena_at(&arena, spare)};
    ls_status status = draw(session, path, &g);
    ls_arena_release(&arena);
    return status;
}
