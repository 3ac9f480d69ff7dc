/* The sheet of each epoch: the first validation images above their reconstructions. */
#include "session.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/sheet.h"

#include <stdio.h>
#include <string.h>

/* Reconstructs lane by lane, as validation does, so that the bits are the same on any ranks. */
static void reconstruct(ls_session *session, float *x, float *out)
{
    ls_model *model = session->state.model;
    const ls_backend *backend = ls_engine_backend(session->engine);
    int64_t pixels = ls_shape_count(ls_model_input(model));
    int lane = ls_model_lane(model);
    ls_model_exchange_averages(model);
    for (int first = 0; first < session->picture_count; first += lane) {
        int rest = session->picture_count - first;
        int n = rest < lane ? rest : lane;
        backend->images_to_float(n * pixels, session->pictures + first * pixels, x);
        const float *y = ls_model_run(model, 0, ls_model_layer_count(model), n, x);
        memcpy(out + first * pixels, y, (size_t)(n * pixels) * sizeof(float));
    }
    ls_model_exchange_averages(model);
}

ls_status ls_session_draw(ls_session *session)
{
    char name[64];
    char path[LS_PATH_CHARS];
    ls_shape shape = ls_model_input(session->state.model);
    int64_t pixels = ls_shape_count(shape);
    int lane = ls_model_lane(session->state.model);
    snprintf(name, sizeof name, "images/epoch-%04lld.png",
             (long long)session->state.progress.epoch);
    LS_TRY(ls_run_folder_path(session->folder, name, path));
    void *memory; /* a lane of input, then all reconstructions */
    LS_TRY(ls_alloc(&memory, (size_t)((lane + session->picture_count) * pixels) * sizeof(float),
                    "pictures"));
    float *x = memory;
    float *out = x + lane * pixels;
    reconstruct(session, x, out);
    ls_status status =
        ls_sheet_write(path, shape, session->picture_count, 8, session->pictures, out);
    ls_free(memory);
    return status;
}
