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

static int larger(int a, int b)
{
    return a < b ? b : a;
}

/* X, and four squares of the shorter side. */
static int64_t room_of(int rows, int columns)
{
    int64_t side = smaller(rows, columns);
    return (int64_t)rows * columns + 4 * side * side;
}

/* gram = X' X or X X', whichever is smaller. */
static void multiply_by_itself(const ls_backend *backend, int rows, int columns, const float *x,
                               float *gram)
{
    bool tall = rows > columns;
    int side = smaller(rows, columns);
    const ls_matmul product = {.m = side,
                               .n = side,
                               .k = larger(rows, columns),
                               .a_row = columns,
                               .b_row = columns,
                               .z_row = side,
                               .a_turned = tall,
                               .b_turned = !tall,
                               .scale = 1.0F};
    backend->matmul(&product, x, x, gram);
}

/* z = scale * a b + keep * z of squares. */
static void multiply_squares(const ls_backend *backend, int side, float scale, const float *a,
                             const float *b, float keep, float *z)
{
    const ls_matmul product = {.m = side,
                               .n = side,
                               .k = side,
                               .a_row = side,
                               .b_row = side,
                               .z_row = side,
                               .scale = scale,
                               .keep = keep};
    backend->matmul(&product, a, b, z);
}

/* p = a I + b G + c G G. Its three coefficients make small values of X grow fastest: 5 rounds of
 * X P bring those above 0.002 of the norm to 0.68 to 1.21. */
static void make_polynomial(const ls_backend *backend, int side, const float *gram, float *p)
{
    static const float a = 3.4445F;
    static const float b = -4.7750F;
    static const float c = 2.0315F;
    memcpy(p, gram, sizeof *p * (size_t)side * (size_t)side);
    multiply_squares(backend, side, c, gram, gram, b, p);
    for (int64_t i = 0; i < side; i++) {
        p[i * side + i] += a;
    }
}

/* Q, the product of all rounds' P. As they are polynomials of G, they commute with it: the next
 * round's G is G P P, and X itself is not needed until the end. squares: [4, side, side] with G in
 * the first; where Q is of them comes back. */
static const float *multiply_rounds(const ls_backend *backend, int side, float *squares)
{
    size_t count = (size_t)side * (size_t)side;
    float *gram = squares;
    float *p = gram + count;
    float *q = p + count;
    float *spare = q + count;
    make_polynomial(backend, side, gram, q);
    memcpy(p, q, sizeof *p * count);
    for (int i = 1; i < ROUNDS; i++) {
        multiply_squares(backend, side, 1.0F, gram, p, 0.0F, spare);
        multiply_squares(backend, side, 1.0F, spare, p, 0.0F, gram);
        make_polynomial(backend, side, gram, p);
        multiply_squares(backend, side, 1.0F, q, p, 0.0F, spare);
        float *next = spare;
        spare = q;
        q = next;
    }
    return q;
}

/* y = X, of norm 1; as good as all zeros, as of a layer that no gradient reaches any more, it is
 * zeros. */
static void scale_to_norm(int64_t count, const float *x, float *y)
{
    double sums[LS_OPTIM_SUMS] = {0};
    ls_optim_add_squares(count, x, sums);
    double norm = ls_optim_norm(sums);
    float factor = norm >= 1e-30 ? (float)(1.0 / norm) : 0.0F;
    for (int64_t i = 0; i < count; i++) {
        y[i] = factor * x[i];
    }
}

/* N in the second moment's place, of which matrices have none. */
static void follow(const ls_optim_settings *settings, int64_t count, const float *g,
                   float *const *moments)
{
    float momentum = (float)settings->momentum;
    float *m = moments[0];
    float *n = moments[1];
    for (int64_t i = 0; i < count; i++) {
        m[i] = momentum * m[i] + (1.0F - momentum) * g[i];
        n[i] = momentum * m[i] + (1.0F - momentum) * g[i];
    }
}

/* Newton and Schulz's iteration, of the Gram matrix: X Q or Q X, whose singular values are near 1.
 * For sides far apart that is a fraction of the work of moving X itself. */
static void direct(const ls_backend *backend, int rows, int columns, float *const *moments,
                   float *direction, float *room)
{
    bool tall = rows > columns;
    int side = smaller(rows, columns);
    float *x = room;
    float *squares = room + (int64_t)rows * columns;
    scale_to_norm((int64_t)rows * columns, moments[1], x);
    multiply_by_itself(backend, rows, columns, x, squares);
    const float *q = multiply_rounds(backend, side, squares);
    const ls_matmul product = {.m = rows,
                               .n = columns,
                               .k = side,
                               .a_row = side,
                               .b_row = columns,
                               .z_row = columns,
                               .scale = (float)(0.2 * sqrt(larger(rows, columns)))};
    backend->matmul(&product, tall ? x : q, tall ? q : x, direction);
}

static void step_other(const ls_backend *backend, const ls_optim_settings *settings, int64_t count,
                       float *w, const float *g, float *const *moments)
{
    ls_optim_adam.step(backend, settings, count, w, g, moments);
}

static const ls_matrix_rule rule = {.follow = follow, .direct = direct, .room = room_of};

const ls_optim_type ls_optim_muon = {
    .name = "muon",
    .moment_count = 2,
    .moment_names = {"m", "v"},
    .step = step_other,
    .matrix = &rule,
};
