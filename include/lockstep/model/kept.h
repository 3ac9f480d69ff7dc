/* Gradients of layers with parts (ls_layer_type.weigh), of many lanes at once: the model keeps what
 * they are made of, and whoever adds lanes up has their sum made. All functions are local. */
#ifndef LOCKSTEP_MODEL_KEPT_H
#define LOCKSTEP_MODEL_KEPT_H

#include "lockstep/model/model.h"

/* Lanes for which there is room: those of a batch, LS_KEPT_LANES at most. */
#define LS_KEPT_LANES 16
int ls_model_kept_lanes(const ls_model *model);
/* Bytes of what a model that trains keeps of lanes. The caller may have it in memory of its own,
 * zero at first, where other ranks of the same model find it: then a model weighs their lanes too.
 */
size_t ls_model_kept_bytes(const ls_model *model);
/* Where it is; and where it is from now on, instead of the model's own memory. */
const void *ls_model_kept(const ls_model *model);
void ls_model_place_kept(ls_model *model, void *memory);
/* No lane is kept: for others who look. */
void ls_model_keep_nothing(ls_model *model);
/* How many lanes came before those kept, and were summed. */
int ls_model_lanes_before(const ls_model *model, int layer, const void *kept);
/* Whether all of a kept lane's gradient lies within (-limit, limit), limit <= 2^19; else, or where
 * there is a NaN, the lane counts for nothing. For every lane before exact sums. The gradients of
 * the layer, which must be zero, are used meanwhile. */
bool ls_model_judge_kept(ls_model *model, int layer, int lane, float limit);
/* Part `part` of a layer's gradients: where it lies in the block, and its sum over what is kept in
 * `ranks` memories. to: of the whole block; with more than LS_KEPT_LANES * 8 lanes, total is
 * used. */
void ls_model_part(const ls_model *model, int layer, int part, int64_t *low, int64_t *high);
void ls_model_weigh(const ls_model *model, int layer, int part, int ranks, const void *const *kept,
                    const ls_lane_sums *to);

#endif
