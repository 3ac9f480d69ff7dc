/* When a run must have ended. In this order: train.deadline; SLURM_JOB_END_TIME, which newer Slurm
 * sets (seconds since 1970); what `squeue -o %e` says of the job (local time). */
#include "lockstep/train/deadline.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/log.h"
#include "lockstep/base/process.h"
#include "lockstep/loss/loss.h"
#include "lockstep/train/train.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SQUEUE_SECONDS 10.0
#define SECONDS_MAX    1e10

/* "90", "90s", "1h30m", "2d": numbers with units, largest first in no way demanded. */
static bool read_units(const char *text, double *seconds)
{
    *seconds = 0;
    while (*text != '\0') {
        char *end;
        double number = strtod(text, &end);
        /* strtod would take signs, spaces, exponents and hexadecimal numbers too. */
        if (end == text || strspn(text, "0123456789.") != (size_t)(end - text)) {
            return false;
        }
        const char *units = "smhd";
        static const double worth[] = {1, 60, 3600, 86400};
        const char *unit = *end != '\0' ? strchr(units, *end) : units;
        if (unit == NULL) {
            return false;
        }
        *seconds += number * worth[unit - units];
        text = end + (*end != '\0');
    }
    return true;
}

/* Whether there is nothing but digits with single signs between: sscanf would take more. */
static bool only_digits_between(const char *text, const char *signs)
{
    bool digit = false;
    for (; *text != '\0'; text++) {
        if (!isdigit((unsigned char)*text) && (!digit || strchr(signs, *text) == NULL)) {
            return false;
        }
        digit = isdigit((unsigned char)*text) != 0;
    }
    return digit;
}

/* "MM:SS", "HH:MM:SS", "D-HH:MM:SS", as Slurm writes time limits. */
static bool read_clock(const char *text, double *seconds)
{
    unsigned d = 0;
    unsigned h = 0;
    unsigned m = 0;
    unsigned s = 0;
    int end = 0;
    bool read = (sscanf(text, "%9u-%9u:%9u:%9u%n", &d, &h, &m, &s, &end) == 4 && !text[end]) ||
                (d = 0, sscanf(text, "%9u:%9u:%9u%n", &h, &m, &s, &end) == 3 && !text[end]) ||
                (h = 0, sscanf(text, "%9u:%9u%n", &m, &s, &end) == 2 && !text[end]);
    *seconds = 86400.0 * d + 3600.0 * h + 60.0 * m + s;
    return read && only_digits_between(text, ":-");
}

/* "2026-01-31T12:00:00", with Z for UTC and without for local time, as seconds since 1970. */
static bool read_date(const char *text, double *seconds)
{
    struct tm parts = {.tm_isdst = -1};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);
    if (end == NULL || (*end != '\0' && strcmp(end, "Z") != 0)) {
        return false;
    }
    int day = parts.tm_mday;
    *seconds = (double)(*end == 'Z' ? timegm(&parts) : mktime(&parts));
    return parts.tm_mday == day; /* else there is no such day: 30 February became 2 March */
}

/* From seconds since 1970 to ls_clock_seconds. */
static double to_clock(double since_1970)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return ls_clock_seconds() + since_1970 - ((double)now.tv_sec + 1e-9 * (double)now.tv_nsec);
}

static ls_status read_option(const char *text, double began, double *at)
{
    double seconds = 0;
    *at = (double)INFINITY;
    if (text[0] == '\0' || strcmp(text, "never") == 0) {
        return LS_OK;
    }
    if (read_date(text, &seconds)) {
        *at = to_clock(seconds);
        return LS_OK;
    }
    bool read = strchr(text, ':') != NULL ? read_clock(text, &seconds) : read_units(text, &seconds);
    LS_REQUIRE(read && seconds > 0 && seconds < SECONDS_MAX, LS_BAD_INPUT,
               "train.deadline = %s: must be a duration (90s, 45m, 1h30m, HH:MM:SS, D-HH:MM:SS), a "
               "time (2026-01-31T12:00:00, with Z for UTC), or never",
               text);
    *at = began + seconds;
    return LS_OK;
}

ls_status ls_train_check(const ls_config *config)
{
    double at;
    LS_TRY(ls_task_check_loss(ls_task_of(config), config->loss_terms));
    return read_option(config->train_deadline, 0, &at);
}

static bool ask_squeue(const char *job, double *since_1970)
{
    const char *const words[] = {"squeue", "-h", "-j", job, "-o", "%e", NULL};
    char answer[256];
    if (!ls_process_ask(words, SQUEUE_SECONDS, answer, sizeof answer)) {
        return false;
    }
    answer[strcspn(answer, " \n")] = '\0';
    return read_date(answer, since_1970);
}

static void ask_slurm(ls_deadline *out)
{
    const char *job = getenv("SLURM_JOB_ID");
    const char *end = getenv("SLURM_JOB_END_TIME");
    double since_1970 = 0;
    if (end != NULL && read_units(end, &since_1970) && since_1970 > 0) {
        out->at = to_clock(since_1970);
        snprintf(out->by, sizeof out->by, "SLURM_JOB_END_TIME");
    } else if (job != NULL && ask_squeue(job, &since_1970)) {
        out->at = to_clock(since_1970);
        snprintf(out->by, sizeof out->by, "squeue");
    } else if (job != NULL) {
        ls_warn("squeue did not tell when Slurm job %s ends; give train.deadline to stop in time",
                job);
    }
}

ls_status ls_deadline_find(ls_deadline *out, const ls_config *config, double began)
{
    *out = (ls_deadline){.at = (double)INFINITY, .by = "train.deadline"};
    if (config->train_deadline[0] == '\0') {
        ask_slurm(out);
        return LS_OK;
    }
    return read_option(config->train_deadline, began, &out->at);
}
