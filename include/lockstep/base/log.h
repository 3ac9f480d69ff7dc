/* Talk: lines on standard error and, once opened, in the run's log.txt. Results are not talk: the
 * app prints those on standard output.
 *
 * GLOBAL lines (ls_info, ls_warn) are said by rank 0 alone and may be called by all ranks; LOCAL
 * lines (ls_info_local, ls_warn_local) are said by any rank and carry its number.
 */
#ifndef LOCKSTEP_BASE_LOG_H
#define LOCKSTEP_BASE_LOG_H

#include "lockstep/base/status.h"

#include <stdbool.h>

typedef enum ls_log_level { LS_LOG_DEBUG, LS_LOG_INFO, LS_LOG_WARN, LS_LOG_ERROR } ls_log_level;

/* Who speaks; before this call the process counts as rank 0 of 1. */
void ls_log_identify(int rank, int size);
/* Quiet: only warnings and errors reach standard error; log.txt still gets all. */
void ls_log_quiet(bool quiet);
/* Appends to `path` from here on (rank 0 only); NULL closes. */
ls_status ls_log_open(const char *path);

void ls_log(ls_log_level level, bool local, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A line for log.txt alone: what the app says on standard error by itself. */
void ls_log_record(ls_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define ls_info(...)       ls_log(LS_LOG_INFO, false, __VA_ARGS__)
#define ls_warn(...)       ls_log(LS_LOG_WARN, false, __VA_ARGS__)
#define ls_info_local(...) ls_log(LS_LOG_INFO, true, __VA_ARGS__)
#define ls_warn_local(...) ls_log(LS_LOG_WARN, true, __VA_ARGS__)

#endif
