/* Files that appear whole or not at all, folders, and locks. Local: called by one rank. */
#ifndef LOCKSTEP_IO_FILES_H
#define LOCKSTEP_IO_FILES_H

#include "lockstep/base/status.h"
#include "lockstep/base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* mkdir -p. */
ls_status ls_folder_make(const char *path);
bool ls_file_exists(const char *path);
bool ls_folder_exists(const char *path);
ls_status ls_file_size(const char *path, int64_t *bytes);

/* The whole file into *out (owner: the caller, ls_text_free). */
ls_status ls_file_read(const char *path, ls_text *out);
/* Writes a file that nobody reads yet, and flushes it. */
ls_status ls_file_write(const char *path, const void *data, size_t bytes);
/* Writes beside, flushes, renames over `path`, flushes the folder. */
ls_status ls_file_replace(const char *path, const char *data, size_t bytes);
/* The same with the content of another file. */
ls_status ls_file_copy(const char *from, const char *to);
/* The name under which `path` comes into being: ".<name>.partial" in the same folder, where a
 * rename is atomic; and whether a name within a folder is such a one, which a killed process left.
 */
ls_status ls_file_partial_name(char partial[LS_PATH_CHARS], const char *path);
bool ls_file_is_partial(const char *name);
/* rename, then flush the folder that holds `to`. */
ls_status ls_file_rename(const char *from, const char *to);
ls_status ls_file_remove(const char *path); /* absent is not an error */
/* Creates `path` if absent and reserves `bytes` on the disk; a full disk or quota is LS_LOST. */
ls_status ls_file_reserve(const char *path, int64_t bytes);

/* Names in a folder, sorted by bytes, without "." and "..". Owner: the caller, ls_names_free. */
typedef struct ls_names {
    int count;
    char **name;
} ls_names;
ls_status ls_folder_list(const char *path, ls_names *out);
void ls_names_free(ls_names *names);

/* A lock file that names its holder (host, process, start of the process, time) and whose time is
 * renewed ten times within `patience_seconds` as long as the holder lives, whatever it is doing.
 * Taken when absent or stale: the holder's process on this host has ended, or a holder elsewhere
 * does not renew it while it is watched for patience_seconds (at once if it is ten times as old).
 * Held by another: LS_BAD_INPUT naming the holder and the cure. */
typedef struct ls_lock ls_lock;
ls_status ls_lock_take(ls_lock **out, const char *path, double patience_seconds);
/* Whether the file is still ours: one that slept too long (a stopped virtual machine) may have lost
 * it to another, and must write no more. */
bool ls_lock_held(const ls_lock *lock);
void ls_lock_release(ls_lock *lock); /* NULL is allowed */
/* Whether a lock stands there that, at a look, is held (its holder lives on this host, or elsewhere
 * has renewed it within the patience), and by whom: "process 12 on a since ...". Changes nothing.
 */
#define LS_LOCK_HOLDER_CHARS 384
bool ls_lock_look(const char *path, double patience_seconds, char holder[LS_LOCK_HOLDER_CHARS]);

#endif
