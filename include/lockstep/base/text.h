/* Text: a growing buffer for reports, paths, and the nearest known name for a wrong one. Local. */
#ifndef LOCKSTEP_BASE_TEXT_H
#define LOCKSTEP_BASE_TEXT_H

#include "lockstep/base/status.h"

#include <stdbool.h>
#include <stddef.h>

#define LS_PATH_CHARS 4096

typedef struct ls_text {
    char *data; /* owned, always ended by '\0' once something was added; NULL when empty */
    size_t length;
    size_t capacity;
    int failed; /* memory ran out: checked once at the end with ls_text_check */
} ls_text;

void ls_text_add(ls_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Any bytes, zeros included; length counts them. */
void ls_text_add_bytes(ls_text *text, const void *data, size_t bytes);
/* "s" with JSON's escapes and quotes. */
void ls_text_add_json_string(ls_text *text, const char *s);
/* A number that reads back to the same double (shortest of %.15g and %.17g); null if not finite. */
void ls_text_add_json_number(ls_text *text, double value);
ls_status ls_text_check(const ls_text *text);
void ls_text_free(ls_text *text);

/* Whether `text` ends with `end`. */
bool ls_text_ends(const char *text, const char *end);

/* "directory/name" into path; fails when it does not fit. */
ls_status ls_path_join(char path[LS_PATH_CHARS], const char *directory, const char *name);

/* The name of `names` (ended by NULL) nearest to `word` by edit distance; NULL when none is near.
 */
const char *ls_nearest_name(const char *word, const char *const *names);
/* Adds "; did you mean NEAREST?", or where none is near "; known: " and all of them. */
void ls_text_add_hint(ls_text *text, const char *word, const char *const *names);

#endif
