/* lockstep pca: principal components of the training images, as a yardstick and as a checkpoint. */
#include "app.h"

#include "lockstep/io/files.h"
#include "lockstep/study/pca.h"
#include "lockstep/study/study.h"

#include <inttypes.h>
#include <stdio.h>

static ls_status read_components(const app_job *job, int *components)
{
    int64_t number = 0;
    LS_TRY(app_number("pca: components", job->line.words[1], 1, LS_PCA_VALUES, &number));
    *components = (int)number;
    return LS_OK;
}

/* --- the result ------------------------------------------------------------------------------- */

static void print_table(const ls_pca *pca, const char *path, ls_text *out)
{
    ls_text_add(out,
                "%" PRId64 " training and %" PRId64 " test images of %d values\n"
                "components  explained   train MSE    test MSE     clamped    clamped PSNR\n",
                pca->images[LS_TRAIN], pca->images[LS_TEST], pca->values);
    for (int i = 0; i < pca->size_count; i++) {
        int k = pca->sizes[i];
        ls_text_add(out, "%10d  %8.4f %%  %.8f  %.8f  %.8f  %11.3f dB\n", k,
                    100 * ls_pca_explained(pca, k), pca->mse[LS_TRAIN][k], pca->mse[LS_TEST][k],
                    pca->clamped[i], ls_psnr(pca->clamped[i]));
    }
    ls_text_add(out, "in %s\n", path);
}

/* The numbers of the first sizes[i] components. */
static void add_numbers(const ls_pca *pca, int i, ls_text *out)
{
    int components = pca->sizes[i];
    ls_text_add(out, "\"components\": %d, \"explained\": ", components);
    ls_text_add_json_number(out, ls_pca_explained(pca, components));
    ls_text_add(out, ", \"train_mse\": ");
    ls_text_add_json_number(out, pca->mse[LS_TRAIN][components]);
    ls_text_add(out, ", \"test_mse\": ");
    ls_text_add_json_number(out, pca->clamped[i]);
    ls_text_add(out, ", \"test_mse_unclamped\": ");
    ls_text_add_json_number(out, pca->mse[LS_TEST][components]);
}

static void print_json(const ls_pca *pca, const char *path, ls_text *out)
{
    ls_text_add(out, "{");
    add_numbers(pca, pca->size_count - 1, out);
    ls_text_add(out, ", \"train_images\": %" PRId64 ", \"test_images\": %" PRId64 ", \"shape\": ",
                pca->images[LS_TRAIN], pca->images[LS_TEST]);
    app_json_shape(out, pca->shape);
    ls_text_add(out, ", \"first\": [");
    for (int i = 0; i < pca->size_count; i++) {
        ls_text_add(out, "%s{", i > 0 ? ", " : "");
        add_numbers(pca, i, out);
        ls_text_add(out, "}");
    }
    ls_text_add(out, "], \"path\": ");
    ls_text_add_json_string(out, path);
    ls_text_add(out, "}\n");
}

/* --- the file --------------------------------------------------------------------------------- */

/* Rank 0 makes the run folder where the file has no other place. */
static ls_status make_folder(app_job *job)
{
    return app_line_has(&job->line, APP_OUT) ? LS_OK : ls_folder_make(job->config.train_out);
}

static ls_status choose_path(const app_job *job, int components, char path[LS_PATH_CHARS])
{
    const char *given = job->line.values[APP_OUT];
    if (given != NULL) {
        int length = snprintf(path, LS_PATH_CHARS, "%s", given);
        LS_REQUIRE(length > 0 && length < LS_PATH_CHARS, LS_BAD_INPUT,
                   "--out %.64s: is no name for a file", given);
        return LS_OK;
    }
    char name[64];
    snprintf(name, sizeof name, "pca-%d.h5", components);
    return ls_path_join(path, job->config.train_out, name);
}

static ls_status save(app_job *job, const ls_pca *pca)
{
    char path[LS_PATH_CHARS];
    LS_TRY(ls_comm_agree(job->comm, choose_path(job, pca->components, path)));
    LS_TRY(app_on_first(job, make_folder));
    LS_TRY(ls_pca_save(pca, &job->config, path, job->comm));
    ls_text text = {0};
    (app_line_has(&job->line, APP_JSON) ? print_json : print_table)(pca, path, &text);
    return app_print(job, &text);
}

static ls_status prepare(app_job *job)
{
    int components = 0;
    LS_TRY(read_components(job, &components));
    return app_prepare_config(job);
}

static ls_status run(app_job *job)
{
    int components = 0;
    LS_TRY(read_components(job, &components));
    ls_pca pca;
    ls_status status = ls_pca_fit(&pca, &job->config, components, job->comm);
    if (status == LS_OK) {
        status = save(job, &pca);
    }
    ls_pca_free(&pca);
    return status;
}

const app_command app_cmd_pca = {
    .name = "pca",
    .usage = "CONFIG.ini COMPONENTS [--out FILE.h5] [--json] [section.key=value ...]",
    .summary = "Find principal components of the training images: a yardstick for autoencoders",
    .about =
        "No linear autoencoder with a code of this size has a lower MSE on the training images.\n"
        "The components become a checkpoint, train.out/pca-COMPONENTS.h5 or --out, that eval,\n"
        "encode, decode and reconstruct take. Of the configuration, data.*, backend.*, optim.name\n"
        "and train.out count. Any number of ranks gives the same bits.\n",
    .example = "  mpirun -n 2 lockstep pca configs/paper.ini 128 --out pca-128.h5\n"
               "  lockstep eval run/checkpoints/best.h5 --against pca-128.h5\n",
    .options = APP_TAKES(APP_OUT) | APP_TAKES(APP_JSON),
    .words_min = 2,
    .words_max = 2,
    .settings = true,
    .prepare = prepare,
    .run = run,
};
