/* Images that nobody has shown the network: of codes drawn at random, and of codes on the line
 * between those of two images. */
#include "share.h"

#include "lockstep/base/memory.h"
#include "lockstep/base/random.h"
#include "lockstep/io/sheet.h"

#include <string.h>

#define COLUMNS 16

/* Codes at one place of the network, and what they become. */
typedef struct decoding {
    ls_model *model;
    int cut; /* layers cut .. end take the codes */
    int64_t code_values, image_values;
    int count;
    ls_arena arena;
    float *codes;  /* [count, code] */
    float *lane;   /* [lane, code]: the codes at hand */
    float *images; /* [count, output] */
} decoding;

/* Behind the last gaussian layer: what comes from there on has learnt to take draws. -1 = there is
 * none. */
static int after_gaussian(const ls_model *model)
{
    const ls_layer_type *gaussian = ls_layer_type_find("gaussian");
    for (int i = ls_model_layer_count(model) - 1; i > 0; i--) {
        if (ls_model_layer_at(model, i - 1)->type == gaussian) {
            return i;
        }
    }
    return -1;
}

/* Owner: the caller, ls_arena_release(&d->arena) (allowed after a failure too). */
static ls_status reserve(decoding *d, ls_model *model, int cut, int count)
{
    *d = (decoding){.model = model, .cut = cut, .count = count};
    LS_TRY(ls_check_alone(model, cut));
    d->code_values = ls_shape_count(ls_model_layer_at(model, cut)->in);
    d->image_values = ls_shape_count(ls_model_output(model));
    size_t code = sizeof(float) * (size_t)d->code_values;
    size_t codes = ls_arena_plan(&d->arena, code * (size_t)count);
    size_t lane = ls_arena_plan(&d->arena, code * (size_t)ls_model_lane(model));
    size_t images =
        ls_arena_plan(&d->arena, sizeof(float) * (size_t)d->image_values * (size_t)count);
    LS_TRY(ls_arena_reserve(&d->arena, "codes and their images"));
    d->codes = ls_arena_at(&d->arena, codes);
    d->lane = ls_arena_at(&d->arena, lane);
    d->images = ls_arena_at(&d->arena, images);
    return LS_OK;
}

static ls_status draw(const decoding *d, int columns, const char *out_path)
{
    int lane = ls_model_lane(d->model);
    for (int i = 0; i < d->count; i += lane) {
        int n = d->count - i < lane ? d->count - i : lane;
        memcpy(d->lane, d->codes + i * d->code_values,
               sizeof(float) * (size_t)(n * d->code_values));
        const float *y = ls_model_run(d->model, d->cut, ls_model_layer_count(d->model), n, d->lane);
        memcpy(d->images + i * d->image_values, y, sizeof(float) * (size_t)(n * d->image_values));
    }
    return ls_sheet_write(out_path, ls_model_output(d->model), d->count, columns, NULL, d->images);
}

/* --- draws ------------------------------------------------------------------------------------ */

static void fill_with_draws(const decoding *d, int64_t seed)
{
    for (int i = 0; i < d->count; i++) {
        const ls_random_key key = {
            .seed = (uint64_t)seed, .purpose = LS_PURPOSE_SAMPLE, .sample = (uint32_t)i};
        for (int64_t k = 0; k < d->code_values; k++) {
            d->codes[i * d->code_values + k] = ls_random_normal(&key, (uint32_t)k);
        }
    }
}

/* The sheet as near to a square as it gets. */
static int columns_for(int count)
{
    int columns = 1;
    while (columns < COLUMNS && columns * columns < count) {
        columns++;
    }
    return columns;
}

ls_status ls_sample(ls_trained *trained, int64_t seed, int count, const char *out_path)
{
    int cut = after_gaussian(trained->model);
    LS_REQUIRE(cut > 0, LS_BAD_INPUT,
               "the network has no gaussian layer: its codes have no distribution to draw from; "
               "train one that has (configs/variational.ini), or ask for images between those of "
               "the data: --between A,B");
    decoding d;
    ls_status status = reserve(&d, trained->model, cut, count);
    if (status == LS_OK) {
        fill_with_draws(&d, seed);
        status = draw(&d, columns_for(count), out_path);
    }
    ls_arena_release(&d.arena);
    return status;
}

/* --- between images --------------------------------------------------------------------------- */

static int64_t largest(int count, const int64_t *numbers)
{
    int64_t most = numbers[0];
    for (int i = 1; i < count; i++) {
        most = numbers[i] > most ? numbers[i] : most;
    }
    return most;
}

/* The code of an image, as encode gives it: of its lane of the split. code: [code] */
static void encode_one(const decoding *d, const ls_backend *backend, ls_share *share, int64_t image,
                       float *code)
{
    int64_t lane = share->lanes.lane;
    int n = ls_share_lane(share, backend, image / lane, NULL);
    const float *y = ls_model_run(d->model, 0, d->cut, n, share->x);
    memcpy(code, y + image % lane * d->code_values, sizeof(float) * (size_t)d->code_values);
}

/* A row of codes [steps, code]; the first and the last one stand there already. */
static void fill_between(int64_t values, int steps, float *row)
{
    const float *from = row;
    const float *to = row + (steps - 1) * values;
    for (int s = 1; s < steps - 1; s++) {
        double part = (double)s / (steps - 1);
        for (int64_t k = 0; k < values; k++) {
            row[s * values + k] = (float)((1 - part) * (double)from[k] + part * (double)to[k]);
        }
    }
}

/* Rank 0's part: it holds all images up to the last one asked for. */
static ls_status draw_between(ls_trained *trained, ls_share *share, int pairs,
                              const int64_t *images, int steps, const char *out_path)
{
    int cut = after_gaussian(trained->model);
    decoding d;
    ls_status status = reserve(
        &d, trained->model, cut > 0 ? cut : ls_model_encoder_count(trained->model), pairs * steps);
    if (status == LS_OK) {
        for (int p = 0; p < pairs; p++) {
            float *row = d.codes + p * steps * d.code_values;
            float *last = row + (steps - 1) * d.code_values;
            encode_one(&d, trained->backend, share, images[2 * p], row);
            encode_one(&d, trained->backend, share, images[2 * p + 1], last);
            fill_between(d.code_values, steps, row);
        }
        status = draw(&d, steps, out_path);
    }
    ls_arena_release(&d.arena);
    return status;
}

/* Collective. Whole lanes up to that of the last image, so that a code has encode's bits. */
static ls_status open_images(ls_share *share, const ls_trained *trained, ls_split split,
                             int64_t last, ls_comm *comm)
{
    int64_t lane = ls_model_lane(trained->model);
    LS_TRY(ls_share_open(share, trained, split, (last / lane + 1) * lane, 1, comm));
    int64_t there = share->lanes.images;
    LS_REQUIRE(last < there, LS_BAD_INPUT,
               "image %lld: the %s split of %s has %lld images, numbered from 0", (long long)last,
               ls_split_name(split), trained->config.data_path, (long long)there);
    return LS_OK;
}

ls_status ls_interpolate(ls_trained *trained, ls_split split, int pairs, const int64_t *images,
                         int steps, const char *out_path, ls_comm *comm)
{
    ls_share share = {0};
    ls_status status = open_images(&share, trained, split, largest(2 * pairs, images), comm);
    if (status == LS_OK) {
        bool first = ls_comm_rank(comm) == 0;
        status = ls_comm_agree(
            comm, first ? draw_between(trained, &share, pairs, images, steps, out_path) : LS_OK);
    }
    ls_share_close(&share);
    return status;
}
