/* Proves that the table of docs/layers.md is what the layer types say of themselves.
 * `test_layers_page --write` brings it up to date. */
#include "unit/cmocka_all.h"

#include "lockstep/base/text.h"
#include "lockstep/layer/layer.h"

#include <stdio.h>
#include <string.h>

#define TABLE "|---|---|\n"

static char page[1 << 16];

/* The page as it stands; NULL when there is none, or no table in it. Else where the rows begin. */
static char *read_page(void)
{
    FILE *file = fopen(LOCKSTEP_LAYERS_PAGE, "r");
    if (file == NULL) {
        return NULL;
    }
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    char *table = strstr(page, TABLE);
    return table != NULL ? table + strlen(TABLE) : NULL;
}

static void make_rows(ls_text *text)
{
    for (int i = 0; i < ls_layer_type_count(); i++) {
        const ls_layer_type *type = ls_layer_type_at(i);
        ls_text_add(text, "| `%s` | %s |\n", type->name, type->help);
    }
}

static void table_is_up_to_date(void **state)
{
    (void)state;
    ls_text rows = {0};
    make_rows(&rows);
    assert_int_equal(ls_text_check(&rows), LS_OK);
    const char *stands = read_page();
    assert_non_null(stands);
    if (strcmp(stands, rows.data) != 0) {
        fail_msg("docs/layers.md is not what the layers say: run test_layers_page --write and "
                 "commit it");
    }
    ls_text_free(&rows);
}

static int write_page(void)
{
    ls_text rows = {0};
    make_rows(&rows);
    char *stands = read_page();
    FILE *file = stands != NULL ? fopen(LOCKSTEP_LAYERS_PAGE, "w") : NULL;
    if (file == NULL || rows.failed) {
        perror(LOCKSTEP_LAYERS_PAGE);
        return 1;
    }
    *stands = '\0';
    bool written = fputs(page, file) >= 0 && fputs(rows.data, file) >= 0;
    ls_text_free(&rows);
    return fclose(file) == 0 && written ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--write") == 0) {
        return write_page();
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(table_is_up_to_date)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
