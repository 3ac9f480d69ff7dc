/* The lane of images at hand: clean ones, augmented in training, for the loss; and what the network
 * sees of them. */
#include "engine_private.h"

static bool corrupts(const ls_engine *engine)
{
    return engine->x != engine->target;
}

int ls_engine_training_lane(ls_engine *engine, const ls_dataset *data, int64_t b, int64_t g)
{
    int64_t epoch = ls_dataset_current_epoch(data);
    int n = ls_dataset_lane(data, b, g, engine->backend, engine->target, engine->ids);
    if (ls_augment_any(&engine->augment)) {
        ls_augment_run(&engine->augment, epoch, n, engine->ids, engine->target, engine->spare);
    }
    if (corrupts(engine)) {
        ls_corrupt_training(&engine->corrupt, epoch, n, engine->ids, engine->target, engine->x,
                            engine->spare);
    }
    return n;
}

int ls_engine_validation_lane(ls_engine *engine, const ls_dataset *data, int64_t g)
{
    int n = ls_dataset_validation_lane(data, g, engine->backend, engine->target, NULL);
    if (corrupts(engine)) {
        int64_t first = ls_lanes_at(ls_dataset_validation_lanes(data), g, g).first;
        ls_corrupt_evaluation(&engine->corrupt, first, n, engine->target, engine->x, engine->spare);
    }
    return n;
}
