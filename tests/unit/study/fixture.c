/* The fixture of the studies' tests. */
#include "fixture.h"

#include "lockstep/io/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const settings[] = {
    "data.synthetic_train=8",
    "data.synthetic_test=21",
    "data.synthetic_size=16",
    "model.encoder=conv(4) relu maxpool(4) dense(6) relu",
    "model.decoder=dense(192) reshape(4,4,12) deconv(4) relu deconv(3) sigmoid",
    "train.lane=4",
    "backend.name=ref",
};
#define SETTINGS ((int)(sizeof settings / sizeof settings[0]))

static ls_status write_checkpoint(fixture *f, const ls_config *config, ls_model *model)
{
    ls_training_state state = {.model = model,
                               .optim = ls_optim_type_find("sgd"),
                               .moments = {ls_model_gradients(model)},
                               .config = config,
                               .kernels = "ref"};
    state.progress.best_measure = state.progress.best_loss = 1;
    return ls_checkpoint_write(f->checkpoint, &state, f->comm);
}

/* With `count` changes of the settings. */
static ls_status make_checkpoint(fixture *f, int count, const char *const *changes)
{
    static ls_config config;
    const ls_backend *backend;
    ls_model *model;
    LS_TRY(ls_config_load(&config, NULL, SETTINGS, settings));
    LS_TRY(ls_config_apply_arguments(&config, count, changes));
    LS_TRY(ls_backend_find(&backend, "ref", LS_ISA_PORTABLE));
    const ls_shape shape = {SIDE, SIDE, (int)config.data_synthetic_channels};
    LS_TRY(ls_model_create(&model, &config, backend, shape, LS_MODEL_TRAIN));
    ls_model_init(model, 5);
    ls_status status = write_checkpoint(f, &config, model);
    ls_model_destroy(model);
    return status;
}

static ls_status read_images(fixture *f)
{
    ls_source *source;
    LS_TRY(ls_source_open(&source, &f->trained.config, f->comm));
    ls_status status =
        ls_source_read(source, LS_TEST, (ls_source_range){0, TEST_IMAGES}, f->pixels, f->labels);
    ls_source_close(source);
    return status;
}

static ls_status make(fixture *f)
{
    LS_TRY(ls_comm_self(&f->comm));
    LS_TRY(make_checkpoint(f, 0, NULL));
    LS_TRY(ls_trained_open(&f->trained, f->checkpoint, 0, NULL, f->comm));
    return read_images(f);
}

int fixture_make(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    *state = f;
    snprintf(f->folder, sizeof f->folder, "/tmp/lockstep-study-XXXXXX");
    if (mkdtemp(f->folder) == NULL) {
        return -1;
    }
    snprintf(f->checkpoint, sizeof f->checkpoint, "%s/model.h5", f->folder);
    if (make(f) != LS_OK) {
        print_error("%s\n  %s\n", ls_error_message(), ls_error_trace());
        return -1;
    }
    return 0;
}

int fixture_remove(void **state)
{
    fixture *f = *state;
    ls_names names;
    if (ls_folder_list(f->folder, &names) == LS_OK) {
        for (int i = 0; i < names.count; i++) {
            ls_file_remove(fixture_path(f, names.name[i]));
        }
        ls_names_free(&names);
    }
    rmdir(f->folder);
    ls_trained_close(&f->trained);
    ls_comm_finish(f->comm);
    free(f);
    return 0;
}

ls_status fixture_change(fixture *f, int count, const char *const *changes)
{
    ls_trained_close(&f->trained);
    LS_TRY(make_checkpoint(f, count, changes));
    return ls_trained_open(&f->trained, f->checkpoint, 0, NULL, f->comm);
}

const char *fixture_path(const fixture *f, const char *name)
{
    static char path[LS_PATH_CHARS];
    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    return path;
}
