/* Proves that the resolved configuration reads back to the same bytes, whatever its values, in
 * lines that inih takes whole; what a resumed run may change; and which options are a process's own
 * and go back to their defaults alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include <stdio.h>
#include <string.h>

static void check_round_trip(const ls_config *config)
{
    ls_text text = {0};
    ls_config again;
    ls_config_write(config, &text);
    assert_int_equal(ls_text_check(&text), LS_OK);
    for (const char *line = text.data; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        assert_true(length < 200);
        line += length + 1;
    }
    take(&again, text.data);
    assert_memory_equal(&again, config, sizeof again);
    ls_text_free(&text);
}

static void test_defaults_read_back(void **state)
{
    (void)state;
    ls_config config;
    ls_config_defaults(&config);
    check_round_trip(&config);
}

static void test_numbers_read_back(void **state)
{
    (void)state;
    static const double values[] = {0.1, 1.0 / 3, 1e-30, 999999.99999999988, 5e-324 * 1e300, 1e6};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        ls_config config;
        ls_config_defaults(&config);
        config.optim_lr = values[i];
        config.train_seed = INT64_MAX - (int64_t)i;
        check_round_trip(&config);
    }
    ls_config config;
    ls_text text = {0};
    take_argument(&config, "optim.lr=0.1");
    ls_config_write(&config, &text);
    assert_non_null(strstr(text.data, "\nlr = 0.1\n"));
    ls_text_free(&text);
}

/* Texts of letters that mean something to a reader of INI files, from a fixed generator. */
static void test_texts_read_back(void **state)
{
    (void)state;
    static const char letters[] = "ab(,) \\ \\;#=[]:\t";
    uint32_t x = 12345;
    int taken = 0;
    for (size_t round = 0; round < 2000; round++) {
        char argument[2100] = "train.out=";
        size_t length = round % 2047;
        for (size_t i = 0; i < length; i++) {
            x = x * 1664525u + 1013904223u;
            argument[10 + i] = letters[(x >> 24) % (sizeof letters - 1)];
            if (argument[10 + i] == ';' && strchr(" \t=", argument[9 + i]) != NULL) {
                argument[10 + i] = 'c';
            }
        }
        ls_config config;
        const char *const list[] = {argument};
        ls_config_defaults(&config);
        if (ls_config_apply_arguments(&config, 1, list) == LS_OK) {
            taken++;
            check_round_trip(&config);
        }
    }
    assert_true(taken > 1900); /* refused: texts of spaces alone, and ; behind a trimmed start */
}

static void test_texts_without_a_space_read_back(void **state)
{
    (void)state;
    static const char *const pieces[] = {"x", "\\", "a#", "[x]", "conv(32) ", "x; ", "  x"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        char argument[2100] = "data.path=";
        while (strlen(argument) + strlen(pieces[i]) < 2047) {
            strcat(argument, pieces[i]);
        }
        ls_config config;
        take_argument(&config, argument);
        check_round_trip(&config);
    }
    char argument[200] = "data.path=x";
    memset(argument + 11, '#', 101);
    refuse_argument(
        argument, "argument \"data.path=x"
                  "################################################################################"
                  "#...\": must not hold more than 100 spaces, # and ; in a row");
}

static void test_resume_changes(void **state)
{
    (void)state;
    ls_config stored;
    ls_config now;
    ls_text warnings = {0};
    ls_config_defaults(&stored);
    take(&now, "[train]\nepochs = 7\nmax_steps = 3\npatience = 2\nkeep = 9\ncheckpoint_steps = 4\n"
               "out = elsewhere\nresume = never\n[optim]\nlr = 0.5\n");
    assert_int_equal(ls_config_check_resume(&stored, &now, &warnings), LS_OK);
    assert_int_equal(warnings.length, 0);

    take(&now, "[backend]\nname = ref\nisa = avx2\n");
    assert_int_equal(ls_config_check_resume(&stored, &now, &warnings), LS_OK);
    assert_string_equal(warnings.data, "backend.name = ref: the stored run has cpu\n"
                                       "backend.isa = avx2: the stored run has auto");
    ls_text_free(&warnings);

    take(&now, "[train]\nbatch = 65\n[model]\nencoder = relu\nfilters = 32,64\n[optim]\n"
               "beta1 = 0.9000000000000001\n");
    assert_int_equal(ls_config_check_resume(&stored, &now, &warnings), LS_BAD_INPUT);
    assert_string_equal(ls_error_message(),
                        "can't resume with other options: give these back their stored values, or "
                        "choose another train.out for a new run\n"
                        "model.encoder = relu: the stored run has nothing\n"
                        "model.filters = 32,64: the stored run has 32,64,128\n"
                        "train.batch = 65: the stored run has 64\n"
                        "optim.beta1 = 0.9000000000000001: the stored run has 0.9");
    assert_int_equal(warnings.length, 0);
}

/* Every own option with a value that is not its default, in the table's order. */
static const struct {
    const char *name, *value;
} own[] = {
    {"train.out", "elsewhere"},
    {"train.resume", "never"},
    {"train.on_checkpoint_error", "continue"},
    {"train.check_replicas", "5"},
    {"train.on_replica_difference", "heal"},
    {"train.on_usr1", "checkpoint"},
    {"train.deadline", "45m"},
    {"train.trace", "trace.json"},
    {"train.trace_steps", "3"},
    {"comm.timeout_s", "9"},
    {"comm.reduce", "flat"},
    {"backend.name", "ref"},
    {"backend.conv", "winograd2"},
    {"backend.fuse", "off"},
    {"backend.isa", "avx2"},
    {"backend.products", "own"},
};
#define OWN ((int)(sizeof own / sizeof own[0]))

static void test_own_options(void **state)
{
    (void)state;
    ls_config config;
    ls_config defaults;
    ls_config wanted;
    ls_config_defaults(&defaults);
    take_argument(&wanted, "train.batch=5"); /* this one is the run's, and stays */
    config = wanted;
    assert_int_equal(ls_config_own_count(), OWN);
    for (int i = 0; i < OWN; i++) {
        char argument[64];
        const char *const list[] = {argument};
        ls_text before = {0}, after = {0};
        snprintf(argument, sizeof argument, "%s=%s", own[i].name, own[i].value);
        assert_string_equal(ls_config_own_name(i), own[i].name);
        ls_config_own_value(&defaults, i, &before);
        assert_int_equal(ls_config_apply_arguments(&config, 1, list), LS_OK);
        ls_config_own_value(&config, i, &after);
        assert_string_equal(after.data, own[i].value);
        assert_string_not_equal(before.data != NULL ? before.data : "", own[i].value);
        ls_text_free(&before);
        ls_text_free(&after);
    }
    assert_memory_not_equal(&config, &wanted, sizeof config);
    ls_config_reset_own(&config);
    assert_int_equal(config.train_batch, 5);
    ls_text one = {0}, two = {0};
    ls_config_write(&config, &one);
    ls_config_write(&wanted, &two);
    assert_string_equal(one.data, two.data);
    ls_text_free(&one);
    ls_text_free(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_read_back),
        cmocka_unit_test(test_numbers_read_back),
        cmocka_unit_test(test_texts_read_back),
        cmocka_unit_test(test_texts_without_a_space_read_back),
        cmocka_unit_test(test_resume_changes),
        cmocka_unit_test(test_own_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
