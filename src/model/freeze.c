/* Which layers are trained (model.freeze). */
#include "model_private.h"

#include "lockstep/base/text.h"

#include <string.h>

static ls_status refuse_name(const ls_model *model, const char *name)
{
    ls_text names = {0};
    for (int i = 0; i < model->encoder_count; i++) {
        ls_text_add(&names, "%s%s", i > 0 ? ", " : "", model->slots[i].layer.path);
    }
    ls_status status =
        ls_error_set(LS_BAD_INPUT, __FILE__, __LINE__,
                     "model.freeze = %s: must be none, encoder, or a layer of the encoder: %s",
                     name, names.data != NULL ? names.data : "");
    ls_text_free(&names);
    return status;
}

/* The layer behind those that are frozen. */
static ls_status find_end(const ls_model *model, const char *name, int *end)
{
    if (strcmp(name, "encoder") == 0) {
        *end = model->encoder_count;
        return LS_OK;
    }
    for (int i = 0; i < model->encoder_count; i++) {
        if (strcmp(model->slots[i].layer.path, name) == 0) {
            *end = i + 1;
            return LS_OK;
        }
    }
    return refuse_name(model, name);
}

ls_status ls_model_freeze(ls_model *model, const char *name)
{
    model->first_trained = 0;
    if (strcmp(name, "none") == 0) {
        return LS_OK;
    }
    int i = 0;
    LS_TRY(find_end(model, name, &i));
    while (i < model->layer_count && model->slots[i].layer.plan.param_count == 0) {
        i++;
    }
    LS_REQUIRE(i < model->layer_count, LS_BAD_INPUT,
               "model.freeze = %s: no layer behind has parameters, so that nothing can be trained",
               name);
    model->first_trained = i;
    return LS_OK;
}

int ls_model_first_trained(const ls_model *model)
{
    return model->first_trained;
}
