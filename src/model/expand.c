/* The knobs -> layer lists: the autoencoder with one conv, activation, pooling a filter, an
 * optional dense bottleneck, and its mirror with one transposed convolution a pooling. A norm
 * stands before each activation of a convolution (Ioffe and Szegedy 2015), dropout behind each
 * pooling. Instead of pooling a convolution may have the stride (Springenberg et al. 2015). */
#include "model_private.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool is_blank(const char *text)
{
    while (isspace((unsigned char)*text)) {
        text++;
    }
    return *text == '\0';
}

/* " batchnorm relu" */
static void add_activation(const ls_config *config, ls_text *out)
{
    if (strcmp(config->model_norm, "none") != 0) {
        ls_text_add(out, " %s", config->model_norm);
    }
    ls_text_add(out, " %s", config->model_activation);
}

static void expand_encoder(const ls_config *config, ls_text *out)
{
    bool strides = strcmp(config->model_downsample, "stride") == 0;
    for (int i = 0; i < config->model_filters.count; i++) {
        ls_text_add(out, "%sconv(%lld%s)", i > 0 ? " " : "",
                    (long long)config->model_filters.value[i], strides ? ",stride=2" : "");
        add_activation(config, out);
        if (!strides) {
            ls_text_add(out, " %s(2)", config->model_downsample);
        }
        if (config->model_dropout > 0) {
            ls_text_add(out, " dropout(%.10g)", config->model_dropout);
        }
    }
    if (config->model_latent > 0) {
        ls_text_add(out, " dense(%lld)", (long long)config->model_latent);
    }
}

/* code: the shape that the last halving leaves. */
static void expand_decoder(const ls_config *config, ls_shape input, ls_shape code, ls_text *out)
{
    if (config->model_latent > 0) {
        ls_text_add(out, "dense(%lld) %s reshape(%d,%d,%d) ", (long long)ls_shape_count(code),
                    config->model_activation, code.h, code.w, code.c);
    }
    for (int i = config->model_filters.count - 1; i > 0; i--) {
        ls_text_add(out, "deconv(%lld)", (long long)config->model_filters.value[i - 1]);
        add_activation(config, out);
        ls_text_add(out, " ");
    }
    ls_text_add(out, "deconv(%d) sigmoid", input.c);
}

/* The shape after one halving a filter. */
static ls_status halve(const ls_config *config, ls_shape input, ls_shape *code)
{
    const ls_ints *filters = &config->model_filters;
    LS_REQUIRE(filters->count > 0, LS_BAD_INPUT,
               "model.filters is empty: give at least one number, or write model.encoder and "
               "model.decoder");
    *code = input;
    for (int i = 0; i < filters->count; i++) {
        LS_REQUIRE(code->h % 2 == 0 && code->w % 2 == 0, LS_BAD_INPUT,
                   "model.filters has %d entries and each halves the image, but %dx%d can be "
                   "halved %d times; use fewer, or write model.encoder and model.decoder",
                   filters->count, input.h, input.w, i);
        *code = (ls_shape){code->h / 2, code->w / 2, (int)filters->value[i]};
    }
    return LS_OK;
}

ls_status ls_model_expand(const ls_config *config, ls_shape input, ls_text *encoder,
                          ls_text *decoder)
{
    bool expands_encoder = is_blank(config->model_encoder);
    bool expands_decoder = is_blank(config->model_decoder);
    ls_shape code = input;
    if (expands_encoder || expands_decoder) {
        LS_TRY(halve(config, input, &code));
    }
    if (expands_encoder) {
        expand_encoder(config, encoder);
    } else {
        ls_text_add(encoder, "%s", config->model_encoder);
    }
    if (expands_decoder) {
        expand_decoder(config, input, code, decoder);
    } else {
        ls_text_add(decoder, "%s", config->model_decoder);
    }
    LS_TRY(ls_text_check(encoder));
    return ls_text_check(decoder);
}

ls_status ls_model_fill_latent(const ls_config *config, const char *what, ls_layer_list *list)
{
    for (int i = 0; i < list->count; i++) {
        ls_list_item *item = &list->items[i];
        if (strcmp(item->name, "dense") != 0 || item->arg_count == 0 ||
            strcmp(item->args[0].value, "latent") != 0) {
            continue;
        }
        LS_REQUIRE(config->model_latent > 0, LS_BAD_INPUT,
                   "%s: character %d: dense(latent) takes its size from model.latent, which is 0",
                   what, item->position);
        snprintf(item->args[0].value, sizeof item->args[0].value, "%lld",
                 (long long)config->model_latent);
        snprintf(item->text, sizeof item->text, "dense(%s)", item->args[0].value);
    }
    return LS_OK;
}
