/* Principal components as a checkpoint of a linear autoencoder:
 * code = V (x - mean), output = V' code + mean, with V [k, n]. */
#include "lockstep/study/pca.h"

#include "lockstep/checkpoint/checkpoint.h"
#include "lockstep/model/model.h"
#include "lockstep/optim/optim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static ls_config describe_network(const ls_pca *pca, const ls_config *config)
{
    ls_config linear = *config;
    snprintf(linear.model_encoder, sizeof linear.model_encoder, "dense(%d)", pca->components);
    snprintf(linear.model_decoder, sizeof linear.model_decoder, "dense(%d) reshape(%d,%d,%d)",
             pca->values, pca->shape.h, pca->shape.w, pca->shape.c);
    return linear;
}

/* Parameter `index` (0 weight, 1 bias) of a layer. */
static float *parameter(ls_model *model, int layer, int index)
{
    return ls_model_parameters(model) + ls_model_layer_at(model, layer)->params[index].offset;
}

/* w: [n, k], b: [k]. The bias is of the weights as they are rounded: the mean's code is 0. */
static void set_encoder(const ls_pca *pca, float *w, float *b)
{
    for (int c = 0; c < pca->components; c++) {
        const double *v = pca->vectors + (size_t)c * (size_t)pca->values;
        double code = 0;
        for (int i = 0; i < pca->values; i++) {
            float rounded = (float)v[i];
            w[(size_t)i * (size_t)pca->components + (size_t)c] = rounded;
            code += (double)rounded * pca->mean[i];
        }
        b[c] = (float)-code;
    }
}

/* w: [k, n], b: [n] */
static void set_decoder(const ls_pca *pca, float *w, float *b)
{
    size_t count = (size_t)pca->components * (size_t)pca->values;
    for (size_t i = 0; i < count; i++) {
        w[i] = (float)pca->vectors[i];
    }
    for (int i = 0; i < pca->values; i++) {
        b[i] = (float)pca->mean[i];
    }
}

/* zeros: [parameters], every moment of the optimizer. */
static ls_status write(const ls_pca *pca, const ls_config *config, ls_model *model, float *zeros,
                       const char *path, ls_comm *comm)
{
    char kernels[LS_BACKEND_TEXT_CHARS];
    ls_training_state state = {.model = model,
                               .optim = ls_optim_type_find(config->optim_name),
                               .data_digest = pca->data_digest,
                               .config = config,
                               .kernels = ls_backend_describe(pca->backend, kernels)};
    for (int i = 0; i < state.optim->moment_count; i++) {
        state.moments[i] = zeros;
    }
    state.progress.best_measure = state.progress.best_loss = (double)INFINITY;
    state.progress.watched_loss = (double)INFINITY;
    return ls_checkpoint_write(path, &state, comm);
}

/* Local. */
static ls_status build(const ls_pca *pca, const ls_config *config, ls_model **model, void **zeros)
{
    LS_TRY(ls_model_create(model, config, pca->backend, pca->shape, LS_MODEL_EVALUATE));
    size_t count = (size_t)ls_model_parameter_count(*model);
    LS_TRY(ls_alloc(zeros, count * sizeof(float), "moments of an optimizer"));
    int decoder = ls_model_encoder_count(*model);
    set_encoder(pca, parameter(*model, 0, 0), parameter(*model, 0, 1));
    set_decoder(pca, parameter(*model, decoder, 0), parameter(*model, decoder, 1));
    return LS_OK;
}

ls_status ls_pca_save(const ls_pca *pca, const ls_config *config, const char *path, ls_comm *comm)
{
    const ls_config linear = describe_network(pca, config);
    ls_model *model = NULL;
    void *zeros = NULL;
    ls_status status = ls_comm_agree(comm, build(pca, &linear, &model, &zeros));
    if (status == LS_OK) {
        status = write(pca, &linear, model, zeros, path, comm);
    }
    ls_free(zeros);
    ls_model_destroy(model);
    return status;
}
