/* Loading a text that must be refused or taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static void must_pass(ls_status status)
{
    if (status != LS_OK) {
        fail_msg("refused: %s", ls_error_message());
    }
}

static void must_fail(ls_status status, const char *message)
{
    assert_int_equal(status, LS_BAD_INPUT);
    assert_string_equal(ls_error_message(), message);
}

void take(ls_config *config, const char *text)
{
    ls_config_defaults(config);
    must_pass(ls_config_apply_text(config, text, "x.ini"));
}

void refuse(const char *text, const char *message)
{
    ls_config config;
    ls_config_defaults(&config);
    must_fail(ls_config_apply_text(&config, text, "x.ini"), message);
}

void take_argument(ls_config *config, const char *argument)
{
    ls_config_defaults(config);
    must_pass(ls_config_apply_arguments(config, 1, &argument));
}

void refuse_argument(const char *argument, const char *message)
{
    ls_config config;
    ls_config_defaults(&config);
    must_fail(ls_config_apply_arguments(&config, 1, &argument), message);
}
