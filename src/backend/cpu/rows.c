/* Rows of numbers: what biases need. */
#include "rows.h"

#include <string.h>

void ls_rows_set(int64_t rows, int width, const float *row, float *z)
{
    int64_t count = rows * width;
    int64_t done = width < count ? width : count;
    memcpy(z, row, sizeof *z * (size_t)done);
    while (done < count) { /* what stands, once more behind it: few long copies, however narrow */
        int64_t more = count - done < done ? count - done : done;
        memcpy(z + done, z, sizeof *z * (size_t)more);
        done += more;
    }
}

#define PART 64 /* columns whose sums stay in the nearest cache or in registers */

/* As many narrow rows as make a wide one are summed side by side. */
static int side_by_side(int64_t rows, int width)
{
    int together = PART / width;
    return together < 1 ? 1 : together < rows ? together : (int)rows;
}

/* sums[0..width) = the sum of z's rows, of which `part` <= PART columns are taken. */
static void sum_part(int64_t rows, int64_t width, int part, const float *restrict z,
                     float *restrict sums)
{
    for (int64_t r = 0; r < rows; r++) {
        for (int i = 0; i < part; i++) {
            sums[i] += z[r * width + i];
        }
    }
}

static void sum_narrow(int64_t rows, int width, const float *z, float *row)
{
    int together = side_by_side(rows, width);
    float sums[PART] = {0.0F};
    int64_t whole = rows / together;
    sum_part(whole, (int64_t)together * width, together * width, z, sums);
    sum_part(1, 0, (int)(rows - whole * together) * width, z + whole * together * width, sums);
    for (int i = 0; i < together * width; i++) {
        row[i % width] += sums[i];
    }
}

void ls_rows_sum(int64_t rows, int width, const float *z, float *row)
{
    if (width <= PART / 2) {
        sum_narrow(rows, width, z, row);
        return;
    }
    for (int from = 0; from < width; from += PART) {
        int part = width - from < PART ? width - from : PART;
        float sums[PART] = {0.0F};
        sum_part(rows, width, part, z + from, sums);
        for (int i = 0; i < part; i++) {
            row[from + i] += sums[i];
        }
    }
}
