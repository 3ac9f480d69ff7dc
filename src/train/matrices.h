/* Weights that an optimizer takes as whole matrices (ls_optim_type.matrix). */
#ifndef LOCKSTEP_TRAIN_MATRICES_H
#define LOCKSTEP_TRAIN_MATRICES_H

#include "engine_private.h"

/* Whether an optimizer of this type takes the parameter so. */
bool ls_is_matrix(const ls_optim_type *optim, const ls_model_param *param);
/* Floats to work in, for the largest; 0 where the type takes none. */
int64_t ls_matrices_room(const ls_model *model, const ls_optim_type *optim);

/* Collective over ranks that share the sums. All moments have followed: the ranks make the
 * directions, each its part of them, and every rank moves all of its weights. Where one is lost
 * meanwhile this rank does all by itself, so that the step is whole; so it does with
 * train.on_replica_difference = heal, where no rank may move another's weights. */
void ls_engine_move_matrices(ls_engine *engine, const ls_optim_settings *settings);

#endif
