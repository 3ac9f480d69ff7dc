/* The run folder: whether rank 0 and every host can write there, and all see the same.
 *
 * What is tried is tried in a folder of our own, with a name that nobody else has, in train.out or,
 * where that does not stand yet, in what of its path does: so nothing is left of it, and a run that
 * works there is not disturbed. Rank 0 makes it; what another host does not find, it does not make.
 */
#include "exam.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/hash.h"
#include "lockstep/base/memory.h"
#include "lockstep/checkpoint/run_folder.h"
#include "lockstep/io/files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PROBE_NAME    ".lockstep-doctor-"
#define OLD_SECONDS   600.0
#define TOKEN_CHARS   48
#define LOOKS_SECONDS 5.0 /* for a network file system to show what another host wrote */
#define PAUSE_NS      20000000

/* --- where ------------------------------------------------------------------------------------ */

/* The part of train.out that stands: itself, or a folder above it. */
static ls_status find_place(const ls_exam *exam, char folder[LS_PATH_CHARS])
{
    struct stat entry;
    snprintf(folder, LS_PATH_CHARS, "%s", exam->config->train_out);
    LS_REQUIRE(folder[0] != '\0', LS_BAD_INPUT, "train.out is empty; name a folder");
    while (stat(folder, &entry) != 0) {
        LS_REQUIRE(errno == ENOENT, LS_BAD_INPUT, "train.out = %s: %s: %s; choose another folder",
                   exam->config->train_out, folder, strerror(errno));
        LS_REQUIRE(lstat(folder, &entry) != 0, LS_BAD_INPUT,
                   "train.out = %s: %s is a link to nothing; mend it or choose another folder",
                   exam->config->train_out, folder);
        char *slash = strrchr(folder, '/');
        if (slash == NULL) {
            snprintf(folder, LS_PATH_CHARS, "%s", strcmp(folder, ".") == 0 ? "/" : ".");
        } else {
            slash[slash == folder ? 1 : 0] = '\0';
        }
    }
    LS_REQUIRE(S_ISDIR(entry.st_mode), LS_BAD_INPUT,
               "train.out = %s: %s is not a folder; choose another folder", exam->config->train_out,
               folder);
    return LS_OK;
}

/* What a run writes to in a folder that stands already. */
static ls_status require_writable(const char *folder)
{
    static const char *const parts[] = {".", "checkpoints", "images"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char path[LS_PATH_CHARS];
        LS_TRY(ls_path_join(path, folder, parts[i]));
        LS_REQUIRE(access(path, W_OK | X_OK) == 0 || errno == ENOENT, LS_BAD_INPUT,
                   "%s: can't be written to: %s; mend its rights or choose another train.out", path,
                   strerror(errno));
    }
    return LS_OK;
}

static void make_token(const ls_exam *exam, char token[TOKEN_CHARS])
{
    struct {
        double wall, clock;
        int64_t process, rank;
    } here = {ls_clock_wall_seconds(), ls_clock_seconds(), (int64_t)getpid(), exam->rank};
    char digest[LS_DIGEST_CHARS];
    ls_digest_text(ls_hash64(&here, sizeof here), digest);
    snprintf(token, TOKEN_CHARS, "%s-%d", digest, exam->rank);
}

static void remove_folder(const char *folder)
{
    ls_names names;
    if (ls_folder_list(folder, &names) == LS_OK) {
        for (int i = 0; i < names.count; i++) {
            char path[LS_PATH_CHARS];
            if (ls_path_join(path, folder, names.name[i]) == LS_OK) {
                unlink(path);
            }
        }
        ls_names_free(&names);
    }
    rmdir(folder);
}

/* One that was killed has left its folder: after a while nobody works in it any more. */
static ls_status remove_old_probes(const char *folder)
{
    ls_names names;
    LS_TRY(ls_folder_list(folder, &names));
    for (int i = 0; i < names.count; i++) {
        char path[LS_PATH_CHARS];
        struct stat entry;
        if (strncmp(names.name[i], PROBE_NAME, strlen(PROBE_NAME)) == 0 &&
            ls_path_join(path, folder, names.name[i]) == LS_OK && lstat(path, &entry) == 0 &&
            S_ISDIR(entry.st_mode) && difftime(time(NULL), entry.st_mtime) > OLD_SECONDS) {
            remove_folder(path);
        }
    }
    ls_names_free(&names);
    return LS_OK;
}

/* On rank 0: our own folder. */
static ls_status make_probe(ls_exam *exam)
{
    char token[TOKEN_CHARS];
    char name[TOKEN_CHARS + sizeof PROBE_NAME];
    char probe[LS_PATH_CHARS];
    make_token(exam, token);
    snprintf(name, sizeof name, PROBE_NAME "%s", token);
    LS_TRY(find_place(exam, exam->folder));
    LS_TRY(require_writable(exam->folder));
    LS_TRY(remove_old_probes(exam->folder));
    LS_TRY(ls_path_join(probe, exam->folder, name));
    LS_REQUIRE(mkdir(probe, 0755) == 0, LS_BAD_INPUT,
               "%s: can't make a folder in it: %s; mend its rights or choose another train.out",
               exam->folder, strerror(errno));
    memcpy(exam->probe, probe, sizeof probe);
    return LS_OK;
}

/* Everything in it was made by us. The others have ended their work there, or are lost. */
void ls_exam_remove_probe(ls_exam *exam)
{
    if (exam->probe[0] == '\0') {
        return;
    }
    bool lost = ls_comm_is_lost(exam->comm) || ls_comm_barrier(exam->comm) != LS_OK;
    if (exam->rank == 0 || (lost && ls_comm_survives(exam->comm))) {
        remove_folder(exam->probe);
    }
}

/* --- folder ----------------------------------------------------------------------------------- */

static ls_status host_file(const ls_exam *exam, int rank, char path[LS_PATH_CHARS])
{
    char name[32];
    snprintf(name, sizeof name, "rank-%d", rank);
    return ls_path_join(path, exam->probe, name);
}

static bool leads_host(const ls_exam *exam, int rank)
{
    return exam->facts[rank].host == rank;
}

/* The first rank of each host writes who it is; on a host that does not see the folder, nothing:
 * that is for the next check to say. */
static ls_status write_own(const ls_exam *exam)
{
    char path[LS_PATH_CHARS];
    char token[TOKEN_CHARS];
    if (!leads_host(exam, exam->rank) || !ls_folder_exists(exam->probe)) {
        return LS_OK;
    }
    make_token(exam, token);
    LS_TRY(host_file(exam, exam->rank, path));
    return ls_file_replace(path, token, strlen(token));
}

static void find_holder(const ls_exam *exam, ls_finding *finding)
{
    char path[LS_PATH_CHARS];
    char holder[LS_LOCK_HOLDER_CHARS];
    if (ls_path_join(path, exam->config->train_out, "lock") == LS_OK &&
        ls_lock_look(path, LS_RUN_FOLDER_PATIENCE_SECONDS, holder)) {
        ls_found(finding, "; a run works there now: %s", holder);
        ls_cure(finding, LS_VERDICT_WARN, "wait for that job to end, or choose another train.out");
    }
}

ls_status ls_check_folder(ls_exam *exam, ls_finding *finding)
{
    LS_TRY(ls_exam_gather_facts(exam));
    LS_TRY(ls_comm_agree(exam->comm, exam->rank == 0 ? make_probe(exam) : LS_OK));
    LS_TRY(ls_comm_broadcast(exam->comm, exam->folder, sizeof exam->folder, 0));
    LS_TRY(ls_comm_broadcast(exam->comm, exam->probe, sizeof exam->probe, 0));
    LS_TRY(ls_comm_agree(exam->comm, write_own(exam)));
    bool stands = strcmp(exam->folder, exam->config->train_out) == 0;
    if (stands) {
        ls_found(finding, "%s can be written to", exam->folder);
    } else {
        ls_found(finding, "%s does not stand yet; %s, where it will, can be written to",
                 exam->config->train_out, exam->folder);
    }
    find_holder(exam, finding);
    return LS_OK;
}

/* --- shared ----------------------------------------------------------------------------------- */

/* Waits until a file that another rank has written is seen. */
static bool comes_to_be_seen(const char *path)
{
    double end = ls_clock_seconds() + LOOKS_SECONDS;
    while (!ls_file_exists(path)) {
        if (ls_clock_seconds() > end) {
            return false;
        }
        nanosleep(&(struct timespec){0, PAUSE_NS}, NULL);
    }
    return true;
}

/* Whether rank `who`'s file is here and holds what it wrote. */
static bool reads(const ls_exam *exam, int who, const char *token)
{
    char path[LS_PATH_CHARS];
    ls_text text = {0};
    bool same = host_file(exam, who, path) == LS_OK && comes_to_be_seen(path) &&
                ls_file_read(path, &text) == LS_OK && strcmp(text.data, token) == 0;
    ls_text_free(&text);
    ls_error_clear();
    return same;
}

/* Rank 0 reads what every host wrote, and every rank what rank 0 wrote. A rank whose own host could
 * write is asked for what it wrote; one that sees no folder has written nothing. */
static void cross_read(const ls_exam *exam, const char (*tokens)[TOKEN_CHARS], bool *blind)
{
    blind[exam->rank] = !reads(exam, 0, tokens[0]);
    for (int r = 1; exam->rank == 0 && r < exam->size; r++) {
        blind[r] = leads_host(exam, r) && tokens[r][0] != '\0' && !reads(exam, r, tokens[r]);
    }
}

static ls_status own_token(const ls_exam *exam, char token[TOKEN_CHARS])
{
    char path[LS_PATH_CHARS];
    ls_text text = {0};
    memset(token, 0, TOKEN_CHARS);
    LS_TRY(host_file(exam, exam->rank, path));
    if (!leads_host(exam, exam->rank) || !ls_file_exists(path)) {
        return LS_OK;
    }
    LS_TRY(ls_file_read(path, &text));
    snprintf(token, TOKEN_CHARS, "%s", text.data);
    ls_text_free(&text);
    return LS_OK;
}

/* blind [size]: ranks that do not see what rank 0 wrote, or rank 0 not what they did. */
static ls_status find_blind(ls_exam *exam, char (*tokens)[TOKEN_CHARS], int64_t *counts,
                            bool *blind)
{
    char mine[TOKEN_CHARS];
    LS_TRY(ls_comm_agree(exam->comm, own_token(exam, mine)));
    LS_TRY(ls_comm_gather(exam->comm, mine, sizeof mine, tokens));
    cross_read(exam, (const char(*)[TOKEN_CHARS])tokens, blind);
    for (int r = 0; r < exam->size; r++) {
        counts[r] = blind[r];
    }
    LS_TRY(ls_comm_sum_i64(exam->comm, counts, (size_t)exam->size));
    for (int r = 0; r < exam->size; r++) {
        blind[r] = counts[r] > 0;
    }
    return LS_OK;
}

ls_status ls_check_shared(ls_exam *exam, ls_finding *finding)
{
    void *memory;
    size_t size = (size_t)exam->size;
    LS_TRY(ls_comm_agree(exam->comm,
                         ls_alloc(&memory, size * (sizeof(int64_t) + TOKEN_CHARS + 1), "tokens")));
    int64_t *counts = memory;
    char(*tokens)[TOKEN_CHARS] = (char(*)[TOKEN_CHARS])(counts + size);
    bool *blind = (bool *)(tokens + size);
    ls_status status = find_blind(exam, tokens, counts, blind);
    int count = 0;
    for (int r = 0; r < exam->size && status == LS_OK; r++) {
        count += blind[r];
    }
    if (status == LS_OK && count > 0) {
        ls_found(finding,
                 "%s is not one folder for all: rank 0 on %s and the others do not see "
                 "each other's files: ",
                 exam->folder, ls_comm_host(exam->comm));
        ls_found_ranks(finding, exam, blind);
        ls_cure(finding, LS_VERDICT_FAIL,
                "choose a train.out on a file system that all hosts share, by its full path");
    } else if (status == LS_OK) {
        ls_found(finding, "every rank reads what rank 0 wrote%s",
                 ls_comm_hosts(exam->comm) > 1 ? ", and rank 0 what every host wrote" : "");
    }
    ls_free(memory);
    return status;
}
