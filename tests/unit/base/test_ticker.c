/* Proves of the ticker: the first tick comes at once and the others by the interval, while the main
 * thread does nothing; no tick comes after the stop, which does not wait for the interval's end;
 * signals reach the main thread alone; two tickers do not disturb each other. */
#include "unit/cmocka_all.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/ticker.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

typedef struct counter {
    atomic_int ticks;
    _Atomic double first, last; /* when */
} counter;

static void count(void *context)
{
    counter *c = context;
    double now = ls_clock_seconds();
    if (atomic_fetch_add(&c->ticks, 1) == 0) {
        atomic_store(&c->first, now);
    }
    atomic_store(&c->last, now);
}

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static void wait_for(counter *c, int ticks)
{
    double end = ls_clock_seconds() + 10;
    while (atomic_load(&c->ticks) < ticks) {
        assert_true(ls_clock_seconds() < end);
        sleep_ms(1);
    }
}

static void ticks_by_the_interval(void **state)
{
    (void)state;
    counter c = {0};
    ls_ticker ticker;
    double began = ls_clock_seconds();
    assert_int_equal(ls_ticker_start(&ticker, 0.03, count, &c), LS_OK);
    wait_for(&c, 5);
    ls_ticker_stop(&ticker);
    int ticks = atomic_load(&c.ticks);
    assert_true(atomic_load(&c.last) - atomic_load(&c.first) >= 0.03 * (ticks - 1));
    assert_true(atomic_load(&c.last) - began < 10);
    sleep_ms(100);
    assert_int_equal(atomic_load(&c.ticks), ticks);
}

static void the_stop_does_not_wait(void **state)
{
    (void)state;
    counter c = {0};
    ls_ticker ticker;
    double began = ls_clock_seconds();
    assert_int_equal(ls_ticker_start(&ticker, 3600, count, &c), LS_OK);
    wait_for(&c, 1);
    ls_ticker_stop(&ticker);
    assert_true(ls_clock_seconds() - began < 10);
    assert_int_equal(atomic_load(&c.ticks), 1);
}

/* Whether stopped at once or not, a ticker ends: its thread may not even have begun. */
static void stops_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        counter c = {0};
        ls_ticker ticker;
        assert_int_equal(ls_ticker_start(&ticker, 3600, count, &c), LS_OK);
        ls_ticker_stop(&ticker);
        assert_in_range(atomic_load(&c.ticks), 0, 1);
    }
}

static pthread_t main_thread;
static volatile sig_atomic_t signals_here, signals_elsewhere;

static void take_signal(int number)
{
    (void)number;
    if (pthread_equal(pthread_self(), main_thread)) {
        signals_here = signals_here + 1;
    } else {
        signals_elsewhere = signals_elsewhere + 1;
    }
}

static void signals_stay_with_the_main_thread(void **state)
{
    (void)state;
    counter c = {0};
    ls_ticker ticker;
    sigset_t usr2;
    struct sigaction old;
    struct sigaction action = {.sa_handler = take_signal};
    main_thread = pthread_self();
    assert_int_equal(sigaction(SIGUSR2, &action, &old), 0);
    assert_int_equal(ls_ticker_start(&ticker, 0.001, count, &c), LS_OK);
    sigemptyset(&usr2);
    sigaddset(&usr2, SIGUSR2);
    /* With the main thread closed to it, the signal would go to any other that is open. */
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &usr2, NULL), 0);
    assert_int_equal(kill(getpid(), SIGUSR2), 0);
    wait_for(&c, atomic_load(&c.ticks) + 20);
    assert_int_equal(signals_here + signals_elsewhere, 0);
    assert_int_equal(pthread_sigmask(SIG_UNBLOCK, &usr2, NULL), 0);
    assert_int_equal(signals_here, 1);
    assert_int_equal(signals_elsewhere, 0);
    ls_ticker_stop(&ticker);
    assert_int_equal(sigaction(SIGUSR2, &old, NULL), 0);
}

static void two_tickers(void **state)
{
    (void)state;
    counter a = {0}, b = {0};
    ls_ticker one, two;
    assert_int_equal(ls_ticker_start(&one, 0.002, count, &a), LS_OK);
    assert_int_equal(ls_ticker_start(&two, 0.002, count, &b), LS_OK);
    wait_for(&a, 10);
    ls_ticker_stop(&one);
    int ticks = atomic_load(&a.ticks);
    wait_for(&b, atomic_load(&b.ticks) + 10);
    ls_ticker_stop(&two);
    assert_int_equal(atomic_load(&a.ticks), ticks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_by_the_interval),
        cmocka_unit_test(the_stop_does_not_wait),
        cmocka_unit_test(stops_at_once),
        cmocka_unit_test(signals_stay_with_the_main_thread),
        cmocka_unit_test(two_tickers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
