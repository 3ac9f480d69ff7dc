/* Takes training steps of the paper's network on 32 synthetic images, alone and without MPI: what
 * instructions.sh counts. The first step is not counted: it finds fresh memory.
 *   one_step KERNEL_SET */
#include "lockstep/train/engine.h"

#include <stdio.h>

static ls_config config;

/* By its name the counter knows where to begin and to end. */
__attribute__((noinline)) ls_status counted_step(ls_engine *engine, const ls_dataset *data)
{
    ls_loss_sums sums = {0};
    return ls_engine_step(engine, data, 0, 2, &sums, NULL);
}

static ls_status take_steps(ls_comm *comm)
{
    ls_dataset *data = NULL;
    ls_engine *engine = NULL;
    ls_loss_sums sums = {0};
    ls_status status;
    LS_TRY_GOTO(status, ls_dataset_open(&data, &config, comm), done);
    LS_TRY_GOTO(status, ls_engine_create(&engine, &config, data, comm), done);
    LS_TRY_GOTO(status, ls_dataset_epoch(data, 0), done);
    LS_TRY_GOTO(status, ls_engine_step(engine, data, 0, 1, &sums, NULL), done);
    LS_TRY_GOTO(status, counted_step(engine, data), done);
done:
    ls_engine_destroy(engine);
    ls_dataset_close(data);
    return status;
}

int main(int argc, char **argv)
{
    char isa[64];
    snprintf(isa, sizeof isa, "backend.isa=%s", argc == 2 ? argv[1] : "auto");
    const char *arguments[] = {"data.synthetic_train=32", "data.synthetic_test=1", "train.batch=32",
                               isa};
    ls_comm *comm = NULL;
    ls_config_defaults(&config);
    ls_status status = ls_config_apply_arguments(&config, 4, arguments);
    status = status == LS_OK ? ls_comm_self(&comm) : status;
    status = status == LS_OK ? take_steps(comm) : status;
    if (status != LS_OK) {
        fprintf(stderr, "one_step: %s\n", ls_error_message());
    }
    ls_comm_finish(comm);
    return status == LS_OK ? 0 : 1;
}
