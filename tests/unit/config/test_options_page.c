/* Proves that docs/options.md is what the option table gives, and that --help names every option.
 * `test_options_page --write` brings the page up to date. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lockstep/config/config.h"

#include <stdio.h>
#include <string.h>

static void test_page_is_up_to_date(void **state)
{
    (void)state;
    static char page[1 << 16];
    ls_text text = {0};
    ls_config_help_markdown(&text);
    assert_int_equal(ls_text_check(&text), LS_OK);
    FILE *file = fopen(LOCKSTEP_OPTIONS_PAGE, "r");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    if (strcmp(page, text.data) != 0) {
        fail_msg("docs/options.md is not what the option table gives: "
                 "run test_options_page --write and commit it");
    }
    ls_text_free(&text);
}

static void test_help_names_every_option(void **state)
{
    (void)state;
    ls_text text = {0};
    ls_config_help(&text);
    assert_int_equal(ls_text_check(&text), LS_OK);
#define NAMED(section, key, ...)                                                                   \
    assert_non_null(strstr(text.data, "\n    " #section "." #key " ="));
    LS_OPTION_LIST(NAMED, NAMED, NAMED, NAMED, NAMED)
    assert_non_null(strstr(text.data, "    train.batch = 64  (1 to 16777216)\n"));
    ls_text_free(&text);
}

static int write_page(void)
{
    ls_text text = {0};
    ls_config_help_markdown(&text);
    FILE *file = fopen(LOCKSTEP_OPTIONS_PAGE, "w");
    if (file == NULL || text.failed || fputs(text.data, file) < 0 || fclose(file) != 0) {
        perror(LOCKSTEP_OPTIONS_PAGE);
        return 1;
    }
    ls_text_free(&text);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--write") == 0) {
        return write_page();
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_is_up_to_date),
        cmocka_unit_test(test_help_names_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
