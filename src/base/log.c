/* Lines of talk: to standard error and to the run's log. */
#include "lockstep/base/log.h"

#include "lockstep/base/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int own_rank;
static int own_size = 1;
static bool is_quiet;
static FILE *file;

static const char *const words[] = {"debug: ", "", "warning: ", "error: "};

void ls_log_identify(int rank, int size)
{
    own_rank = rank;
    own_size = size;
}

void ls_log_quiet(bool quiet)
{
    is_quiet = quiet;
}

ls_status ls_log_open(const char *path)
{
    if (file != NULL) {
        fclose(file);
        file = NULL;
    }
    if (path == NULL || own_rank != 0) {
        return LS_OK;
    }
    file = fopen(path, "ae");
    LS_REQUIRE(file != NULL, LS_BAD_INPUT, "%s: cannot append to the log: %s", path,
               strerror(errno));
    return LS_OK;
}

static void write_file(const char *prefix, const char *text)
{
    char time[LS_CLOCK_TEXT_CHARS];
    ls_clock_text(time);
    fprintf(file, "%s %s%s\n", time, prefix, text);
    fflush(file);
}

void ls_log(ls_log_level level, bool local, const char *format, ...)
{
    if (!local && own_rank != 0) {
        return;
    }
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);

    char prefix[48];
    if (local && own_size > 1) {
        snprintf(prefix, sizeof prefix, "rank %d: %s", own_rank, words[level]);
    } else {
        snprintf(prefix, sizeof prefix, "%s", words[level]);
    }
    if (level >= (is_quiet ? LS_LOG_WARN : LS_LOG_INFO)) {
        fprintf(stderr, "%s%s\n", prefix, text);
    }
    if (file != NULL) {
        write_file(prefix, text);
    }
}

void ls_log_record(ls_log_level level, const char *format, ...)
{
    if (file == NULL) {
        return;
    }
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    write_file(words[level], text);
}
