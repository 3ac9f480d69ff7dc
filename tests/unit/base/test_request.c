/* Proves of requests: each watched signal is noted as what it asks for, SIGUSR1 as a checkpoint
 * where that was chosen; a second SIGTERM or SIGINT ends the process with 143 or 130, and nothing
 * else does; a time limit asks once it is reached; the beginning forgets what was. */
#include "unit/cmocka_all.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/request.h"

#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const int watched[] = {SIGUSR1, SIGUSR2, SIGTERM, SIGINT};
#define WATCHED (sizeof watched / sizeof watched[0])

static void every_signal_asks_to_stop(void **state)
{
    (void)state;
    for (size_t i = 0; i < WATCHED; i++) {
        ls_request_begin(false);
        assert_int_equal(ls_request_stop(), LS_REQUEST_NONE);
        assert_int_equal(raise(watched[i]), 0);
        assert_int_equal(ls_request_stop(), LS_REQUEST_SIGNAL);
        assert_int_equal(ls_request_stop(), LS_REQUEST_SIGNAL); /* it stays */
        assert_false(ls_request_take_save());
    }
}

static void usr1_may_save(void **state)
{
    (void)state;
    ls_request_begin(true);
    assert_false(ls_request_take_save());
    raise(SIGUSR1);
    raise(SIGUSR1);
    assert_int_equal(ls_request_stop(), LS_REQUEST_NONE);
    assert_true(ls_request_take_save());
    assert_false(ls_request_take_save()); /* taken */
    raise(SIGUSR2);
    assert_int_equal(ls_request_stop(), LS_REQUEST_SIGNAL);
    assert_false(ls_request_take_save());
}

/* The exit code of a process that gets these signals one after the other; 0: it outlives them. */
static int exit_code_after(const int *signals, int count)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        ls_request_begin(false);
        for (int i = 0; i < count; i++) {
            raise(signals[i]);
        }
        _exit(ls_request_stop() == LS_REQUEST_SIGNAL ? 0 : 1);
    }
    int status = 0;
    assert_true(waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_second_end_signal_ends(void **state)
{
    (void)state;
    static const struct {
        int signals[3], count, code;
    } cases[] = {
        {{SIGTERM}, 1, 0},
        {{SIGINT}, 1, 0},
        {{SIGTERM, SIGTERM}, 2, 143},
        {{SIGINT, SIGINT}, 2, 130},
        {{SIGTERM, SIGINT}, 2, 130},
        {{SIGINT, SIGTERM}, 2, 143},
        {{SIGUSR1, SIGUSR2, SIGUSR1}, 3, 0},
        {{SIGUSR1, SIGTERM}, 2, 0},
        {{SIGTERM, SIGUSR2}, 2, 0},
        {{SIGTERM, SIGUSR1, SIGTERM}, 3, 143},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(exit_code_after(cases[i].signals, cases[i].count), cases[i].code);
    }
}

static void a_time_limit_asks(void **state)
{
    (void)state;
    ls_request_begin(false);
    ls_request_stop_at(ls_clock_seconds() + 1000);
    assert_int_equal(ls_request_stop(), LS_REQUEST_NONE);
    double at = ls_clock_seconds() + 0.05;
    ls_request_stop_at(at);
    while (ls_request_stop() == LS_REQUEST_NONE) {
        assert_true(ls_clock_seconds() < at + 5);
    }
    assert_true(ls_clock_seconds() >= at);
    assert_int_equal(ls_request_stop(), LS_REQUEST_DEADLINE);
    raise(SIGUSR2); /* who asks by a signal is told so, whatever the clock says */
    assert_int_equal(ls_request_stop(), LS_REQUEST_SIGNAL);
    ls_request_begin(false);
    assert_int_equal(ls_request_stop(), LS_REQUEST_NONE);
    ls_request_stop_at(0);
    assert_int_equal(ls_request_stop(), LS_REQUEST_DEADLINE);
    ls_request_stop_at((double)INFINITY);
    assert_int_equal(ls_request_stop(), LS_REQUEST_NONE);
}

/* A read that a signal interrupts goes on: no library under us has to know of requests. */
static void calls_are_restarted(void **state)
{
    (void)state;
    int ends[2];
    char byte = 0;
    assert_int_equal(pipe(ends), 0);
    ls_request_begin(false);
    pid_t parent = getpid();
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        usleep(50000);
        kill(parent, SIGUSR2);
        usleep(50000);
        _exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
    }
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(byte, 'x');
    assert_int_equal(ls_request_stop(), LS_REQUEST_SIGNAL);
    assert_true(waitpid(child, NULL, 0) == child);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_signal_asks_to_stop), cmocka_unit_test(usr1_may_save),
        cmocka_unit_test(a_second_end_signal_ends),  cmocka_unit_test(a_time_limit_asks),
        cmocka_unit_test(calls_are_restarted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
