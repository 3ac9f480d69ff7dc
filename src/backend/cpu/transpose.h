/* A square of LS_VEC x LS_VEC floats, transposed in registers. */
#ifndef LOCKSTEP_BACKEND_CPU_TRANSPOSE_H
#define LOCKSTEP_BACKEND_CPU_TRANSPOSE_H

#include "vec.h"

#include <stdint.h>

/* Of two rows whose numbers differ in bit `b`: the number in place j of the first and of the second
 * row, where half of each has changed places. LS_VEC + k is place k of the second row. */
#define LS_LOW(j, b)  (((j) & (b)) != 0 ? LS_VEC + (j) - (b) : (j))
#define LS_HIGH(j, b) (((j) & (b)) != 0 ? LS_VEC + (j) : (j) + (b))

#define LS_PLACES_4(F, j, b)  F(j, b), F((j) + 1, b), F((j) + 2, b), F((j) + 3, b)
#define LS_PLACES_8(F, j, b)  LS_PLACES_4(F, j, b), LS_PLACES_4(F, (j) + 4, b)
#define LS_PLACES_16(F, j, b) LS_PLACES_8(F, j, b), LS_PLACES_8(F, (j) + 8, b)
#if LS_VEC == 16
#define LS_PLACES(F, b) LS_PLACES_16(F, 0, b)
#elif LS_VEC == 8
#define LS_PLACES(F, b) LS_PLACES_8(F, 0, b)
#else
#define LS_PLACES(F, b) LS_PLACES_4(F, 0, b)
#endif

/* One exchange for every pair of rows: b is a constant. */
#define LS_EXCHANGE(rows, b)                                                                       \
    LS_UNROLL                                                                                      \
    for (int r = 0; r < LS_VEC; r++) {                                                             \
        if ((r & (b)) == 0) {                                                                      \
            ls_vec first = (rows)[r];                                                              \
            ls_vec second = (rows)[r + (b)];                                                       \
            (rows)[r] = __builtin_shufflevector(first, second, LS_PLACES(LS_LOW, b));              \
            (rows)[r + (b)] = __builtin_shufflevector(first, second, LS_PLACES(LS_HIGH, b));       \
        }                                                                                          \
    }

/* to[j][i] = from[i][j] for i, j < LS_VEC; lines lie from_line and to_line floats apart. */
static LS_ALWAYS_INLINE void ls_transpose(const float *from, int64_t from_line, float *to,
                                          int64_t to_line)
{
    ls_vec rows[LS_VEC];
    LS_UNROLL
    for (int r = 0; r < LS_VEC; r++) {
        rows[r] = ls_vec_load(from + r * from_line);
    }
    LS_EXCHANGE(rows, 1)
    LS_EXCHANGE(rows, 2)
#if LS_VEC >= 8
    LS_EXCHANGE(rows, 4)
#endif
#if LS_VEC >= 16
    LS_EXCHANGE(rows, 8)
#endif
    LS_UNROLL
    for (int r = 0; r < LS_VEC; r++) {
        ls_vec_store(to + r * to_line, rows[r]);
    }
}

/* to[j][i] = from[i][j] for any numbers of rows i and columns j: squares, and what they leave. */
static inline void ls_turn(int rows, int columns, const float *from, int64_t from_line, float *to,
                           int64_t to_line)
{
    const int whole = columns / LS_VEC * LS_VEC;
    for (int i = 0; i < rows; i += LS_VEC) {
        const int part = rows - i < LS_VEC ? rows - i : LS_VEC;
        const int done = part == LS_VEC ? whole : 0;
        for (int j = 0; j < done; j += LS_VEC) {
            ls_transpose(from + i * from_line + j, from_line, to + j * to_line + i, to_line);
        }
        for (int k = i; k < i + part; k++) {
            for (int j = done; j < columns; j++) {
                to[j * to_line + k] = from[k * from_line + j];
            }
        }
    }
}

#endif
