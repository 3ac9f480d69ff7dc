/* Private to config: faults of a file and of the arguments, gathered to be reported at once. */
#ifndef LOCKSTEP_CONFIG_FAULTS_H
#define LOCKSTEP_CONFIG_FAULTS_H

#include "table.h"

/* Where a value was given: a line of a file, or an argument. */
typedef struct ls_place {
    const char *file;     /* NULL: an argument */
    int line;             /* from 1 */
    const char *argument; /* as it was typed */
} ls_place;

typedef struct ls_faults {
    ls_text lines; /* one a line */
    int count;
} ls_faults;

/* Adds "place: " and the message. */
void ls_faults_add(ls_faults *faults, const ls_place *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* LS_BAD_INPUT with all of them, or LS_OK when there are none; frees them. */
ls_status ls_faults_finish(ls_faults *faults);

/* `text` for a message: cut when long, control characters as '?'. Returns `out`. */
#define LS_SHOWN_CHARS 96
const char *ls_faults_show(const char *text, char out[LS_SHOWN_CHARS]);

/* Sets the option from `value`; what is wrong with it becomes a fault. `hint` is added to it. */
void ls_faults_set(ls_faults *faults, const ls_place *place, const ls_option *option,
                   ls_config *config, const char *value, const char *hint);

/* The file's parser: sets what it can and adds the faults. `name` stands for the file. */
void ls_config_read_text(ls_config *config, const char *text, const char *name, ls_faults *faults);

#endif
