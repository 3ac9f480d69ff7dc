/* Proves that CIFAR-10 and CIFAR-100 files, in a folder or in an archive whose members stand in
 * another order, give every image and label in the source's order, whatever the range; that their
 * descriptions and digests are equal; and that damage of each kind is refused by name.
 *
 * The files are written by the test from the format's description. */
#include "unit/cmocka_all.h"
#include "unit/data/made.h"

#include "lockstep/base/memory.h"
#include "lockstep/data/tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const made_set ten = {10, {5, 3, 401, 1, 2, 4}};
static const made_set hundred = {100, {371, 6}};
static ls_comm *comm;
static char root[MADE_PATH_CHARS]; /* ten/, ten.tar.gz, hundred/, hundred.tar.gz */

static ls_config with_path(const char *name)
{
    ls_config config;
    ls_config_defaults(&config);
    snprintf(config.data_path, sizeof config.data_path, "%s/%s", root, name);
    return config;
}

static void check_range(ls_source *source, const made_set *set, ls_split split,
                        ls_source_range range)
{
    uint8_t *pixels = malloc((size_t)(range.count + 1) * MADE_PIXELS);
    uint8_t *labels = malloc((size_t)range.count + 1);
    assert_int_equal(ls_source_read(source, split, range, pixels, labels), LS_OK);
    for (int64_t i = 0; i < range.count; i++) {
        uint8_t expected[MADE_PIXELS];
        made_image(split == LS_TEST, range.first + i, expected);
        assert_memory_equal(pixels + (size_t)i * MADE_PIXELS, expected, MADE_PIXELS);
        assert_int_equal(labels[i], made_label(set->classes, split == LS_TEST, range.first + i));
    }
    free(pixels);
    free(labels);
}

static void check_source(const char *name, const char *kind, const made_set *set)
{
    ls_config config = with_path(name);
    ls_source *source = NULL;
    assert_int_equal(ls_source_open(&source, &config, comm), LS_OK);
    const ls_source_info *info = ls_source_describe(source);
    int64_t train = made_training_images(set);
    int64_t test = made_test_images(set);
    assert_string_equal(info->kind, kind);
    assert_int_equal(info->classes, set->classes);
    assert_true(ls_shape_equal(info->shape, (ls_shape){32, 32, 3}));
    assert_true(info->images[LS_TRAIN] == train && info->images[LS_TEST] == test);
    check_range(source, set, LS_TRAIN, (ls_source_range){0, train});
    check_range(source, set, LS_TEST, (ls_source_range){0, test});
    check_range(source, set, LS_TRAIN, (ls_source_range){3, train - 4});
    check_range(source, set, LS_TRAIN, (ls_source_range){train - 1, 1});
    check_range(source, set, LS_TRAIN, (ls_source_range){2, 0});
    ls_source_close(source);
    assert_true(ls_alloc_live() == 1); /* comm alone */
}

static void both_sets_in_both_forms(void **state)
{
    (void)state;
    check_source("ten", "cifar10 folder", &ten);
    check_source("ten.tar.gz", "cifar10 archive", &ten);
    check_source("hundred", "cifar100 folder", &hundred);
    check_source("hundred.tar.gz", "cifar100 archive", &hundred);
}

static void describe(const char *name, ls_data_report *report)
{
    ls_config config = with_path(name);
    assert_int_equal(ls_data_info(&config, comm, report), LS_OK);
}

/* Counts, means and deviations by their definitions in double precision. */
static void check_report(const ls_data_report *report, const made_set *set, ls_split split)
{
    bool test = split == LS_TEST;
    int64_t count = test ? made_test_images(set) : made_training_images(set);
    int64_t classes[100] = {0};
    double sum[3] = {0};
    double squares[3] = {0};
    double pixels_each = (double)count * MADE_SIDE * MADE_SIDE;
    for (int64_t n = 0; n < count; n++) {
        uint8_t pixels[MADE_PIXELS];
        made_image(test, n, pixels);
        classes[made_label(set->classes, test, n)]++;
        for (int i = 0; i < MADE_PIXELS; i++) {
            sum[i % 3] += pixels[i] / 255.0;
            squares[i % 3] += pixels[i] / 255.0 * (pixels[i] / 255.0);
        }
    }
    for (int k = 0; k < set->classes; k++) {
        assert_true(report->per_class[split][k] == classes[k]);
    }
    for (int c = 0; c < 3; c++) {
        double mean = sum[c] / pixels_each;
        double variance = squares[c] / pixels_each - mean * mean;
        double deviation = report->deviation[split][c];
        assert_near(report->mean[split][c], mean, 1e-9);
        assert_near(deviation * deviation, variance, 1e-9);
    }
}

static void reports(void **state)
{
    (void)state;
    ls_data_report folder;
    ls_data_report archive;
    ls_data_report other;
    describe("ten", &folder);
    describe("ten.tar.gz", &archive);
    describe("hundred", &other);
    check_report(&folder, &ten, LS_TRAIN);
    check_report(&folder, &ten, LS_TEST);
    check_report(&other, &hundred, LS_TRAIN);
    assert_memory_equal(folder.digest, archive.digest, sizeof folder.digest);
    assert_memory_equal(folder.mean, archive.mean, sizeof folder.mean);
    assert_true(folder.digest[LS_TRAIN] != other.digest[LS_TRAIN]);
    assert_true(folder.digest[LS_TRAIN] != folder.digest[LS_TEST]);
}

/* Two images that change places, or a label that changes, give another digest. */
static void digest_sees_order_and_labels(void **state)
{
    (void)state;
    ls_data_report before;
    ls_data_report after;
    describe("ten", &before);
    made_run("cp -r '%s/ten' '%s/swap' && cd '%s/swap' && split -b 3073 data_batch_1.bin part. && "
             "cat part.ab part.aa part.ac part.ad part.ae > data_batch_1.bin && rm part.*",
             root, root, root);
    describe("swap", &after);
    assert_true(before.digest[LS_TRAIN] != after.digest[LS_TRAIN]);
    assert_true(before.digest[LS_TEST] == after.digest[LS_TEST]);
    made_run("cd '%s/swap' && printf '\\011' | dd of=test_batch.bin bs=1 conv=notrunc status=none",
             root);
    describe("swap", &after);
    assert_true(before.digest[LS_TEST] != after.digest[LS_TEST]);
    assert_memory_equal(before.mean[LS_TEST], after.mean[LS_TEST], sizeof before.mean[LS_TEST]);
    made_run("rm -r '%s/swap'", root);
}

/* What is done to a copy named x of the data, and what must be said of it. */
static const struct damage {
    const char *from, *command, *says;
} damages[] = {
    {"ten", "truncate -s -1 x/data_batch_3.bin", "data_batch_3.bin has 1232272 bytes"},
    {"ten", "truncate -s -1 x/data_batch_3.bin", "record 400 is cut off"},
    {"ten", "truncate -s 0 x/test_batch.bin", "test_batch.bin has 0 bytes"},
    {"ten", "rm x/data_batch_4.bin", "data_batch_4.bin is missing of the files of CIFAR-10"},
    {"ten", "rm x/test_batch.bin", "test_batch.bin is missing"},
    {"ten", "printf '\\012' | dd of=x/data_batch_2.bin bs=1 seek=6146 conv=notrunc status=none",
     "data_batch_2.bin: record 2: label 10 is not 0 to 9"},
    {"ten", "cp hundred/train.bin x", "files of both CIFAR-10 and CIFAR-100"},
    {"ten", "mkdir y && mv x y/cifar-10-batches-bin && mv y x", "x/cifar-10-batches-bin"},
    {"ten", "rm x/*", "a folder of 0 names"},
    {"ten", "rm -r x", "No such file or directory"},
    {"ten", "rm -r x && echo hello > x", "neither gzip nor HDF5"},
    {"ten", "rm -r x && : > x", "the file is empty"},
    {"ten", "rm -r x && mkfifo x", "neither a file nor a folder"},
    {"hundred", "rm x/train.bin", "train.bin is missing of the files of CIFAR-100"},
    {"hundred", "truncate -s 6000 x/test.bin", "test.bin has 6000 bytes"},
    {"hundred", "printf '\\024' | dd of=x/train.bin bs=1 seek=3074 conv=notrunc status=none",
     "train.bin: record 1: label 20 is not 0 to 19"},
    {"hundred", "printf '\\144' | dd of=x/test.bin bs=1 seek=1 conv=notrunc status=none",
     "test.bin: record 0: label 100 is not 0 to 99"},
    {"ten.tar.gz", "truncate -s -100 x", "x"},
    {"ten.tar.gz", "truncate -s 30000 x", "x"},
    {"ten.tar.gz", "printf '\\125\\252\\125' | dd of=x bs=1 seek=20000 conv=notrunc status=none",
     "x"},
    {"ten.tar.gz", "printf '\\125\\252\\125' | dd of=x bs=1 seek=12 conv=notrunc status=none", "x"},
    {"ten", "tar -C x -czf y --exclude=data_batch_5.bin . && rm -r x && mv y x",
     "data_batch_5.bin is missing"},
    {"ten", "truncate -s -7 x/data_batch_1.bin && tar -C x -czf y . && rm -r x && mv y x",
     "data_batch_1.bin has 15358 bytes"},
    {"ten",
     "printf '\\377' | dd of=x/data_batch_5.bin bs=1 conv=notrunc status=none && "
     "tar -C x -czf y . && rm -r x && mv y x",
     "data_batch_5.bin: record 0: label 255"},
    {"ten", "tar -czf y x/test_batch.bin hundred && rm -r x && mv y x", "both CIFAR-10 and"},
    {"ten", "tar -czf y x ten && rm -r x && mv y x", ".bin twice"},
    {"ten", "rm -r x && echo hello | gzip > x", "x"},
    {"ten", "rm -r x && echo hello > y && tar -czf x y && rm y", "no CIFAR binary files in it"},
};

static void check_damage(const struct damage *damage)
{
    made_run("cd '%s' && rm -rf x y && cp -r %s x && { %s; }", root, damage->from, damage->command);
    ls_config config = with_path("x");
    ls_data_report report;
    int64_t live = ls_alloc_live();
    ls_error_clear();
    ls_status status = ls_data_info(&config, comm, &report);
    if (status != LS_BAD_INPUT || strstr(ls_error_message(), damage->says) == NULL ||
        strstr(ls_error_message(), root) == NULL) {
        print_error("%s: expected \"%s\", got status %d: %s\n", damage->command, damage->says,
                    (int)status, ls_error_message());
        fail();
    }
    assert_true(ls_alloc_live() == live);
}

static void damage_is_refused_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        check_damage(&damages[i]);
    }
}

static int make_files(void **state)
{
    (void)state;
    made_folder(root);
    made_write(root, "ten", &ten);
    made_write(root, "hundred", &hundred);
    made_run("cd '%s' && echo text > ten/batches.meta.txt && "
             "tar -czf ten.tar.gz ten/data_batch_4.bin ten/batches.meta.txt ten/test_batch.bin "
             "ten/data_batch_1.bin ten/data_batch_5.bin ten/data_batch_2.bin ten/data_batch_3.bin",
             root);
    made_run("cd '%s' && tar -czf hundred.tar.gz hundred/test.bin hundred/train.bin", root);
    return ls_comm_self(&comm) != LS_OK;
}

static int remove_files(void **state)
{
    (void)state;
    ls_comm_finish(comm);
    made_remove(root);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sets_in_both_forms),
        cmocka_unit_test(reports),
        cmocka_unit_test(digest_sees_order_and_labels),
        cmocka_unit_test(damage_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
