/* Proves how much memory is found to be left, on trees of files as Linux shows them: the system's
 * own number; less where a control group of version 1 or 2, or one above it, allows less; pages of
 * files that would be given back count as left; groups without a limit do not count. */
#include "doctor/memory_left.h"
#include "unit/cmocka_all.h"
#include "unit/io/scratch.h"

#include "lockstep/io/files.h"

#include <stdio.h>
#include <string.h>

#define MIB INT64_C(1048576)

static int trees;
static char root[LS_PATH_CHARS];

static void begin(void)
{
    char name[32];
    snprintf(name, sizeof name, "tree-%d", trees++);
    snprintf(root, sizeof root, "%s", scratch_path(name));
    assert_int_equal(ls_folder_make(root), LS_OK);
}

static void put(const char *path, const char *text)
{
    char full[LS_PATH_CHARS];
    assert_int_equal(ls_path_join(full, root, path), LS_OK);
    char *slash = strrchr(full, '/');
    *slash = '\0';
    assert_int_equal(ls_folder_make(full), LS_OK);
    *slash = '/';
    scratch_write(full, text, strlen(text));
}

/* A host with 1000 MiB available; groups: its /proc/self/cgroup. */
static void begin_host(const char *groups)
{
    begin();
    put("proc/meminfo", "MemTotal:  4096000 kB\nMemFree: 1 kB\nMemAvailable:  1024000 kB\n");
    put("proc/self/cgroup", groups);
}

static void nothing_known(void **state)
{
    (void)state;
    begin();
    assert_int_equal(ls_memory_left_under(root), -1);
}

static void no_limits(void **state)
{
    (void)state;
    begin_host("4:memory:/\n0::/\n");
    assert_int_equal(ls_memory_left_under(root), 1000 * MIB);
    put("sys/fs/cgroup/memory.max", "max\n");
    put("sys/fs/cgroup/memory.current", "5\n");
    put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    put("sys/fs/cgroup/memory/memory.usage_in_bytes", "5\n");
    assert_int_equal(ls_memory_left_under(root), 1000 * MIB);
}

static void version_two(void **state)
{
    (void)state;
    begin_host("0::/slurm/job_7/step_0\n");
    put("sys/fs/cgroup/slurm/job_7/step_0/memory.max", "max\n");
    put("sys/fs/cgroup/slurm/job_7/step_0/memory.current", "1\n");
    put("sys/fs/cgroup/slurm/job_7/memory.max", "209715200\n");     /* 200 MiB */
    put("sys/fs/cgroup/slurm/job_7/memory.current", "104857600\n"); /* 100 */
    put("sys/fs/cgroup/slurm/job_7/memory.stat", "anon 7\nfile 9\ninactive_file 10485760\n");
    assert_int_equal(ls_memory_left_under(root), 110 * MIB);
    put("sys/fs/cgroup/slurm/memory.max", "1048576\n");
    put("sys/fs/cgroup/slurm/memory.current", "2097152\n");
    assert_int_equal(ls_memory_left_under(root), 0);
}

static void version_one(void **state)
{
    (void)state;
    begin_host("9:cpu:/x\n4:memory:/slurm/job_7\n0::/\n");
    put("sys/fs/cgroup/memory/slurm/job_7/memory.limit_in_bytes", "314572800\n"); /* 300 MiB */
    put("sys/fs/cgroup/memory/slurm/job_7/memory.usage_in_bytes", "104857600\n");
    put("sys/fs/cgroup/memory/slurm/job_7/memory.stat",
        "inactive_file 5\ntotal_inactive_file 1048576\n");
    assert_int_equal(ls_memory_left_under(root), 201 * MIB);
    /* In a container the path is the host's: the root that is mounted counts. */
    put("proc/self/cgroup", "4:memory:/of/the/host\n");
    put("sys/fs/cgroup/memory/memory.limit_in_bytes", "52428800\n");
    put("sys/fs/cgroup/memory/memory.usage_in_bytes", "10485760\n");
    assert_int_equal(ls_memory_left_under(root), 40 * MIB);
}

/* On Linux something is told, and it is no more than any host has. */
static void of_this_host(void **state)
{
    (void)state;
    int64_t left = ls_memory_left();
    assert_true(left >= MIB && left < (INT64_C(1) << 50));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_known), cmocka_unit_test(no_limits),
        cmocka_unit_test(version_two),   cmocka_unit_test(version_one),
        cmocka_unit_test(of_this_host),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
