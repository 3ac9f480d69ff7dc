/* Proves of asking another program: its answer comes whole, or as much as there is room for; one
 * that fails, is killed or can't be found is told from one that answers; one that hangs, talks
 * without end, or ends its answer but not itself is killed in time. Nothing is left behind: no
 * child, no open file. */
#include "unit/cmocka_all.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/process.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static int open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    int count = 0;
    while (readdir(folder) != NULL) {
        count++;
    }
    closedir(folder);
    return count;
}

static bool ask(const char *script, double seconds, char *answer, size_t bytes)
{
    const char *const words[] = {"sh", "-c", script, NULL};
    int files = open_files();
    bool answered = ls_process_ask(words, seconds, answer, bytes);
    assert_int_equal(open_files(), files);
    assert_true(waitpid(-1, NULL, WNOHANG) == -1); /* no child is left */
    return answered;
}

static void an_answer_comes_whole(void **state)
{
    (void)state;
    char answer[64];
    assert_true(ask("echo one; echo wrong >&2; sleep 0.05; printf two", 10, answer, sizeof answer));
    assert_string_equal(answer, "one\ntwo");
    assert_true(ask("cat", 10, answer, sizeof answer)); /* there is nothing to read from us */
    assert_string_equal(answer, "");
    const char *const words[] = {"printf", "%s", "a b; $HOME", NULL}; /* no shell in between */
    assert_true(ls_process_ask(words, 10, answer, sizeof answer));
    assert_string_equal(answer, "a b; $HOME");
}

static void failures_are_told(void **state)
{
    (void)state;
    char answer[64];
    assert_false(ask("echo before; exit 3", 10, answer, sizeof answer));
    assert_false(ask("kill -9 $$", 10, answer, sizeof answer));
    const char *const unknown[] = {"no-such-program-of-lockstep", NULL};
    assert_false(ls_process_ask(unknown, 10, answer, sizeof answer));
    assert_string_equal(answer, "");
    const char *const folder[] = {"/", NULL};
    assert_false(ls_process_ask(folder, 10, answer, sizeof answer));
    assert_true(waitpid(-1, NULL, WNOHANG) == -1);
}

static void an_answer_that_is_too_long(void **state)
{
    (void)state;
    enum { ROOM = 10 };
    char answer[ROOM + 6];
    memset(answer, '!', sizeof answer);
    /* More than a pipe holds: a program that nobody reads would hang. */
    assert_true(ask("i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789; "
                    "i=$((i+1)); done",
                    30, answer, ROOM));
    assert_string_equal(answer, "012345678");
    assert_memory_equal(answer + ROOM, "!!!!!!", 6);
    assert_true(ask("printf 012345678", 10, answer, ROOM)); /* just fits */
    assert_string_equal(answer, "012345678");
    assert_true(ask("echo x", 10, answer, 1));
    assert_string_equal(answer, "");
}

static void must_be_killed(const char *script)
{
    char answer[64];
    double began = ls_clock_seconds();
    assert_false(ask(script, 0.3, answer, sizeof answer));
    double lasted = ls_clock_seconds() - began;
    assert_true(lasted >= 0.29);
    assert_true(lasted < 10);
}

static void what_hangs_is_killed(void **state)
{
    (void)state;
    must_be_killed("exec sleep 60");
    must_be_killed("echo x; exec sleep 60");
    must_be_killed("trap '' TERM INT HUP; while :; do :; done");
    must_be_killed("exec yes");
    must_be_killed("exec >&-; exec sleep 60"); /* the answer is complete, the program is not */
}

static void peak_memory_is_known(void **state)
{
    (void)state;
    int64_t before = ls_process_peak_bytes();
    assert_true(before > 0);
    size_t bytes = (size_t)64 << 20;
    char *memory = malloc(bytes);
    assert_non_null(memory);
    for (size_t i = 0; i < bytes; i += 512) {
        ((volatile char *)memory)[i] = 1;
    }
    free(memory);
    assert_true(ls_process_peak_bytes() >= (int64_t)bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_whole),      cmocka_unit_test(failures_are_told),
        cmocka_unit_test(an_answer_that_is_too_long), cmocka_unit_test(what_hangs_is_killed),
        cmocka_unit_test(peak_memory_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
