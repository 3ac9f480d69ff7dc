/* The lane of images at hand: clean ones, augmented in training; what the network sees of them; and
 * what it has to give. */
#include "engine_private.h"

static bool corrupts(const ls_engine *engine)
{
    return engine->x != engine->clean;
}

/* The targets of n images, made of their truth if there is any; else they are the clean ones. */
static void set_targets(ls_engine *engine, int n)
{
    if (engine->places > 0) {
        ls_task_target(n * engine->places, ls_model_output(engine->model).c, engine->truth,
                       engine->target);
    }
}

int ls_engine_training_lane(ls_engine *engine, const ls_dataset *data, int64_t b, int64_t g)
{
    int64_t epoch = ls_dataset_current_epoch(data);
    int n = ls_dataset_lane(data, b, g, engine->backend, engine->clean, engine->ids);
    if (ls_augment_any(&engine->augment)) {
        ls_augment_run(&engine->augment, epoch, n, engine->ids, engine->clean, engine->spare);
    }
    if (corrupts(engine)) {
        ls_corrupt_training(&engine->corrupt, epoch, n, engine->ids, engine->clean, engine->x,
                            engine->spare);
    }
    ls_dataset_lane_truth(data, b, g, engine->truth);
    if (engine->task->truth == LS_TRUTH_MASK) {
        ls_augment_masks(&engine->augment, epoch, n, engine->ids, engine->truth, engine->spare);
    }
    set_targets(engine, n);
    return n;
}

int ls_engine_validation_lane(ls_engine *engine, const ls_dataset *data, int64_t g)
{
    int n = ls_dataset_validation_lane(data, g, engine->backend, engine->clean, NULL);
    if (corrupts(engine)) {
        int64_t first = ls_lanes_at(ls_dataset_validation_lanes(data), g, g).first;
        ls_corrupt_evaluation(&engine->corrupt, first, n, engine->clean, engine->x, engine->spare);
    }
    ls_dataset_validation_truth(data, g, engine->truth);
    set_targets(engine, n);
    return n;
}
