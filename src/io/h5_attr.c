/* Attributes: single numbers and texts of any length.
 *
 * Texts are of HDF5's variable length: their bytes lie outside the object's header, which holds
 * 64 KiB at most, and h5py reads them as str. Fixed-length texts of other tools are read too.
 */
#include "h5_private.h"

#include "lockstep/base/memory.h"

#include <string.h>

/* An attribute and what its messages need. */
typedef struct attribute {
    const ls_h5 *file;
    const char *object, *name;
    hid_t id;
} attribute;

/* --- Writing ---------------------------------------------------------------------------------- */

static ls_status write_value(const attribute *a, hid_t type, const void *value)
{
    LS_H5_REQUIRE(H5Awrite(a->id, type, value) >= 0, ls_h5_write_status(a->file),
                  "%s: %s: can't write the attribute %s", a->file->path, a->object, a->name);
    return LS_OK;
}

/* Makes the attribute anew on the opened object and writes it. */
static ls_status put_on(attribute *a, hid_t object, hid_t space, hid_t stored, hid_t type,
                        const void *value)
{
    if (H5Aexists(object, a->name) > 0) {
        LS_H5_REQUIRE(H5Adelete(object, a->name) >= 0, ls_h5_write_status(a->file),
                      "%s: %s: can't replace the attribute %s", a->file->path, a->object, a->name);
    }
    a->id = H5Acreate2(object, a->name, stored, space, H5P_DEFAULT, H5P_DEFAULT);
    LS_H5_REQUIRE(a->id >= 0, ls_h5_write_status(a->file), "%s: %s: can't make the attribute %s",
                  a->file->path, a->object, a->name);
    ls_status status = write_value(a, type, value);
    H5Aclose(a->id);
    return status;
}

static ls_status open_object(const attribute *a, hid_t *object)
{
    *object = H5Oopen(a->file->file, a->object, H5P_DEFAULT);
    LS_H5_REQUIRE(*object >= 0, LS_BAD_INPUT, "%s: no object %s", a->file->path, a->object);
    return LS_OK;
}

static ls_status put(ls_h5 *file, const char *object_name, const char *name, hid_t stored,
                     hid_t type, const void *value)
{
    attribute a = {.file = file, .object = object_name, .name = name};
    hid_t object;
    LS_TRY(open_object(&a, &object));
    hid_t space = H5Screate(H5S_SCALAR);
    ls_status status = put_on(&a, object, space, stored, type, value);
    H5Sclose(space);
    H5Oclose(object);
    return status;
}

ls_status ls_h5_put_i64(ls_h5 *file, const char *object, const char *name, int64_t value)
{
    return put(file, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

ls_status ls_h5_put_f64(ls_h5 *file, const char *object, const char *name, double value)
{
    return put(file, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

ls_status ls_h5_put_text(ls_h5 *file, const char *object, const char *name, const char *value)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    bool set =
        type >= 0 && H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0;
    LS_H5_REQUIRE(set, LS_NO_MEMORY, "%s: can't describe a text", file->path);
    ls_status status = put(file, object, name, type, type, &value);
    H5Tclose(type);
    return status;
}

/* --- Reading ---------------------------------------------------------------------------------- */

static ls_status read_value(const attribute *a, hid_t type, void *value)
{
    LS_H5_REQUIRE(H5Aread(a->id, type, value) >= 0, LS_BAD_INPUT,
                  "%s: %s: can't read the attribute %s", a->file->path, a->object, a->name);
    return LS_OK;
}

static ls_status open_attribute(attribute *a)
{
    hid_t object;
    LS_TRY(open_object(a, &object));
    bool exists = H5Aexists(object, a->name) > 0;
    if (exists) {
        a->id = H5Aopen(object, a->name, H5P_DEFAULT);
    }
    H5Oclose(object);
    LS_REQUIRE(exists, LS_BAD_INPUT, "%s: %s has no attribute %s", a->file->path, a->object,
               a->name);
    LS_REQUIRE(a->id >= 0, LS_BAD_INPUT, "%s: %s: can't open the attribute %s", a->file->path,
               a->object, a->name);
    return LS_OK;
}

bool ls_h5_has_attribute(ls_h5 *file, const char *object, const char *name)
{
    return H5Aexists_by_name(file->file, object, name, H5P_DEFAULT) > 0;
}

static int64_t count_values(const attribute *a)
{
    hid_t space = H5Aget_space(a->id);
    int64_t count = H5Sget_simple_extent_npoints(space);
    H5Sclose(space);
    return count;
}

/* Opens the attribute, checks that it is one value, and hands it and its type to `read`. */
static ls_status get(attribute a, ls_status (*read)(const attribute *a, hid_t stored, void *value),
                     void *value)
{
    LS_TRY(open_attribute(&a));
    hid_t stored = H5Aget_type(a.id);
    ls_status status;
    if (stored < 0 || count_values(&a) != 1) {
        status = ls_error_set(LS_BAD_INPUT, __FILE__, __LINE__,
                              "%s: %s: the attribute %s is not a single value", a.file->path,
                              a.object, a.name);
    } else {
        status = read(&a, stored, value);
    }
    H5Tclose(stored);
    H5Aclose(a.id);
    return status;
}

static ls_status read_i64(const attribute *a, hid_t stored, void *value)
{
    LS_REQUIRE(H5Tget_class(stored) == H5T_INTEGER, LS_BAD_INPUT,
               "%s: %s: the attribute %s is not an integer", a->file->path, a->object, a->name);
    return read_value(a, H5T_NATIVE_INT64, value);
}

static ls_status read_f64(const attribute *a, hid_t stored, void *value)
{
    H5T_class_t class = H5Tget_class(stored);
    LS_REQUIRE(class == H5T_INTEGER || class == H5T_FLOAT, LS_BAD_INPUT,
               "%s: %s: the attribute %s is not a number", a->file->path, a->object, a->name);
    return read_value(a, H5T_NATIVE_DOUBLE, value);
}

/* HDF5 hands out memory of its own; no text at all comes as NULL. */
static ls_status read_variable(const attribute *a, hid_t type, ls_text *value)
{
    char *text = NULL;
    LS_TRY(read_value(a, type, &text));
    ls_text_add(value, "%s", text != NULL ? text : "");
    H5free_memory(text);
    return ls_text_check(value);
}

static ls_status read_fixed(const attribute *a, hid_t type, ls_text *value)
{
    size_t bytes = H5Tget_size(type);
    void *memory;
    LS_TRY(ls_alloc(&memory, bytes + 1, "a text attribute")); /* zeroed: ended in any case */
    char *text = memory;
    ls_status status = read_value(a, type, text);
    if (status == LS_OK) {
        size_t length = strlen(text);
        while (H5Tget_strpad(type) == H5T_STR_SPACEPAD && length > 0 && text[length - 1] == ' ') {
            text[--length] = '\0';
        }
        ls_text_add(value, "%s", text);
        status = ls_text_check(value);
    }
    ls_free(memory);
    return status;
}

/* Read as the very type that is stored: HDF5 refuses to convert between character sets. */
static ls_status read_text(const attribute *a, hid_t stored, void *value)
{
    LS_REQUIRE(H5Tget_class(stored) == H5T_STRING, LS_BAD_INPUT,
               "%s: %s: the attribute %s is not a text", a->file->path, a->object, a->name);
    return H5Tis_variable_str(stored) > 0 ? read_variable(a, stored, value)
                                          : read_fixed(a, stored, value);
}

ls_status ls_h5_get_i64(ls_h5 *file, const char *object, const char *name, int64_t *value)
{
    return get((attribute){.file = file, .object = object, .name = name}, read_i64, value);
}

ls_status ls_h5_get_f64(ls_h5 *file, const char *object, const char *name, double *value)
{
    return get((attribute){.file = file, .object = object, .name = name}, read_f64, value);
}

ls_status ls_h5_get_text(ls_h5 *file, const char *object, const char *name, ls_text *value)
{
    *value = (ls_text){0};
    ls_status status =
        get((attribute){.file = file, .object = object, .name = name}, read_text, value);
    if (status != LS_OK) {
        ls_text_free(value);
    }
    return status;
}
