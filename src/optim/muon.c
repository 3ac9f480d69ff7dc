/* Muon (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"): a weight
 * that is a matrix moves along its momentum M with all singular values made about 1, U V' for
 * M = U S V'. So directions in which gradients are small are learned as fast as the others, as with
 * Shampoo (Gupta et al., ICML 2018), of which it is the limit without a memory.
 *
 *   M = momentum M + (1 - momentum) G,  N = momentum M + (1 - momentum) G (Nesterov's),
 *   W -= lr * 0.2 sqrt(max(rows, columns)) * orthogonalize(N)
 *
 * The factor, of Liu et al. 2025 ("Muon is scalable for LLM training", section 2.2), gives the step
 * the size of one of Adam's, so that one learning rate serves both: all that is no weight takes
 * Adam's step. */
#include "lockstep/optim/optim.h"

#include <math.h>
#include <string.h>

#define ROUNDS 5

extern const ls_optim_type ls_optim_adam;

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* N, the next X, and two squares of the shorter side. */
static int64_t matrix_room(int rows, int columns)
{
    int64_t side = smaller(rows, columns);
    return 2 * (int64_t)rows * columns + 2 * side * side;
}

/* square = X' X or X X', whichever is smaller. */
static void multiply_by_itself(const ls_backend *backend, int rows, int columns, const float *x,
                               float *square)
{
    bool tall = rows > columns;
    const ls_matmul product = {.m = smaller(rows, columns),
                               .n = smaller(rows, columns),
                               .k = tall ? rows : columns,
                               .a_row = columns,
                               .b_row = columns,
                               .z_row = smaller(rows, columns),
                               .a_turned = tall,
                               .b_turned = !tall,
                               .scale = 1.0F};
    backend->matmul(&product, x, x, square);
}

/* next = a X + P X with the polynomial P = b A + c A A of A = X X' (tall X: on the other side). */
static void apply(const ls_backend *backend, int rows, int columns, const float *x,
                  const float *square, float *polynomial, float *next)
{
    /* Its three coefficients make small values grow fastest: 5 rounds bring those above 0.002 of
     * the norm to 0.68 to 1.21. */
    static const float a = 3.4445F;
    static const float b = -4.7750F;
    static const float c = 2.0315F;
    bool tall = rows > columns;
    int side = smaller(rows, columns);
    const ls_matmul squared = {.m = side,
                               .n = side,
                               .k = side,
                               .a_row = side,
                               .b_row = side,
                               .z_row = side,
                               .scale = c,
                               .keep = b};
    const ls_matmul applied = {.m = rows,
                               .n = columns,
                               .k = side,
                               .a_row = tall ? columns : side,
                               .b_row = tall ? side : columns,
                               .z_row = columns,
                               .scale = 1.0F,
                               .keep = a};
    memcpy(polynomial, square, sizeof *square * (size_t)side * (size_t)side);
    backend->matmul(&squared, square, square, polynomial);
    memcpy(next, x, sizeof *x * (size_t)rows * (size_t)columns);
    backend->matmul(&applied, tall ? x : polynomial, tall ? polynomial : x, next);
}

/* Newton and Schulz's iteration: X with singular values near 1, in one of the two: x (then done
 * with) or spare. squares: [2, side, side]. */
static const float *orthogonalize(const ls_backend *backend, int rows, int columns, float *x,
                                  float *spare, float *squares)
{
    int64_t side = smaller(rows, columns);
    for (int i = 0; i < ROUNDS; i++) {
        multiply_by_itself(backend, rows, columns, x, squares);
        apply(backend, rows, columns, x, squares, squares + side * side, spare);
        float *next = spare;
        spare = x;
        x = next;
    }
    return x;
}

/* m follows g; x = Nesterov's momentum, of norm 1. All zeros stay so. */
static void begin(int64_t count, float momentum, const float *g, float *m, float *x)
{
    double sums[LS_OPTIM_SUMS] = {0};
    for (int64_t i = 0; i < count; i++) {
        m[i] = momentum * m[i] + (1.0F - momentum) * g[i];
        x[i] = momentum * m[i] + (1.0F - momentum) * g[i];
    }
    ls_optim_add_squares(count, x, sums);
    double norm = ls_optim_norm(sums);
    float factor = norm > 0 ? (float)(1.0 / norm) : 0.0F;
    for (int64_t i = 0; i < count; i++) {
        x[i] *= factor;
    }
}

static void step_matrix(const ls_backend *backend, const ls_optim_settings *settings, int rows,
                        int columns, float *w, const float *g, float *const *moments, float *room)
{
    int64_t count = (int64_t)rows * columns;
    float size = (float)(settings->lr * 0.2 * sqrt(rows > columns ? rows : columns));
    begin(count, (float)settings->momentum, g, moments[0], room);
    const float *x = orthogonalize(backend, rows, columns, room, room + count, room + 2 * count);
    for (int64_t i = 0; i < count; i++) {
        w[i] -= size * x[i];
    }
}

static void step_other(const ls_backend *backend, const ls_optim_settings *settings, int64_t count,
                       float *w, const float *g, float *const *moments)
{
    ls_optim_adam.step(backend, settings, count, w, g, moments);
}

const ls_optim_type ls_optim_muon = {
    .name = "muon",
    .moment_count = 2,
    .moment_names = {"m", "v"},
    .step = step_other,
    .step_matrix = step_matrix,
    .matrix_room = matrix_room,
};
