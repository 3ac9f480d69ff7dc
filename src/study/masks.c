/* Images above their true masks and those that a network finds, as a picture. */
#include "masks.h"

#include "pictures.h"

#include "lockstep/base/memory.h"
#include "lockstep/base/text.h"

/* The palette of PASCAL VOC (Everingham et al. 2010): the class's bits go to the channels in turn,
 * from the highest bit of each on, so that every class has a colour of its own also in grey; class
 * 0 is black. */
static float colour(int class, int channel, int channels)
{
    int value = 0;
    for (int bit = 0; channels * bit + channel < 8; bit++) {
        value |= (class >> (channels * bit + channel) & 1) << (7 - bit);
    }
    return (float)value / 255.0F;
}

static void paint(ls_shape shape, int64_t place, int class, float *picture)
{
    for (int k = 0; k < shape.c; k++) {
        picture[place * shape.c + k] = colour(class, k, shape.c);
    }
}

/* One lane: n images' masks into truth and found [n, shape]; mask: room for [n, places]. */
static void paint_lane(const ls_trained *trained, ls_share *share, int64_t g, uint8_t *mask,
                       float *truth, float *found)
{
    ls_model *model = trained->model;
    int classes = ls_model_output(model).c;
    int n = ls_share_lane(share, trained->backend, g, NULL);
    int64_t places = (int64_t)n * share->shape.h * share->shape.w;
    const float *y =
        ls_model_run(model, 0, ls_model_layer_count(model), n, ls_share_input(share, g));
    ls_share_truth(share, ls_task_of(&trained->config), g, mask);
    for (int64_t p = 0; p < places; p++) {
        paint(share->shape, p, mask[p], truth);
        paint(share->shape, p, ls_loss_best_class(y + p * classes, classes), found);
    }
}

ls_status ls_draw_masks(const ls_trained *trained, ls_share *share, const char *out_path)
{
    LS_REQUIRE(!ls_text_ends(out_path, ".h5"), LS_BAD_INPUT,
               "%s: masks are drawn, not written as numbers; name a file .png", out_path);
    int64_t values = ls_shape_count(share->shape);
    int64_t lane = (int64_t)share->lanes.lane;
    size_t bytes = sizeof(float) * (size_t)(share->range.count * values);
    ls_arena arena = {0};
    size_t mask = ls_arena_plan(&arena, (size_t)(lane * share->shape.h * share->shape.w));
    size_t truth = ls_arena_plan(&arena, bytes);
    size_t found = ls_arena_plan(&arena, bytes);
    LS_TRY(ls_arena_reserve(&arena, "the masks"));
    const ls_pictures pictures = {.shape = share->shape,
                                  .count = share->range.count,
                                  .originals = share->pixels,
                                  .inputs = ls_arena_at(&arena, truth),
                                  .outputs = ls_arena_at(&arena, found)};
    for (int64_t g = share->low; g < share->high; g++) {
        int64_t at = g * lane * values;
        paint_lane(trained, share, g, ls_arena_at(&arena, mask),
                   (float *)ls_arena_at(&arena, truth) + at,
                   (float *)ls_arena_at(&arena, found) + at);
    }
    ls_status status = ls_pictures_write(&pictures, out_path);
    ls_arena_release(&arena);
    return status;
}
