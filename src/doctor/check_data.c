/* The data: whether every host sees the same, and what it is. */
#include "exam.h"

#include "fingerprint.h"
#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"

#include <string.h>

/* What one rank saw. Plain values. */
typedef struct sight {
    ls_fingerprint print;
    int64_t looked; /* 1 = it did; of a folder only one rank a host does */
} sight;

static bool is_made(const ls_exam *exam)
{
    return strcmp(exam->config->data_path, "synthetic") == 0;
}

static ls_status look(const ls_exam *exam, sight *mine)
{
    bool leads = exam->facts[exam->rank].host == exam->rank;
    const char *path = exam->config->data_path;
    *mine = (sight){.looked = 0};
    if (ls_folder_exists(path) && !leads) {
        return LS_OK;
    }
    mine->looked = 1;
    return ls_fingerprint_take(&mine->print, path);
}

/* Marks ranks that see something else than rank 0. */
static bool compare(const ls_exam *exam, const sight *all, bool *other)
{
    bool same = true;
    for (int r = 0; r < exam->size; r++) {
        other[r] =
            all[r].looked != 0 && memcmp(&all[r].print, &all[0].print, sizeof(ls_fingerprint)) != 0;
        same = same && !other[r];
    }
    return same;
}

static void describe(const ls_exam *exam, const sight *first, ls_finding *finding)
{
    char bytes[LS_AMOUNT_CHARS];
    char shape[LS_SHAPE_CHARS];
    const ls_source_info *info = &exam->source;
    ls_found(finding, "%s: %lld training and %lld test images of %s, %d classes", info->kind,
             (long long)info->images[LS_TRAIN], (long long)info->images[LS_TEST],
             ls_shape_text(info->shape, shape), info->classes);
    if (is_made(exam)) {
        ls_found(finding, "; every rank makes its own");
        return;
    }
    ls_found(finding, "; %lld file%s of %s together, the same on %s by sizes and samples",
             (long long)first->print.files, ls_plural(first->print.files),
             ls_amount((double)first->print.bytes, bytes),
             ls_comm_hosts(exam->comm) > 1 ? "every host" : "every rank");
}

static ls_status compare_sights(ls_exam *exam, sight *all, bool *other, ls_finding *finding)
{
    sight mine = {.looked = 0};
    LS_TRY(ls_comm_agree(exam->comm, is_made(exam) ? LS_OK : look(exam, &mine)));
    LS_TRY(ls_comm_gather(exam->comm, &mine, sizeof mine, all));
    if (compare(exam, all, other)) {
        describe(exam, &all[0], finding);
        return LS_OK;
    }
    ls_found(finding,
             "data.path = %s is not the same file or folder everywhere: other than on %s "
             "for ",
             exam->config->data_path, ls_comm_host_of(exam->comm, 0));
    ls_found_ranks(finding, exam, other);
    ls_cure(finding, LS_VERDICT_FAIL,
            "put the same data on all hosts, or on a file system that they share, and give its "
            "full path");
    return LS_OK;
}

/* The epoch's lanes, by data.* alone. */
static ls_status divide(ls_exam *exam)
{
    const ls_config *config = exam->config;
    int64_t images = exam->source.images[LS_TRAIN];
    int64_t limit = config->data_limit;
    int64_t used = limit > 0 && limit < images ? limit : images;
    LS_REQUIRE(
        used > config->data_holdout, LS_BAD_INPUT,
        "%lld training images in use, and data.holdout = %lld keeps all apart; leave some to "
        "train on",
        (long long)used, (long long)config->data_holdout);
    exam->lanes = (ls_lanes){used - config->data_holdout, config->train_batch, config->train_lane};
    exam->validation_images =
        config->data_holdout > 0 ? config->data_holdout : exam->source.images[LS_TEST];
    return LS_OK;
}

/* In training, what is long to open is not opened once more only to be looked at. */
static ls_status require_fast(ls_exam *exam)
{
    bool slow =
        exam->rank == 0 && exam->in_training && !ls_source_opens_fast(exam->config->data_path);
    return ls_comm_agree(exam->comm, slow ? ls_error_set(LS_BAD_INPUT, __FILE__, __LINE__,
                                                         "%s: too long to look at before training",
                                                         exam->config->data_path)
                                          : LS_OK);
}

ls_status ls_check_data(ls_exam *exam, ls_finding *finding)
{
    ls_source *source;
    void *memory;
    LS_TRY(ls_exam_gather_facts(exam));
    LS_TRY(require_fast(exam));
    LS_TRY(ls_source_open(&source, exam->config, exam->comm));
    exam->source = *ls_source_describe(source);
    ls_source_close(source);
    LS_TRY(divide(exam));
    if (exam->in_training) {
        return LS_OK;
    }
    size_t room = (size_t)exam->size * (sizeof(sight) + sizeof(bool));
    LS_TRY(ls_comm_agree(exam->comm, ls_alloc(&memory, room, "what the ranks see")));
    sight *all = memory;
    ls_status status = compare_sights(exam, all, (bool *)(all + exam->size), finding);
    ls_free(memory);
    return status;
}

/* --- images ----------------------------------------------------------------------------------- */

/* So much is read within seconds; of larger data only what some steps want. */
#define ALL_BYTES    (INT64_C(512) << 20)
#define SOME_BATCHES 4

static bool is_small(const ls_exam *exam)
{
    int64_t images = exam->lanes.images + exam->validation_images;
    return images * ls_shape_count(exam->source.shape) <= ALL_BYTES;
}

/* Settings with which the first images alone are read. */
static void settle_for_some(const ls_exam *exam, ls_config *config)
{
    int64_t train = SOME_BATCHES * exam->lanes.batch;
    int64_t all = exam->lanes.images;
    config->data_holdout = 1;
    config->data_limit = 1 + (train < all - 1 ? train : all - 1);
}

ls_status ls_check_images(ls_exam *exam, ls_finding *finding)
{
    static ls_config config; /* too large for comfort on the stack */
    config = *exam->config;
    bool small = is_small(exam);
    if (!small) {
        settle_for_some(exam, &config);
    }
    LS_TRY(ls_dataset_open(&exam->dataset, &config, exam->comm));
    if (small) {
        ls_found(finding, "all read: digest %016llx",
                 (unsigned long long)ls_dataset_digest(exam->dataset));
        return LS_OK;
    }
    char bytes[LS_AMOUNT_CHARS];
    int64_t images = exam->lanes.images + exam->validation_images;
    ls_found(finding, "%lld of %lld read, as all are %s: no digest",
             (long long)ls_dataset_train_lanes(exam->dataset)->images, (long long)images,
             ls_amount((double)(images * ls_shape_count(exam->source.shape)), bytes));
    return LS_OK;
}
