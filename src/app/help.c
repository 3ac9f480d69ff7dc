/* What --help and --version say: from the tables of commands and options. */
#include "app.h"

#include "lockstep/backend/backend.h"
#include "lockstep/io/h5.h"

#include <stdio.h>

void app_help_all(const app_command *const *commands)
{
    printf("lockstep: trains convolutional autoencoders on any number of ranks\n\n"
           "usage: lockstep COMMAND ...      alone, under mpirun, or under srun\n\n");
    for (; *commands != NULL; commands++) {
        printf("  %-12s %s\n", (*commands)->name, (*commands)->summary);
    }
    printf("\n  lockstep COMMAND --help   usage, an example and all options\n"
           "  lockstep --version        versions of libraries and kernels\n\n"
           "exit codes: 0 done; 1 bad input or environment; 2 training failed; 3 a rank, host or\n"
           "file system was lost: run again; 75 stopped early on request, with a checkpoint: run\n"
           "again to go on; 130, 143 ended at once by a second signal\n");
}

void app_help_command(const app_command *command)
{
    printf("usage: lockstep %s %s\n\n%s.\n\n%s\n", command->name, command->usage, command->summary,
           command->about);
    printf("example:\n%s\noptions:\n", command->example);
    for (int i = 0; i < APP_OPTION_COUNT; i++) {
        bool everywhere = i == APP_QUIET || i == APP_HELP;
        if (everywhere || (command->options & APP_TAKES(i)) != 0) {
            char left[64];
            snprintf(left, sizeof left, "%s %s", app_option_rows[i].name,
                     app_option_rows[i].value != NULL ? app_option_rows[i].value : "");
            printf("  %-28s %s\n", left, app_option_rows[i].help);
        }
    }
    if (command->settings) {
        ls_text table = {0};
        ls_config_help(&table);
        printf("\n%s", table.data != NULL ? table.data : "");
        ls_text_free(&table);
    }
}

void app_print_version(void)
{
    char text[LS_BACKEND_TEXT_CHARS];
    const ls_backend *backend;
    ls_isa isa = ls_isa_detect();
    printf("lockstep %s\n", LOCKSTEP_VERSION);
    printf("MPI:      %s\n", ls_comm_library());
    printf("HDF5:     %s\n", ls_h5_library());
    if (ls_backend_find(&backend, "cpu", isa) == LS_OK) {
        printf("kernels:  %s\n", ls_backend_describe(backend, text));
        printf("OpenBLAS: %s\n", ls_backend_blas_core());
    } else {
        printf("kernels:  none (%s)\n", ls_error_message());
    }
#ifdef __clang__
    printf("compiler: %s\n", __VERSION__);
#else
    printf("compiler: gcc %s\n", __VERSION__);
#endif
}
