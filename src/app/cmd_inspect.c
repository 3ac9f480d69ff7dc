/* lockstep inspect: what a configuration or a checkpoint describes. */
#include "trained.h"

#include "lockstep/base/hash.h"
#include "lockstep/base/log.h"
#include "lockstep/io/seal.h"
#include "lockstep/train/engine.h"

#include <inttypes.h>
#include <math.h>

/* What is shown. Borrowed. */
typedef struct view {
    ls_model *model;
    const ls_config *config;
    const ls_checkpoint_head *head; /* NULL for a configuration */
} view;

static double flops_of(const ls_model *model)
{
    double flops = 0;
    for (int i = 0; i < ls_model_layer_count(model); i++) {
        flops += ls_model_layer_at(model, i)->plan.flops;
    }
    return flops;
}

/* --- as text ---------------------------------------------------------------------------------- */

static void show_layers(const ls_model *model, ls_text *out)
{
    ls_text_add(out, "%-24s %-28s %12s %12s %12s %12s\n", "layer", "as written", "in", "out",
                "parameters", "MFLOP");
    for (int i = 0; i < ls_model_layer_count(model); i++) {
        const ls_model_layer *layer = ls_model_layer_at(model, i);
        char in[LS_SHAPE_CHARS];
        char to[LS_SHAPE_CHARS];
        ls_text_add(out, "%-24s %-28s %12s %12s %12" PRId64 " %12.3f\n", layer->path, layer->text,
                    ls_shape_text(layer->in, in), ls_shape_text(layer->plan.out, to),
                    layer->high - layer->low, layer->plan.flops * 1e-6);
    }
}

static void show_state(const ls_checkpoint_head *head, ls_text *out)
{
    const ls_progress *p = &head->progress;
    char digest[LS_DIGEST_CHARS];
    ls_text_add(
        out, "step %" PRId64 ", %" PRId64 " epochs and %" PRId64 " batches, %" PRId64 " samples\n",
        p->step, p->epoch, p->batch, p->samples);
    if (isfinite(p->best_loss)) {
        app_say_best(out, ls_task_of(&head->config), 8, p->best_loss, p->best_measure,
                     p->best_epoch);
    }
    ls_text_add(out, "written %s on %s by %d rank%s, %s\n", head->time, head->host, head->ranks,
                head->ranks == 1 ? "" : "s", head->kernels);
    ls_digest_text(head->weights_digest, digest);
    ls_text_add(out, "weights %s", digest);
    ls_digest_text(head->state_digest, digest);
    ls_text_add(out, ", state %s\n", digest);
}

static ls_status show(const view *v, ls_text *out)
{
    int64_t parameters = ls_model_parameter_count(v->model);
    double mflop = flops_of(v->model) * 1e-6;
    show_layers(v->model, out);
    ls_text_add(out, "\n%" PRId64 " parameters (%.2f MiB), %.3f MFLOP forward an image\n",
                parameters, (double)parameters * sizeof(float) / 1048576, mflop);
    ls_text_add(out, "memory of the model: %.1f MiB a rank with lanes of %" PRId64 "\n",
                (double)ls_model_bytes(v->model) / 1048576, v->config->train_lane);
    if (v->head != NULL) {
        show_state(v->head, out);
    }
    if (v->head != NULL && v->config->optim_average > 0) {
        ls_text_add(out, "eval and others use the averages of the weights (optim.average = ");
        ls_text_add_json_number(out, v->config->optim_average);
        ls_text_add(out, ")\n");
    }
    return LS_OK;
}

/* --- as JSON ---------------------------------------------------------------------------------- */

static void json_layer(const ls_model_layer *layer, ls_text *out)
{
    ls_text_add(out, "{\"name\": ");
    ls_text_add_json_string(out, layer->path);
    ls_text_add(out, ", \"type\": \"%s\", \"text\": ", layer->type->name);
    ls_text_add_json_string(out, layer->text);
    ls_text_add(out, ", \"in\": ");
    app_json_shape(out, layer->in);
    ls_text_add(out, ", \"out\": ");
    app_json_shape(out, layer->plan.out);
    ls_text_add(out, ", \"parameters\": %" PRId64 ", \"flops\": ", layer->high - layer->low);
    ls_text_add_json_number(out, layer->plan.flops);
    ls_text_add(out, "}");
}

static void json_state(const ls_checkpoint_head *head, ls_text *out)
{
    const ls_progress *p = &head->progress;
    char best[LS_TASK_NAME_CHARS];
    (void)ls_task_name(ls_task_of(&head->config), "best_val_*", best);
    ls_text_add(out,
                ", \"step\": %" PRId64 ", \"epoch\": %" PRId64 ", \"batch\": %" PRId64
                ", \"samples\": %" PRId64 ", \"best_epoch\": %" PRId64 ", \"%s\": ",
                p->step, p->epoch, p->batch, p->samples, p->best_epoch, best);
    ls_text_add_json_number(out, p->best_measure);
    ls_text_add(out, ", \"best_val_loss\": ");
    ls_text_add_json_number(out, p->best_loss);
    ls_text_add(out, ", \"ranks\": %d, \"kernels\": ", head->ranks);
    ls_text_add_json_string(out, head->kernels);
    ls_text_add(out, ", \"host\": ");
    ls_text_add_json_string(out, head->host);
    ls_text_add(out, ", \"time\": ");
    ls_text_add_json_string(out, head->time);
    ls_text_add(out, ", \"data_digest\": ");
    app_json_digest(out, head->data_digest);
    ls_text_add(out, ", \"weights_digest\": ");
    app_json_digest(out, head->weights_digest);
    ls_text_add(out, ", \"state_digest\": ");
    app_json_digest(out, head->state_digest);
}

static ls_status json_lists(const view *v, ls_text *out)
{
    ls_text encoder = {0};
    ls_text decoder = {0};
    ls_status status = ls_model_expand(v->config, ls_model_input(v->model), &encoder, &decoder);
    if (status == LS_OK) {
        ls_text_add(out, "{\"encoder\": ");
        ls_text_add_json_string(out, encoder.data != NULL ? encoder.data : "");
        ls_text_add(out, ", \"decoder\": ");
        ls_text_add_json_string(out, decoder.data != NULL ? decoder.data : "");
    }
    ls_text_free(&encoder);
    ls_text_free(&decoder);
    return status;
}

static ls_status json(const view *v, ls_text *out)
{
    LS_TRY(json_lists(v, out));
    ls_text_add(out, ", \"layers\": [");
    for (int i = 0; i < ls_model_layer_count(v->model); i++) {
        ls_text_add(out, "%s", i > 0 ? ", " : "");
        json_layer(ls_model_layer_at(v->model, i), out);
    }
    int64_t parameters = ls_model_parameter_count(v->model);
    ls_text_add(out,
                "], \"parameters\": %" PRId64 ", \"parameter_bytes\": %zu, \"flops\": ", parameters,
                (size_t)parameters * sizeof(float));
    ls_text_add_json_number(out, flops_of(v->model));
    ls_text_add(out, ", \"bytes\": %zu", ls_model_bytes(v->model));
    if (v->head != NULL) {
        json_state(v->head, out);
        ls_text_add(out, ", \"average\": ");
        ls_text_add_json_number(out, v->config->optim_average);
    }
    ls_text_add(out, "}\n");
    return LS_OK;
}

/* --- the command ------------------------------------------------------------------------------ */

static ls_status present(app_job *job, const view *v)
{
    ls_text text = {0};
    ls_status status = (app_line_has(&job->line, APP_JSON) ? json : show)(v, &text);
    if (status != LS_OK) {
        ls_text_free(&text);
        return status;
    }
    return app_print(job, &text);
}

/* A file that begins as ours do, or is named like one, is a checkpoint. */
static bool is_checkpoint(const char *path)
{
    return ls_seal_present(path) || ls_text_ends(path, ".h5");
}

/* The images' shape; without the data that of CIFAR, which is said. */
static ls_shape find_shape(const ls_config *config, ls_comm *comm)
{
    ls_shape shape = {32, 32, 3};
    ls_source *source;
    if (ls_source_open(&source, config, comm) != LS_OK) {
        ls_warn("%s; shown for images of 32x32x3", ls_error_message());
        ls_error_clear();
        return shape;
    }
    shape = ls_source_describe(source)->shape;
    ls_source_close(source);
    return shape;
}

static ls_status inspect_config(app_job *job)
{
    const ls_config *config = &job->config;
    const ls_backend *backend = NULL;
    LS_TRY(ls_comm_agree(job->comm, ls_engine_find_backend(&backend, config, job->comm)));
    ls_shape shape = find_shape(config, job->comm);
    view v = {.config = config};
    LS_TRY(ls_comm_agree(job->comm,
                         ls_model_create(&v.model, config, backend, shape, LS_MODEL_TRAIN)));
    ls_status status = present(job, &v);
    ls_model_destroy(v.model);
    return status;
}

static ls_status inspect_trained(app_job *job, ls_trained *trained)
{
    view v = {.model = trained->model, .config = &trained->config, .head = &trained->head};
    return present(job, &v);
}

/* A configuration is inspected without its data too: then only the file itself must be right. */
static ls_status prepare(app_job *job)
{
    const app_line *line = &job->line;
    if (is_checkpoint(line->words[0])) {
        return LS_OK;
    }
    LS_TRY(ls_config_load(&job->config, line->words[0], line->setting_count, line->settings));
    return ls_source_probe(job->config.data_path);
}

static ls_status run(app_job *job)
{
    if (is_checkpoint(job->line.words[0])) {
        return app_with_trained(job, inspect_trained);
    }
    return inspect_config(job);
}

const app_command app_cmd_inspect = {
    .name = "inspect",
    .usage = "CONFIG.ini|CHECKPOINT [--json] [section.key=value ...]",
    .summary = "Show layers, shapes, parameters, FLOPs and bytes; of a checkpoint also its state",
    .about = "FLOPs are those of direct arithmetic, a multiply-add counting as two.\n",
    .example = "  lockstep inspect configs/paper.ini model.latent=64\n"
               "  lockstep inspect run/checkpoints/best.h5 --json\n",
    .options = APP_TAKES(APP_JSON),
    .words_min = 1,
    .words_max = 1,
    .settings = true,
    .prepare = prepare,
    .run = run,
};
