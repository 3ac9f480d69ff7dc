/* Findings in words. */
#include "exam.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANKS_SHOWN 8

static void append(char *text, size_t room, const char *format, va_list arguments)
{
    size_t used = strlen(text);
    vsnprintf(text + used, room - used, format, arguments);
}

static void append_text(char *text, size_t room, const char *more)
{
    size_t used = strlen(text);
    snprintf(text + used, room - used, "%s", more);
}

void ls_found(ls_finding *finding, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append(finding->found, sizeof finding->found, format, arguments);
    va_end(arguments);
}

void ls_cure(ls_finding *finding, ls_verdict verdict, const char *format, ...)
{
    finding->verdict = verdict > finding->verdict ? verdict : finding->verdict;
    if (finding->cure[0] != '\0') {
        append_text(finding->cure, sizeof finding->cure, "; ");
    }
    va_list arguments;
    va_start(arguments, format);
    append(finding->cure, sizeof finding->cure, format, arguments);
    va_end(arguments);
}

void ls_found_error(ls_finding *finding)
{
    const char *message = ls_error_message();
    const char *cure = NULL;
    for (const char *at = strstr(message, "; "); at != NULL; at = strstr(at + 1, "; ")) {
        cure = at;
    }
    size_t length = cure != NULL ? (size_t)(cure - message) : strlen(message);
    finding->found[0] = finding->cure[0] = '\0';
    ls_found(finding, "%.*s", (int)length, message);
    ls_cure(finding, LS_VERDICT_FAIL, "%s", cure != NULL ? cure + 2 : "mend what the line names");
}

void ls_found_ranks(ls_finding *finding, const ls_exam *exam, const bool *marked)
{
    int count = 0;
    for (int r = 0; r < exam->size; r++) {
        count += marked[r];
    }
    if (count == exam->size) {
        ls_found(finding, "every rank");
        return;
    }
    int shown = 0;
    for (int r = 0; r < exam->size && shown < RANKS_SHOWN; r++) {
        if (marked[r]) {
            ls_found(finding, "%srank %d on %s", shown++ > 0 ? ", " : "", r,
                     ls_comm_host_of(exam->comm, r));
        }
    }
    if (count > shown) {
        ls_found(finding, " and %d more", count - shown);
    }
}

const char *ls_plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

double ls_median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[count / 2];
}

const char *ls_amount(double bytes, char text[LS_AMOUNT_CHARS])
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};
    int unit = 0;
    while (bytes >= 1024 && unit < 5) {
        bytes /= 1024;
        unit++;
    }
    snprintf(text, LS_AMOUNT_CHARS, unit > 0 && bytes < 9.95 ? "%.1f %s" : "%.0f %s", bytes,
             units[unit]);
    return text;
}

static const char *long_span(double seconds, char text[LS_AMOUNT_CHARS])
{
    long long whole = seconds < 1e15 ? (long long)(seconds + 0.5) : 0;
    if (whole >= 86400) {
        snprintf(text, LS_AMOUNT_CHARS, "%lldd%02lldh", whole / 86400, whole / 3600 % 24);
    } else if (whole >= 3600) {
        snprintf(text, LS_AMOUNT_CHARS, "%lldh%02lldm", whole / 3600, whole / 60 % 60);
    } else {
        snprintf(text, LS_AMOUNT_CHARS, "%lldm%02llds", whole / 60, whole % 60);
    }
    return text;
}

const char *ls_span(double seconds, char text[LS_AMOUNT_CHARS])
{
    if (seconds >= 60) {
        return long_span(seconds, text);
    }
    double scale = seconds >= 1 ? 1 : seconds >= 1e-3 ? 1e3 : 1e6;
    const char *unit = seconds >= 1 ? "s" : seconds >= 1e-3 ? "ms" : "us";
    double value = seconds * scale;
    snprintf(text, LS_AMOUNT_CHARS, value < 9.95 ? "%.1f %s" : "%.0f %s", value, unit);
    return text;
}
