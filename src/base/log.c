/* Lines of talk: to standard error and to the run's log. */
#include "lockstep/base/log.h"

#include "lockstep/base/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int own_rank;
static bool is_quiet;
static FILE *file;

static const char *const words[] = {"", "warning: ", "error: "};

void ls_log_identify(int rank)
{
    own_rank = rank;
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
    LS_REQUIRE(file != NULL, LS_BAD_INPUT, "%s: can't append to the log: %s", path,
               strerror(errno));
    return LS_OK;
}

static void write_file(const char *word, const char *text)
{
    char time[LS_CLOCK_TEXT_CHARS];
    ls_clock_text(time);
    fprintf(file, "%s %s%s\n", time, word, text);
    fflush(file);
}

void ls_log(ls_log_level level, const char *format, ...)
{
    if (own_rank != 0) {
        return;
    }
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);

    if (level >= LS_LOG_WARN || !is_quiet) {
        fprintf(stderr, "%s%s\n", words[level], text);
    }
    if (file != NULL) {
        write_file(words[level], text);
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
