/* Symmetric matrices by OpenBLAS, which has LAPACK in it. */
#include "lockstep/backend/symmetric.h"

#include "lockstep/base/memory.h"

#include <cblas.h>
#include <math.h>
#include <stdbool.h>

#define PANEL 256 /* rows of products made at once: they and their totals fit the third cache */
#define FORMS 64  /* vectors whose forms are made at once */

/* LAPACK 3.2's eigenvectors of a real symmetric matrix: by relatively robust representations
 * (Dhillon and Parlett, 2004), or bisection and inverse iteration for a part of them. Fortran: all
 * by address, matrices by columns, and behind the arguments the lengths of the three words. */
extern void dsyevr_(const char *job, const char *range, const char *triangle, const int *n,
                    double *a, const int *a_stride, const double *low, const double *high,
                    const int *first, const int *last, const double *tolerance, int *found,
                    double *values, double *vectors, const int *vector_stride, int *support,
                    double *work, const int *work_count, int *integers, const int *integer_count,
                    int *info, size_t job_chars, size_t range_chars, size_t triangle_chars);

/* --- products --------------------------------------------------------------------------------- */

size_t ls_products_scratch(int n)
{
    return sizeof(float) * PANEL * (size_t)n;
}

/* Totals of rows [first, first + count) of the triangle; panel: [count, n - first]. */
static void add_panel(int n, int first, int count, const float *panel, int64_t *products)
{
    int width = n - first;
    for (int r = 0; r < count; r++) {
        int64_t *to = products + ls_triangle_row(n, first + r);
        const float *from = panel + (size_t)r * (size_t)width + r;
        for (int j = 0; j < width - r; j++) {
            to[j] += (int32_t)from[j];
        }
    }
}

/* Every sum on the way is a whole number of at most 2^24, so float32 holds it: in whatever order
 * the library adds, and with whatever instructions, nothing is rounded. */
void ls_products_add(int rows, int n, const float *x, int64_t *products, void *scratch)
{
    float *panel = scratch;
    for (int first = 0; first < n; first += PANEL) {
        int count = n - first < PANEL ? n - first : PANEL;
        int width = n - first;
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, count, width, rows, 1.0f, x + first, n,
                    x + first, n, 0.0f, panel, width);
        add_panel(n, first, count, panel, products);
    }
}

/* --- eigenvectors ----------------------------------------------------------------------------- */

typedef struct eigen {
    int n, k;
    double *a;       /* [n, n]; a row of ours is a column of LAPACK's: its lower triangle */
    double *vectors; /* [k, n] */
    double *values;  /* [n] */
    int *support;    /* [2 k] */
    double *work;
    int *integers;
    int work_count, integer_count; /* -1: asks how many there should be */
} eigen;

static int call(const eigen *e)
{
    const int first = e->n - e->k + 1; /* from 1 on, by rising eigenvalue */
    const double unused = 0.0;
    int found = e->k; /* a question for sizes finds none */
    int info = 0;
    dsyevr_("V", "I", "L", &e->n, e->a, &e->n, &unused, &unused, &first, &e->n, &unused, &found,
            e->values, e->vectors, &e->n, e->support, e->work, &e->work_count, e->integers,
            &e->integer_count, &info, 1, 1, 1);
    return info == 0 && found < e->k ? 1 : info;
}

static ls_status find_vectors(eigen *e, ls_arena *arena)
{
    double work_wanted;
    int integers_wanted;
    e->work = &work_wanted;
    e->integers = &integers_wanted;
    e->work_count = e->integer_count = -1;
    LS_REQUIRE(call(e) == 0, LS_INTERNAL, "eigenvectors: LAPACK refuses the size %d", e->n);
    e->work_count = (int)work_wanted;
    e->integer_count = integers_wanted;
    size_t values = ls_arena_plan(arena, sizeof(double) * (size_t)e->n);
    size_t support = ls_arena_plan(arena, sizeof(int) * 2 * (size_t)e->k);
    size_t work = ls_arena_plan(arena, sizeof(double) * (size_t)e->work_count);
    size_t integers = ls_arena_plan(arena, sizeof(int) * (size_t)e->integer_count);
    LS_TRY(ls_arena_reserve(arena, "eigenvectors"));
    e->values = ls_arena_at(arena, values);
    e->support = ls_arena_at(arena, support);
    e->work = ls_arena_at(arena, work);
    e->integers = ls_arena_at(arena, integers);
    int info = call(e);
    LS_REQUIRE(info == 0, LS_INTERNAL, "eigenvectors of a %d x %d matrix: LAPACK's dsyevr gives %d",
               e->n, e->n, info);
    return LS_OK;
}

/* Vectors come by rising eigenvalue. */
static void swap_rows(int n, double *a, double *b)
{
    for (int j = 0; j < n; j++) {
        double kept = a[j];
        a[j] = b[j];
        b[j] = kept;
    }
}

/* Both v and -v are eigenvectors: one of them is chosen by v alone. */
static void choose_sign(int n, double *v)
{
    int largest = 0;
    for (int j = 1; j < n; j++) {
        largest = fabs(v[j]) > fabs(v[largest]) ? j : largest;
    }
    bool turn = v[largest] < 0;
    for (int j = 0; turn && j < n; j++) {
        v[j] = -v[j];
    }
}

static ls_status require_finite(int n, const double *a)
{
    for (int i = 0; i < n; i++) {
        for (int j = i; j < n; j++) {
            LS_REQUIRE(isfinite(a[(size_t)i * (size_t)n + (size_t)j]), LS_BAD_INPUT,
                       "eigenvectors: the matrix is not finite at %d, %d", i, j);
        }
    }
    return LS_OK;
}

ls_status ls_eigen_symmetric(int n, int k, double *a, double *values, double *vectors)
{
    LS_TRY(require_finite(n, a));
    eigen e = {.n = n, .k = k, .a = a, .vectors = vectors};
    ls_arena arena = {0};
    ls_status status = find_vectors(&e, &arena);
    for (int i = 0; status == LS_OK && i < k; i++) {
        values[i] = e.values[k - 1 - i];
    }
    ls_arena_release(&arena);
    LS_TRY(status);
    for (int i = 0; i < k / 2; i++) {
        swap_rows(n, vectors + (size_t)i * (size_t)n, vectors + (size_t)(k - 1 - i) * (size_t)n);
    }
    for (int i = 0; i < k; i++) {
        choose_sign(n, vectors + (size_t)i * (size_t)n);
    }
    return LS_OK;
}

void ls_vectors_project(int rows, int n, int k, const double *x, const double *vectors,
                        double *codes)
{
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, k, n, 1.0, x, n, vectors, n, 0.0,
                codes, k);
}

void ls_vectors_add(int rows, int n, int k, const double *codes, int first, int count,
                    const double *vectors, double *y)
{
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, n, count, 1.0, codes + first, k,
                vectors + (size_t)first * (size_t)n, n, 1.0, y, n);
}

/* --- quadratic forms -------------------------------------------------------------------------- */

static double dot(int n, const double *x, const double *y)
{
    double sum = 0;
    for (int j = 0; j < n; j++) {
        sum += x[j] * y[j];
    }
    return sum;
}

ls_status ls_quadratic_forms(int n, int k, const double *a, const double *vectors, double *forms)
{
    void *memory;
    LS_TRY(ls_alloc(&memory, sizeof(double) * FORMS * (size_t)n, "quadratic forms"));
    double *images = memory; /* [FORMS, n]: A v */
    for (int first = 0; first < k; first += FORMS) {
        int count = k - first < FORMS ? k - first : FORMS;
        const double *v = vectors + (size_t)first * (size_t)n;
        cblas_dsymm(CblasRowMajor, CblasRight, CblasUpper, count, n, 1.0, a, n, v, n, 0.0, images,
                    n);
        for (int i = 0; i < count; i++) {
            forms[first + i] = dot(n, v + (size_t)i * (size_t)n, images + (size_t)i * (size_t)n);
        }
    }
    ls_free(memory);
    return LS_OK;
}
