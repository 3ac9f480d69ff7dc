/* Directions are pure functions of moments that every rank holds, so that who makes one changes no
 * bit. Each is made by one rank of a host, in place of its gradients in the shared sums; or all by
 * every rank, in its own gradients' place, which the sums have done with. */
#include "matrices.h"

#include <string.h>

typedef struct matrix {
    int layer, index; /* of the parameter within it */
    int64_t low, count;
    int rows, columns;
} matrix;

bool ls_is_matrix(const ls_optim_type *optim, const ls_model_param *param)
{
    return optim->matrix != NULL && param->plan->init == LS_INIT_WEIGHT;
}

static void measure(const ls_model_param *param, matrix *m)
{
    m->low = param->offset;
    m->count = param->count;
    m->columns = param->plan->dims[param->plan->dim_count - 1];
    m->rows = (int)(m->count / m->columns);
}

static const matrix before_first = {.index = -1};

/* From one to the next, in layer order, of those from parameter `first` on; false behind the last.
 */
static bool next(const ls_model *model, const ls_optim_type *optim, int64_t first, matrix *m)
{
    for (; m->layer < ls_model_layer_count(model); m->layer++, m->index = -1) {
        const ls_model_layer *layer = ls_model_layer_at(model, m->layer);
        while (layer->low >= first && ++m->index < layer->plan.param_count) {
            if (ls_is_matrix(optim, &layer->params[m->index])) {
                measure(&layer->params[m->index], m);
                return true;
            }
        }
    }
    return false;
}

static bool next_trained(const ls_engine *engine, matrix *m)
{
    return next(engine->model, engine->optim, engine->first_trained, m);
}

int64_t ls_matrices_room(const ls_model *model, const ls_optim_type *optim)
{
    int64_t most = 0;
    for (matrix m = before_first; next(model, optim, 0, &m);) {
        int64_t room = optim->matrix->room(m.rows, m.columns);
        most = room > most ? room : most;
    }
    return most;
}

/* Of a direction, in proportion: products of the matrix with squares of its shorter side. */
static double work(const matrix *m)
{
    return (double)m->count * (m->rows < m->columns ? m->rows : m->columns);
}

static double all_work(const ls_engine *engine)
{
    double sum = 0;
    for (matrix m = before_first; next_trained(engine, &m);) {
        sum += work(&m);
    }
    return sum;
}

static void make_direction(ls_engine *engine, const matrix *m, float *direction)
{
    float *moments[LS_OPTIM_MOMENTS] = {NULL};
    ls_engine_moments_at(engine, m->low, moments);
    engine->optim->matrix->direct(engine->backend, m->rows, m->columns, moments, direction,
                                  engine->room);
}

/* This rank's part of the directions. The work lies on a line, in layer order, and is cut into
 * equal parts: a matrix is its middle's. */
static void make_part(ls_engine *engine, float *directions)
{
    double all = all_work(engine);
    double done = 0;
    int ranks = ls_reducer_ranks(&engine->reducer);
    for (matrix m = before_first; next_trained(engine, &m); done += work(&m)) {
        if ((int)((done + work(&m) / 2) / all * ranks) == ls_reducer_rank(&engine->reducer)) {
            make_direction(engine, &m, directions + m.low);
        }
    }
}

/* All of them, by the ranks of the host together; false where one of them is lost. */
static bool make_together(ls_engine *engine, int64_t step, float *directions)
{
    ls_comm_note(engine->comm, step, "the optimizer's directions");
    if (ls_reducer_meet(&engine->reducer) != LS_OK) { /* none reads gradients any more */
        return false;
    }
    make_part(engine, directions);
    return ls_reducer_meet(&engine->reducer) == LS_OK;
}

static void make_alone(ls_engine *engine, float *directions)
{
    for (matrix m = before_first; next_trained(engine, &m);) {
        make_direction(engine, &m, directions + m.low);
    }
}

static bool may_share(const ls_engine *engine)
{
    return ls_reducer_ranks(&engine->reducer) > 1 &&
           strcmp(engine->config->train_on_replica_difference, "heal") != 0;
}

static void move(ls_engine *engine, const ls_optim_settings *settings, const float *directions)
{
    float *w = ls_model_parameters(engine->model);
    for (matrix m = before_first; next_trained(engine, &m);) {
        ls_optim_move(settings, m.count, w + m.low, directions + m.low);
        ls_engine_finish_update(engine, settings->step, m.low, m.low + m.count);
    }
}

/* The next batch's lanes add to gradients of zero. */
static void clear(const ls_engine *engine, float *directions)
{
    for (matrix m = before_first; next_trained(engine, &m);) {
        memset(directions + m.low, 0, sizeof *directions * (size_t)m.count);
    }
}

void ls_engine_move_matrices(ls_engine *engine, const ls_optim_settings *settings)
{
    float *shared = ls_reducer_sums(&engine->reducer);
    float *own = ls_model_gradients(engine->model);
    if (engine->optim->matrix == NULL) {
        return;
    }
    if (may_share(engine) && make_together(engine, settings->step, shared)) {
        move(engine, settings, shared);
        return;
    }
    make_alone(engine, own);
    move(engine, settings, own);
    clear(engine, own);
}
