/* Codes of a file through the decoder into pictures. */
#include "share.h"

#include "lockstep/base/hash.h"
#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"
#include "lockstep/io/h5.h"
#include "lockstep/io/seal.h"
#include "lockstep/io/sheet.h"

#include <string.h>

#define COLUMNS 16

/* Whether /codes has rows of the decoder's input, as [N, L] or [N, h, w, c]. */
static ls_status check_codes(ls_h5 *file, const char *path, const ls_model *model, int64_t *rows)
{
    ls_h5_info info;
    LS_TRY(ls_h5_inspect(file, "/codes", &info));
    ls_shape has = {1, 1, 1};
    if (info.dim_count == 2) {
        has.c = (int)info.dims[1];
    } else if (info.dim_count == 4) {
        has = (ls_shape){(int)info.dims[1], (int)info.dims[2], (int)info.dims[3]};
    } else {
        LS_FAIL(LS_BAD_INPUT, "%s: /codes has %d dimensions; it must be [N, L] or [N, h, w, c]",
                path, info.dim_count);
    }
    char found[LS_SHAPE_CHARS];
    char wanted[LS_SHAPE_CHARS];
    ls_shape wants = ls_model_code(model);
    LS_REQUIRE(ls_shape_equal(has, wants), LS_BAD_INPUT,
               "%s: its codes are %s, but the model's decoder takes %s", path,
               ls_shape_text(has, found), ls_shape_text(wants, wanted));
    LS_REQUIRE(info.dims[0] > 0, LS_BAD_INPUT, "%s: /codes is empty", path);
    *rows = info.dims[0];
    return LS_OK;
}

ls_status ls_check_alone(const ls_model *model, int cut)
{
    int from = ls_model_taken_across(model, cut);
    LS_REQUIRE(from < 0, LS_BAD_INPUT,
               "the decoder takes what the encoder has saved (%s %s): codes alone make no image",
               ls_model_layer_at(model, from)->path, ls_model_layer_at(model, from)->text);
    return LS_OK;
}

/* Codes of another model are decoded too, but hardly on purpose. */
static ls_status compare_digest(ls_h5 *file, const char *path, ls_model *model)
{
    char own[LS_DIGEST_CHARS];
    ls_digest_text(ls_weights_digest(model), own);
    ls_text stored = {0};
    ls_status status = ls_h5_get_text(file, "/codes", "weights_digest", &stored);
    if (status == LS_OK && strcmp(own, stored.data != NULL ? stored.data : "") != 0) {
        ls_warn("%s: these codes were made by a model with other weights", path);
    }
    ls_text_free(&stored);
    return status;
}

/* codes: [lane, code]; y: [count, output] */
static ls_status run_decoder(ls_model *model, ls_h5 *file, int64_t count, float *codes, float *y)
{
    int lane = ls_model_lane(model);
    int64_t values = ls_shape_count(ls_model_output(model));
    for (int64_t i = 0; i < count; i += lane) {
        int n = (int)(count - i < lane ? count - i : lane);
        LS_TRY(ls_h5_read(file, "/codes", LS_H5_F32, (ls_h5_rows){i, n}, codes));
        const float *out = ls_model_run(model, ls_model_encoder_count(model),
                                        ls_model_layer_count(model), n, codes);
        memcpy(y + i * values, out, sizeof(float) * (size_t)(n * values));
    }
    return LS_OK;
}

static ls_status draw(ls_model *model, ls_h5 *file, int64_t count, const char *out_path)
{
    ls_shape shape = ls_model_output(model);
    size_t code = (size_t)ls_shape_count(ls_model_code(model));
    ls_arena arena = {0};
    size_t codes = ls_arena_plan(&arena, sizeof(float) * code * (size_t)ls_model_lane(model));
    size_t y = ls_arena_plan(&arena, sizeof(float) * (size_t)ls_shape_count(shape) * (size_t)count);
    LS_TRY(ls_arena_reserve(&arena, "decoded images"));
    ls_status status =
        run_decoder(model, file, count, ls_arena_at(&arena, codes), ls_arena_at(&arena, y));
    if (status == LS_OK) {
        int columns = count < COLUMNS ? (int)count : COLUMNS;
        status = ls_sheet_write(out_path, shape, (int)count, columns, NULL, ls_arena_at(&arena, y));
    }
    ls_arena_release(&arena);
    return status;
}

static ls_status decode(ls_model *model, ls_h5 *file, const char *path, int64_t count,
                        const char *out_path, int64_t *done)
{
    int64_t rows = 0;
    LS_TRY(ls_check_alone(model, ls_model_encoder_count(model)));
    LS_TRY(check_codes(file, path, model, &rows));
    LS_TRY(compare_digest(file, path, model));
    *done = count < rows ? count : rows;
    return draw(model, file, *done, out_path);
}

ls_status ls_decode(ls_trained *trained, const char *codes_path, int64_t count,
                    const char *out_path, int64_t *done)
{
    LS_TRY(ls_require_images(trained));
    LS_TRY(ls_seal_check(codes_path, LS_SEAL_CODES));
    ls_h5 *file;
    LS_TRY(ls_h5_open(&file, codes_path, LS_H5_READ, NULL));
    ls_status status = decode(trained->model, file, codes_path, count, out_path, done);
    ls_status closed = ls_h5_close(file);
    return status != LS_OK ? status : closed;
}
