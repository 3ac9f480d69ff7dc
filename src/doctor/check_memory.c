/* The network's sizes, and memory: wanted by each rank, and there on each host. */
#include "exam.h"

#include "lockstep/base/memory.h"
#include "lockstep/data/augment.h"
#include "lockstep/data/corrupt.h"
#include "lockstep/loss/loss.h"
#include "lockstep/model/model.h"
#include "lockstep/optim/optim.h"
#include "lockstep/train/engine.h"

#include <string.h>

#define IMAGES_FACTOR   1.25                /* at most, during an exchange (data/dataset.h) */
#define OTHER_BYTES     ((int64_t)32 << 20) /* messages, HDF5, a piece of the data */
#define HEAD_BYTES      ((int64_t)1 << 20)  /* of a checkpoint, beside its blocks */
#define CLOSE_TO_LIMITS 0.8

/* The engine's images: a lane of clean ones, one of corrupted ones if there are any, and a spare
 * one. Fails where images of this shape can't be augmented or corrupted as the options say. */
static ls_status lane_images(const ls_exam *exam, int64_t lane, int64_t *images)
{
    ls_augment augment;
    ls_corrupt corrupt;
    LS_TRY(ls_augment_plan(&augment, exam->config, exam->source.shape));
    LS_TRY(ls_corrupt_plan(&corrupt, exam->config, exam->source.shape));
    *images = (ls_corrupt_any(&corrupt) ? 2 : 1) * lane + 1;
    return LS_OK;
}

/* All that ls_engine_create reserves, and rank 0's buffers for a checkpoint. */
static ls_status add_up(ls_exam *exam, const ls_model *model, const ls_optim_type *optim)
{
    size_t loss = 0;
    LS_TRY(ls_loss_measure(exam->config->loss_terms, exam->backend, ls_model_output(model),
                           ls_model_lane(model), &loss));
    int64_t lane = ls_model_lane(model);
    int64_t images = 0;
    LS_TRY(lane_images(exam, lane, &images));
    int64_t parameters = ls_model_parameter_count(model);
    int64_t in = ls_shape_count(ls_model_input(model));
    int64_t out = ls_shape_count(ls_model_output(model));
    int64_t outputs = ls_task_of(exam->config)->truth == LS_TRUTH_NONE ? 1 : 2; /* and targets */
    bool exact = strcmp(exam->config->train_reduce, "exact") == 0;
    int64_t block = parameters * (int64_t)sizeof(float);
    int64_t moments = optim->moment_count;
    int64_t room = ls_engine_optimizer_room(model, optim);
    int64_t sums = exact ? parameters * (int64_t)sizeof(int64_t) : 0;
    exam->parameters = parameters;
    exam->checkpoint_bytes =
        (1 + moments) * block + ls_model_state_count(model) * (int64_t)sizeof(float) + HEAD_BYTES;
    exam->model_bytes = (int64_t)ls_model_bytes(model) + moments * block + sums + (int64_t)loss +
                        (images * in + outputs * lane * out + room) * (int64_t)sizeof(float) +
                        (exam->rank == 0 ? exam->checkpoint_bytes : 0);
    return LS_OK;
}

ls_status ls_check_model(ls_exam *exam, ls_finding *finding)
{
    ls_model *model;
    const ls_optim_type *optim = ls_optim_type_find(exam->config->optim_name);
    LS_REQUIRE(optim != NULL, LS_INTERNAL, "optim.name = %s is not in the list",
               exam->config->optim_name);
    LS_TRY(ls_comm_agree(exam->comm, ls_model_create(&model, exam->config, exam->backend,
                                                     exam->source.shape, LS_MODEL_PLAN)));
    ls_status added = add_up(exam, model, optim);
    ls_model_destroy(model);
    LS_TRY(ls_comm_agree(exam->comm, added));
    char checkpoint[LS_AMOUNT_CHARS];
    ls_found(finding, "%lld parameters; a checkpoint takes %s", (long long)exam->parameters,
             ls_amount((double)exam->checkpoint_bytes, checkpoint));
    return LS_OK;
}

/* What a rank wants of images: of those to train on, with the exchange, and to validate on. */
static int64_t image_bytes(const ls_exam *exam)
{
    int64_t bytes = ls_shape_count(exam->source.shape) + 1; /* and the label */
    int64_t size = exam->size;
    int64_t images =
        (exam->lanes.images + size - 1) / size + (exam->validation_images + size - 1) / size;
    return (int64_t)(IMAGES_FACTOR * (double)(images * bytes));
}

/* The host with the least left over. wanted: [size]. */
static int find_tightest(const ls_exam *exam, const int64_t *wanted, int64_t *on_host)
{
    int tightest = -1;
    double most = -1;
    for (int first = 0; first < exam->size; first++) {
        int64_t sum = 0;
        for (int r = first; r < exam->size; r++) {
            sum += exam->facts[r].host == first ? wanted[r] : 0;
        }
        double left = (double)exam->facts[first].memory_left;
        if (exam->facts[first].host == first && left >= 0 && (double)sum / (left + 1) > most) {
            most = (double)sum / (left + 1);
            tightest = first;
            *on_host = sum;
        }
    }
    return tightest;
}

static void judge(const ls_exam *exam, const int64_t *wanted, ls_finding *finding)
{
    char each[LS_AMOUNT_CHARS];
    char all[LS_AMOUNT_CHARS];
    char left[LS_AMOUNT_CHARS];
    int64_t on_host = 0;
    int host = find_tightest(exam, wanted, &on_host);
    ls_found(finding, "about %s a rank", ls_amount((double)wanted[0], each));
    if (host < 0) {
        ls_found(finding, "; how much is there is not told");
        return;
    }
    int64_t there = exam->facts[host].memory_left;
    ls_found(finding, "; on %s %s wanted, %s available", ls_comm_host_of(exam->comm, host),
             ls_amount((double)on_host, all), ls_amount((double)there, left));
    if ((double)on_host > CLOSE_TO_LIMITS * (double)there) {
        ls_cure(finding, on_host > there ? LS_VERDICT_FAIL : LS_VERDICT_WARN,
                "use more hosts or ask for more memory (Slurm: --mem), or set a smaller train.lane "
                "or network");
    }
}

ls_status ls_check_memory(ls_exam *exam, ls_finding *finding)
{
    void *memory;
    int64_t mine = exam->model_bytes + image_bytes(exam) + OTHER_BYTES;
    size_t room = (size_t)exam->size * sizeof mine;
    LS_TRY(ls_comm_agree(exam->comm, ls_alloc(&memory, room, "what the ranks want")));
    int64_t *wanted = memory;
    ls_status status = ls_comm_gather(exam->comm, &mine, sizeof mine, wanted);
    if (status == LS_OK) {
        judge(exam, wanted, finding);
    }
    ls_free(memory);
    return status;
}
