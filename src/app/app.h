/* The `lockstep` command: what its files share. The only place that prints results and exits.
 *
 * A subcommand is one file with one `const app_command`, and one line in main.c's table. Its life:
 * the line is parsed, `prepare` runs before MPI starts (reading the configuration, trying foreign
 * data files), the ranks agree that all is well, `run` does the work on all ranks.
 */
#ifndef LOCKSTEP_APP_APP_H
#define LOCKSTEP_APP_APP_H

#include "lockstep/base/status.h"
#include "lockstep/base/text.h"
#include "lockstep/comm/comm.h"
#include "lockstep/config/config.h"
#include "lockstep/data/source.h"
#include "lockstep/tensor/shape.h"

#include <stdbool.h>
#include <stdint.h>

/* X(id, name, what follows it (NULL = a flag), help): every option there is. */
#define APP_OPTION_LIST(X)                                                                         \
    X(APP_JSON, "--json", NULL, "print the result as one JSON object")                             \
    X(APP_SPLIT, "--split", "test|train", "which images (default: test)")                          \
    X(APP_OUT, "--out", "FILE", "the file to write (probe: the folder)")                           \
    X(APP_IN, "--in", "FILE...", "the file or files to read")                                      \
    X(APP_COUNT, "--count", "N", "how many images (default: 16)")                                  \
    X(APP_LAYER, "--layer", "NAME",                                                                \
      "the layer to take, by its name in inspect (default: the code)")                             \
    X(APP_PIXELS, "--pixels", NULL, "take the images themselves, not a layer's output")            \
    X(APP_KNN, "--knn", "K", "how many nearest neighbours; 0: without (default: 20)")              \
    X(APP_AGAINST, "--against", "OTHER", "also measure with this setting, or this checkpoint")     \
    X(APP_SECONDS, "--seconds", "S", "how long to measure (default: 10)")                          \
    X(APP_SEED, "--seed", "S", "which random numbers (default: 1)")                                \
    X(APP_BETWEEN, "--between", "A,B", "from image A to B, by their numbers from 0; C,D ... too")  \
    X(APP_STEPS, "--steps", "K", "how many images from A to B, both included (default: 10)")       \
    X(APP_QUIET, "--quiet", NULL, "say only warnings and errors on standard error")                \
    X(APP_HELP, "--help", NULL, "show this text")

#define APP_OPTION_ENUM(id, name, value, help) id,
typedef enum app_option { APP_OPTION_LIST(APP_OPTION_ENUM) APP_OPTION_COUNT } app_option;
#undef APP_OPTION_ENUM
#define APP_TAKES(id) (1u << (id))

typedef struct app_option_row {
    const char *name, *value, *help;
} app_option_row;
extern const app_option_row app_option_rows[APP_OPTION_COUNT];

typedef struct app_job app_job;

typedef struct app_command {
    const char *name;
    const char *usage;                  /* what follows the name */
    const char *summary;                /* one line */
    const char *about;                  /* what a user should know, lines ended by \n */
    const char *example;                /* lines ended by \n */
    unsigned options;                   /* APP_TAKES(...) | ... beside --quiet and --help */
    int words_min, words_max;           /* words that are neither options nor settings */
    bool settings;                      /* takes section.key=value, and shows the option table */
    ls_status (*prepare)(app_job *job); /* local, before MPI; NULL = nothing to do */
    ls_status (*run)(app_job *job);     /* collective */
} app_command;

/* A parsed command line. Strings are argv's; the arrays are owned. */
typedef struct app_line {
    const char *values[APP_OPTION_COUNT]; /* NULL = not given; of a flag: its name */
    const char **words;                   /* [word_count] */
    const char **settings;                /* [setting_count] section.key=value */
    const char **inputs;                  /* [input_count] files after --in */
    int word_count, setting_count, input_count;
} app_line;

struct app_job {
    const app_command *command;
    app_line line;
    ls_config config; /* of commands that begin with CONFIG.ini or a data path */
    ls_comm *comm;    /* NULL until MPI has started */
};

extern const app_command app_cmd_train, app_cmd_eval, app_cmd_reconstruct, app_cmd_encode,
    app_cmd_decode, app_cmd_inspect, app_cmd_bench, app_cmd_doctor, app_cmd_data, app_cmd_pca,
    app_cmd_probe, app_cmd_samples, app_cmd_curves;

/* --- line.c: the command line ----------------------------------------------------------------- */
ls_status app_line_parse(app_line *line, const app_command *command, int count,
                         const char *const *words);
void app_line_free(app_line *line);
bool app_line_has(const app_line *line, app_option option);
/* The value of an option that must be given. */
ls_status app_line_require(const app_job *job, app_option option, const char **value);
/* A whole number in [low, high]; `name` is what the message calls it. */
ls_status app_number(const char *name, const char *text, int64_t low, int64_t high, int64_t *value);
/* The same of an option; one that is not given leaves *value as it is. */
ls_status app_line_number(const app_line *line, app_option option, int64_t low, int64_t high,
                          int64_t *value);
/* --count: 1 to 100000, or its default. */
ls_status app_line_count(const app_line *line, int64_t *count);
ls_status app_line_split(const app_line *line, ls_split *split);

/* --- help.c ----------------------------------------------------------------------------------- */
void app_help_all(const app_command *const *commands);
void app_help_command(const app_command *command);
void app_print_version(void);

/* --- common.c --------------------------------------------------------------------------------- */
/* prepare: CONFIG.ini (words[0]) and settings into job->config, and its data tried. */
ls_status app_prepare_config(app_job *job);
/* prepare: words[0] is a checkpoint; the data that its configuration names is tried. */
ls_status app_prepare_checkpoint(app_job *job);
/* Prints text on rank 0's standard output and frees it. */
ls_status app_print(const app_job *job, ls_text *text);
/* Collective: f(job) on rank 0 alone; all ranks agree on how it went. */
ls_status app_on_first(app_job *job, ls_status (*f)(app_job *job));
/* [h, w, c] */
void app_json_shape(ls_text *out, ls_shape shape);
void app_json_digest(ls_text *out, uint64_t digest);
/* "best validation MSE 0.012345 at epoch 3\n", or the loss where it is another number. */
void app_say_best(ls_text *out, const ls_task *task, int digits, double loss, double measure,
                  int64_t epoch);
/* "3m05s" */
#define APP_DURATION_CHARS 32
const char *app_duration(double seconds, char text[APP_DURATION_CHARS]);

/* --- blas_core.c ------------------------------------------------------------------------------ */
/* Starts the program again where OpenBLAS took kernels for lesser CPUs and OPENBLAS_CORETYPE is not
 * set; then it does not return. Before MPI and any output. */
void app_choose_blas_core(char **argv);
/* Whether that was done, for the log. */
void app_say_blas_core(void);

/* --- leave.c ---------------------------------------------------------------------------------- */
/* The number a launcher (Open MPI, PMIx, PMI, Slurm) gave this process; -1 when there is none. */
int app_launched_rank(void);
/* Shows the error, if any, once for all ranks, ends MPI, and returns the exit code. */
int app_leave(app_job *job, ls_status status);

#endif
