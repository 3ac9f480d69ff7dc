/* Faults gathered: where each is, the value as it was given, and what is allowed. */
#include "faults.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FAULTS_MAX 40 /* more are counted, not shown: a file that is no configuration at all */

const char *ls_faults_show(const char *text, char out[LS_SHOWN_CHARS])
{
    int length = snprintf(out, LS_SHOWN_CHARS, "%s", text);
    if (length >= LS_SHOWN_CHARS) {
        strcpy(out + LS_SHOWN_CHARS - 4, "...");
    }
    for (char *at = out; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if (c < 0x20 || c == 0x7f) {
            *at = '?';
        }
    }
    return out;
}

void ls_faults_add(ls_faults *faults, const ls_place *place, const char *format, ...)
{
    faults->count++;
    if (faults->count > FAULTS_MAX) {
        return;
    }
    const char *separator = faults->count > 1 ? "\n" : "";
    if (place->file != NULL) {
        ls_text_add(&faults->lines, "%s%s:%d: ", separator, place->file, place->line);
    } else {
        char shown[LS_SHOWN_CHARS];
        ls_text_add(&faults->lines, "%sargument \"%s\": ", separator,
                    ls_faults_show(place->argument, shown));
    }
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    ls_text_add(&faults->lines, "%s", message);
}

ls_status ls_faults_finish(ls_faults *faults)
{
    if (faults->count > FAULTS_MAX) {
        ls_text_add(&faults->lines, "\nand %d more faults", faults->count - FAULTS_MAX);
    }
    ls_status status = ls_text_check(&faults->lines);
    if (status == LS_OK && faults->count > 0) {
        status = ls_error_set(LS_BAD_INPUT, __FILE__, __LINE__, "%s", faults->lines.data);
    }
    ls_text_free(&faults->lines);
    return status;
}

void ls_faults_set(ls_faults *faults, const ls_place *place, const ls_option *option,
                   ls_config *config, const char *value, const char *hint)
{
    ls_text why = {0};
    if (!ls_option_parse(option, config, value, &why)) {
        const char *reason = why.failed ? "a wrong value" : why.data;
        char shown[LS_SHOWN_CHARS];
        if (place->file == NULL) { /* the argument shows its own name and value */
            ls_faults_add(faults, place, "%s%s", reason, hint);
        } else {
            ls_faults_add(faults, place, "%s = %s: %s%s", option->name,
                          ls_faults_show(value, shown), reason, hint);
        }
    }
    ls_text_free(&why);
}
