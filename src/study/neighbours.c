/* Nearest neighbours: test images come block by block to every rank. Distances are
 * |t|^2 + |x|^2 - 2 t x, with the products of a block of test images and one of training images as
 * one matrix product, whose bits depend on the two blocks alone. |t|^2 is the same for all and left
 * out. */
#include "neighbours.h"

#include "lockstep/base/memory.h"

#include <math.h>
#include <string.h>

/* Of a test image: ordered by (distance, image). */
typedef struct neighbour {
    double distance; /* squared, less |t|^2; infinite = there is none */
    int64_t image;   /* number in the training split */
    int64_t label;
} neighbour;

typedef struct finder {
    const ls_backend *backend;
    ls_comm *comm;
    const ls_features *train, *test;
    int k;
    double *squares; /* [train->count] |x|^2 */
    float *x;        /* [block, values] test images */
    float *packed;   /* a training block in the backend's order; NULL = it has none */
    float *products; /* [block, block] */
    neighbour *mine; /* [block, k] */
    neighbour *all;  /* [size, block, k] */
    ls_arena arena;  /* owns all of these */
} finder;

static ls_status reserve(finder *f)
{
    size_t k = (size_t)f->k;
    size_t values = (size_t)f->train->values;
    size_t rows = (size_t)f->test->block;
    size_t columns = (size_t)f->train->block;
    const ls_backend *backend = f->backend;
    size_t packed_bytes =
        backend->dense_packed != NULL ? backend->dense_packed((int)columns, (int)values, true) : 0;
    size_t ranks = (size_t)ls_comm_size(f->comm);
    ls_arena *arena = &f->arena;
    size_t squares = ls_arena_plan(arena, sizeof(double) * ((size_t)f->train->count + 1));
    size_t x = ls_arena_plan(arena, sizeof(float) * rows * values);
    size_t packed = ls_arena_plan(arena, packed_bytes);
    size_t products = ls_arena_plan(arena, sizeof(float) * rows * columns);
    size_t mine = ls_arena_plan(arena, sizeof(neighbour) * rows * k);
    size_t all = ls_arena_plan(arena, sizeof(neighbour) * ranks * rows * k);
    LS_TRY(ls_arena_reserve(arena, "nearest neighbours"));
    f->squares = ls_arena_at(arena, squares);
    f->x = ls_arena_at(arena, x);
    f->packed = packed_bytes > 0 ? ls_arena_at(arena, packed) : NULL;
    f->products = ls_arena_at(arena, products);
    f->mine = ls_arena_at(arena, mine);
    f->all = ls_arena_at(arena, all);
    return LS_OK;
}

static void find_squares(finder *f)
{
    const float *x = f->train->x;
    for (int64_t i = 0; i < f->train->count; i++) {
        double sum = 0;
        for (int v = 0; v < f->train->values; v++, x++) {
            sum += (double)*x * (double)*x;
        }
        f->squares[i] = sum;
    }
}

static bool is_nearer(const neighbour *a, const neighbour *b)
{
    return a->distance < b->distance || (a->distance == b->distance && a->image < b->image);
}

/* Into a list [k] that is in order. */
static void insert(neighbour *list, int k, const neighbour *candidate)
{
    if (!is_nearer(candidate, &list[k - 1])) {
        return;
    }
    int at = k - 1;
    for (; at > 0 && is_nearer(candidate, &list[at - 1]); at--) {
        list[at] = list[at - 1];
    }
    list[at] = *candidate;
}

static void empty(neighbour *lists, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        lists[i] = (neighbour){.distance = HUGE_VAL, .image = INT64_MAX};
    }
}

/* One own training block against the test images x [n, values]. */
static void look_in_block(finder *f, const ls_feature_block *block, int n)
{
    int values = f->train->values;
    const float *w = block->x; /* [block->n, values] */
    if (f->packed != NULL) {
        f->backend->dense_pack(block->n, values, true, w, f->packed);
        w = f->packed;
    }
    f->backend->dense_dx(n, block->n, values, w, f->x, f->products);
    for (int i = 0; i < n; i++) {
        const float *products = f->products + (int64_t)i * block->n;
        neighbour *list = f->mine + (int64_t)i * f->k;
        for (int j = 0; j < block->n; j++) {
            int64_t at = block->at + j;
            double distance = f->squares[at] - 2 * (double)products[j];
            if (distance <= list[f->k - 1].distance) {
                neighbour candidate = {distance, f->train->first + at, f->train->labels[at]};
                insert(list, f->k, &candidate);
            }
        }
    }
}

/* The class of a list [k] in order. */
static uint8_t vote(const neighbour *list, int k)
{
    int votes[LS_CLASSES_MAX] = {0};
    int most = 0;
    for (int i = 0; i < k; i++) {
        int count = ++votes[list[i].label];
        most = count > most ? count : most;
    }
    int nearest = 0;
    while (votes[list[nearest].label] < most) {
        nearest++;
    }
    return (uint8_t)list[nearest].label;
}

/* The nearest of all ranks' lists of one block; predicted: [n] */
static void merge(finder *f, int n, uint8_t *predicted)
{
    int ranks = ls_comm_size(f->comm);
    int64_t length = (int64_t)n * f->k; /* of a rank's lists */
    for (int i = 0; i < n; i++) {
        neighbour *list = f->mine + (int64_t)i * f->k;
        empty(list, f->k);
        for (int r = 0; r < ranks; r++) {
            const neighbour *from = f->all + r * length + (int64_t)i * f->k;
            for (int j = 0; j < f->k; j++) {
                insert(list, f->k, &from[j]);
            }
        }
        predicted[i] = vote(list, f->k);
    }
}

/* Collective. Block b of rank `owner`'s test images, whose n the owner knows. */
static ls_status classify_block(finder *f, int owner, int64_t b, uint8_t *predicted)
{
    bool own = ls_comm_rank(f->comm) == owner;
    ls_feature_block block = {0};
    size_t values = (size_t)f->test->values;
    if (own) {
        block = ls_features_block(f->test, b);
        memcpy(f->x, block.x, sizeof(float) * (size_t)block.n * values);
    }
    LS_TRY(ls_comm_broadcast(f->comm, &block.n, sizeof block.n, owner));
    LS_TRY(ls_comm_broadcast(f->comm, f->x, sizeof(float) * (size_t)block.n * values, owner));
    empty(f->mine, (int64_t)block.n * f->k);
    for (int64_t i = 0; i < ls_features_blocks(f->train); i++) {
        ls_feature_block train = ls_features_block(f->train, i);
        look_in_block(f, &train, block.n);
    }
    size_t bytes = sizeof(neighbour) * (size_t)block.n * (size_t)f->k;
    LS_TRY(ls_comm_gather(f->comm, f->mine, bytes, f->all));
    if (own) {
        merge(f, block.n, predicted + block.at);
    }
    return LS_OK;
}

static ls_status classify(finder *f, uint8_t *predicted)
{
    LS_TRY(ls_comm_agree(f->comm, reserve(f)));
    find_squares(f);
    for (int owner = 0; owner < ls_comm_size(f->comm); owner++) {
        int64_t blocks = ls_features_blocks(f->test);
        LS_TRY(ls_comm_broadcast(f->comm, &blocks, sizeof blocks, owner));
        for (int64_t b = 0; b < blocks; b++) {
            LS_TRY(classify_block(f, owner, b, predicted));
        }
    }
    return LS_OK;
}

ls_status ls_neighbours_classify(const ls_backend *backend, ls_comm *comm, const ls_features *train,
                                 const ls_features *test, int k, uint8_t *predicted)
{
    finder f = {.backend = backend, .comm = comm, .train = train, .test = test, .k = k};
    ls_status status = classify(&f, predicted);
    ls_arena_release(&f.arena);
    return status;
}
