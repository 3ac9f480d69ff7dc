/* The small engine. */
#include "small_engine.h"

static const char *const settings[] = {
    "data.synthetic_train=12",
    "data.synthetic_test=4",
    "data.synthetic_size=8",
    "model.encoder=conv(4) relu dense(5)",
    "model.decoder=dense(256) relu reshape(8,8,4) conv(3) sigmoid",
    "train.batch=12",
    "train.lane=4",
    "optim.name=sgd",
    "optim.momentum=0",
    "optim.lr=0.5",
};

void small_engine_create(small_engine *e, int count, const char *const *arguments)
{
    const int own = (int)(sizeof settings / sizeof settings[0]);
    ls_config_defaults(&e->config);
    assert_int_equal(ls_config_apply_arguments(&e->config, own, settings), LS_OK);
    assert_int_equal(ls_config_apply_arguments(&e->config, count, arguments), LS_OK);
    assert_int_equal(ls_comm_self(&e->comm), LS_OK);
    assert_int_equal(ls_dataset_open(&e->data, &e->config, e->comm), LS_OK);
    ls_status status = ls_engine_create(&e->engine, &e->config, e->data, e->comm);
    if (status != LS_OK) {
        fail_msg("%s", ls_error_message());
    }
    assert_int_equal(ls_dataset_epoch(e->data, 0), LS_OK);
}

void small_engine_destroy(small_engine *e)
{
    ls_engine_destroy(e->engine);
    ls_dataset_close(e->data);
    ls_comm_finish(e->comm);
}

void small_engine_step(small_engine *e, int64_t step)
{
    ls_loss_sums sums = {0};
    assert_int_equal(ls_engine_step(e->engine, e->data, 0, step, &sums, NULL), LS_OK);
}
