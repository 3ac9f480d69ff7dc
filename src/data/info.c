/* What a data set holds: counts, mean and deviation from exact integer sums, and digests. */
#include "digest.h"
#include "source_private.h"

#include "lockstep/data/tools.h"

#include <math.h>

#define CHANNELS_MAX 3

/* Sums over one split. */
typedef struct tally {
    int64_t per_class[LS_CLASSES_MAX];
    int64_t sum[CHANNELS_MAX];     /* of pixel values, 0 .. 255 */
    int64_t squares[CHANNELS_MAX]; /* of their squares */
} tally;

typedef struct survey {
    const ls_source *source;
    tally split[LS_SPLIT_COUNT];
    uint64_t digest[LS_SPLIT_COUNT];
} survey;

static void tally_image(tally *t, ls_shape shape, const uint8_t *pixels)
{
    int64_t positions = (int64_t)shape.h * shape.w;
    for (int64_t i = 0; i < positions; i++) {
        for (int c = 0; c < shape.c; c++) {
            int64_t value = pixels[i * shape.c + c];
            t->sum[c] += value;
            t->squares[c] += value * value;
        }
    }
}

static ls_status tally_images(void *context, ls_split split, ls_source_range range,
                              const uint8_t *pixels, const uint8_t *labels)
{
    survey *s = context;
    tally *t = &s->split[split];
    size_t bytes = ls_source_image_bytes(s->source);
    for (int64_t i = 0; i < range.count; i++) {
        const uint8_t *image = pixels + (size_t)i * bytes;
        tally_image(t, s->source->info.shape, image);
        t->per_class[labels[i]]++;
        s->digest[split] += ls_digest_image(range.first + i, labels[i], image, bytes);
    }
    return LS_OK;
}

/* Mean and deviation on [0, 1]. */
static void describe_channels(const tally *t, const ls_source_info *info, ls_split split,
                              ls_data_report *report)
{
    double count = (double)info->images[split] * info->shape.h * info->shape.w;
    for (int c = 0; c < info->shape.c && count > 0; c++) {
        double mean = (double)t->sum[c] / count;
        double variance = (double)t->squares[c] / count - mean * mean;
        report->mean[split][c] = mean / 255.0;
        report->deviation[split][c] = sqrt(variance > 0 ? variance : 0.0) / 255.0;
    }
}

static ls_status survey_source(ls_source *source, ls_comm *comm, survey *s)
{
    ls_source_range ranges[LS_SPLIT_COUNT];
    for (int split = 0; split < LS_SPLIT_COUNT; split++) {
        ranges[split] =
            ls_source_share(source->info.images[split], ls_comm_rank(comm), ls_comm_size(comm));
    }
    LS_TRY(ls_source_stream(source, ranges, tally_images, s));
    /* A tally is int64 words throughout. */
    for (int split = 0; split < LS_SPLIT_COUNT; split++) {
        LS_TRY(ls_comm_sum_i64(comm, (int64_t *)&s->split[split], sizeof(tally) / sizeof(int64_t)));
    }
    LS_TRY(ls_digest_reduce(comm, s->digest, LS_SPLIT_COUNT));
    return LS_OK;
}

ls_status ls_data_info(const ls_config *config, ls_comm *comm, ls_data_report *report)
{
    *report = (ls_data_report){0};
    ls_source *source = NULL;
    LS_TRY(ls_source_open(&source, config, comm));
    survey s = {.source = source};
    ls_status status = survey_source(source, comm, &s);
    report->info = source->info;
    ls_source_close(source);
    LS_TRY(status);
    for (int split = 0; split < LS_SPLIT_COUNT; split++) {
        for (int k = 0; k < LS_CLASSES_MAX; k++) {
            report->per_class[split][k] = s.split[split].per_class[k];
        }
        report->digest[split] = s.digest[split];
        describe_channels(&s.split[split], &report->info, (ls_split)split, report);
    }
    return LS_OK;
}
