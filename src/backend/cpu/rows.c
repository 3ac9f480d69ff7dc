/* Rows of numbers: what biases need. */
#include "rows.h"

#include <string.h>

void ls_rows_set(int64_t rows, int width, const float *row, float *z)
{
    for (int64_t r = 0; r < rows; r++) {
        memcpy(z + r * width, row, sizeof *z * (size_t)width);
    }
}

#define PART 64 /* columns whose sums stay in the nearest cache or in registers */

void ls_rows_sum(int64_t rows, int width, const float *restrict z, float *restrict row)
{
    for (int from = 0; from < width; from += PART) {
        int part = width - from < PART ? width - from : PART;
        float sums[PART] = {0.0f};
        for (int64_t r = 0; r < rows; r++) {
            for (int i = 0; i < part; i++) {
                sums[i] += z[r * width + from + i];
            }
        }
        for (int i = 0; i < part; i++) {
            row[from + i] += sums[i];
        }
    }
}
