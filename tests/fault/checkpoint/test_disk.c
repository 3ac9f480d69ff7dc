/* Proves that a checkpoint that cannot be written costs nothing but itself: a full disk (found when
 * room is reserved, as a lost file system: exit 3), a limit on file sizes, a folder that is
 * read-only. The older checkpoints stand, nothing temporary is left, and once there is room again
 * the run goes on. The full and the read-only disk need root, for a small file system of their own;
 * without it they are skipped. */
#include "unit/checkpoint/small_run.h"

#include "lockstep/io/files.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

static char root[LS_PATH_CHARS];
static char out[LS_PATH_CHARS];
static ls_comm *self;
static ls_run_folder *folder;
static small_run run;
static bool is_mounted;

static int begin(void **state)
{
    (void)state;
    scratch_make(root);
    is_mounted = false;
    snprintf(out, sizeof out, "%s", in_folder(root, "run"));
    small_run_create(&run, out);
    return ls_comm_self(&self) == LS_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    ls_run_folder_close(folder);
    folder = NULL;
    small_run_destroy(&run);
    ls_comm_finish(self);
    if (is_mounted) {
        umount2(root, MNT_DETACH);
    }
    scratch_remove(root);
    return 0;
}

/* A file system of one MiB on `root`, seen by this process alone. */
static bool mount_small(void)
{
    is_mounted = unshare(CLONE_NEWNS) == 0 &&
                 mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
                 mount("small", root, "tmpfs", 0, "size=1m") == 0;
    return is_mounted;
}

static void open_at(int64_t step)
{
    static ls_checkpoint_head head;
    char path[LS_PATH_CHARS];
    assert_int_equal(ls_run_folder_open(&folder, out, self), LS_OK);
    assert_int_equal(ls_run_folder_choose(folder, &run.config, DATA_DIGEST, path, &head), LS_OK);
    small_run_advance(&run, 0, 0);
    if (step > 0) {
        assert_int_equal(ls_checkpoint_read(path, &run.state, self), LS_OK);
        small_run_require(&run, step, 0);
    }
    assert_int_equal(ls_run_folder_settle(folder, &run.state), LS_OK);
}

static ls_status save(int64_t step)
{
    small_run_advance(&run, step, 0);
    return ls_run_folder_save(folder, &run.state);
}

static void require_only(const char *name)
{
    ls_names names;
    assert_int_equal(ls_folder_list(in_folder(out, "checkpoints"), &names), LS_OK);
    assert_int_equal(names.count, 2);
    assert_string_equal(names.name[0], "last.h5");
    assert_string_equal(names.name[1], name);
    ls_names_free(&names);
}

/* All but `bytes` of what is free. */
static void fill_disk(const char *path, size_t bytes)
{
    struct statvfs disk;
    static const char zeros[4096];
    assert_int_equal(statvfs(root, &disk), 0);
    size_t rest = disk.f_bavail * disk.f_bsize - bytes;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (size_t done = 0; done + sizeof zeros <= rest; done += sizeof zeros) {
        assert_int_equal(fwrite(zeros, sizeof zeros, 1, file), 1);
    }
    assert_int_equal(fclose(file), 0);
}

static void full_disk(void **state)
{
    (void)state;
    if (!mount_small()) {
        print_message("no right to mount a file system: skipped\n");
        skip();
    }
    open_at(0);
    assert_int_equal(save(1), LS_OK);
    const char *filler = in_folder(root, "filler");
    /* Room for the file's small contents but not for its blocks, and hardly any at all. */
    const size_t rooms[] = {16384, 4096, 0};
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        fill_disk(filler, rooms[i]);
        ls_status status = save(2);
        assert_int_equal(status, LS_LOST);
        assert_non_null(strstr(ls_error_message(), "step-00000002.h5"));
        require_only("step-00000001.h5");
        assert_int_equal(unlink(filler), 0);
    }
    ls_run_folder_close(folder);
    open_at(1);
    assert_int_equal(save(2), LS_OK);
}

static void read_only_disk(void **state)
{
    (void)state;
    if (!mount_small()) {
        print_message("no right to mount a file system: skipped\n");
        skip();
    }
    open_at(0);
    assert_int_equal(save(1), LS_OK);
    ls_run_folder_close(folder); /* its log is open for writing */
    assert_int_equal(mount(NULL, root, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    const char *next = in_folder(out, "checkpoints/step-00000002.h5");
    small_run_advance(&run, 2, 0);
    assert_int_not_equal(ls_checkpoint_write(next, &run.state, self), LS_OK);
    assert_non_null(strstr(ls_error_message(), "step-00000002.h5"));
    require_only("step-00000001.h5");
    ls_status status = ls_run_folder_open(&folder, out, self);
    assert_int_not_equal(ls_status_exit_code(status), 0);
    assert_non_null(strstr(ls_error_message(), out));
    assert_null(folder);
    assert_int_equal(mount(NULL, root, NULL, MS_REMOUNT, NULL), 0);
    open_at(1);
}

static void file_size_limit(void **state)
{
    (void)state;
    open_at(0);
    assert_int_equal(save(1), LS_OK);
    struct rlimit limit, before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = (rlim_t)size_of(in_folder(out, "checkpoints/step-00000001.h5")) / 2;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ls_status status = save(2);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_not_equal(ls_status_exit_code(status), 0);
    assert_non_null(strstr(ls_error_message(), "step-00000002.h5"));
    require_only("step-00000001.h5");
    assert_int_equal(save(2), LS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(full_disk, begin, end),
        cmocka_unit_test_setup_teardown(read_only_disk, begin, end),
        cmocka_unit_test_setup_teardown(file_size_limit, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
