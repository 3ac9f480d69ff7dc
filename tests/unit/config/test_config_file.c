/* Proves how a configuration file is read: sections, comments, joined lines, what is refused and
 * the line that the message names, and that a file and the arguments report all faults at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void test_comments_and_spaces(void **state)
{
    (void)state;
    ls_config config;
    take(&config, "# first\n; second\n\n[train]\nbatch=128\n  \n  # indented\n"
                  "epochs  =  7 ; the comment behind\nlane: 8\n\n[model]\nlatent = 0\n");
    assert_int_equal(config.train_batch, 128);
    assert_int_equal(config.train_epochs, 7);
    assert_int_equal(config.train_lane, 8);
    assert_int_equal(config.model_latent, 0);
    assert_int_equal(config.train_seed, 1); /* not in the file: the default */
}

static void test_ends_of_lines(void **state)
{
    (void)state;
    ls_config config;
    take(&config, "\xEF\xBB\xBF[train]\r\nbatch = 32\r\nout = a b\r\n");
    assert_int_equal(config.train_batch, 32);
    assert_string_equal(config.train_out, "a b");
    take(&config, "[train]\nbatch = 5"); /* no end behind the last line */
    assert_int_equal(config.train_batch, 5);
    take(&config, "");
    assert_int_equal(config.train_batch, 64);
}

static void test_joined_lines(void **state)
{
    (void)state;
    ls_config config;
    take(&config, "[model]\nencoder = conv(8)\n    relu  ; comment\n\n# comment\n\tmaxpool(2)\n"
                  "decoder =\n  deconv(3)\n  sigmoid\n[data]\npath = /a\\\n  /b\\\n  c d\n  e\n");
    assert_string_equal(config.model_encoder, "conv(8) relu maxpool(2)");
    assert_string_equal(config.model_decoder, "deconv(3) sigmoid");
    assert_string_equal(config.data_path, "/a/bc d e");
}

static void test_paths_with_signs(void **state)
{
    (void)state;
    ls_config config;
    take(&config, "[train]\nresume = /a b/c=d;e#f:g #h\nout = #1\n");
    assert_string_equal(config.train_resume, "/a b/c=d;e#f:g #h");
    assert_string_equal(config.train_out, "#1");
    take(&config, "[train]\nout = run ;1\n");
    assert_string_equal(config.train_out, "run");
}

static void test_unknown_names(void **state)
{
    (void)state;
    refuse("[train]\nbacth = 3\n",
           "x.ini:2: train.bacth = 3: unknown option; did you mean train.batch?");
    refuse("[train]\nlr = 0.1\n",
           "x.ini:2: train.lr = 0.1: unknown option; did you mean optim.lr?");
    refuse("\n[trian]\nbatch = 3\nwhatever = 1\n",
           "x.ini:2: [trian]: unknown section; did you mean [train]?");
    refuse(
        "[xyzzy]\n",
        "x.ini:1: [xyzzy]: unknown section; the sections are data, augment, corrupt, model, loss, "
        "train, comm, optim, backend");
    refuse("[backend]\nsomething_else_entirely = 1\n",
           "x.ini:2: backend.something_else_entirely = 1: unknown option; [backend] has name, "
           "conv, fuse, isa, products");
    refuse("batch = 3\n", "x.ini:1: batch = 3: stands in no section; did you mean train.batch?");
}

static void test_lines_that_say_nothing(void **state)
{
    (void)state;
    refuse("[train]\nbatch\nbatch = 3\nepochs 5",
           "x.ini:2: \"batch\" is neither [section] nor key = value\n"
           "x.ini:4: \"epochs 5\" is neither [section] nor key = value");
    refuse("[train\nbatch = 3\n", "x.ini:1: \"[train\" must be [section]");
    refuse("[train] batch = 3\n", "x.ini:1: \"[train] batch = 3\": nothing may stand behind ]");
}

static void test_key_given_twice(void **state)
{
    (void)state;
    refuse("[train]\nbatch = 3\n[model]\nlatent = 1\n[train]\nbatch = 3\n",
           "x.ini:6: train.batch = 3: already given in line 2");
}

/* 199 characters are what inih can take: the last of them must arrive, the next be refused. */
static void test_long_lines(void **state)
{
    (void)state;
    char text[4096];
    ls_config config;
    char path[256];
    memset(path, 'p', sizeof path);
    path[199 - strlen("path = ")] = '\0';
    snprintf(text, sizeof text, "[data]\npath = %s\n", path);
    take(&config, text);
    assert_string_equal(config.data_path, path);

    snprintf(text, sizeof text, "[data]\npath = %sq\n[train]\nbatch = 0\n", path);
    refuse(text, "x.ini:2: a line of 200 characters: at most 199; break the value into indented "
                 "lines\nx.ini:4: train.batch = 0: must be 1 to 16777216");
    snprintf(text, sizeof text, "[train]\nbatch = 1\n    %s%s\nepochs = 5\n", path, path);
    refuse(text, "x.ini:3: a line of 388 characters: at most 199; break the value into indented "
                 "lines");
    snprintf(text, sizeof text, "# %s%s\n[train]\nbatch = 9\n", path, path);
    take(&config, text);
    assert_int_equal(config.train_batch, 9);
}

static void test_long_values(void **state)
{
    (void)state;
    static char text[8192]; /* "encoder =" and lines of 100 characters */
    ls_config config;
    strcpy(text, "[model]\nencoder = \n");
    for (int i = 0; i < 20; i++) {
        char line[102];
        snprintf(line, sizeof line, "  %098d\n", i);
        strcat(text, line);
    }
    take(&config, text);
    assert_int_equal(strlen(config.model_encoder), 20 * 98 + 19);
    assert_memory_equal(config.model_encoder + 19 * 99 + 96, "19", 3);
    strcat(text, " ");
    memset(text + strlen(text), 'x', 99);
    refuse(text, "x.ini:2: model.encoder = "
                 "0000000000000000000000000000000000000000000000000000000000000000000000000000000"
                 "0000000000000...: 2048 characters long: at most 2047 (indented lines below a key "
                 "continue its value)");
}

static void test_hints(void **state)
{
    (void)state;
    refuse("[train]\nbatch = 64 # images\n",
           "x.ini:2: train.batch = 64 # images: must be a whole number, 1 to 16777216 (a comment "
           "behind a value begins with ;)");
    refuse("[train]\n  batch = 64\n  epochs = 3\n",
           "x.ini:2: train.batch = 64 epochs = 3: must be a whole number, 1 to 16777216 (indented "
           "lines below a key continue its value)");
}

static void test_all_faults_at_once(void **state)
{
    (void)state;
    char folder[] = "/tmp/lockstep-config-XXXXXX";
    char path[64];
    char expected[1024];
    ls_config config;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/x.ini", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("[train]\nbatch = 0\nnothing\n[optim]\nlr = nan\n", file);
    fclose(file);
    const char *const arguments[] = {"train.epochs=-1", "train.lane=4", "train.lane=5", "loud"};
    snprintf(expected, sizeof expected,
             "%s:2: train.batch = 0: must be 1 to 16777216\n"
             "%s:3: \"nothing\" is neither [section] nor key = value\n"
             "%s:5: optim.lr = nan: must be a decimal number, 0 to 1000000\n"
             "argument \"train.epochs=-1\": must be 1 to 1000000\n"
             "argument \"train.lane=5\": train.lane is already given by \"train.lane=4\"\n"
             "argument \"loud\": must be section.key=value, as in train.epochs=5",
             path, path, path);
    assert_int_equal(ls_config_load(&config, path, 4, arguments), LS_BAD_INPUT);
    assert_string_equal(ls_error_message(), expected);
    unlink(path);
    rmdir(folder);
}

static void test_files_that_are_none(void **state)
{
    (void)state;
    char folder[] = "/tmp/lockstep-config-XXXXXX";
    char path[64];
    char expected[256];
    ls_config config;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/x.ini", folder);

    snprintf(expected, sizeof expected, "%s: is a folder: a configuration file is needed", folder);
    assert_int_equal(ls_config_load(&config, folder, 0, NULL), LS_BAD_INPUT);
    assert_string_equal(ls_error_message(), expected);

    snprintf(expected, sizeof expected,
             "%s: can't open the configuration: No such file or directory", path);
    assert_int_equal(ls_config_load(&config, path, 0, NULL), LS_BAD_INPUT);
    assert_string_equal(ls_error_message(), expected);

    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fwrite("[train]\nbatch = 1\0\n", 1, 19, file);
    fclose(file);
    snprintf(expected, sizeof expected, "%s: holds zero bytes: not a configuration file", path);
    assert_int_equal(ls_config_load(&config, path, 0, NULL), LS_BAD_INPUT);
    assert_string_equal(ls_error_message(), expected);
    unlink(path);
    rmdir(folder);
}

/* A file of another kind: the message stays readable, and says how much it leaves out. */
static void test_many_faults(void **state)
{
    (void)state;
    char text[4096] = "";
    for (int i = 0; i < 100; i++) {
        strcat(text, "\x1b[31mred\n");
    }
    ls_config config;
    ls_config_defaults(&config);
    assert_int_equal(ls_config_apply_text(&config, text, "x.ini"), LS_BAD_INPUT);
    assert_null(strchr(ls_error_message(), '\x1b'));
    assert_non_null(strstr(ls_error_message(), "x.ini:40: \"?[31mred\" is neither"));
    assert_null(strstr(ls_error_message(), "x.ini:41:"));
    assert_non_null(strstr(ls_error_message(), "\nand 60 more faults"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comments_and_spaces), cmocka_unit_test(test_ends_of_lines),
        cmocka_unit_test(test_joined_lines),        cmocka_unit_test(test_paths_with_signs),
        cmocka_unit_test(test_unknown_names),       cmocka_unit_test(test_lines_that_say_nothing),
        cmocka_unit_test(test_key_given_twice),     cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_long_values),         cmocka_unit_test(test_hints),
        cmocka_unit_test(test_all_faults_at_once),  cmocka_unit_test(test_files_that_are_none),
        cmocka_unit_test(test_many_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
