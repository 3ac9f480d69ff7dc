/* The confusion matrix as a table and as a picture. */
#include "lockstep/study/probe.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"
#include "lockstep/io/sheet.h"

#include <inttypes.h>

#define PICTURE_SIDE 320 /* pixels, about */
#define LEAST_CELL   4
#define CHANNELS     3

static ls_status write_table(const ls_probe_result *r, const char *path)
{
    ls_text text = {0};
    ls_text_add(&text, "label");
    for (int k = 0; k < r->classes; k++) {
        ls_text_add(&text, ",%d", k);
    }
    for (int i = 0; i < r->classes; i++) {
        ls_text_add(&text, "\n%d", i);
        for (int k = 0; k < r->classes; k++) {
            ls_text_add(&text, ",%" PRId64, r->confusion[(int64_t)i * r->classes + k]);
        }
    }
    ls_text_add(&text, "\n");
    ls_status status = ls_text_check(&text);
    if (status == LS_OK) {
        status = ls_file_replace(path, text.data, text.length);
    }
    ls_text_free(&text);
    return status;
}

static int64_t sum_row(const ls_probe_result *r, int label)
{
    int64_t sum = 0;
    for (int k = 0; k < r->classes; k++) {
        sum += r->confusion[(int64_t)label * r->classes + k];
    }
    return sum;
}

/* A cell [pixels, CHANNELS] of one colour: white at share 0, blue at 1. */
static void paint(float share, int64_t pixels, float *cell)
{
    const float blue[CHANNELS] = {0.03F, 0.19F, 0.42F};
    for (int64_t i = 0; i < pixels * CHANNELS; i++) {
        cell[i] = 1 + (blue[i % CHANNELS] - 1) * share;
    }
}

static ls_status write_picture(const ls_probe_result *r, const char *path)
{
    int side = PICTURE_SIDE / r->classes > LEAST_CELL ? PICTURE_SIDE / r->classes : LEAST_CELL;
    ls_shape shape = {side, side, CHANNELS};
    int64_t values = ls_shape_count(shape);
    int count = r->classes * r->classes;
    void *memory;
    LS_TRY(ls_alloc(&memory, sizeof(float) * (size_t)(values * count), "a confusion matrix"));
    float *cells = memory; /* [count, shape] */
    for (int i = 0; i < count; i++) {
        int64_t images = sum_row(r, i / r->classes);
        float share = images > 0 ? (float)r->confusion[i] / (float)images : 0;
        paint(share, (int64_t)side * side, cells + i * values);
    }
    ls_status status = ls_sheet_write(path, shape, count, r->classes, NULL, cells);
    ls_free(cells);
    return status;
}

ls_status ls_probe_write(const ls_probe_result *result, const char *folder)
{
    char table[LS_PATH_CHARS];
    char picture[LS_PATH_CHARS];
    LS_TRY(ls_path_join(table, folder, "confusion.csv"));
    LS_TRY(ls_path_join(picture, folder, "confusion.png"));
    LS_TRY(ls_folder_make(folder));
    LS_TRY(write_table(result, table));
    return write_picture(result, picture);
}
