/* Status codes, and the one error of the process: its message and its trace. */
#include "lockstep/base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_CHARS 16384 /* all faults of a configuration file fit */
#define TRACE_CHARS   2048

static char message[MESSAGE_CHARS];
static char trace[TRACE_CHARS];

#define CODE_CASE(name, code) [name] = (code),
static const int exit_codes[LS_STATUS_COUNT] = {LS_STATUS_LIST(CODE_CASE)};

int ls_status_exit_code(ls_status status)
{
    return exit_codes[status];
}

/* Source files are named from src/ on, whatever folder they were compiled in. */
static const char *short_name(const char *file)
{
    const char *found = strstr(file, "src/");
    return found != NULL ? found : file;
}

static void add_frame(const char *file, int line)
{
    size_t used = strlen(trace);
    snprintf(trace + used, sizeof trace - used, "%s%s:%d", used > 0 ? " < " : "", short_name(file),
             line);
}

ls_status ls_error_set(ls_status status, const char *file, int line, const char *format, ...)
{
    /* An argument may be the message that stands there now: build beside, then copy. */
    static char next[MESSAGE_CHARS];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(next, sizeof next, format, arguments);
    va_end(arguments);
    memcpy(message, next, sizeof message);
    trace[0] = '\0';
    add_frame(file, line);
    return status;
}

void ls_error_append(const char *format, ...)
{
    size_t used = strlen(message);
    if (used + 2 > sizeof message) {
        return;
    }
    if (used > 0) {
        message[used++] = '\n';
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message + used, sizeof message - used, format, arguments);
    va_end(arguments);
}

ls_status ls_error_pass(ls_status status, const char *file, int line)
{
    add_frame(file, line);
    return status;
}

const char *ls_error_message(void)
{
    return message;
}

const char *ls_error_trace(void)
{
    return trace;
}

void ls_error_clear(void)
{
    message[0] = '\0';
    trace[0] = '\0';
}
