/* Proves that folders which bear checkpoints' names hinder no run: at a resume they are passed over
 * and kept under another name, whatever stands there already, and links and the best are brought
 * back to where they stood; one that comes later is left where it is, and pruning goes on. */
#include "folder_run.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Twice of one name, and each of a kind that rename would not replace by the other. */
static void folders_are_put_aside(void **state)
{
    (void)state;
    make_run();
    assert_int_equal(mkdir(in_folder(at, "step-00000030.h5"), 0700), 0);
    assert_int_equal(mkdir(in_folder(at, "best-00000030.h5"), 0700), 0);
    start_at(25, 10);
    end_run();
    write_text(in_folder(at, "step-00000030.h5"), "text");
    start_at(25, 10);
    assert_true(exists("step-00000030.h5.set-aside") && exists("step-00000030.h5.set-aside-2"));
    assert_true(exists("best-00000030.h5.set-aside") && !exists("best-00000030.h5"));
}

/* Where the links belong and where the best is brought back to, and a folder of an older step. */
static void folders_are_in_nobodys_way(void **state)
{
    (void)state;
    static const char *const names[] = {"last.h5", "best.h5", "best-00000010.h5",
                                        "step-00000020.h5"};
    make_run();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(unlink(in_folder(at, names[i])), 0);
        assert_int_equal(mkdir(in_folder(at, names[i]), 0700), 0);
        write_text(in_folder(in_folder(at, names[i]), "file"), "someone's");
    }
    start_at(25, 10);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_true(log_says(names[i]));
        char aside[64];
        snprintf(aside, sizeof aside, "%s.set-aside/file", names[i]);
        assert_true(exists(aside));
    }
    assert_true(leads_to("last.h5", "step-00000025.h5"));
    assert_true(leads_to("best.h5", "best-00000010.h5"));
    end_run();
    start_at(25, 10); /* the best was brought back from step 10's own file, whole */
}

static void a_folder_for_the_newest_is_passed_over(void **state)
{
    (void)state;
    make_run();
    assert_int_equal(unlink(in_folder(at, "step-00000025.h5")), 0);
    assert_int_equal(unlink(in_folder(at, "last.h5")), 0);
    assert_int_equal(mkdir(in_folder(at, "step-00000025.h5"), 0700), 0);
    assert_int_equal(mkdir(in_folder(at, "last.h5"), 0700), 0);
    start_at(20, 10);
    assert_true(log_says("step-00000025.h5: not a regular file"));
    assert_true(leads_to("last.h5", "step-00000020.h5"));
}

/* What can't be removed neither ends the run nor keeps older files from being removed. */
static void pruning_goes_on_past_a_folder(void **state)
{
    (void)state;
    run.config.train_keep = 2;
    start_at(0, 0);
    save_at(10, 10);
    save_at(20, 20);
    assert_int_equal(mkdir(in_folder(at, "step-00000015.h5"), 0700), 0);
    assert_int_equal(mkdir(in_folder(at, "best-00000015.h5"), 0700), 0);
    save_at(30, 20);
    assert_true(log_says("-00000015.h5: can't remove"));
    assert_true(!exists("step-00000010.h5") && !exists("best-00000010.h5"));
    assert_true(exists("step-00000020.h5") && exists("step-00000030.h5"));
    assert_true(exists("best-00000020.h5"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(folders_are_put_aside),
        TEST(folders_are_in_nobodys_way),
        TEST(a_folder_for_the_newest_is_passed_over),
        TEST(pruning_goes_on_past_a_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
