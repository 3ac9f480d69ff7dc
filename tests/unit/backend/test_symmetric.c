/* Symmetric matrices. Products: to the last unit those of loops over integers, also where float32
 * has no bit left. Eigenvectors: a matrix solved by hand, and one whose vectors are known because
 * it is made of them, with and without zeros; codes by such vectors give back what they were made
 * of. Quadratic forms: against their double sum. */
#include "unit/cmocka_all.h"

#include "lockstep/backend/symmetric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- products --------------------------------------------------------------------------------- */

/* Whole numbers in [low, high], by a linear congruence. */
static void fill(float *x, size_t count, int low, int high)
{
    static uint64_t state = 1;
    for (size_t i = 0; i < count; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        x[i] = (float)(low + (int)((state >> 33) % (uint64_t)(high - low + 1)));
    }
}

/* want[i, j], all of [n, n] */
static void add_by_loops(int rows, int n, const float *x, int64_t *want)
{
    for (int r = 0; r < rows; r++) {
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                want[i * n + j] += (int64_t)x[r * n + i] * (int64_t)x[r * n + j];
            }
        }
    }
}

static void assert_same_triangle(int n, const int64_t *products, const int64_t *want)
{
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        assert_int_equal(ls_triangle_row(n, i), at);
        for (int j = i; j < n; j++, at++) {
            assert_int_equal(products[at], want[i * n + j]);
        }
    }
    assert_int_equal(ls_triangle_count(n), at);
}

static void check_products(int n, int rows, int blocks, int low, int high)
{
    size_t cells = (size_t)n * (size_t)n;
    float *x = calloc((size_t)rows * (size_t)n, sizeof *x);
    int64_t *products = calloc(ls_triangle_count(n), sizeof *products);
    int64_t *want = calloc(cells, sizeof *want);
    void *scratch = malloc(ls_products_scratch(n));
    for (int b = 0; b < blocks; b++) {
        fill(x, (size_t)rows * (size_t)n, low, high);
        ls_products_add(rows, n, x, products, scratch);
        add_by_loops(rows, n, x, want);
    }
    assert_same_triangle(n, products, want);
    free(x);
    free(products);
    free(want);
    free(scratch);
}

static void products_are_exact(void **state)
{
    (void)state;
    check_products(1, 1, 1, -128, 127);
    check_products(5, 3, 4, -128, 127);
    check_products(300, 17, 2, -128, 127); /* a second panel, not full */
    check_products(48, LS_PRODUCTS_ROWS, 3, -128, 127);
}

/* All products are the largest there are, and of one sign: the sum is 2^24. One odd product fewer
 * makes it odd: half of what float32 still tells apart just above. */
static void products_are_exact_at_the_limit(void **state)
{
    (void)state;
    check_products(3, LS_PRODUCTS_ROWS, 2, -128, -128);
    check_products(260, LS_PRODUCTS_ROWS, 1, 126, 127);
    float *x = calloc(2 * LS_PRODUCTS_ROWS, sizeof *x); /* [rows, 2] */
    for (int r = 0; r < LS_PRODUCTS_ROWS; r++) {
        x[2 * r] = x[2 * r + 1] = -128;
    }
    x[0] = -127;
    x[1] = -1;
    int64_t products[3] = {0};
    void *scratch = malloc(ls_products_scratch(2));
    ls_products_add(LS_PRODUCTS_ROWS, 2, x, products, scratch);
    assert_int_equal(products[0], 1023 * 16384 + 127 * 127);
    assert_int_equal(products[1], 1023 * 16384 + 127);
    assert_int_equal(products[2], 1023 * 16384 + 1);
    free(x);
    free(scratch);
}

/* --- eigenvectors ----------------------------------------------------------------------------- */

/* [[2, 1], [1, 2]]: 3 along (1, 1), 1 along (1, -1). What stands below the diagonal is not read. */
static void two_by_two(void **state)
{
    (void)state;
    double a[4] = {2, 1, (double)NAN, 2};
    double values[2], vectors[4];
    assert_int_equal(ls_eigen_symmetric(2, 2, a, values, vectors), LS_OK);
    assert_near(values[0], 3, 1e-14);
    assert_near(values[1], 1, 1e-14);
    assert_near(vectors[0], sqrt(0.5), 1e-14);
    assert_near(vectors[1], sqrt(0.5), 1e-14);
    assert_near(fabs(vectors[2]), sqrt(0.5), 1e-14);
    assert_near(vectors[2] + vectors[3], 0, 1e-14);
    double one[1] = {5};
    assert_int_equal(ls_eigen_symmetric(1, 1, one, values, vectors), LS_OK);
    assert_near(values[0], 5, 1e-14);
    assert_near(vectors[0], 1, 1e-14);
}

#define N 40

/* The DCT-II's rows, which are orthonormal. */
static double cosine(int i, int j)
{
    double scale = i == 0 ? sqrt(1.0 / N) : sqrt(2.0 / N);
    return scale * cos(acos(-1.0) * (j + 0.5) * i / N);
}

/* A = sum of lambda_i c_i c_i', with lambda_i = 2^-i of the first `rank`, 0 behind. */
static void make_known(double *a, int rank)
{
    memset(a, 0, sizeof(double) * N * N);
    for (int i = 0; i < rank; i++) {
        for (int r = 0; r < N; r++) {
            for (int c = r; c < N; c++) {
                a[r * N + c] += ldexp(1, -i) * cosine(i, r) * cosine(i, c);
            }
        }
    }
}

static void assert_orthonormal(int k, const double *vectors)
{
    for (int i = 0; i < k; i++) {
        for (int j = 0; j <= i; j++) {
            double product = 0;
            for (int t = 0; t < N; t++) {
                product += vectors[i * N + t] * vectors[j * N + t];
            }
            assert_near(product, i == j ? 1 : 0, 1e-13);
        }
    }
}

static void check_known(int k, int rank)
{
    static double a[N * N], values[N], vectors[N * N];
    make_known(a, rank);
    assert_int_equal(ls_eigen_symmetric(N, k, a, values, vectors), LS_OK);
    assert_orthonormal(k, vectors);
    for (int i = 0; i < k; i++) {
        assert_near(values[i], i < rank ? ldexp(1, -i) : 0, 1e-14);
        double along = 0, largest = 0;
        for (int t = 0; t < N; t++) {
            double v = vectors[i * N + t];
            along += v * cosine(i, t);
            largest = fabs(v) > fabs(largest) ? v : largest;
        }
        assert_true(largest > 0);
        if (i < rank && i < 12) { /* further on the gaps are small beside the largest value */
            assert_near(fabs(along), 1, 1e-10);
        }
    }
}

static void known_vectors_are_found(void **state)
{
    (void)state;
    check_known(7, N);
    check_known(N, N);
    check_known(1, 1);
}

/* Behind the rank, any orthonormal vectors do. */
static void vectors_of_zero_are_orthonormal(void **state)
{
    (void)state;
    check_known(20, 3);
    check_known(N, 3);
    check_known(N - 1, 0);
}

static void not_finite_is_refused(void **state)
{
    (void)state;
    double a[4] = {2, (double)INFINITY, 0, 2};
    double values[2], vectors[4];
    assert_int_equal(ls_eigen_symmetric(2, 2, a, values, vectors), LS_BAD_INPUT);
}

/* --- quadratic forms -------------------------------------------------------------------------- */

static void forms_are_double_sums(void **state)
{
    (void)state;
    enum { COUNT = 67 }; /* more than are made at once */
    static float numbers[N * N + COUNT * N];
    static double a[N * N], vectors[COUNT * N], forms[COUNT];
    fill(numbers, N * N + COUNT * N, -9, 9);
    for (int i = 0; i < N * N; i++) {
        a[i] = (double)numbers[i]; /* what stands below the diagonal belongs to no symmetric one */
    }
    for (int i = 0; i < COUNT * N; i++) {
        vectors[i] = (double)numbers[N * N + i];
    }
    assert_int_equal(ls_quadratic_forms(N, COUNT, a, vectors, forms), LS_OK);
    for (int i = 0; i < COUNT; i++) {
        const double *v = vectors + i * N;
        double want = 0; /* whole numbers: exact */
        for (int r = 0; r < N; r++) {
            for (int c = 0; c < N; c++) {
                want += v[r] * v[c] * (c >= r ? a[r * N + c] : a[c * N + r]);
            }
        }
        assert_near(forms[i], want, 0);
    }
}

/* Of vectors that are orthonormal, all codes together give back x, and each alone its part. */
static void codes_give_back(void **state)
{
    (void)state;
    static float numbers[3 * N];
    static double x[3 * N], vectors[N * N], codes[3 * N], y[3 * N];
    fill(numbers, 3 * N, -9, 9);
    for (int i = 0; i < 3 * N; i++) {
        x[i] = (double)numbers[i];
    }
    for (int i = 0; i < N * N; i++) {
        vectors[i] = cosine(i / N, i % N);
    }
    ls_vectors_project(3, N, N, x, vectors, codes);
    for (int i = 0; i < 3 * N; i++) {
        double code = 0;
        for (int t = 0; t < N; t++) {
            code += x[i / N * N + t] * cosine(i % N, t);
        }
        assert_near(codes[i], code, 1e-12);
    }
    ls_vectors_add(3, N, N, codes, 5, 1, vectors, y);
    for (int i = 0; i < 3 * N; i++) {
        assert_near(y[i], codes[i / N * N + 5] * cosine(5, i % N), 1e-12);
    }
    ls_vectors_add(3, N, N, codes, 0, 5, vectors, y);
    ls_vectors_add(3, N, N, codes, 6, N - 6, vectors, y);
    for (int i = 0; i < 3 * N; i++) {
        assert_near(y[i], x[i], 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_exact),
        cmocka_unit_test(products_are_exact_at_the_limit),
        cmocka_unit_test(two_by_two),
        cmocka_unit_test(known_vectors_are_found),
        cmocka_unit_test(vectors_of_zero_are_orthonormal),
        cmocka_unit_test(not_finite_is_refused),
        cmocka_unit_test(codes_give_back),
        cmocka_unit_test(forms_are_double_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
