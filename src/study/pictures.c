/* Reconstructions into a file: a sheet to look at, or HDF5 to compute with. */
#include "pictures.h"

#include "lockstep/base/text.h"
#include "lockstep/io/h5.h"
#include "lockstep/io/sheet.h"

#define COLUMNS 16

static ls_status write_sheet(const ls_pictures *p, const char *path)
{
    int count = (int)p->count;
    int columns = count < COLUMNS ? count : COLUMNS;
    if (p->inputs != NULL) {
        return ls_sheet_write_restored(path, p->shape, count, columns, p->originals, p->inputs,
                                       p->outputs);
    }
    return ls_sheet_write(path, p->shape, count, columns, p->originals, p->outputs);
}

static ls_status put(ls_h5 *file, const char *name, ls_h5_type type, const ls_pictures *p,
                     const void *values)
{
    const ls_h5_info info = {type, 4, {p->count, p->shape.h, p->shape.w, p->shape.c}};
    LS_TRY(ls_h5_create(file, name, &info, 0, 0));
    return ls_h5_write(file, name, type, (ls_h5_rows){0, p->count}, values);
}

/* context: the pictures. */
static ls_status fill(ls_h5 *file, void *context)
{
    const ls_pictures *p = context;
    LS_TRY(put(file, "/originals", LS_H5_U8, p, p->originals));
    if (p->inputs != NULL) {
        LS_TRY(put(file, "/inputs", LS_H5_F32, p, p->inputs));
    }
    return put(file, "/reconstructions", LS_H5_F32, p, p->outputs);
}

ls_status ls_pictures_write(const ls_pictures *pictures, const char *path)
{
    if (ls_text_ends(path, ".h5")) {
        ls_pictures copy = *pictures; /* HDF5's writer takes no constant */
        return ls_h5_make(path, LS_SEAL_RECONSTRUCTIONS, fill, &copy);
    }
    return write_sheet(pictures, path);
}
