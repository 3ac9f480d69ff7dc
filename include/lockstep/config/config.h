/* Configuration: text -> checked values.
 *
 *     ls_config config;
 *     LS_TRY(ls_config_load(&config, "paper.ini", 1, (const char *[]){"train.batch=128"}));
 *     config.train_batch ...
 *
 * All functions are local. A status of LS_BAD_INPUT carries ALL faults, one a line, each as
 * `file:line: section.key = value: what is allowed` (or `argument "..."`), with the nearest known
 * name for an unknown one.
 */
#ifndef LOCKSTEP_CONFIG_CONFIG_H
#define LOCKSTEP_CONFIG_CONFIG_H

#include "lockstep/base/status.h"
#include "lockstep/base/text.h"
#include "lockstep/config/options.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct ls_ints {
    int count;
    int64_t value[LS_INTS_MAX];
} ls_ints;

#define LS_FIELD_INT(section, key, ...)    int64_t section##_##key;
#define LS_FIELD_REAL(section, key, ...)   double section##_##key;
#define LS_FIELD_TEXT(section, key, ...)   char section##_##key[LS_OPTION_CHARS];
#define LS_FIELD_CHOICE(section, key, ...) char section##_##key[LS_OPTION_CHARS];
#define LS_FIELD_INTS(section, key, ...)   ls_ints section##_##key;
/* A plain value: may be copied and broadcast as bytes. */
typedef struct ls_config {
    LS_OPTION_LIST(LS_FIELD_INT, LS_FIELD_REAL, LS_FIELD_TEXT, LS_FIELD_CHOICE, LS_FIELD_INTS)
} ls_config;

void ls_config_defaults(ls_config *config);

/* Defaults, then the file (NULL: none), then `section.key=value` arguments. */
ls_status ls_config_load(ls_config *config, const char *path, int count,
                         const char *const *arguments);
/* The same on top of what `config` holds. `name` stands for the file in messages. */
ls_status ls_config_apply_text(ls_config *config, const char *text, const char *name);
ls_status ls_config_apply_arguments(ls_config *config, int count, const char *const *arguments);

/* The resolved configuration as INI text: reads back to an equal config. */
void ls_config_write(const ls_config *config, ls_text *out);
/* All options with defaults, ranges and help: for --help, and as a Markdown table for docs. */
void ls_config_help(ls_text *out);
void ls_config_help_markdown(ls_text *out);

/* The options that belong to this very process and not to the run's result (OWN and WARN in the
 * table): how many there are, the name and value of one, and all of them back to their defaults. */
int ls_config_own_count(void);
const char *ls_config_own_name(int index);
void ls_config_own_value(const ls_config *config, int index, ls_text *out);
void ls_config_reset_own(ls_config *config);

/* What a resumed run changes against the stored one. FIXED options that differ make the call fail,
 * all named with both values; WARN options that differ are listed in `warnings`. */
ls_status ls_config_check_resume(const ls_config *stored, const ls_config *now, ls_text *warnings);

#endif
