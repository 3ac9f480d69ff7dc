/* Proves which values each kind of option takes and refuses, that a refused value changes nothing,
 * and that the defaults are the documented ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include <stdio.h>
#include <string.h>

static void test_defaults(void **state)
{
    (void)state;
    ls_config config;
    ls_config_defaults(&config);
    assert_string_equal(config.data_path, "synthetic");
    assert_int_equal(config.data_holdout, 0);
    assert_string_equal(config.model_encoder, "");
    assert_int_equal(config.model_filters.count, 3);
    assert_int_equal(config.model_filters.value[0], 32);
    assert_int_equal(config.model_filters.value[2], 128);
    assert_int_equal(config.model_filters.value[3], 0);
    assert_int_equal(config.model_latent, 128);
    assert_int_equal(config.train_epochs, 100);
    assert_int_equal(config.train_batch, 64);
    assert_int_equal(config.train_lane, 16);
    assert_string_equal(config.train_resume, "auto");
    assert_string_equal(config.optim_name, "adam");
    assert_true(config.optim_lr == 1e-3);
    assert_true(config.optim_beta1 == 0.9);
    assert_true(config.optim_beta2 == 0.999);
    assert_true(config.optim_eps == 1e-8);
    assert_string_equal(config.backend_isa, "auto");
}

static void test_whole_numbers(void **state)
{
    (void)state;
    ls_config config;
    take_argument(&config, "train.batch=1");
    assert_int_equal(config.train_batch, 1);
    take_argument(&config, "train.batch= +16777216 ");
    assert_int_equal(config.train_batch, 16777216);
    take_argument(&config, "train.seed=9223372036854775807");
    assert_true(config.train_seed == INT64_MAX);

    static const char *const not_whole[] = {"abc", "3.5", "1e3", "0x10", "12 3",  "3x",      "--3",
                                            "nan", "inf", "-",   "+",    "1,000", "\xC2\xB9"};
    for (size_t i = 0; i < sizeof not_whole / sizeof *not_whole; i++) {
        char argument[64];
        char message[160];
        snprintf(argument, sizeof argument, "train.batch=%s", not_whole[i]);
        snprintf(message, sizeof message, "argument \"%s\": must be a whole number, 1 to 16777216",
                 argument);
        refuse_argument(argument, message);
    }
    refuse_argument("train.batch=0", "argument \"train.batch=0\": must be 1 to 16777216");
    refuse_argument("train.batch=16777217",
                    "argument \"train.batch=16777217\": must be 1 to 16777216");
    refuse_argument("train.batch=99999999999999999999",
                    "argument \"train.batch=99999999999999999999\": must be 1 to 16777216");
    refuse_argument("train.seed=9223372036854775808",
                    "argument \"train.seed=9223372036854775808\": must be 0 or more");
    refuse_argument("train.seed=-1", "argument \"train.seed=-1\": must be 0 or more");
    refuse_argument("train.batch=", "argument \"train.batch=\": must not be empty: 1 to 16777216");
}

static void test_decimal_numbers(void **state)
{
    (void)state;
    ls_config config;
    take_argument(&config, "optim.lr=.5e-2");
    assert_true(config.optim_lr == 0.005);
    take_argument(&config, "optim.lr=-0");
    assert_memory_equal(&config.optim_lr, &(double){0}, sizeof(double));

    static const char *const not_decimal[] = {"nan", "inf", "INFINITY", "0x1p3", "1e",  "1.5x",
                                              "1,5", "..",  "e5",       "1 2",   "-nan"};
    for (size_t i = 0; i < sizeof not_decimal / sizeof *not_decimal; i++) {
        char argument[64];
        char message[160];
        snprintf(argument, sizeof argument, "optim.lr=%s", not_decimal[i]);
        snprintf(message, sizeof message, "argument \"%s\": must be a decimal number, 0 to 1000000",
                 argument);
        refuse_argument(argument, message);
    }
    refuse_argument("optim.lr=1e999", "argument \"optim.lr=1e999\": must be 0 to 1000000");
    refuse_argument("optim.lr=1e-999", "argument \"optim.lr=1e-999\": must be 0 to 1000000");
    refuse_argument("optim.beta1=1", "argument \"optim.beta1=1\": must be 0 to 0.999999999");
    refuse_argument("optim.eps=0", "argument \"optim.eps=0\": must be 1e-30 to 1");
    refuse_argument("train.min_delta=-1e-9",
                    "argument \"train.min_delta=-1e-9\": must be 0 or more");
}

static void test_choices(void **state)
{
    (void)state;
    ls_config config;
    take_argument(&config, "backend.isa=avx2");
    assert_string_equal(config.backend_isa, "avx2");
    refuse_argument("optim.name=adma",
                    "argument \"optim.name=adma\": must be adam, sgd or muon; did you mean adam?");
    refuse_argument("backend.isa=AVX2", "argument \"backend.isa=AVX2\": must be auto, portable, "
                                        "avx2 or avx512");
    refuse_argument("optim.name=",
                    "argument \"optim.name=\": must not be empty: adam, sgd or muon");
    refuse_argument("optim.name=adam|sgd",
                    "argument \"optim.name=adam|sgd\": must be adam, sgd or muon");
}

static void test_lists(void **state)
{
    (void)state;
    ls_config config;
    take_argument(&config, "model.filters=1, 2 ,3");
    assert_int_equal(config.model_filters.count, 3);
    assert_int_equal(config.model_filters.value[1], 2);
    take_argument(&config, "model.filters=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16");
    assert_int_equal(config.model_filters.count, 16);
    static const char *const wrong[] = {
        "1,",  ",1",    "1,,2",
        "0",   "65537", "1 2",
        "1;2", "a",     "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char argument[96];
        char message[256];
        snprintf(argument, sizeof argument, "model.filters=%s", wrong[i]);
        snprintf(message, sizeof message,
                 "argument \"%s\": must be 1 to 16 numbers with commas between, each 1 to 65536",
                 argument);
        refuse_argument(argument, message);
    }
}

static void test_texts(void **state)
{
    (void)state;
    ls_config config;
    take_argument(&config, "train.out= a=b c ");
    assert_string_equal(config.train_out, "a=b c");
    take_argument(&config, "model.encoder=");
    assert_string_equal(config.model_encoder, "");
    refuse_argument("train.out=", "argument \"train.out=\": must not be empty: text");
    refuse_argument("train.out=a\nb", "argument \"train.out=a?b\": must not hold a control "
                                      "character (byte 10)");
    refuse_argument("train.out=a ;b", "argument \"train.out=a ;b\": must not begin with ; or hold "
                                      "one after a space: in a file that begins a comment");
    char argument[3000];
    memset(argument, 'x', sizeof argument);
    memcpy(argument, "train.out=", 10);
    argument[10 + 2047] = '\0';
    take_argument(&config, argument);
    assert_int_equal(strlen(config.train_out), 2047);
    argument[10 + 2047] = 'x';
    argument[10 + 2048] = '\0';
    const char *const list[] = {argument};
    assert_int_equal(ls_config_apply_arguments(&config, 1, list), LS_BAD_INPUT);
    assert_non_null(strstr(ls_error_message(), "...\": 2048 characters long: at most 2047"));
}

static void test_wrong_names(void **state)
{
    (void)state;
    refuse_argument("train.bacth=3",
                    "argument \"train.bacth=3\": unknown option; did you mean train.batch?");
    refuse_argument("batch=3", "argument \"batch=3\": unknown option; did you mean train.batch?");
    refuse_argument("bacth=3", "argument \"bacth=3\": unknown option; did you mean train.batch?");
    refuse_argument("train.batch",
                    "argument \"train.batch\": must be section.key=value, as in train.epochs=5");
    refuse_argument("", "argument \"\": must be section.key=value, as in train.epochs=5");
    refuse_argument(
        "=",
        "argument \"=\": unknown option; the sections are data, augment, corrupt, model, loss, "
        "train, comm, optim, backend");
}

static void test_refused_value_changes_nothing(void **state)
{
    (void)state;
    ls_config before;
    ls_config after;
    take(&before, "[model]\nfilters = 5,6\n[train]\nbatch = 9\nout = here\n[optim]\nlr = 0.5\n");
    memcpy(&after, &before, sizeof after);
    const char *const arguments[] = {"model.filters=1,2,x", "train.batch=0", "train.out=\x01",
                                     "optim.lr=2e6", "optim.name=none"};
    assert_int_equal(ls_config_apply_arguments(&after, 5, arguments), LS_BAD_INPUT);
    assert_memory_equal(&after, &before, sizeof after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_decimal_numbers),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_wrong_names),
        cmocka_unit_test(test_refused_value_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
