/* A layer of a model by the name that inspect shows. */
#include "share.h"

#include "lockstep/base/text.h"

#include <string.h>

#define LAYERS_MAX 256 /* names shown to a nearest match */

ls_status ls_find_layer(const ls_model *model, const char *layer, int *last)
{
    if (layer == NULL) {
        *last = ls_model_encoder_count(model);
        return LS_OK;
    }
    const char *names[LAYERS_MAX + 1] = {NULL};
    for (int i = 0; i < ls_model_layer_count(model); i++) {
        const char *path = ls_model_layer_at(model, i)->path;
        if (strcmp(path, layer) == 0) {
            *last = i + 1;
            return LS_OK;
        }
        if (i < LAYERS_MAX) {
            names[i] = path;
        }
    }
    const char *nearest = ls_nearest_name(layer, names);
    LS_FAIL(LS_BAD_INPUT, "--layer %s: the model has no such layer; %s%s", layer,
            nearest != NULL ? "did you mean " : "lockstep inspect lists them",
            nearest != NULL ? nearest : "");
}
