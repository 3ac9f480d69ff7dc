/* Requests by signals and by the clock. */
#include "lockstep/base/request.h"

#include "lockstep/base/clock.h"

#include <math.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static const int watched[] = {SIGUSR1, SIGUSR2, SIGTERM, SIGINT};
#define WATCHED (sizeof watched / sizeof watched[0])

static volatile sig_atomic_t stop_signals; /* that asked to stop */
static volatile sig_atomic_t end_signals;  /* of them SIGTERM and SIGINT */
static volatile sig_atomic_t save_signals;
static volatile sig_atomic_t usr1_asks_to_save;
static double stop_at_seconds = (double)INFINITY;

static void note(int number)
{
    if (number == SIGUSR1 && usr1_asks_to_save) {
        save_signals = 1;
        return;
    }
    bool ends = number == SIGTERM || number == SIGINT;
    if (ends && end_signals) {
        _exit(128 + number);
    }
    end_signals = end_signals || ends;
    stop_signals = 1;
}

void ls_request_begin(bool usr1_saves)
{
    stop_signals = end_signals = save_signals = 0;
    usr1_asks_to_save = usr1_saves;
    stop_at_seconds = (double)INFINITY;
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < WATCHED; i++) {
        sigaction(watched[i], &action, NULL);
    }
}

void ls_request_stop_at(double seconds)
{
    stop_at_seconds = seconds;
}

ls_request ls_request_stop(void)
{
    if (stop_signals) {
        return LS_REQUEST_SIGNAL;
    }
    return isfinite(stop_at_seconds) && ls_clock_seconds() >= stop_at_seconds ? LS_REQUEST_DEADLINE
                                                                              : LS_REQUEST_NONE;
}

bool ls_request_take_save(void)
{
    bool wanted = save_signals != 0;
    save_signals = 0;
    return wanted;
}
