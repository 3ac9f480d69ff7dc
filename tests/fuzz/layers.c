/* Proves of layer lists, for any text: parsing, resolving and planning end with a status, touch no
 * memory but their own and leak none; a fault is named with its list; an item's own text reads back
 * to the item; planned shapes and sizes are in range; and a small network that was planned runs
 * forward and backward within the memory that it planned, as in evaluation and as in training.
 *
 * Input: a byte that chooses image and lane, then the encoder's list, '|', the decoder's list. */
#include "fuzz.h"

#include "lockstep/base/memory.h"
#include "model/model_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUN_BYTES_MAX (1 << 18) /* of a network that is run */
#define RUN_FLOPS_MAX 1e5

static const ls_shape images[8] = {{4, 4, 1}, {8, 8, 3},   {32, 32, 3},       {1, 1, 7},
                                   {7, 5, 2}, {16, 16, 4}, {32767, 21845, 3}, {1, 32767, 3}};
static const int lanes[4] = {16, 65536, 1, 2}; /* so that '0' to '7' are the images in lanes of 1 */

static ls_layer_list lists[2];
static const char *const names[2] = {"model.encoder", "model.decoder"};

static void read_back(const ls_list_item *item)
{
    static ls_layer_list again;
    ls_status status = ls_layer_list_parse("item", item->text, &again);
    fuzz_require(status == LS_OK && again.count == 1, "an item's own text is refused");
    const ls_list_item *second = &again.items[0];
    fuzz_require(strcmp(item->name, second->name) == 0 && strcmp(item->text, second->text) == 0 &&
                     item->arg_count == second->arg_count &&
                     memcmp(item->args, second->args, sizeof item->args) == 0,
                 "an item's own text reads back to another one");
}

static bool parse(int which, const char *text)
{
    if (!fuzz_judge(ls_layer_list_parse(names[which], text, &lists[which]), names[which])) {
        return false;
    }
    for (int i = 0; i < lists[which].count; i++) {
        read_back(&lists[which].items[i]);
    }
    return lists[which].count > 0;
}

/* Memory that a planned network would reserve, and operations of a run, both from above. */
static double cost(const ls_model *model, double *flops)
{
    double bytes = 8.0 * (double)model->parameter_count;
    *flops = 0.0;
    for (int i = 0; i < model->layer_count; i++) {
        const ls_model_layer *layer = &model->slots[i].layer;
        int64_t count = ls_shape_count(layer->plan.out);
        fuzz_require(ls_shape_fits(layer->plan.out.h, layer->plan.out.w, layer->plan.out.c),
                     "a planned shape is out of range");
        fuzz_require(layer->high >= layer->low, "a planned layer's slice is out of range");
        bytes += 12.0 * model->lane * (double)count;
        bytes += (double)layer->plan.saved_bytes + (double)layer->plan.scratch_bytes;
        *flops += 3.0 * model->lane * (layer->plan.flops + (double)count);
    }
    return bytes;
}

/* Sizes alone, as ls_model_create does before it reserves: true when they are small enough to run.
 */
static bool plan(ls_model *model)
{
    void *slots;
    model->encoder_count = lists[0].count;
    model->layer_count = lists[0].count + lists[1].count;
    fuzz_require(
        ls_alloc(&slots, sizeof(ls_layer_slot) * (size_t)model->layer_count, "the layers") == LS_OK,
        "no memory for layers");
    model->slots = slots;
    ls_status status = ls_model_plan_layers(model, &lists[0], &lists[1]);
    bool small = false;
    if (fuzz_judge(status, "model.")) {
        double flops;
        small = cost(model, &flops) < RUN_BYTES_MAX && flops < RUN_FLOPS_MAX;
    }
    ls_arena_release(&model->selves);
    ls_free(slots);
    return small;
}

static void run(const ls_model *planned, const char *encoder, const char *decoder)
{
    static ls_config config;
    static float x[RUN_BYTES_MAX / sizeof(float)];
    static float dy[RUN_BYTES_MAX / sizeof(float)];
    ls_config_defaults(&config);
    snprintf(config.model_encoder, sizeof config.model_encoder, "%s", encoder);
    snprintf(config.model_decoder, sizeof config.model_decoder, "%s", decoder);
    config.train_lane = planned->lane;
    ls_model *model;
    fuzz_require(
        ls_model_create(&model, &config, planned->backend, planned->input, LS_MODEL_TRAIN) == LS_OK,
        "a planned network can't be made");
    size_t count = (size_t)planned->lane * (size_t)ls_shape_count(planned->input);
    for (size_t i = 0; i < count; i++) {
        x[i] = (float)(i % 7) / 7.0F;
    }
    ls_model_init(model, 1);
    static int64_t samples[RUN_BYTES_MAX];
    static double penalties[RUN_BYTES_MAX];
    const ls_training training = {
        .step = 1, .samples = samples, .images = planned->lane, .penalties = penalties};
    for (int trains = 0; trains < 2; trains++) {
        const float *y = ls_model_forward(model, planned->lane, x, trains == 1 ? &training : NULL);
        memcpy(dy, y, sizeof(float) * count);
        ls_model_backward(model, dy, NULL);
    }
    ls_model_destroy(model);
}

static const ls_backend *backend(void)
{
    static const ls_backend *found;
    if (found == NULL) {
        fuzz_require(ls_backend_find(&found, "cpu", ls_isa_detect()) == LS_OK, "no backend");
    }
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > LS_OPTION_CHARS) {
        return 0;
    }
    int64_t live = ls_alloc_live();
    char *encoder = fuzz_text(data + 1, size - 1);
    char *bar = strchr(encoder, '|');
    char *decoder = bar != NULL ? bar + 1 : encoder + strlen(encoder);
    if (bar != NULL) {
        *bar = '\0';
    }
    ls_model model = {.backend = backend(), .task = ls_task_at(0), .trains = true};
    model.input = images[data[0] % 8];
    model.lane = lanes[data[0] / 8 % 4];
    bool encodes = parse(0, encoder);
    bool decodes = parse(1, decoder);
    if (encodes && decodes && plan(&model)) {
        run(&model, encoder, decoder);
    }
    free(encoder);
    fuzz_require(ls_alloc_live() == live, "memory of ls_alloc is kept");
    return 0;
}
