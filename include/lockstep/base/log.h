/* Talk: lines on standard error and, once opened, in the run's log.txt. Results are not talk: the
 * app prints those on standard output.
 *
 * Lines are said by rank 0 alone and may be called by all ranks. Local.
 */
#ifndef LOCKSTEP_BASE_LOG_H
#define LOCKSTEP_BASE_LOG_H

#include "lockstep/base/status.h"

#include <stdbool.h>

typedef enum ls_log_level { LS_LOG_INFO, LS_LOG_WARN, LS_LOG_ERROR } ls_log_level;

/* Who speaks; before this call the process counts as rank 0. */
void ls_log_identify(int rank);
/* Quiet: only warnings and errors reach standard error; log.txt still gets all. */
void ls_log_quiet(bool quiet);
/* Appends to `path` from here on (rank 0 only); NULL closes. */
ls_status ls_log_open(const char *path);

void ls_log(ls_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A line for log.txt alone: what the app says on standard error by itself. */
void ls_log_record(ls_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define ls_info(...) ls_log(LS_LOG_INFO, __VA_ARGS__)
#define ls_warn(...) ls_log(LS_LOG_WARN, __VA_ARGS__)

#endif
