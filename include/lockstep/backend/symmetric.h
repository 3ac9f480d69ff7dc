/* Symmetric matrices: exact sums of images' products, eigenvectors, products with these, quadratic
 * forms. For analyses beside training: one kernel for all backends, by BLAS and LAPACK. All
 * functions are local.
 *
 * A symmetric matrix [n, n] is given by its upper triangle, a[i, j] with j >= i; what stands below
 * is not read. Packed, the triangle is n (n + 1) / 2 values, row behind row.
 */
#ifndef LOCKSTEP_BACKEND_SYMMETRIC_H
#define LOCKSTEP_BACKEND_SYMMETRIC_H

#include "lockstep/base/status.h"

#include <stddef.h>
#include <stdint.h>

/* Rows whose products are added in one call, at most: of integers in [-128, 128], 1024 products sum
 * to at most 2^24, and every integer up to that is a float32. */
#define LS_PRODUCTS_ROWS  1024
#define LS_PRODUCTS_LIMIT 128

/* Values of a packed triangle, and where in it row i begins, at its a[i, i]. */
static inline size_t ls_triangle_count(int n)
{
    return (size_t)n * ((size_t)n + 1) / 2;
}
static inline size_t ls_triangle_row(int n, int i)
{
    return (size_t)i * (2 * (size_t)n - (size_t)i + 1) / 2;
}

/* products[i, j] += sum over rows r of x[r, i] x[r, j], exactly. x: [rows, n], whole numbers within
 * LS_PRODUCTS_LIMIT, rows <= LS_PRODUCTS_ROWS; products: packed; scratch: ls_products_scratch
 * bytes. */
size_t ls_products_scratch(int n);
void ls_products_add(int rows, int n, const float *x, int64_t *products, void *scratch);

/* The k largest eigenvalues, falling, and their eigenvectors, which are orthonormal; of each the
 * value of largest magnitude is positive. a: [n, n], overwritten; values: [k]; vectors: [k, n].
 * 1 <= k <= n. LS_NO_MEMORY, or LS_BAD_INPUT for a matrix that is not finite. */
ls_status ls_eigen_symmetric(int n, int k, double *a, double *values, double *vectors);

/* Products with rows of vectors [k, n], in double. x, y: [rows, n]; codes: [rows, k].
 * codes = x vectors'; and y += what the vectors [first, first + count) have in the codes. */
void ls_vectors_project(int rows, int n, int k, const double *x, const double *vectors,
                        double *codes);
void ls_vectors_add(int rows, int n, int k, const double *codes, int first, int count,
                    const double *vectors, double *y);

/* forms[i] = v A v for each row v of vectors [k, n]. a: [n, n]; forms: [k]. */
ls_status ls_quadratic_forms(int n, int k, const double *a, const double *vectors, double *forms);

#endif
