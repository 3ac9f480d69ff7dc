/* Datasets: made, described, and moved by rows. */
#include "h5_private.h"

#include <inttypes.h>
#include <string.h>

/* One transfer moves at most this much a rank: MPI-IO counts bytes in an int. */
#define PIECE_BYTES (INT64_C(1) << 30)

static hid_t stored_type(ls_h5_type type)
{
    switch (type) {
    case LS_H5_U8:
        return H5T_STD_U8LE;
    case LS_H5_I64:
        return H5T_STD_I64LE;
    case LS_H5_F32:
        return H5T_IEEE_F32LE;
    case LS_H5_F64:
        return H5T_IEEE_F64LE;
    }
    return H5I_INVALID_HID;
}

static hid_t memory_type(ls_h5_type type)
{
    switch (type) {
    case LS_H5_U8:
        return H5T_NATIVE_UINT8;
    case LS_H5_I64:
        return H5T_NATIVE_INT64;
    case LS_H5_F32:
        return H5T_NATIVE_FLOAT;
    case LS_H5_F64:
        return H5T_NATIVE_DOUBLE;
    }
    return H5I_INVALID_HID;
}

static int64_t type_bytes(ls_h5_type type)
{
    static const int64_t bytes[] = {
        [LS_H5_U8] = 1, [LS_H5_I64] = 8, [LS_H5_F32] = 4, [LS_H5_F64] = 8};
    return bytes[type];
}

/* --- Inspecting ------------------------------------------------------------------------------- */

/* The narrowest of our types that the numbers were meant as; false when they are no numbers. */
static bool nearest_type(hid_t stored, ls_h5_type *type)
{
    size_t bytes = H5Tget_size(stored);
    H5T_class_t class = H5Tget_class(stored);
    if (class == H5T_INTEGER) {
        *type = bytes == 1 && H5Tget_sign(stored) == H5T_SGN_NONE ? LS_H5_U8 : LS_H5_I64;
    } else if (class == H5T_FLOAT) {
        *type = bytes <= 4 ? LS_H5_F32 : LS_H5_F64;
    }
    return class == H5T_INTEGER || class == H5T_FLOAT;
}

static ls_status inspect_type(const ls_h5 *file, const char *name, hid_t set, ls_h5_info *info)
{
    hid_t stored = H5Dget_type(set);
    LS_H5_REQUIRE(stored >= 0, LS_BAD_INPUT, "%s: %s: its type can't be read", file->path, name);
    bool numbers = nearest_type(stored, &info->type);
    H5Tclose(stored);
    LS_REQUIRE(numbers, LS_BAD_INPUT, "%s: %s holds neither integers nor floating-point numbers",
               file->path, name);
    return LS_OK;
}

static ls_status inspect_dims(const ls_h5 *file, const char *name, hid_t set, ls_h5_info *info)
{
    hsize_t dims[H5S_MAX_RANK] = {0};
    hid_t space = H5Dget_space(set);
    int count = H5Sget_simple_extent_dims(space, dims, NULL); /* fails too for no space */
    LS_H5_REQUIRE(count >= 0, LS_BAD_INPUT, "%s: %s: its dimensions can't be read", file->path,
                  name);
    H5Sclose(space);
    LS_REQUIRE(count <= LS_H5_DIMS, LS_BAD_INPUT, "%s: %s has %d dimensions, at most %d are read",
               file->path, name, count, LS_H5_DIMS);
    info->dim_count = count;
    for (int i = 0; i < count; i++) {
        info->dims[i] = (int64_t)dims[i];
    }
    return LS_OK;
}

static ls_status inspect(const ls_h5 *file, const char *name, hid_t set, ls_h5_info *info)
{
    *info = (ls_h5_info){0};
    LS_TRY(inspect_type(file, name, set, info));
    return inspect_dims(file, name, set, info);
}

static ls_status open_set(const ls_h5 *file, const char *name, hid_t *set)
{
    *set = H5Dopen2(file->file, name, H5P_DEFAULT);
    LS_H5_REQUIRE(*set >= 0, LS_BAD_INPUT, "%s: no dataset %s", file->path, name);
    return LS_OK;
}

ls_status ls_h5_inspect(ls_h5 *file, const char *name, ls_h5_info *info)
{
    hid_t set;
    LS_TRY(open_set(file, name, &set));
    ls_status status = inspect(file, name, set, info);
    H5Dclose(set);
    return status;
}

/* --- Making ----------------------------------------------------------------------------------- */

static void copy_dims(const ls_h5_info *info, hsize_t dims[LS_H5_DIMS])
{
    for (int i = 0; i < info->dim_count; i++) {
        dims[i] = (hsize_t)info->dims[i];
    }
}

static bool is_empty(const ls_h5_info *info)
{
    for (int i = 0; i < info->dim_count; i++) {
        if (info->dims[i] == 0) {
            return true;
        }
    }
    return false;
}

static bool set_chunks(hid_t creation, const ls_h5_info *info, int64_t chunk_rows, int level)
{
    hsize_t chunk[LS_H5_DIMS] = {0};
    copy_dims(info, chunk);
    if (chunk_rows < info->dims[0]) {
        chunk[0] = (hsize_t)chunk_rows;
    }
    bool set = H5Pset_chunk(creation, info->dim_count, chunk) >= 0;
    if (level > 0) {
        set =
            set && H5Pset_shuffle(creation) >= 0 && H5Pset_deflate(creation, (unsigned)level) >= 0;
    }
    return set;
}

/* Room is allocated at once, so that a full disk is found before the values are written; the size
 * of deflated chunks isn't known before (parallel files allocate them early all the same). An empty
 * dataset can't have chunks. */
static bool set_creation(hid_t creation, const ls_h5_info *info, int64_t chunk_rows, int level)
{
    bool chunked = chunk_rows > 0 && !is_empty(info);
    bool deflated = chunked && level > 0;
    return H5Pset_obj_track_times(creation, false) >= 0 &&
           H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER) >= 0 &&
           H5Pset_alloc_time(creation, deflated ? H5D_ALLOC_TIME_INCR : H5D_ALLOC_TIME_EARLY) >=
               0 &&
           (!chunked || set_chunks(creation, info, chunk_rows, level));
}

static ls_status create(ls_h5 *file, const char *name, const ls_h5_info *info, hid_t space,
                        hid_t creation)
{
    hid_t set = H5Dcreate2(file->file, name, stored_type(info->type), space, H5P_DEFAULT, creation,
                           H5P_DEFAULT);
    LS_H5_REQUIRE(set >= 0 && H5Dclose(set) >= 0, ls_h5_write_status(file),
                  "%s: can't make the dataset %s", file->path, name);
    return LS_OK;
}

static ls_status make_parent(ls_h5 *file, const char *name)
{
    char parent[LS_PATH_CHARS];
    const char *slash = strrchr(name, '/');
    LS_REQUIRE(name[0] == '/' && slash[1] != '\0' && strlen(name) < sizeof parent, LS_INTERNAL,
               "%s: '%.64s' is no absolute name of a dataset", file->path, name);
    size_t length = (size_t)(slash - name);
    memcpy(parent, name, length);
    parent[length] = '\0';
    return length > 0 ? ls_h5_group(file, parent) : LS_OK;
}

ls_status ls_h5_create(ls_h5 *file, const char *name, const ls_h5_info *info, int64_t chunk_rows,
                       int level)
{
    hsize_t dims[LS_H5_DIMS] = {0};
    LS_REQUIRE(info->dim_count >= 1 && info->dim_count <= LS_H5_DIMS, LS_INTERNAL,
               "%s: %s: a dataset has 1 to %d dimensions", file->path, name, LS_H5_DIMS);
    LS_TRY(make_parent(file, name));
    copy_dims(info, dims);
    hid_t space = H5Screate_simple(info->dim_count, dims, NULL);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    ls_status status;
    if (space < 0 || creation < 0 || !set_creation(creation, info, chunk_rows, level)) {
        status = ls_h5_error_set(LS_INTERNAL, __FILE__, __LINE__,
                                 "%s: %s: can't describe the dataset", file->path, name);
    } else {
        status = create(file, name, info, space, creation);
    }
    H5Pclose(creation);
    H5Sclose(space);
    return status;
}

/* --- Moving rows ------------------------------------------------------------------------------ */

/* One read or write, cut into rounds that all ranks of a parallel file take part in. */
typedef struct transfer {
    ls_h5 *file;
    const char *name;
    hid_t set;
    hid_t memory_type;
    hid_t file_space;
    ls_h5_info info;
    ls_h5_rows rows;
    int64_t row_bytes;   /* in memory */
    int64_t round_rows;  /* rows a round */
    const void *written; /* borrowed [rows.count, other dims]; NULL when reading */
    void *read;          /* borrowed, the same shape; NULL when writing, or without rows */
} transfer;

static ls_status check_rows(transfer *t, ls_h5_type type)
{
    LS_TRY(inspect(t->file, t->name, t->set, &t->info));
    LS_REQUIRE(t->info.dim_count >= 1, LS_BAD_INPUT, "%s: %s is a single value, not rows",
               t->file->path, t->name);
    LS_REQUIRE(t->rows.first >= 0 && t->rows.count >= 0 &&
                   t->rows.count <= t->info.dims[0] - t->rows.first,
               LS_BAD_INPUT, "%s: %s: rows %" PRId64 " to %" PRId64 " wanted, there are %" PRId64,
               t->file->path, t->name, t->rows.first, t->rows.first + t->rows.count,
               t->info.dims[0]);
    t->row_bytes = type_bytes(type);
    for (int i = 1; i < t->info.dim_count; i++) {
        t->row_bytes *= t->info.dims[i];
    }
    LS_REQUIRE(t->row_bytes <= PIECE_BYTES || !t->file->by_mpi, LS_BAD_INPUT,
               "%s: %s: one row is larger than 1 GiB: open the file by one rank alone",
               t->file->path, t->name);
    t->round_rows = t->row_bytes > 0 && t->row_bytes < PIECE_BYTES ? PIECE_BYTES / t->row_bytes : 1;
    return LS_OK;
}

/* Selects `rows` in the file's space. */
static bool select_rows(const transfer *t, ls_h5_rows rows)
{
    if (rows.count == 0 || is_empty(&t->info)) {
        return H5Sselect_none(t->file_space) >= 0;
    }
    hsize_t start[LS_H5_DIMS] = {(hsize_t)rows.first};
    hsize_t count[LS_H5_DIMS] = {0};
    copy_dims(&t->info, count);
    count[0] = (hsize_t)rows.count;
    return H5Sselect_hyperslab(t->file_space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0;
}

static ls_status move_selected(const transfer *t, hid_t memory_space, int64_t offset)
{
    char nothing; /* HDF5 wants an address even for no rows */
    const ls_h5 *file = t->file;
    herr_t code;
    bool guarded = file->comm != NULL && ls_comm_guard("moving rows by parallel HDF5");
    if (t->written != NULL) {
        code = H5Dwrite(t->set, t->memory_type, memory_space, t->file_space, file->transfer,
                        (const char *)t->written + offset);
    } else {
        code = H5Dread(t->set, t->memory_type, memory_space, t->file_space, file->transfer,
                       t->read != NULL ? (char *)t->read + offset : &nothing);
    }
    ls_comm_unguard(guarded);
    LS_H5_REQUIRE(code >= 0, t->written != NULL ? ls_h5_write_status(file) : LS_BAD_INPUT,
                  "%s: %s: can't %s its rows", file->path, t->name,
                  t->written != NULL ? "write" : "read");
    return LS_OK;
}

/* Moves `rows`, which begin `offset` bytes into the caller's memory. */
static ls_status move_round(const transfer *t, ls_h5_rows rows, int64_t offset)
{
    LS_H5_REQUIRE(select_rows(t, rows), LS_INTERNAL, "%s: %s: can't select its rows", t->file->path,
                  t->name);
    /* Of the file's own dimensions: a space of another shape would be walked value by value. */
    hsize_t dims[LS_H5_DIMS];
    copy_dims(&t->info, dims);
    dims[0] = (hsize_t)rows.count;
    hid_t memory_space = H5Screate_simple(t->info.dim_count, dims, NULL);
    LS_H5_REQUIRE(memory_space >= 0, LS_NO_MEMORY, "%s: %s: can't describe its rows", t->file->path,
                  t->name);
    ls_status status = move_selected(t, memory_space, offset);
    H5Sclose(memory_space);
    return status;
}

/* A rank that has fewer rows than others takes part in their rounds with none; one that failed goes
 * on all the same, as the others wait for it. */
static ls_status move_all(const transfer *t)
{
    int64_t rounds = t->rows.count / t->round_rows + (t->rows.count % t->round_rows > 0);
    if (t->file->comm != NULL) {
        rounds = rounds > 0 ? rounds : 1;
        LS_TRY(ls_comm_max_i64(t->file->comm, &rounds, 1));
    }
    ls_status status = LS_OK;
    int64_t done = 0;
    for (int64_t i = 0; i < rounds; i++) {
        int64_t rest = t->rows.count - done;
        int64_t count = rest < t->round_rows ? rest : t->round_rows;
        ls_h5_rows rows = {.first = t->rows.first + done, .count = count};
        ls_status moved = move_round(t, rows, done * t->row_bytes);
        status = status == LS_OK ? moved : status;
        done += count;
    }
    return status;
}

static ls_status start(transfer *t, ls_h5_type type)
{
    LS_TRY(open_set(t->file, t->name, &t->set));
    LS_TRY(check_rows(t, type));
    t->memory_type = memory_type(type);
    t->file_space = H5Dget_space(t->set);
    LS_H5_REQUIRE(t->file_space >= 0, LS_NO_MEMORY, "%s: %s: can't describe its rows",
                  t->file->path, t->name);
    return LS_OK;
}

/* Wrong names and rows are agreed before the ranks wait for each other in HDF5. */
static ls_status run(transfer *t, ls_h5_type type)
{
    t->set = t->file_space = H5I_INVALID_HID;
    ls_status status = ls_h5_agree(t->file, start(t, type));
    if (status == LS_OK) {
        status = ls_h5_agree(t->file, move_all(t));
        t->file->broken =
            status != LS_OK && t->written != NULL && t->file->writable && t->file->comm != NULL;
    }
    if (t->file_space >= 0) {
        H5Sclose(t->file_space);
    }
    if (t->set >= 0) {
        H5Dclose(t->set);
    }
    return status;
}

ls_status ls_h5_write(ls_h5 *file, const char *name, ls_h5_type type, ls_h5_rows rows,
                      const void *data)
{
    static const char nothing;
    transfer t = {.file = file, .name = name, .rows = rows};
    t.written = data != NULL ? data : &nothing; /* a rank without rows may have no memory */
    return run(&t, type);
}

ls_status ls_h5_read(ls_h5 *file, const char *name, ls_h5_type type, ls_h5_rows rows, void *data)
{
    transfer t = {.file = file, .name = name, .rows = rows, .read = data};
    return run(&t, type);
}
