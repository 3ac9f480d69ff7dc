/* Reading a rank's share of a split in one go, and handing it out lane by lane. */
#include "share.h"

#include "lockstep/base/memory.h"

#include <string.h>

static ls_status check_source(const ls_source_info *info, const ls_trained *trained, ls_split split)
{
    char has[LS_SHAPE_CHARS];
    char wants[LS_SHAPE_CHARS];
    const char *path = trained->config.data_path;
    LS_REQUIRE(ls_shape_equal(info->shape, trained->head.input), LS_BAD_INPUT,
               "%s: its images are %s, but the model takes %s; set data.path to fitting data", path,
               ls_shape_text(info->shape, has), ls_shape_text(trained->head.input, wants));
    LS_REQUIRE(info->images[split] > 0, LS_BAD_INPUT, "%s: its %s split is empty", path,
               ls_split_name(split));
    return LS_OK;
}

/* The lanes before the rank's own, where `groups` groups of `group` lanes are shared. */
static int64_t lanes_before(int64_t groups, int64_t group, int64_t lanes, int rank, int size)
{
    return ls_share_least(ls_source_share(groups, rank, size).first * group, lanes);
}

/* Cuts the split into lanes and gives each rank a run of them, equal but for one group. */
static void cut(ls_share *share, int64_t images, int lane, int64_t group, bool on_first,
                const ls_comm *comm)
{
    share->lanes = (ls_lanes){.images = images, .batch = lane, .lane = lane};
    int64_t count = ls_lanes_batches(&share->lanes); /* a batch is a lane */
    int64_t groups = (count + group - 1) / group;
    int size = on_first ? 1 : ls_comm_size(comm);
    int rank = ls_comm_rank(comm);
    share->most = lanes_before(groups, group, count, 1, size);
    if (rank < size) {
        share->low = lanes_before(groups, group, count, rank, size);
        share->high = lanes_before(groups, group, count, rank + 1, size);
    }
    share->range.first = ls_share_least(share->low * lane, images);
    share->range.count = ls_share_least(share->high * lane, images) - share->range.first;
}

static ls_status reserve(ls_share *share)
{
    void *memory;
    size_t pixels = (size_t)ls_shape_count(share->shape);
    size_t images = (size_t)share->range.count + 1; /* never nothing */
    LS_TRY(ls_alloc(&memory, images * pixels, "a share of the images"));
    share->pixels = memory;
    LS_TRY(ls_alloc(&memory, images, "a share of the labels"));
    share->labels = memory;
    LS_TRY(
        ls_alloc(&memory, (size_t)share->lanes.lane * pixels * sizeof(float), "a lane of images"));
    share->x = memory;
    return LS_OK;
}

/* Room for corrupted images, if there are to be any. */
static ls_status reserve_corrupted(ls_share *share, const ls_config *config)
{
    void *memory;
    size_t image = (size_t)ls_shape_count(share->shape) * sizeof(float);
    LS_TRY(ls_corrupt_plan(&share->corrupt, config, share->shape));
    if (!ls_corrupt_any(&share->corrupt)) {
        return LS_OK;
    }
    LS_TRY(ls_alloc(&memory, (size_t)share->lanes.lane * image, "a lane of corrupted images"));
    share->corrupted = memory;
    LS_TRY(ls_alloc(&memory, image, "an image"));
    share->spare = memory;
    return LS_OK;
}

static ls_status load(ls_share *share, ls_source *source, const ls_trained *trained, ls_split split,
                      int64_t head, int64_t group, ls_comm *comm)
{
    const ls_source_info *info = ls_source_describe(source);
    LS_TRY(check_source(info, trained, split));
    share->info = *info;
    share->split = split;
    share->classes = info->classes;
    share->shape = info->shape;
    int64_t images = info->images[split];
    cut(share, head > 0 ? ls_share_least(head, images) : images, ls_model_lane(trained->model),
        group, head > 0, comm);
    LS_TRY(ls_comm_agree(comm, reserve(share)));
    LS_TRY(ls_comm_agree(comm, reserve_corrupted(share, &trained->config)));
    return ls_source_read(source, split, share->range, share->pixels, share->labels);
}

ls_status ls_share_open(ls_share *out, const ls_trained *trained, ls_split split, int64_t head,
                        int64_t group, ls_comm *comm)
{
    memset(out, 0, sizeof *out);
    ls_source *source;
    LS_TRY(ls_source_open(&source, &trained->config, comm));
    ls_status status = load(out, source, trained, split, head, group, comm);
    ls_source_close(source);
    return status;
}

void ls_share_close(ls_share *share)
{
    ls_free(share->pixels);
    ls_free(share->labels);
    ls_free(share->x);
    ls_free(share->corrupted);
    ls_free(share->spare);
    memset(share, 0, sizeof *share);
}

int ls_share_lane(ls_share *share, const ls_backend *backend, int64_t g, const uint8_t **labels)
{
    ls_lane lane = ls_lanes_at(&share->lanes, g, g);
    int64_t first = lane.first - share->range.first;
    int64_t pixels = ls_shape_count(share->shape);
    backend->images_to_float(lane.count * pixels, share->pixels + first * pixels, share->x);
    if (labels != NULL) {
        *labels = share->labels + first;
    }
    return lane.count;
}

void ls_share_truth(const ls_share *share, const ls_task *task, int64_t g, uint8_t *truth)
{
    ls_lane lane = ls_lanes_at(&share->lanes, g, g);
    int64_t bytes = ls_task_truth_bytes(task, share->shape);
    for (int64_t i = lane.first; i < lane.first + lane.count; i++, truth += bytes) {
        if (task->truth == LS_TRUTH_LABEL) {
            *truth = share->labels[i - share->range.first];
        } else if (task->truth == LS_TRUTH_MASK) {
            ls_source_mask(&share->info, share->split, i, truth);
        }
    }
}

const float *ls_share_input(ls_share *share, int64_t g)
{
    if (share->corrupted == NULL) {
        return share->x;
    }
    ls_lane lane = ls_lanes_at(&share->lanes, g, g);
    ls_corrupt_evaluation(&share->corrupt, lane.first, lane.count, share->x, share->corrupted,
                          share->spare);
    return share->corrupted;
}
