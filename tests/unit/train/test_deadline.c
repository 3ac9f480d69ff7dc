/* Proves of the deadline: every form of a duration and of a time is read, and all else is refused
 * with its message before a run starts; without train.deadline Slurm's variable decides, then what
 * squeue answers, which is asked once, with the words it wants, and not for long; a squeue that
 * fails, hangs or does not know is said and means no deadline. squeue is a script of the test. */
#include "unit/checkpoint/small_run.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/log.h"
#include "lockstep/train/deadline.h"
#include "lockstep/train/train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[LS_PATH_CHARS];

static void configure(ls_config *config, const char *deadline)
{
    char argument[128];
    snprintf(argument, sizeof argument, "train.deadline=%s", deadline);
    const char *const arguments[] = {argument};
    ls_config_defaults(config);
    assert_int_equal(ls_config_apply_arguments(config, 1, arguments), LS_OK);
}

static ls_deadline find(const char *deadline, double began)
{
    static ls_config config;
    ls_deadline found;
    configure(&config, deadline);
    assert_int_equal(ls_train_check(&config), LS_OK);
    assert_int_equal(ls_deadline_find(&found, &config, began), LS_OK);
    return found;
}

static void durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double seconds;
    } cases[] = {
        {"90", 90},
        {"90s", 90},
        {"45m", 2700},
        {"1h30m", 5400},
        {"2d", 172800},
        {"1d2h3m4s", 93784},
        {"1.5h", 5400},
        {"30m1h", 5400},
        {"05:30", 330},
        {"90:00", 5400},
        {"1:02:03", 3723},
        {"12:00:00", 43200},
        {"2-03:04:05", 183845},
        {"0-00:00:01", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ls_deadline found = find(cases[i].text, 1000);
        assert_near(found.at, 1000 + cases[i].seconds, 1e-6);
        assert_string_equal(found.by, "train.deadline");
    }
}

static void format(char text[64], double since_1970, const char *form)
{
    time_t seconds = (time_t)since_1970;
    struct tm parts;
    gmtime_r(&seconds, &parts);
    assert_true(strftime(text, 64, form, &parts) > 0);
}

#define DATE "%Y-%m-%dT%H:%M:%S"

/* Local time is three hours ahead of UTC here. */
static void times(void **state)
{
    (void)state;
    char text[64];
    double wanted = floor(ls_clock_wall_seconds()) + 5000;
    double left = wanted - ls_clock_wall_seconds();
    double at = ls_clock_seconds() + left;
    format(text, wanted, DATE "Z");
    assert_near(find(text, 0).at, at, 0.5);
    format(text, wanted + 3 * 3600, DATE);
    assert_near(find(text, 0).at, at, 0.5);
    ls_deadline past = find("2001-02-03T04:05:06Z", ls_clock_seconds());
    assert_near(past.at - ls_clock_seconds(), 981173106 - ls_clock_wall_seconds(), 0.5);
    assert_true(isinf(find("never", 0).at));
}

static void rubbish_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "soon",
        "-5",
        "0",
        "0s",
        "5x",
        "1h-",
        "h",
        "1e3",
        "0x10",
        "5 m",
        "+5",
        "nan",
        "inf",
        ".",
        "Never",
        "1,5h",
        "99999999999",
        "1:2:3:4",
        "5:-3",
        "-5:30",
        "5: 3",
        "1:",
        ":30",
        "1--2:03:04",
        "1-2",
        "00:00:00",
        "1d1:00",
        "2026-01-31",
        "1.2.3s",
        "99999999999:00",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-02-29T12:00:00",
        "2026-01-31T12:00:00+01:00",
        "2026-01-31T25:00:00Z",
        "2026-01-31 12:00:00",
        "2026-01-31T12:00:00ZZ",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ls_config config;
        char message[512];
        configure(&config, cases[i]);
        snprintf(message, sizeof message,
                 "train.deadline = %s: must be a duration (90s, 45m, 1h30m, HH:MM:SS, "
                 "D-HH:MM:SS), a time (2026-01-31T12:00:00, with Z for UTC), or never",
                 cases[i]);
        if (ls_train_check(&config) != LS_BAD_INPUT) {
            fail_msg("%s was taken", cases[i]);
        }
        assert_string_equal(ls_error_message(), message);
    }
}

/* --- Slurm ------------------------------------------------------------------------------------ */

static int begin(void **state)
{
    (void)state;
    scratch_make(folder);
    setenv("PATH", folder, 1); /* no real squeue is asked */
    setenv("TZ", "LST-3", 1);
    tzset();
    unsetenv("SLURM_JOB_ID");
    unsetenv("SLURM_JOB_END_TIME");
    return 0;
}

static int end(void **state)
{
    (void)state;
    scratch_remove(folder);
    return 0;
}

/* A squeue that notes each call, wants the right words, and then does what `rest` says. */
static void make_squeue(const char *rest)
{
    char script[2 * LS_PATH_CHARS];
    const char *path = in_folder(folder, "squeue");
    snprintf(script, sizeof script,
             "#!/bin/sh\necho called >>'%s'\n[ \"$*\" = '-h -j 4711 -o %%e' ] || exit 9\n%s\n",
             in_folder(folder, "calls"), rest);
    write_text(path, script);
    assert_int_equal(chmod(path, 0755), 0);
    write_text(in_folder(folder, "calls"), "");
}

static ls_deadline ask_slurm(const char *rest)
{
    make_squeue(rest);
    write_text(in_folder(folder, "log"), "");
    setenv("SLURM_JOB_ID", "4711", 1);
    assert_int_equal(ls_log_open(in_folder(folder, "log")), LS_OK);
    ls_deadline found = find("", 0);
    assert_int_equal(ls_log_open(NULL), LS_OK);
    unsetenv("SLURM_JOB_ID");
    return found;
}

static void must_know_nothing(const char *rest)
{
    assert_true(isinf(ask_slurm(rest).at));
    assert_true(file_contains(in_folder(folder, "log"),
                              "squeue did not tell when Slurm job 4711 ends; give train.deadline"));
    assert_int_equal(size_of(in_folder(folder, "calls")), strlen("called\n"));
}

static void without_slurm_there_is_none(void **state)
{
    (void)state;
    make_squeue("echo 2026-01-31T12:00:00");
    assert_true(isinf(find("", 0).at));
    assert_int_equal(size_of(in_folder(folder, "calls")), 0);
}

static void slurms_variable_goes_first(void **state)
{
    (void)state;
    char text[64];
    double wanted = floor(ls_clock_wall_seconds()) + 700;
    snprintf(text, sizeof text, "%.0f", wanted);
    setenv("SLURM_JOB_END_TIME", text, 1);
    ls_deadline found = ask_slurm("echo 2026-01-31T12:00:00");
    assert_string_equal(found.by, "SLURM_JOB_END_TIME");
    assert_near(found.at - ls_clock_seconds(), wanted - ls_clock_wall_seconds(), 0.5);
    assert_int_equal(size_of(in_folder(folder, "calls")), 0);
    assert_near(find("90s", 10).at, 100, 1e-6); /* train.deadline goes before it */
    assert_true(isinf(find("never", 10).at));
    unsetenv("SLURM_JOB_END_TIME");
}

static void squeue_answers(void **state)
{
    (void)state;
    char text[64];
    double wanted = floor(ls_clock_wall_seconds()) + 900;
    format(text, wanted + 3 * 3600, "echo " DATE);
    ls_deadline found = ask_slurm(text);
    assert_string_equal(found.by, "squeue");
    assert_near(found.at - ls_clock_seconds(), wanted - ls_clock_wall_seconds(), 0.5);
    assert_int_equal(size_of(in_folder(folder, "calls")), strlen("called\n"));
    assert_int_equal(size_of(in_folder(folder, "log")), 0);
    setenv("SLURM_JOB_END_TIME", "unknown", 1);
    assert_string_equal(ask_slurm(text).by, "squeue");
    setenv("SLURM_JOB_END_TIME", "0", 1);
    assert_string_equal(ask_slurm(text).by, "squeue");
    unsetenv("SLURM_JOB_END_TIME");
}

static void squeue_knows_nothing(void **state)
{
    (void)state;
    must_know_nothing("echo N/A");
    must_know_nothing("true");
    must_know_nothing("echo slurm_load_jobs error: Invalid job id specified >&2; exit 1");
    must_know_nothing("echo 2026-01-31T12:00:00; exit 1"); /* what a failure says is no answer */
    double began = ls_clock_seconds();
    must_know_nothing("exec /bin/sleep 100");
    assert_true(ls_clock_seconds() - began < 20);
    assert_int_equal(unlink(in_folder(folder, "squeue")), 0);
    setenv("SLURM_JOB_ID", "4711", 1);
    assert_true(isinf(find("", 0).at)); /* no squeue at all */
    unsetenv("SLURM_JOB_ID");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations),
        cmocka_unit_test(times),
        cmocka_unit_test(rubbish_is_refused),
        cmocka_unit_test(without_slurm_there_is_none),
        cmocka_unit_test(slurms_variable_goes_first),
        cmocka_unit_test(squeue_answers),
        cmocka_unit_test(squeue_knows_nothing),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
