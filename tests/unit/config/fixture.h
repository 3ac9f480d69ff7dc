/* What the tests of config share: loading a text that must be refused or taken. */
#ifndef LOCKSTEP_TESTS_CONFIG_FIXTURE_H
#define LOCKSTEP_TESTS_CONFIG_FIXTURE_H

#include "lockstep/config/config.h"

/* Applies `text` as the file x.ini to the defaults; it must be taken. */
void take(ls_config *config, const char *text);
/* It must be refused with exactly this message. */
void refuse(const char *text, const char *message);
/* The same for one argument. */
void take_argument(ls_config *config, const char *argument);
void refuse_argument(const char *argument, const char *message);

#endif
