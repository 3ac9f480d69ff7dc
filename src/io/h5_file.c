/* HDF5 files and what stands in them: opening, closing, groups.
 *
 * Equal content gives equal files as far as HDF5 allows: no object keeps a time stamp, and all
 * ranks make the same objects in the same order.
 */
#include "h5_private.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A chunk that is read or written in several calls stays unpacked in here, per dataset. */
#define CHUNK_CACHE_BYTES ((size_t)8 << 20)
#define CHUNK_CACHE_SLOTS ((size_t)521)
#define MEMORY_STEP_BYTES ((size_t)1 << 20) /* by which a file in memory grows */

const char *ls_h5_library(void)
{
    static char text[32];
    unsigned major = 0;
    unsigned minor = 0;
    unsigned release = 0;
    H5get_libversion(&major, &minor, &release);
    snprintf(text, sizeof text, "%u.%u.%u", major, minor, release);
    return text;
}

void ls_h5_prepare(void)
{
    H5dont_atexit();
    H5open();
}

/* --- Opening ---------------------------------------------------------------------------------- */

/* Locking is left to the run folder's lock: where the file system has none, HDF5 goes on without.
 * MPI's driver moves the very bytes that are asked for; HDF5's own one reads and writes more around
 * them, which other ranks may be writing. */
static ls_status set_access(const ls_h5 *file, const MPI_Comm *native, ls_h5_mode mode,
                            hid_t access)
{
    bool set = H5Pset_fclose_degree(access, H5F_CLOSE_SEMI) >= 0 &&
               H5Pset_file_locking(access, true, true) >= 0 &&
               H5Pset_cache(access, 0, CHUNK_CACHE_SLOTS, CHUNK_CACHE_BYTES, 0.75) >= 0;
    if (set && native != NULL) {
        set = H5Pset_fapl_mpio(access, mode == LS_H5_UPDATE ? MPI_COMM_SELF : *native,
                               MPI_INFO_NULL) >= 0;
    }
    if (set && mode == LS_H5_MEMORY) {
        set = H5Pset_fapl_core(access, MEMORY_STEP_BYTES, false) >= 0;
    }
    LS_H5_REQUIRE(set, LS_INTERNAL, "%s: can't set HDF5's file access", file->path);
    return LS_OK;
}

static ls_status create_file(ls_h5 *file, hid_t access)
{
    hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    bool set = creation >= 0 && H5Pset_userblock(creation, LS_SEAL_BYTES) >= 0 &&
               H5Pset_obj_track_times(creation, false) >= 0;
    if (set) {
        file->file = H5Fcreate(file->path, H5F_ACC_TRUNC, creation, access);
    }
    ls_status status = LS_OK;
    if (file->file < 0) {
        status = ls_h5_error_set(LS_BAD_INPUT, __FILE__, __LINE__, "%s: can't create the HDF5 file",
                                 file->path);
    }
    H5Pclose(creation);
    return status;
}

/* What the operating system says is clearer than HDF5's words, and is agreed before a collective
 * open in which one rank would wait for another that can't come. The file is really opened: the
 * rights alone say nothing of a mount, a server or a limit that only this rank's host has. */
static ls_status check_access(const ls_h5 *file, ls_h5_mode mode)
{
    if (mode == LS_H5_CREATE || mode == LS_H5_MEMORY) {
        return LS_OK;
    }
    int fd = open(file->path, (mode == LS_H5_UPDATE ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    LS_REQUIRE(fd >= 0, LS_BAD_INPUT, "%s: can't open: %s", file->path, strerror(errno));
    close(fd);
    return LS_OK;
}

static ls_status open_file(ls_h5 *file, const MPI_Comm *native, ls_h5_mode mode, hid_t access)
{
    LS_TRY(set_access(file, native, mode, access));
    if (mode == LS_H5_CREATE || mode == LS_H5_MEMORY) {
        return create_file(file, access);
    }
    file->file = H5Fopen(file->path, mode == LS_H5_UPDATE ? H5F_ACC_RDWR : H5F_ACC_RDONLY, access);
    LS_H5_REQUIRE(file->file >= 0, LS_BAD_INPUT, "%s: can't open as HDF5", file->path);
    return LS_OK;
}

static ls_status make_transfer(ls_h5 *file)
{
    file->transfer = H5Pcreate(H5P_DATASET_XFER);
    bool set = file->transfer >= 0 &&
               (file->comm == NULL || H5Pset_dxpl_mpio(file->transfer, H5FD_MPIO_COLLECTIVE) >= 0);
    LS_H5_REQUIRE(set, LS_INTERNAL, "%s: can't set HDF5's transfer", file->path);
    return LS_OK;
}

static ls_status open_all(ls_h5 *file, const MPI_Comm *native, ls_h5_mode mode)
{
    LS_TRY(ls_h5_agree(file, check_access(file, mode)));
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    LS_H5_REQUIRE(access >= 0, LS_NO_MEMORY, "%s: can't set HDF5's file access", file->path);
    bool guarded = file->comm != NULL && ls_comm_guard("opening a file by parallel HDF5");
    ls_status status = open_file(file, native, mode, access);
    ls_comm_unguard(guarded);
    H5Pclose(access);
    if (status == LS_OK) {
        status = make_transfer(file);
    }
    return ls_h5_agree(file, status);
}

/* What failed to open is given back; a file that only other ranks failed to open stays open, as
 * closing it would wait for them. */
static void give_up(ls_h5 *file)
{
    if (file->file >= 0 && file->comm == NULL) {
        H5Fclose(file->file);
    }
    if (file->transfer >= 0) {
        H5Pclose(file->transfer);
    }
    ls_free(file);
}

ls_status ls_h5_open(ls_h5 **out, const char *path, ls_h5_mode mode, ls_comm *comm)
{
    *out = NULL;
    LS_REQUIRE(strlen(path) < LS_PATH_CHARS, LS_BAD_INPUT,
               "%.64s...: the path is longer than %d characters", path, LS_PATH_CHARS - 1);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* nothing is printed: errors become our messages */
    void *memory;
    LS_TRY(ls_alloc(&memory, sizeof(ls_h5), "an HDF5 file"));
    ls_h5 *file = memory;
    file->file = file->transfer = H5I_INVALID_HID;
    file->writable = mode != LS_H5_READ;
    memcpy(file->path, path, strlen(path) + 1);
    const MPI_Comm *native = comm != NULL && ls_comm_size(comm) > 1 ? ls_comm_native(comm) : NULL;
    file->by_mpi = native != NULL;
    file->comm = native != NULL && mode != LS_H5_UPDATE ? comm : NULL;
    ls_status status = open_all(file, native, mode);
    if (status != LS_OK) {
        give_up(file);
        return status;
    }
    *out = file;
    return LS_OK;
}

static ls_status flush(const ls_h5 *file)
{
    LS_H5_REQUIRE(!file->writable || H5Fflush(file->file, H5F_SCOPE_GLOBAL) >= 0, LS_LOST,
                  "%s: can't write all of the file", file->path);
    return LS_OK;
}

static ls_status close_file(const ls_h5 *file)
{
    LS_H5_REQUIRE(H5Fclose(file->file) >= 0, ls_h5_write_status(file), "%s: can't close the file",
                  file->path);
    return LS_OK;
}

static ls_status run_guarded(const ls_h5 *file, ls_status (*part)(const ls_h5 *file))
{
    bool guarded = file->comm != NULL && ls_comm_guard("closing a file by parallel HDF5");
    ls_status status = part(file);
    ls_comm_unguard(guarded);
    return ls_h5_agree(file, status);
}

/* A parallel file that could not be written stays open: on closing it HDF5 tries again, and a rank
 * whose metadata can't be written leaves H5Fclose before the others, which wait for it. So does one
 * whose ranks are lost: there is nobody to close it with. */
static bool stays_open(const ls_h5 *file)
{
    return file->broken || (file->comm != NULL && ls_comm_is_lost(file->comm));
}

ls_status ls_h5_close(ls_h5 *file)
{
    if (file == NULL) {
        return LS_OK;
    }
    ls_status status =
        stays_open(file) ? ls_error_pass(LS_LOST, __FILE__, __LINE__) : run_guarded(file, flush);
    if (status == LS_OK) {
        status = run_guarded(file, close_file);
    } else if (file->comm == NULL) {
        H5Fclose(file->file);
    }
    H5Pclose(file->transfer);
    ls_free(file);
    return status;
}

/* HDF5 gives what lies behind the user block. */
static ls_status take_memory(const ls_h5 *file, void **data, size_t *bytes)
{
    LS_TRY(flush(file));
    ssize_t length = H5Fget_file_image(file->file, NULL, 0);
    LS_H5_REQUIRE(length > 0, LS_NO_MEMORY, "%s: can't size the file in memory", file->path);
    *bytes = LS_SEAL_BYTES + (size_t)length;
    LS_TRY(ls_alloc(data, *bytes, "a checkpoint in memory"));
    char *behind = (char *)*data + LS_SEAL_BYTES;
    LS_H5_REQUIRE(H5Fget_file_image(file->file, behind, (size_t)length) == length, LS_NO_MEMORY,
                  "%s: can't take the file from memory", file->path);
    return LS_OK;
}

ls_status ls_h5_close_memory(ls_h5 *file, void **data, size_t *bytes)
{
    *data = NULL;
    ls_status status = take_memory(file, data, bytes);
    ls_status closed = ls_h5_close(file);
    status = status != LS_OK ? status : closed;
    if (status != LS_OK) {
        ls_free(*data);
        *data = NULL;
    }
    return status;
}

/* --- Groups ----------------------------------------------------------------------------------- */

/* Calls f with each part of "/a/b/c": "/a", "/a/b", "/a/b/c"; stops where f returns false. */
static bool each_part(ls_h5 *file, const char *name, bool (*f)(ls_h5 *file, const char *part))
{
    char part[LS_PATH_CHARS];
    size_t length = strlen(name);
    if (length >= sizeof part) {
        return false;
    }
    for (size_t i = 1; i <= length; i++) {
        bool ends = (name[i] == '/' || name[i] == '\0') && name[i - 1] != '/';
        memcpy(part, name, i);
        part[i] = '\0';
        if (ends && !f(file, part)) {
            return false;
        }
    }
    return true;
}

static bool exists(ls_h5 *file, const char *part)
{
    return H5Lexists(file->file, part, H5P_DEFAULT) > 0;
}

bool ls_h5_has(ls_h5 *file, const char *name)
{
    return each_part(file, name, exists);
}

static bool make_group(ls_h5 *file, const char *part)
{
    if (exists(file, part)) {
        return true;
    }
    hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    hid_t group = H5I_INVALID_HID;
    if (creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0) {
        group = H5Gcreate2(file->file, part, H5P_DEFAULT, creation, H5P_DEFAULT);
    }
    bool made = group >= 0 && H5Gclose(group) >= 0;
    H5Pclose(creation);
    return made;
}

ls_status ls_h5_group(ls_h5 *file, const char *name)
{
    LS_H5_REQUIRE(each_part(file, name, make_group), ls_h5_write_status(file),
                  "%s: can't make the group %s", file->path, name);
    return LS_OK;
}
