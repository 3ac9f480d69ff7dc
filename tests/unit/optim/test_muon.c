/* Proves: Muon's step of a matrix U S V' is U p(S / |S|) V', where p is the polynomial of its
 * source, five times over, of each singular value alone, computed here in double; for wide, tall
 * and thin matrices, by every backend. The momentum is Nesterov's; a gradient of zeros moves
 * nothing; decay and scaling act as with other types, also where the gradient stands in the room;
 * what is no matrix takes Adam's step. */
#include "unit/cmocka_all.h"

#include "lockstep/optim/optim.h"

#include <math.h>
#include <string.h>

enum { SIDE_MAX = 48, COUNT_MAX = SIDE_MAX * SIDE_MAX, ROOM_MAX = 6 * COUNT_MAX };

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
    static float room[ROOM_MAX];
    int count = rows * columns;
    assert_true(muon()->matrix_room(rows, columns) <= ROOM_MAX);
    for (int i = 0; i < count; i++) {
        w[i] = 0;
        m[i] = 0;
        g[i] = (float)entry(rows, columns, false, i / columns, i % columns);
    }
    ls_optim_settings s = settings_of(0);
    muon()->step_matrix(backend, &s, rows, columns, w, g, (float *[]){m, NULL}, room);
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
    float room[24];
    ls_optim_settings s = settings_of(0.5);
    muon()->step_matrix(ref(), &s, 2, 2, w, (float[]){1, 0, 0, 0}, (float *[]){m, NULL}, room);
    assert_true(m[0] == 0.5F && m[3] == 0);
    float first = w[0];
    muon()->step_matrix(ref(), &s, 2, 2, w, (float[]){0, 0, 0, 1}, (float *[]){m, NULL}, room);
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
    float room[28];
    ls_optim_settings s = settings_of(0.95);
    assert_true(muon()->matrix_room(3, 2) <= 28);
    muon()->step_matrix(ref(), &s, 3, 2, w, (float[6]){0}, (float *[]){m, NULL}, room);
    for (int i = 0; i < 6; i++) {
        assert_true(w[i] == (float)(i + 1) && m[i] == 0);
    }
}

/* The decayed weights, then the step of the scaled gradient: by parts, and at once. */
static void update_prepares_gradients(void **state)
{
    (void)state;
    float by_parts[6];
    float at_once[6];
    float m[2][6] = {{0}};
    float half[6];
    float room[28] = {0};
    ls_optim_settings s = settings_of(0.95);
    for (int i = 0; i < 6; i++) {
        by_parts[i] = at_once[i] = (float)i;
        room[i] = (float)sin(i);
        half[i] = 0.5F * room[i];
    }
    float with_decay[6];
    for (int i = 0; i < 6; i++) {
        with_decay[i] = by_parts[i] - (float)(0.01 * 0.1) * by_parts[i];
    }
    float other_room[28];
    muon()->step_matrix(ref(), &s, 2, 3, with_decay, half, (float *[]){m[0], NULL}, other_room);
    s.gradient_scale = 0.5;
    s.weight_decay = 0.1;
    s.decoupled = true;
    ls_optim_update_matrix(muon(), ref(), &s, 2, 3, at_once, room, room, (float *[]){m[1], NULL});
    assert_memory_equal(with_decay, at_once, sizeof at_once);
    assert_memory_equal(m[0], m[1], sizeof m[0]);
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
        cmocka_unit_test(steps_are_the_polynomials), cmocka_unit_test(momentum_is_nesterovs),
        cmocka_unit_test(zeros_move_nothing),        cmocka_unit_test(update_prepares_gradients),
        cmocka_unit_test(others_take_adams_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
