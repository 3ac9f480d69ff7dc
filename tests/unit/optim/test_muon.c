/* Proves: Muon's step of a matrix U S V' is U p(S / |S|) V', where p is the polynomial of its
 * source, five times over, of each singular value alone, computed here in double; for wide, tall
 * and thin matrices, by every backend. The momentum is Nesterov's; gradients of zeros, and as
 * good as zeros, move nothing; decay and scaling act as with other types; what is no matrix takes
 * Adam's step. */
#include "unit/cmocka_all.h"

#include "lockstep/optim/optim.h"

#include <math.h>
#include <string.h>

enum { SIDE_MAX = 48, COUNT_MAX = SIDE_MAX * SIDE_MAX, ROOM_MAX = 5 * COUNT_MAX };

static const ls_backend *ref(void)
{
    const ls_backend *backend = NULL;
    assert_int_equal(ls_backend_find(&backend, "ref", LS_ISA_PORTABLE), LS_OK);
    return backend;
}

static const ls_optim_type *muon(void)
{
    return ls_optim_type_find("muon");
}

/* A whole step. direction, room: to use. */
static void step(const ls_backend *backend, const ls_optim_settings *s, int rows, int columns,
                 float *w, const float *g, float *m, float *v, float *direction, float *room)
{
    int64_t count = (int64_t)rows * columns;
    float *moments[] = {m, v};
    ls_optim_follow(muon(), s, count, w, g, room, moments);
    muon()->matrix->direct(backend, rows, columns, moments, direction, room);
    ls_optim_move(s, count, w, direction);
}

static ls_optim_settings settings_of(double momentum)
{
    return (ls_optim_settings){.lr = 0.01,
                               .beta1 = 0.9,
                               .beta2 = 0.999,
                               .eps = 1e-8,
                               .momentum = momentum,
                               .step = 1,
                               .gradient_scale = 1};
}

/* p, five times over. */
static double polynomial(double x)
{
    for (int i = 0; i < 5; i++) {
        x = 3.4445 * x - 4.7750 * pow(x, 3) + 2.0315 * pow(x, 5);
    }
    return x;
}

static double singular(int k)
{
    return 3.0 / (1 + 0.7 * k);
}

/* Entry (i, k) of an orthogonal n x n matrix: I - 2 v v' / v'v. */
static double orthogonal(int n, double seed, int i, int k)
{
    double square = 0;
    for (int j = 0; j < n; j++) {
        square += pow(sin(seed + 1.3 * j), 2);
    }
    return (i == k ? 1 : 0) - 2 * sin(seed + 1.3 * i) * sin(seed + 1.3 * k) / square;
}

/* U f(S) V' with singular values (or p of them, by their norm) on the diagonal. */
static double entry(int rows, int columns, bool moved, int i, int j)
{
    int side = rows < columns ? rows : columns;
    double square = 0;
    double sum = 0;
    for (int k = 0; k < side; k++) {
        square += singular(k) * singular(k);
    }
    for (int k = 0; k < side; k++) {
        double value = moved ? polynomial(singular(k) / sqrt(square)) : singular(k);
        sum += orthogonal(rows, 0.4, i, k) * value * orthogonal(columns, 2.2, j, k);
    }
    return sum;
}

static void check_shape(const ls_backend *backend, int rows, int columns)
{
    static float w[COUNT_MAX];
    static float g[COUNT_MAX];
    static float m[COUNT_MAX];
    static float v[COUNT_MAX];
    static float direction[COUNT_MAX];
    static float room[ROOM_MAX];
    int count = rows * columns;
    assert_true(muon()->matrix->room(rows, columns) <= ROOM_MAX);
    for (int i = 0; i < count; i++) {
        w[i] = 0;
        m[i] = 0;
        g[i] = (float)entry(rows, columns, false, i / columns, i % columns);
    }
    ls_optim_settings s = settings_of(0);
    step(backend, &s, rows, columns, w, g, m, v, direction, room);
    double size = 0.01 * 0.2 * sqrt(rows > columns ? rows : columns);
    for (int i = 0; i < count; i++) {
        double right = -size * entry(rows, columns, true, i / columns, i % columns);
        assert_true(fabs(w[i] - right) <= 2e-5 * size);
        assert_true(m[i] == g[i]);
    }
}

static void steps_are_the_polynomials(void **state)
{
    (void)state;
    static const int shapes[][2] = {{1, 1}, {1, 6},   {7, 1},   {4, 4},  {5, 3},
                                    {3, 5}, {48, 20}, {20, 48}, {33, 32}};
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        check_shape(ref(), shapes[k][0], shapes[k][1]);
        for (int isa = 0; isa <= (int)ls_isa_detect(); isa++) {
            const ls_backend *backend;
            assert_int_equal(ls_backend_find(&backend, "cpu", (ls_isa)isa), LS_OK);
            check_shape(backend, shapes[k][0], shapes[k][1]);
        }
    }
}

/* With orthogonal columns that do not mix, a 2 x 2 step shows the momentum: after gradients
 * diag(1, 0) and diag(0, 1), m = diag(0.25, 0.5) and Nesterov's is 0.5 m + 0.5 g = diag(1, 6) / 8.
 */
static void momentum_is_nesterovs(void **state)
{
    (void)state;
    float w[4] = {0};
    float m[4] = {0};
    float v[4] = {0};
    float direction[4];
    float room[20];
    ls_optim_settings s = settings_of(0.5);
    step(ref(), &s, 2, 2, w, (float[]){1, 0, 0, 0}, m, v, direction, room);
    assert_true(m[0] == 0.5F && m[3] == 0);
    float first = w[0];
    step(ref(), &s, 2, 2, w, (float[]){0, 0, 0, 1}, m, v, direction, room);
    assert_true(m[0] == 0.25F && m[3] == 0.5F);
    double size = 0.01 * 0.2 * sqrt(2);
    assert_true(fabs(first + size * polynomial(1)) <= 1e-6 * size);
    assert_true(fabs(w[0] - first + size * polynomial(1 / sqrt(37))) <= 1e-5 * size);
    assert_true(fabs(w[3] + size * polynomial(6 / sqrt(37))) <= 1e-5 * size);
    assert_true(w[1] == 0 && w[2] == 0);
}

static void zeros_move_nothing(void **state)
{
    (void)state;
    float w[6] = {1, 2, 3, 4, 5, 6};
    float m[6] = {0};
    float v[6] = {0};
    float direction[6];
    float room[22];
    ls_optim_settings s = settings_of(0.95);
    assert_true(muon()->matrix->room(3, 2) <= 22);
    step(ref(), &s, 3, 2, w, (float[6]){0}, m, v, direction, room);
    for (int i = 0; i < 6; i++) {
        assert_true(w[i] == (float)(i + 1) && m[i] == 0);
    }
}

/* A momentum that has sunk to denormal numbers, of which it never becomes zero. */
static void as_good_as_zeros_move_nothing(void **state)
{
    (void)state;
    float w[4] = {1, 2, 3, 4};
    float m[4] = {1e-42F, 0, 0, -1e-44F};
    float v[4] = {0};
    float direction[4];
    float room[20];
    ls_optim_settings s = settings_of(0.95);
    step(ref(), &s, 2, 2, w, (float[4]){0}, m, v, direction, room);
    for (int i = 0; i < 4; i++) {
        assert_true(w[i] == (float)(i + 1));
    }
}

/* Gradients by half and a decay beside them: the decayed weights take the step of halves. With L2
 * the decay is in the gradients. What is used up is the room, not the gradients. */
static void update_prepares_gradients(void **state)
{
    (void)state;
    float g[6];
    float other[6];
    float direction[6];
    float room[22];
    for (int decoupled = 0; decoupled < 2; decoupled++) {
        float w[2][6];
        float m[2][6] = {{0}};
        float v[2][6] = {{0}};
        ls_optim_settings s = settings_of(0.95);
        for (int i = 0; i < 6; i++) {
            w[0][i] = w[1][i] = (float)(i + 1);
            g[i] = (float)sin(i);
            other[i] = 0.5F * g[i] + (decoupled ? 0.0F : 0.1F * w[0][i]);
            w[0][i] -= decoupled ? (float)(0.01 * 0.1) * w[0][i] : 0.0F;
        }
        step(ref(), &s, 2, 3, w[0], other, m[0], v[0], direction, room);
        s.gradient_scale = 0.5;
        s.weight_decay = 0.1;
        s.decoupled = decoupled;
        step(ref(), &s, 2, 3, w[1], g, m[1], v[1], direction, room);
        assert_memory_equal(w[0], w[1], sizeof w[0]);
        assert_memory_equal(m[0], m[1], sizeof m[0]);
        assert_true(g[1] == (float)sin(1));
    }
}

static void others_take_adams_step(void **state)
{
    (void)state;
    float w[2][3] = {{1, 2, 3}, {1, 2, 3}};
    float m[2][3] = {{0}};
    float v[2][3] = {{0}};
    const float g[] = {0.5F, -1, 1e-3F};
    ls_optim_settings s = settings_of(0.95);
    muon()->step(ref(), &s, 3, w[0], g, (float *[]){m[0], v[0]});
    ls_optim_type_find("adam")->step(ref(), &s, 3, w[1], g, (float *[]){m[1], v[1]});
    assert_memory_equal(w[0], w[1], sizeof w[0]);
    assert_memory_equal(v[0], v[1], sizeof v[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_the_polynomials),
        cmocka_unit_test(momentum_is_nesterovs),
        cmocka_unit_test(zeros_move_nothing),
        cmocka_unit_test(update_prepares_gradients),
        cmocka_unit_test(others_take_adams_step),
        cmocka_unit_test(as_good_as_zeros_move_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
