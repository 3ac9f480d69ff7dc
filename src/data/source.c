/* What kind of source a path is, and opening it. */
#include "cifar.h"
#include "source_private.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"
#include "lockstep/io/seal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ACCEPTED                                                                                   \
    "give a folder with the CIFAR-10 or CIFAR-100 binary files, their .tar.gz, an HDF5 file with " \
    "/train/images, a folder of PNGs with one subfolder a class, or synthetic"

/* The list of kinds: rank 0 finds the place of one and tells the others. */
static const ls_source_ops *const kinds[] = {
    &ls_source_cifar_folder, &ls_source_cifar_archive, &ls_source_hdf5,
    &ls_source_png_folder,   &ls_source_synthetic,
};

const char *ls_split_name(ls_split split)
{
    return split == LS_TRAIN ? "train" : "test";
}

ls_status ls_source_classes(const ls_source_info *info, const char *path, const ls_task *task,
                            int *classes)
{
    *classes = task->truth == LS_TRUTH_LABEL  ? info->classes
               : task->truth == LS_TRUTH_MASK ? info->mask_classes
                                              : 0;
    LS_REQUIRE(task->truth != LS_TRUTH_MASK || *classes > 0, LS_BAD_INPUT,
               "data.path = %s: has no masks of its pixels' classes, which train.task = %s learns: "
               "only data.path = synthetic has them",
               path, task->name);
    LS_REQUIRE(task->truth == LS_TRUTH_NONE || *classes > 1, LS_BAD_INPUT,
               "data.path = %s: all its images are of one class: train.task = %s has nothing to "
               "learn",
               path, task->name);
    return LS_OK;
}

size_t ls_source_image_bytes(const ls_source *source)
{
    return (size_t)ls_shape_count(source->info.shape);
}

/* Bytes of a file at `offset`; false when it ends before. */
static bool file_has(FILE *file, long offset, const char *bytes, size_t count)
{
    char found[8];
    return fseek(file, offset, SEEK_SET) == 0 && fread(found, 1, count, file) == count &&
           memcmp(found, bytes, count) == 0;
}

bool ls_source_is_hdf5(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    /* The signature stands at 0 or, behind a user block, at 512, 1024, 2048 ... (HDF5 file format
     * specification, II.A). */
    bool found = file_has(file, 0, "\211HDF\r\n\032\n", 8);
    for (long offset = 512; !found && offset <= 1L << 30; offset *= 2) {
        found = file_has(file, offset, "\211HDF\r\n\032\n", 8);
    }
    fclose(file);
    return found || ls_seal_present(path);
}

static bool is_gzip(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    bool found = file_has(file, 0, "\037\213", 2);
    fclose(file);
    return found;
}

bool ls_source_opens_fast(const char *path)
{
    return !is_gzip(path) && !ls_seal_present(path);
}

/* A folder is CIFAR by one of its files' names, of PNGs by a subfolder. */
static ls_status find_folder_kind(const char *path, const ls_source_ops **kind)
{
    ls_names names = {0};
    LS_TRY(ls_folder_list(path, &names));
    *kind = NULL;
    char nested[LS_PATH_CHARS] = "";
    for (int i = 0; i < names.count && *kind != &ls_source_cifar_folder; i++) {
        const char *name = names.name[i];
        char below[LS_PATH_CHARS];
        if (ls_cifar_names(name)) {
            *kind = &ls_source_cifar_folder;
        } else if (ls_path_join(below, path, name) == LS_OK && ls_folder_exists(below)) {
            *kind = &ls_source_png_folder;
            if (strncmp(name, "cifar-", 6) == 0) {
                memcpy(nested, below, sizeof nested);
            }
        }
    }
    int count = names.count;
    ls_names_free(&names);
    LS_REQUIRE(*kind != NULL, LS_BAD_INPUT,
               "data.path = %s: a folder of %d names, none of them data_batch_1.bin, train.bin or "
               "a class's subfolder; " ACCEPTED,
               path, count);
    LS_REQUIRE(*kind == &ls_source_cifar_folder || nested[0] == '\0', LS_BAD_INPUT,
               "data.path = %s: no CIFAR binary files here, but in it stands %s: give that path",
               path, nested);
    return LS_OK;
}

static ls_status find_file_kind(const char *path, const ls_source_ops **kind)
{
    int64_t bytes = 0;
    LS_TRY(ls_file_size(path, &bytes));
    LS_REQUIRE(bytes > 0, LS_BAD_INPUT, "data.path = %s: the file is empty; " ACCEPTED, path);
    *kind = is_gzip(path)             ? &ls_source_cifar_archive
            : ls_source_is_hdf5(path) ? &ls_source_hdf5
                                      : NULL;
    LS_REQUIRE(*kind != NULL, LS_BAD_INPUT,
               "data.path = %s: a file that is neither gzip nor HDF5 by its first bytes; " ACCEPTED,
               path);
    return LS_OK;
}

/* Local, on rank 0: by what the path is, never by how it is spelled. */
static ls_status find_kind(const char *path, const ls_source_ops **kind)
{
    if (strcmp(path, "synthetic") == 0) {
        *kind = &ls_source_synthetic;
        return LS_OK;
    }
    struct stat about;
    LS_REQUIRE(stat(path, &about) == 0, LS_BAD_INPUT, "data.path = %s: %s; " ACCEPTED, path,
               strerror(errno));
    if (S_ISDIR(about.st_mode)) {
        LS_TRY(find_folder_kind(path, kind));
        return LS_OK;
    }
    LS_REQUIRE(S_ISREG(about.st_mode), LS_BAD_INPUT,
               "data.path = %s: neither a file nor a folder; " ACCEPTED, path);
    LS_TRY(find_file_kind(path, kind));
    return LS_OK;
}

static ls_status agree_kind(ls_source *source)
{
    int64_t chosen = 0;
    ls_status status = LS_OK;
    if (ls_comm_rank(source->comm) == 0) {
        const ls_source_ops *kind = NULL;
        status = find_kind(source->path, &kind);
        while (status == LS_OK && kinds[chosen] != kind) {
            chosen++;
        }
    }
    LS_TRY(ls_comm_agree(source->comm, status));
    LS_TRY(ls_comm_broadcast(source->comm, &chosen, sizeof chosen, 0));
    source->ops = kinds[chosen];
    return LS_OK;
}

ls_status ls_source_open(ls_source **out, const ls_config *config, ls_comm *comm)
{
    *out = NULL;
    void *memory = NULL;
    LS_TRY(ls_comm_agree(comm, ls_alloc(&memory, sizeof(ls_source), "a source of images")));
    ls_source *source = memory;
    source->comm = comm;
    snprintf(source->path, sizeof source->path, "%s", config->data_path);
    ls_status status;
    LS_TRY_GOTO(status, agree_kind(source), failed);
    LS_TRY_GOTO(status, source->ops->open(source, config), failed);
    *out = source;
    return LS_OK;
failed:
    ls_source_close(source);
    return status;
}

void ls_source_close(ls_source *source)
{
    if (source == NULL) {
        return;
    }
    if (source->ops != NULL) {
        source->ops->close(source);
    }
    ls_free(source);
}

const ls_source_info *ls_source_describe(const ls_source *source)
{
    return &source->info;
}
