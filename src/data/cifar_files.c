/* Which files make a CIFAR set, and what their sizes say. */
#include "cifar.h"
#include "cifar_sets.h"

#include <stdio.h>
#include <string.h>

const ls_cifar_set ls_cifar_sets[LS_CIFAR_SETS] = {
    {"cifar10",
     "CIFAR-10",
     1,
     {10},
     6,
     {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
      "data_batch_5.bin", "test_batch.bin"}},
    {"cifar100", "CIFAR-100", 2, {20, 100}, 2, {"train.bin", "test.bin"}},
};

static int find_in(const ls_cifar_set *set, const char *name)
{
    for (int i = 0; i < set->file_count; i++) {
        if (strcmp(set->files[i], name) == 0) {
            return i;
        }
    }
    return LS_CIFAR_NONE;
}

bool ls_cifar_names(const char *name)
{
    for (int s = 0; s < LS_CIFAR_SETS; s++) {
        if (find_in(&ls_cifar_sets[s], name) != LS_CIFAR_NONE) {
            return true;
        }
    }
    return false;
}

int ls_cifar_find(const ls_cifar *files, const char *name)
{
    return find_in(&ls_cifar_sets[files->set], name);
}

const char *ls_cifar_file_name(const ls_cifar *files, int file)
{
    return ls_cifar_sets[files->set].files[file];
}

ls_split ls_cifar_file_split(const ls_cifar *files, int file)
{
    return file == ls_cifar_sets[files->set].file_count - 1 ? LS_TEST : LS_TRAIN;
}

bool ls_cifar_wanted(const ls_cifar_reader *reader, int file)
{
    ls_split split = ls_cifar_file_split(&reader->files, file);
    return reader->files.first[file] < reader->until[split];
}

ls_status ls_cifar_note(ls_cifar *files, const char *path, const char *name, int64_t bytes)
{
    for (int s = 0; s < LS_CIFAR_SETS; s++) {
        int file = find_in(&ls_cifar_sets[s], name);
        if (file != LS_CIFAR_NONE) {
            LS_REQUIRE(files->bytes[s][file] == LS_CIFAR_NONE, LS_BAD_INPUT,
                       "%s: holds %s twice; pack it again", path, name);
            files->bytes[s][file] = bytes;
        }
    }
    return LS_OK;
}

static int count_files(const ls_cifar *files, int s)
{
    int count = 0;
    for (int i = 0; i < ls_cifar_sets[s].file_count; i++) {
        count += files->bytes[s][i] != LS_CIFAR_NONE;
    }
    return count;
}

static ls_status choose_set(ls_cifar *files, const char *path)
{
    int found[LS_CIFAR_SETS] = {count_files(files, 0), count_files(files, 1)};
    LS_REQUIRE(found[0] + found[1] > 0, LS_BAD_INPUT,
               "%s: no CIFAR binary files in it (data_batch_1.bin ... test_batch.bin of CIFAR-10, "
               "or train.bin and test.bin of CIFAR-100)",
               path);
    LS_REQUIRE(found[0] == 0 || found[1] == 0, LS_BAD_INPUT,
               "%s: files of both CIFAR-10 and CIFAR-100; keep them apart", path);
    files->set = found[0] > 0 ? 0 : 1;
    return LS_OK;
}

/* A file's size in records. */
static ls_status count_records(ls_cifar *files, const char *path, int file)
{
    const ls_cifar_set *set = &ls_cifar_sets[files->set];
    int64_t bytes = files->bytes[files->set][file];
    int64_t record = set->label_bytes + LS_CIFAR_PIXELS;
    LS_REQUIRE(bytes != LS_CIFAR_NONE, LS_BAD_INPUT, "%s: %s is missing of the files of %s", path,
               set->files[file], set->title);
    LS_REQUIRE(bytes > 0 && bytes % record == 0, LS_BAD_INPUT,
               "%s: %s has %lld bytes, not a multiple of %s's records of %lld: record %lld is cut "
               "off; get the file again",
               path, set->files[file], (long long)bytes, set->title, (long long)record,
               (long long)(bytes / record));
    files->records[file] = bytes / record;
    return LS_OK;
}

ls_status ls_cifar_settle(ls_cifar *files, const char *path, const char *form, ls_source_info *info)
{
    LS_TRY(choose_set(files, path));
    const ls_cifar_set *set = &ls_cifar_sets[files->set];
    snprintf(info->kind, sizeof info->kind, "%s %s", set->name, form);
    info->shape = (ls_shape){LS_CIFAR_SIDE, LS_CIFAR_SIDE, LS_CIFAR_CHANNELS};
    info->classes = set->label_range[set->label_bytes - 1];
    for (int i = 0; i < set->file_count; i++) {
        LS_TRY(count_records(files, path, i));
        ls_split split = ls_cifar_file_split(files, i);
        files->first[i] = info->images[split];
        info->images[split] += files->records[i];
    }
    return LS_OK;
}
