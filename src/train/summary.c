/* The summary of a run, and its JSON form. */
#include "session.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/hash.h"
#include "lockstep/base/process.h"
#include "lockstep/io/files.h"

#define STOP_TEXT(name, text) text,
static const char *const stop_texts[LS_STOP_COUNT] = {LS_STOP_LIST(STOP_TEXT)};

const char *ls_stop_text(ls_stop stop)
{
    return stop_texts[stop];
}

static void fill(const ls_session *session, ls_train_summary *s)
{
    const ls_progress *progress = &session->state.progress;
    const ls_session_times *times = &session->times;
    const ls_history *history = &session->state.history;
    s->epochs = progress->epoch;
    s->steps = progress->step;
    s->samples = progress->samples;
    s->ranks = ls_comm_size(session->comm);
    s->task = ls_task_of(session->config);
    s->images_per_second = ls_session_images_per_second(times);
    if (history->count > 0) {
        const ls_epoch_row *last = &history->rows[history->count - 1];
        s->train_measure = last->train_measure;
        s->val_measure = last->val_measure;
        s->val_figure = last->val_figure;
        s->train_loss = last->train_loss;
        s->val_loss = last->val_loss;
    }
    s->best_val_measure = progress->best_measure;
    s->best_val_loss = progress->best_loss;
    s->best_epoch = progress->best_epoch;
    s->wall_seconds = ls_clock_seconds() - times->began;
    s->comm_fraction = ls_session_comm_fraction(times);
    s->weights_digest = ls_weights_digest(session->state.model);
    s->state_digest = ls_state_digest(&session->state);
    s->stop = ls_session_stop(session);
}

static ls_status write_json(ls_session *session, const ls_train_summary *summary)
{
    char path[LS_PATH_CHARS];
    if (ls_comm_rank(session->comm) != 0) {
        return LS_OK;
    }
    LS_TRY(ls_run_folder_path(session->folder, "summary.json", path));
    if (summary->already_finished && ls_file_exists(path)) {
        return LS_OK; /* its figures stand; else it was killed before it wrote them */
    }
    ls_text text = {0};
    ls_train_summary_json(summary, &text);
    ls_status status = ls_run_folder_replace(session->folder, "summary.json", &text);
    ls_text_free(&text);
    LS_TRY(status);
    return ls_run_folder_status(session->folder, &session->state.progress,
                                ls_stop_text(summary->stop));
}

ls_status ls_session_summarize(ls_session *session, ls_train_summary *summary)
{
    fill(session, summary);
    int64_t peak = ls_process_peak_bytes();
    LS_TRY(ls_comm_max_i64(session->comm, &peak, 1));
    summary->peak_rss_mib = (double)peak / 1048576.0;
    return ls_comm_agree(session->comm, write_json(session, summary));
}

static void add_number(ls_text *out, const char *name, double value)
{
    ls_text_add(out, "  \"%s\": ", name);
    ls_text_add_json_number(out, value);
    ls_text_add(out, ",\n");
}

/* Under the name that the task gives it, if it has it at all. */
static void add_result(ls_text *out, const ls_task *task, const char *pattern, double value)
{
    char name[LS_TASK_NAME_CHARS];
    if (ls_task_name(task, pattern, name)) {
        add_number(out, name, value);
    }
}

static void add_digest(ls_text *out, const char *name, uint64_t digest)
{
    char text[LS_DIGEST_CHARS];
    ls_digest_text(digest, text);
    ls_text_add(out, "  \"%s\": \"%s\",\n", name, text);
}

void ls_train_summary_json(const ls_train_summary *s, ls_text *out)
{
    ls_text_add(out, "{\n  \"epochs\": %lld,\n  \"steps\": %lld,\n  \"samples\": %lld,\n",
                (long long)s->epochs, (long long)s->steps, (long long)s->samples);
    ls_text_add(out, "  \"ranks\": %d,\n", s->ranks);
    add_number(out, "images_per_second", s->images_per_second);
    add_result(out, s->task, "train_*", s->train_measure);
    add_result(out, s->task, "val_*", s->val_measure);
    add_result(out, s->task, "val_+", s->val_figure);
    add_result(out, s->task, "best_val_*", s->best_val_measure);
    add_number(out, "train_loss", s->train_loss);
    add_number(out, "val_loss", s->val_loss);
    add_number(out, "best_val_loss", s->best_val_loss);
    ls_text_add(out, "  \"best_epoch\": %lld,\n", (long long)s->best_epoch);
    add_number(out, "wall_seconds", s->wall_seconds);
    add_number(out, "comm_fraction", s->comm_fraction);
    add_number(out, "peak_rss_mib", s->peak_rss_mib);
    add_digest(out, "weights_digest", s->weights_digest);
    add_digest(out, "state_digest", s->state_digest);
    ls_text_add(out, "  \"stop_reason\": \"%s\"\n}\n", ls_stop_text(s->stop));
}
