/* What layers with parts keep of lanes, and the sums of their gradients over all lanes kept. */
#include "lockstep/base/clock.h"
#include "model_private.h"

#include <math.h>
#include <string.h>

#define TOGETHER (8 * LS_KEPT_LANES) /* lanes that are summed in one go */

/* A multiple of 1 KiB from one image to the next would put them all into a few sets of a cache. */
static int64_t pitch_of(ls_shape shape)
{
    int64_t count = ls_shape_count(shape);
    return count % 256 == 0 ? count + 16 : count;
}

static int64_t lane_floats(const ls_model *model, ls_shape shape)
{
    return model->lane * pitch_of(shape);
}

static bool keeps(const ls_layer_slot *slot)
{
    return slot->layer.plan.parts > 0;
}

void ls_model_plan_kept(ls_model *model)
{
    for (int i = model->first_trained; i < model->layer_count; i++) {
        ls_layer_slot *slot = &model->slots[i];
        if (keeps(slot)) {
            size_t lanes = (size_t)model->kept_lanes * sizeof(float);
            slot->kept_at = ls_arena_plan(&model->kept_memory, sizeof(ls_kept_lanes));
            slot->kept_x_at = ls_arena_plan(&model->kept_memory,
                                            lanes * (size_t)lane_floats(model, slot->layer.in));
            slot->kept_dy_at = ls_arena_plan(
                &model->kept_memory, lanes * (size_t)lane_floats(model, slot->layer.plan.out));
        }
    }
}

int ls_model_kept_lanes(const ls_model *model)
{
    return model->kept_lanes;
}

size_t ls_model_kept_bytes(const ls_model *model)
{
    return model->kept_memory.planned;
}

const void *ls_model_kept(const ls_model *model)
{
    return model->kept;
}

void ls_model_place_kept(ls_model *model, void *memory)
{
    ls_arena_drop(&model->kept_memory);
    model->kept = memory;
}

static ls_kept_lanes *lanes_at(const ls_layer_slot *slot, void *kept)
{
    return (void *)((char *)kept + slot->kept_at);
}

static const ls_kept_lanes *read_lanes(const ls_layer_slot *slot, const void *kept)
{
    return (const void *)((const char *)kept + slot->kept_at);
}

/* Where lane `place` of those kept has its rows, which begin at `at`. */
static size_t place_of(const ls_model *model, size_t at, ls_shape shape, int place)
{
    return at + (size_t)(place * lane_floats(model, shape)) * sizeof(float);
}

static void keep_rows(const ls_model *model, size_t at, ls_shape shape, int place,
                      const float *from)
{
    const int64_t count = ls_shape_count(shape);
    float *to = (void *)((char *)model->kept + place_of(model, at, shape, place));
    for (int i = 0; i < model->n; i++, from += count, to += pitch_of(shape)) {
        memcpy(to, from, sizeof *to * (size_t)count);
    }
}

static const float *read_rows(const ls_model *model, const void *kept, size_t at, ls_shape shape,
                              int place)
{
    return (const void *)((const char *)kept + place_of(model, at, shape, place));
}

/* No number of the lane's gradient is larger: sums of n products, each rounded. NaN where one might
 * be NaN. */
static float bound_of(const ls_model *model, const ls_layer_slot *slot, const float *x,
                      const float *dy)
{
    float most_x = model->backend->largest(model->n * ls_shape_count(slot->layer.in), x);
    float most_dy = model->backend->largest(model->n * ls_shape_count(slot->layer.plan.out), dy);
    most_x = most_x < 1.0F ? 1.0F : most_x; /* biases have ones */
    return 1.01F * (float)model->n * most_x * most_dy;
}

void ls_model_keep(ls_model *model, int index, int lane, const float *x, const float *dy)
{
    const ls_layer_slot *slot = &model->slots[index];
    ls_kept_lanes *lanes = lanes_at(slot, model->kept);
    const int place = lane % model->kept_lanes;
    keep_rows(model, slot->kept_x_at, slot->layer.in, place, x);
    keep_rows(model, slot->kept_dy_at, slot->layer.plan.out, place, dy);
    lanes->n[place] = model->n;
    lanes->bound[place] = bound_of(model, slot, x, dy);
    lanes->count = place + 1;
    lanes->before = lane - place;
}

void ls_model_keep_nothing(ls_model *model)
{
    for (int i = model->first_trained; i < model->layer_count; i++) {
        if (keeps(&model->slots[i])) {
            ls_kept_lanes *lanes = lanes_at(&model->slots[i], model->kept);
            lanes->count = lanes->before = 0;
        }
    }
}

int ls_model_lanes_before(const ls_model *model, int layer, const void *kept)
{
    return read_lanes(&model->slots[layer], kept)->before;
}

/* --- sums ------------------------------------------------------------------------------------- */

void ls_model_part(const ls_model *model, int layer, int part, int64_t *low, int64_t *high)
{
    const ls_model_layer *l = &model->slots[layer].layer;
    *low = l->low + part * l->plan.part_values;
    *high = part == l->plan.parts - 1 ? l->high : *low + l->plan.part_values;
}

/* Lanes [first, last) of those kept at `kept` join the others. */
static void gather(const ls_model *model, const ls_layer_slot *slot, const void *kept, int first,
                   int last, ls_lane_rows *rows, ls_layer_lanes *lanes)
{
    const ls_kept_lanes *from = read_lanes(slot, kept);
    lanes->lane = rows;
    for (int place = first; place < last; place++) {
        rows[lanes->count++] = (ls_lane_rows){
            .n = from->n[place],
            .x = read_rows(model, kept, slot->kept_x_at, slot->layer.in, place),
            .dy = read_rows(model, kept, slot->kept_dy_at, slot->layer.plan.out, place)};
        lanes->bound = from->bound[place] > lanes->bound ? from->bound[place] : lanes->bound;
    }
}

static void weigh(const ls_model *model, int index, int part, const ls_layer_lanes *lanes,
                  const ls_lane_sums *block)
{
    const ls_layer_slot *slot = &model->slots[index];
    int64_t low;
    int64_t high;
    ls_model_part(model, index, part, &low, &high);
    const ls_lane_sums to = {.exact = block->exact,
                             .first = block->first,
                             .total = block->total != NULL ? block->total + low : NULL,
                             .g = block->g != NULL ? block->g + low : NULL};
    double began = model->watch != NULL ? ls_clock_seconds() : 0.0;
    slot->layer.type->weigh(slot->self, lanes, part, &to);
    if (model->watch != NULL) {
        model->watch(model->watch_context, index, true, began, ls_clock_seconds());
    }
}

static ls_layer_lanes no_lanes(const ls_model *model, const ls_layer_slot *slot)
{
    return (ls_layer_lanes){.backend = model->backend,
                            .x_pitch = pitch_of(slot->layer.in),
                            .dy_pitch = pitch_of(slot->layer.plan.out)};
}

void ls_model_weigh(const ls_model *model, int layer, int part, int ranks, const void *const *kept,
                    const ls_lane_sums *to)
{
    const ls_layer_slot *slot = &model->slots[layer];
    ls_lane_rows rows[TOGETHER];
    ls_layer_lanes lanes = no_lanes(model, slot);
    ls_lane_sums so_far = {.exact = to->exact, .first = to->first, .total = to->total};
    so_far.g = to->exact ? NULL : to->g;
    for (int r = 0; r < ranks; r++) {
        const int count = read_lanes(slot, kept[r])->count;
        if (lanes.count + count > TOGETHER) {
            weigh(model, layer, part, &lanes, &so_far);
            so_far.first = false;
            lanes = no_lanes(model, slot);
        }
        gather(model, slot, kept[r], 0, count, rows, &lanes);
    }
    so_far.g = to->g;
    weigh(model, layer, part, &lanes, &so_far);
}

static bool all_within(const float *values, int64_t count, float limit)
{
    bool within = true;
    for (int64_t i = 0; i < count; i++) {
        within = within && fabsf(values[i]) < limit; /* not NaN */
    }
    return within;
}

/* Makes the gradient itself, for once. */
static bool is_within(ls_model *model, int index, int place, float limit)
{
    const ls_layer_slot *slot = &model->slots[index];
    ls_lane_rows rows[1];
    bool within = true;
    for (int part = 0; part < slot->layer.plan.parts; part++) {
        ls_layer_lanes lanes = no_lanes(model, slot);
        int64_t low;
        int64_t high;
        ls_model_part(model, index, part, &low, &high);
        gather(model, slot, model->kept, place, place + 1, rows, &lanes);
        weigh(model, index, part, &lanes, &(ls_lane_sums){.g = model->gradients});
        within = within && all_within(model->gradients + low, high - low, limit);
        memset(model->gradients + low, 0, sizeof(float) * (size_t)(high - low));
    }
    return within;
}

bool ls_model_judge_kept(ls_model *model, int layer, int lane, float limit)
{
    ls_kept_lanes *lanes = lanes_at(&model->slots[layer], model->kept);
    const int place = lane % model->kept_lanes;
    if (lanes->bound[place] < limit) {
        return true;
    }
    bool within = is_within(model, layer, place, limit);
    lanes->n[place] = within ? lanes->n[place] : 0;
    lanes->bound[place] = within ? limit : 0.0F;
    return within;
}
