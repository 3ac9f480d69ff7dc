/* Makes the HDF5 files of bad_inputs.sh that are well-formed but not what Lockstep reads: unsealed,
 * as another program would write them.
 *   make_hdf5 FOLDER
 */
#include "lockstep/io/h5.h"

#include <stdint.h>
#include <stdio.h>

typedef struct set {
    const char *name;
    ls_h5_info info;
} set;

typedef struct recipe {
    const char *file;
    set sets[4];
    int64_t label; /* of every image */
} recipe;

#define IMAGES(type, n, h, w, c)                                                                   \
    {                                                                                              \
        (type), 4,                                                                                 \
        {                                                                                          \
            (n), (h), (w), (c)                                                                     \
        }                                                                                          \
    }
#define LABELS(type, n)                                                                            \
    {                                                                                              \
        (type), 1,                                                                                 \
        {                                                                                          \
            (n)                                                                                    \
        }                                                                                          \
    }
#define TRAIN                                                                                      \
    {                                                                                              \
        "/train/images", IMAGES(LS_H5_U8, 4, 8, 8, 3)                                              \
    }
#define TRAIN_LABELS                                                                               \
    {                                                                                              \
        "/train/labels", LABELS(LS_H5_U8, 4)                                                       \
    }

static const recipe recipes[] = {
    {"h5-float.h5", {{"/train/images", IMAGES(LS_H5_F32, 4, 8, 8, 3)}, TRAIN_LABELS}, 0},
    {"h5-flat.h5", {{"/train/images", {LS_H5_U8, 2, {4, 192}}}, TRAIN_LABELS}, 0},
    {"h5-channels.h5", {{"/train/images", IMAGES(LS_H5_U8, 4, 8, 8, 2)}, TRAIN_LABELS}, 0},
    {"h5-other.h5", {{"/x", IMAGES(LS_H5_U8, 4, 8, 8, 3)}}, 0},
    {"h5-no-labels.h5", {TRAIN}, 0},
    {"h5-few-labels.h5", {TRAIN, {"/train/labels", LABELS(LS_H5_U8, 3)}}, 0},
    {"h5-float-labels.h5", {TRAIN, {"/train/labels", LABELS(LS_H5_F32, 4)}}, 0},
    {"h5-high-label.h5", {TRAIN, {"/train/labels", LABELS(LS_H5_I64, 4)}}, 300},
    {"h5-negative-label.h5", {TRAIN, {"/train/labels", LABELS(LS_H5_I64, 4)}}, -1},
    {"h5-two-shapes.h5",
     {TRAIN,
      TRAIN_LABELS,
      {"/test/images", IMAGES(LS_H5_U8, 4, 16, 16, 3)},
      {"/test/labels", LABELS(LS_H5_U8, 4)}},
     0},
    {"h5-no-test.h5", {TRAIN, TRAIN_LABELS}, 0},
};

static ls_status put(ls_h5 *file, const set *one, int64_t label)
{
    static const unsigned char pixels[1 << 16]; /* zero: enough for any type */
    int64_t labels[4] = {label, label, label, label};
    ls_h5_rows rows = {0, one->info.dims[0]};
    bool wide = one->info.dim_count == 1 && one->info.type == LS_H5_I64;
    LS_TRY(ls_h5_create(file, one->name, &one->info, 0, 0));
    LS_TRY(ls_h5_write(file, one->name, one->info.type, rows,
                       wide ? (const void *)labels : (const void *)pixels));
    return LS_OK;
}

static ls_status make(const recipe *one, const char *folder)
{
    char path[LS_PATH_CHARS];
    ls_h5 *file = NULL;
    LS_TRY(ls_path_join(path, folder, one->file));
    LS_TRY(ls_h5_open(&file, path, LS_H5_CREATE, NULL));
    for (int i = 0; i < 4 && one->sets[i].name != NULL; i++) {
        LS_TRY(put(file, &one->sets[i], one->label));
    }
    LS_TRY(ls_h5_close(file));
    return LS_OK;
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof recipes / sizeof *recipes; i++) {
        if (make(&recipes[i], argv[1]) != LS_OK) {
            fprintf(stderr, "make_hdf5: %s\n", ls_error_message());
            return 1;
        }
    }
    return argc == 2 ? 0 : 1;
}
