/* Proves of the run folder, on one rank: a run goes on from its newest whole checkpoint, whatever
 * the damage, and the log says what was passed over; with none whole, another run's folder, other
 * options or other data it is refused and nothing is changed; metrics, timings, images and best.h5
 * of a rolled-back future are brought back; pruning keeps what a kept checkpoint needs. */
#include "folder_run.h"

#include "lockstep/io/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Names and contents of the run folder but for lock and log, as text. */
static void picture_of(const char *path, ls_text *text)
{
    ls_names names = {0};
    assert_int_equal(ls_folder_list(path, &names), LS_OK);
    for (int i = 0; i < names.count; i++) {
        const char *name = in_folder(path, names.name[i]);
        if (strcmp(names.name[i], "lock") == 0 || strcmp(names.name[i], "log.txt") == 0) {
            continue;
        }
        ls_text_add(text, "%s:", names.name[i]);
        if (ls_folder_exists(name)) {
            picture_of(name, text);
        } else if (ls_file_exists(name)) {
            FILE *file = fopen(name, "r");
            assert_non_null(file);
            for (int byte = fgetc(file); byte != EOF; byte = fgetc(file)) {
                ls_text_add(text, "%02x", (unsigned)byte);
            }
            fclose(file);
        }
    }
    ls_names_free(&names);
}

/* Fails unless choosing is refused with exit code 1, both words in the message, nothing changed. */
static void require_refused(uint64_t digest, const char *word, const char *other)
{
    ls_text before = {0}, after = {0};
    assert_int_equal(ls_run_folder_open(&folder, out, self), LS_OK);
    picture_of(out, &before);
    ls_status status = choose_digest(digest);
    assert_int_equal(ls_status_exit_code(status), 1);
    assert_non_null(strstr(ls_error_message(), word));
    assert_non_null(strstr(ls_error_message(), other));
    picture_of(out, &after);
    assert_string_equal(before.data, after.data);
    ls_text_free(&before);
    ls_text_free(&after);
}

/* --- going on --------------------------------------------------------------------------------- */

static void newest_is_taken(void **state)
{
    (void)state;
    make_run();
    start_at(25, 10);
    assert_true(log_says("step-00000025.h5"));
    assert_true(leads_to("last.h5", "step-00000025.h5"));
    assert_true(leads_to("best.h5", "best-00000010.h5"));
}

static void damaged_ones_are_passed_over(void **state)
{
    (void)state;
    make_run();
    flip_bit(in_folder(at, "step-00000025.h5"), size_of(in_folder(at, "step-00000025.h5")) / 2);
    cut_file(in_folder(at, "step-00000020.h5"), 0);
    start_at(10, 10);
    assert_true(log_says("skipped"));
    assert_true(log_says("step-00000025.h5"));
    assert_true(log_says("step-00000020.h5"));
    assert_true(exists("step-00000025.h5.set-aside"));
    assert_true(!exists("step-00000025.h5"));
    assert_true(leads_to("last.h5", "step-00000010.h5"));
}

/* step-10 is damaged and best-10 holds the same: the damaged one must not count as kept. */
static void a_damaged_step_beside_its_best(void **state)
{
    (void)state;
    start_at(0, 0);
    save_at(10, 10);
    end_run();
    flip_bit(in_folder(at, "step-00000010.h5"), 600);
    start_at(10, 10);
    assert_true(leads_to("last.h5", "best-00000010.h5"));
    assert_true(exists("step-00000010.h5.set-aside") && !exists("step-00000010.h5"));
}

static void links_are_only_hints(void **state)
{
    (void)state;
    make_run();
    assert_int_equal(unlink(in_folder(at, "step-00000025.h5")), 0);
    start_at(20, 10); /* last.h5 led to 25 */
    assert_true(log_says("last.h5"));
    assert_true(leads_to("last.h5", "step-00000020.h5"));
    end_run();
    write_text(in_folder(at, "text"), "neither HDF5 nor ours");
    assert_int_equal(rename(in_folder(at, "text"), in_folder(at, "last.h5")), 0);
    start_at(20, 10);
}

/* Killed between best.h5 and the step's own file: the best is a whole checkpoint too. */
static void a_best_without_its_step_is_taken(void **state)
{
    (void)state;
    make_run();
    start_at(25, 10);
    small_run_advance(&run, 30, 30);
    assert_int_equal(ls_run_folder_save_best(folder, &run.state), LS_OK);
    end_run();
    start_at(30, 30);
    assert_true(leads_to("best.h5", "best-00000030.h5"));
}

static void leftovers_are_removed(void **state)
{
    (void)state;
    make_run();
    write_text(in_folder(at, ".step-00000030.h5.partial"), "half a checkpoint");
    write_text(in_folder(at, ".last.h5.partial"), "");
    start_at(25, 10);
    assert_true(!exists(".step-00000030.h5.partial"));
    assert_true(!exists(".last.h5.partial"));
}

static void a_given_file_is_taken_or_fails(void **state)
{
    (void)state;
    make_run();
    snprintf(run.config.train_resume, sizeof run.config.train_resume, "%s",
             in_folder(at, "step-00000020.h5"));
    start_at(20, 10);
    end_run();
    flip_bit(in_folder(at, "step-00000020.h5"), 5000);
    require_refused(DATA_DIGEST, "step-00000020.h5", "");
}

/* --- a rolled-back future --------------------------------------------------------------------- */

static void the_future_is_rolled_back(void **state)
{
    (void)state;
    run.config.train_keep = 9;
    start_at(0, 0);
    save_at(10, 10);
    ls_text metrics = {0}, timings = {0};
    assert_int_equal(ls_file_read(in_folder(out, "metrics.csv"), &metrics), LS_OK);
    assert_int_equal(ls_file_read(in_folder(out, "timings.csv"), &timings), LS_OK);
    save_at(20, 20);
    save_at(30, 30);
    end_run();

    flip_bit(in_folder(at, "step-00000020.h5"), 700);
    flip_bit(in_folder(at, "best-00000020.h5"), 700);
    flip_bit(in_folder(at, "step-00000030.h5"), 700);
    flip_bit(in_folder(at, "best-00000030.h5"), 700);
    start_at(10, 10);
    assert_true(leads_to("best.h5", "best-00000010.h5"));
    assert_true(!exists("best-00000020.h5") && !exists("best-00000030.h5"));
    assert_true(file_contains(in_folder(out, "metrics.csv"), metrics.data));
    assert_int_equal(size_of(in_folder(out, "metrics.csv")), metrics.length);
    assert_true(file_contains(in_folder(out, "timings.csv"), timings.data));
    assert_int_equal(size_of(in_folder(out, "timings.csv")), timings.length);
    assert_true(ls_file_exists(in_folder(out, "images/epoch-0001.png")));
    assert_true(!ls_file_exists(in_folder(out, "images/epoch-0002.png")));
    assert_true(!ls_file_exists(in_folder(out, "images/epoch-0003.png")));
    ls_text_free(&metrics);
    ls_text_free(&timings);
}

/* The same by hand: the later checkpoints are whole, and kept under another name. */
static void an_older_one_by_hand(void **state)
{
    (void)state;
    make_run();
    snprintf(run.config.train_resume, sizeof run.config.train_resume, "%s",
             in_folder(at, "step-00000010.h5"));
    start_at(10, 10);
    end_run();
    assert_true(exists("step-00000020.h5.set-aside") && exists("step-00000025.h5.set-aside"));
    snprintf(run.config.train_resume, sizeof run.config.train_resume, "auto");
    start_at(10, 10);
}

static void another_folders_checkpoint_brings_its_best(void **state)
{
    (void)state;
    make_run();
    snprintf(run.config.train_resume, sizeof run.config.train_resume, "%s",
             in_folder(at, "last.h5"));
    snprintf(run.config.train_out, sizeof run.config.train_out, "%s", in_folder(root, "second"));
    start_at(25, 10);
    const char *best = in_folder(root, "second/checkpoints/best.h5");
    assert_int_equal(ls_checkpoint_check(best), LS_OK);
    assert_int_equal(ls_checkpoint_read_head(best, &head), LS_OK);
    assert_true(head.weights_digest == run.state.progress.best_digest);
}

static void a_lost_best_is_said(void **state)
{
    (void)state;
    make_run();
    assert_int_equal(unlink(in_folder(at, "best-00000010.h5")), 0);
    assert_int_equal(unlink(in_folder(at, "step-00000010.h5")), 0);
    start_at(25, 10);
    assert_true(log_says("is lost"));
    assert_true(!exists("best.h5"));
}

/* --- refusals --------------------------------------------------------------------------------- */

static void none_whole_is_refused(void **state)
{
    (void)state;
    make_run();
    const char *names[] = {"step-00000025.h5", "step-00000020.h5", "step-00000010.h5",
                           "best-00000010.h5"};
    for (int i = 0; i < 4; i++) {
        flip_bit(in_folder(at, names[i]), 600);
    }
    write_text(in_folder(at, ".step-00000030.h5.partial"), "perhaps of use to someone");
    require_refused(DATA_DIGEST, "none of the", "train.out=");
    assert_true(exists(".step-00000030.h5.partial"));
}

static void never_is_refused(void **state)
{
    (void)state;
    make_run();
    snprintf(run.config.train_resume, sizeof run.config.train_resume, "never");
    require_refused(DATA_DIGEST, "train.resume=auto", "train.out=");
}

static void other_options_are_refused(void **state)
{
    (void)state;
    make_run();
    run.config.train_batch = 48;
    run.config.optim_beta1 = 0.5;
    require_refused(DATA_DIGEST, "train.batch", "optim.beta1");
    end_run();
    run.config.train_batch = 64;
    run.config.optim_beta1 = 0.9;
    run.config.train_epochs = 7; /* free to change */
    run.config.optim_lr = 0.5;
    start_at(25, 10);
}

static void other_data_are_refused(void **state)
{
    (void)state;
    make_run();
    require_refused(DATA_DIGEST + 1, "data.path", "train.out=");
}

static void a_run_without_checkpoints(void **state)
{
    (void)state;
    start_at(0, 0); /* killed before its first checkpoint */
    end_run();
    run.config.train_epochs = 7;
    start_at(0, 0);
    end_run();
    run.config.train_seed = 77;
    require_refused(DATA_DIGEST, "train.seed", "train.out=");
}

static void results_without_checkpoints_are_kept(void **state)
{
    (void)state;
    make_run();
    scratch_remove(at);
    require_refused(DATA_DIGEST, "is not overwritten", "train.out=");
    end_run();
    scratch_remove(out);
    assert_int_equal(mkdir(out, 0755), 0);
    write_text(in_folder(out, "metrics.csv"), "of another program\n");
    require_refused(DATA_DIGEST, "is not overwritten", "train.out=");
}

/* --- pruning ---------------------------------------------------------------------------------- */

static void pruning_keeps_what_is_needed(void **state)
{
    (void)state;
    run.config.train_keep = 2;
    start_at(0, 0);
    save_at(10, 10);
    save_at(20, 20);
    save_at(30, 20);
    assert_true(!exists("step-00000010.h5") && exists("step-00000020.h5"));
    assert_true(!exists("best-00000010.h5") && exists("best-00000020.h5"));
    save_at(40, 40);
    /* Step 30 is kept, and its best is that of 20. */
    assert_true(!exists("step-00000020.h5") && exists("step-00000030.h5"));
    assert_true(exists("best-00000020.h5") && exists("best-00000040.h5"));
    assert_true(leads_to("best.h5", "best-00000040.h5"));
    save_at(50, 40);
    assert_true(!exists("best-00000020.h5") && exists("best-00000040.h5"));
    assert_true(exists("step-00000040.h5") && exists("step-00000050.h5"));
    assert_true(leads_to("last.h5", "step-00000050.h5"));
}

/* --- small files ------------------------------------------------------------------------------ */

static void small_files(void **state)
{
    (void)state;
    make_run();
    start_at(25, 10);
    write_text(in_folder(out, "summary.json"), "{}");
    assert_int_equal(ls_run_folder_status(folder, &run.state.progress, "training"), LS_OK);
    const char *status = in_folder(out, "status.json");
    assert_true(file_contains(status, "\"phase\": \"training\""));
    assert_true(file_contains(status, "\"step\": 25,"));
    assert_true(file_contains(status, "checkpoints/step-00000025.h5\",\n"));
    save_at(30, 10);
    assert_int_equal(ls_run_folder_remove_summary(folder), LS_OK);
    assert_true(!ls_file_exists(in_folder(out, "summary.json")));
    ls_config config;
    assert_int_equal(ls_config_load(&config, in_folder(out, "config.ini"), 0, NULL), LS_OK);
    require_same_config(&config, &run.config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(newest_is_taken),
        TEST(damaged_ones_are_passed_over),
        TEST(a_damaged_step_beside_its_best),
        TEST(links_are_only_hints),
        TEST(a_best_without_its_step_is_taken),
        TEST(leftovers_are_removed),
        TEST(a_given_file_is_taken_or_fails),
        TEST(the_future_is_rolled_back),
        TEST(an_older_one_by_hand),
        TEST(another_folders_checkpoint_brings_its_best),
        TEST(a_lost_best_is_said),
        TEST(none_whole_is_refused),
        TEST(never_is_refused),
        TEST(other_options_are_refused),
        TEST(other_data_are_refused),
        TEST(a_run_without_checkpoints),
        TEST(results_without_checkpoints_are_kept),
        TEST(pruning_keeps_what_is_needed),
        TEST(small_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
