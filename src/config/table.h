/* Private to config: one row of the option table at run time, and what is done with a row. */
#ifndef LOCKSTEP_CONFIG_TABLE_H
#define LOCKSTEP_CONFIG_TABLE_H

#include "lockstep/config/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ls_option_kind { LS_INT, LS_REAL, LS_TEXT, LS_CHOICE, LS_INTS } ls_option_kind;
typedef enum ls_option_resume {
    LS_RESUME_FIXED,
    LS_RESUME_FREE,
    LS_RESUME_OWN,
    LS_RESUME_WARN
} ls_option_resume;

typedef struct ls_option {
    const char *section;
    const char *key;
    const char *name; /* "section.key" */
    ls_option_kind kind;
    size_t offset;              /* of the field in ls_config, bytes */
    const char *default_text;   /* read by the same parser as a file's value */
    int64_t low, high;          /* INT, INTS */
    double real_low, real_high; /* REAL */
    const char *choices;        /* CHOICE: "a|b|c" */
    ls_option_resume resume;
    const char *help;
} ls_option;

#define LS_OPTION_ONE(...) +1
enum {
    LS_OPTION_COUNT =
        0 LS_OPTION_LIST(LS_OPTION_ONE, LS_OPTION_ONE, LS_OPTION_ONE, LS_OPTION_ONE, LS_OPTION_ONE)
};

extern const ls_option ls_option_table[LS_OPTION_COUNT];

/* NULL when there is none. */
const ls_option *ls_option_find(const char *section, const char *key);
bool ls_option_section_known(const char *section);
/* "; did you mean ...?", or what is known instead. `section` may be "" or unknown. */
void ls_option_suggest(const char *section, const char *key, ls_text *out);
void ls_option_suggest_section(const char *section, ls_text *out);

/* Reads `value` (without surrounding spaces) into the option's field of `config`. On a wrong value
 * the field stays as it is and `why` says what is allowed. */
bool ls_option_parse(const ls_option *option, ls_config *config, const char *value, ls_text *why);
/* The field's value as text that ls_option_parse reads back to the same value. */
void ls_option_format(const ls_option *option, const ls_config *config, ls_text *out);
/* What the option may be: "0 to 4096", "adam or sgd", ... */
void ls_option_allowed(const ls_option *option, ls_text *out);

/* Characters that a line of a file cannot begin with when it continues a value: spaces would be
 * skipped, the others begin a comment. A longer run of them could not be broken into lines. */
#define LS_UNBREAKABLE     " \t;#"
#define LS_UNBREAKABLE_MAX 100

#endif
