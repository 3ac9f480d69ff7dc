/* What the run folder stands on, and its room for the checkpoints. */
#include "exam.h"

#include "lockstep/io/files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#define FILES_MORE  2                   /* the best one, and the one being written */
#define OTHER_BYTES ((int64_t)4 << 20)  /* pictures, tables, the log */
#define TRIED_BYTES ((int64_t)64 << 20) /* of a checkpoint's size, reserved to find a quota */

/* Numbers that statfs(2) names. */
static const struct {
    unsigned long type;
    const char *name;
} types[] = {
    {0x01021994, "tmpfs"},  {0x858458F6, "ramfs"},   {0xEF53, "ext4"},     {0x58465342, "xfs"},
    {0x9123683E, "btrfs"},  {0x794C7630, "overlay"}, {0x6969, "nfs"},      {0xFF534D42, "cifs"},
    {0xFE534D42, "smb2"},   {0x0BD00BD0, "lustre"},  {0x47504653, "gpfs"}, {0x00C36400, "ceph"},
    {0x19830326, "beegfs"}, {0x65735546, "fuse"},    {0x2FC12FC1, "zfs"},  {0x01021997, "9p"},
    {0xAAD7AAEA, "panfs"},  {0x7461636F, "ocfs2"},   {0x01161970, "gfs2"},
};

static const char *name_of(unsigned long type, char unknown[32])
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (types[i].type == type) {
            return types[i].name;
        }
    }
    snprintf(unknown, 32, "of type 0x%lx", type);
    return unknown;
}

static ls_status judge_file_system(const ls_exam *exam, ls_finding *finding)
{
    struct statfs disk;
    char unknown[32];
    LS_REQUIRE(statfs(exam->folder, &disk) == 0, LS_BAD_INPUT, "%s: %s", exam->folder,
               strerror(errno));
    const char *name = name_of((unsigned long)disk.f_type & 0xFFFFFFFFUL, unknown);
    ls_found(finding, "%s is on %s", exam->folder, name);
    if (strcmp(name, "tmpfs") == 0 || strcmp(name, "ramfs") == 0) {
        ls_found(finding, ", which is memory: what stands there is lost at a reboot");
        ls_cure(finding, LS_VERDICT_WARN, "choose a train.out on a disk");
    }
    return LS_OK;
}

ls_status ls_check_file_system(ls_exam *exam, ls_finding *finding)
{
    return ls_comm_agree(exam->comm, exam->rank == 0 ? judge_file_system(exam, finding) : LS_OK);
}

/* --- room ------------------------------------------------------------------------------------- */

/* What checkpoints of an earlier part of the run take already. */
static int64_t bytes_there(const ls_exam *exam)
{
    char folder[LS_PATH_CHARS];
    ls_names names;
    int64_t bytes = 0;
    if (ls_path_join(folder, exam->config->train_out, "checkpoints") != LS_OK ||
        ls_folder_list(folder, &names) != LS_OK) {
        ls_error_clear();
        return 0;
    }
    for (int i = 0; i < names.count; i++) {
        char path[LS_PATH_CHARS];
        struct stat entry;
        if (ls_path_join(path, folder, names.name[i]) == LS_OK && lstat(path, &entry) == 0 &&
            S_ISREG(entry.st_mode)) {
            bytes += (int64_t)entry.st_size;
        }
    }
    ls_names_free(&names);
    return bytes;
}

/* A quota is not told by the file system, but by the attempt. */
static ls_status try_to_reserve(const ls_exam *exam)
{
    char path[LS_PATH_CHARS];
    int64_t bytes = exam->checkpoint_bytes;
    LS_TRY(ls_path_join(path, exam->probe, "room"));
    ls_status status = ls_file_reserve(path, bytes < TRIED_BYTES ? bytes : TRIED_BYTES);
    (void)remove(path);
    return status;
}

static ls_status judge_room(const ls_exam *exam, ls_finding *finding)
{
    struct statvfs disk;
    char one[LS_AMOUNT_CHARS];
    char all[LS_AMOUNT_CHARS];
    char free_text[LS_AMOUNT_CHARS];
    LS_REQUIRE(statvfs(exam->folder, &disk) == 0, LS_BAD_INPUT, "%s: %s", exam->folder,
               strerror(errno));
    int64_t room = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
    int64_t file = exam->checkpoint_bytes;
    int64_t files = exam->config->train_keep + FILES_MORE;
    int64_t there = bytes_there(exam);
    int64_t most = file * files > there ? file * files - there : 0;
    int64_t wanted = (most > file ? most : file) + OTHER_BYTES;
    ls_found(finding, "%s free, %s wanted for up to %lld checkpoints of %s",
             ls_amount((double)room, free_text), ls_amount((double)wanted, all), (long long)files,
             ls_amount((double)file, one));
    if (room < wanted) {
        ls_cure(finding, LS_VERDICT_FAIL,
                "make room, set a smaller train.keep, or choose another "
                "train.out");
        return LS_OK;
    }
    if (exam->facts[0].file_bytes < file) {
        ls_found(finding, "; but no file may be larger than %s",
                 ls_amount((double)exam->facts[0].file_bytes, one));
        ls_cure(finding, LS_VERDICT_FAIL, "ulimit -f unlimited before the ranks start");
        return LS_OK;
    }
    return try_to_reserve(exam);
}

ls_status ls_check_room(ls_exam *exam, ls_finding *finding)
{
    return ls_comm_agree(exam->comm, exam->rank == 0 ? judge_room(exam, finding) : LS_OK);
}
