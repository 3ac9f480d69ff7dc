/* What several subcommands do in the same way: reading the configuration, printing results. */
#include "app.h"

#include "lockstep/base/hash.h"
#include "lockstep/checkpoint/checkpoint.h"

#include <inttypes.h>
#include <stdio.h>

ls_status app_prepare_config(app_job *job)
{
    const app_line *line = &job->line;
    LS_TRY(ls_config_load(&job->config, line->words[0], line->setting_count, line->settings));
    return ls_source_probe(job->config.data_path);
}

ls_status app_prepare_checkpoint(app_job *job)
{
    static ls_checkpoint_head head; /* too large for comfort on the stack */
    const char *path = job->line.words[0];
    LS_TRY(ls_checkpoint_check(path));
    LS_TRY(ls_checkpoint_read_head(path, &head));
    job->config = head.config;
    LS_TRY(ls_config_apply_arguments(&job->config, job->line.setting_count, job->line.settings));
    return ls_source_probe(job->config.data_path);
}

ls_status app_print(const app_job *job, ls_text *text)
{
    ls_status status = ls_text_check(text);
    if (status == LS_OK && ls_comm_rank(job->comm) == 0 && text->data != NULL) {
        fputs(text->data, stdout);
        fflush(stdout);
    }
    ls_text_free(text);
    return status;
}

ls_status app_on_first(app_job *job, ls_status (*f)(app_job *job))
{
    return ls_comm_agree(job->comm, ls_comm_rank(job->comm) == 0 ? f(job) : LS_OK);
}

void app_json_shape(ls_text *out, ls_shape shape)
{
    ls_text_add(out, "[%d, %d, %d]", shape.h, shape.w, shape.c);
}

void app_json_digest(ls_text *out, uint64_t digest)
{
    char text[LS_DIGEST_CHARS];
    ls_digest_text(digest, text);
    ls_text_add(out, "\"%s\"", text);
}

void app_say_best(ls_text *out, const ls_task *task, int digits, double loss, double measure,
                  int64_t epoch)
{
    const char *title = task->measure_title;
    if (loss == measure) {
        ls_text_add(out, "best validation %s %.*f", title, digits, measure);
    } else {
        ls_text_add(out, "best validation loss %.*f (%s %.*f)", digits, loss, title, digits,
                    measure);
    }
    ls_text_add(out, " at epoch %" PRId64 "\n", epoch);
}

const char *app_duration(double seconds, char text[APP_DURATION_CHARS])
{
    long long whole = seconds > 0 && seconds < 1e15 ? (long long)(seconds + 0.5) : 0;
    if (whole >= 3600) {
        snprintf(text, APP_DURATION_CHARS, "%lldh%02lldm", whole / 3600, whole / 60 % 60);
    } else if (whole >= 60) {
        snprintf(text, APP_DURATION_CHARS, "%lldm%02llds", whole / 60, whole % 60);
    } else {
        snprintf(text, APP_DURATION_CHARS, "%llds", whole);
    }
    return text;
}
