/* The epochs' results: rows in memory, and metrics.csv's text.
 *
 * Numbers are written with as few digits as read back to the same bits: equal runs give equal
 * files, and a file made anew from a checkpoint's history equals the one that was there.
 */
#include "lockstep/checkpoint/history.h"

#include "history_columns.h"
#include "lockstep/base/memory.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define FIRST_CAPACITY 64 /* rows */

#define COLUMN(field)      NAMED(#field, field)
#define NAMED(text, field) .name = (text), .offset = offsetof(ls_epoch_row, field)
const ls_history_column ls_history_columns[LS_HISTORY_COLUMNS] = {
    {COLUMN(epoch)},
    {COLUMN(step)},
    {COLUMN(lr), .real = true},
    {NAMED("train_*", train_measure), .real = true},
    {NAMED("val_*", val_measure), .real = true},
    {NAMED("val_+", val_figure), .real = true},
    {NAMED("best_val_*", best_val_measure), .real = true},
    {COLUMN(train_loss), .real = true, .formerly = "train_mse"},
    {COLUMN(val_loss), .real = true, .formerly = "val_mse"},
};
#undef COLUMN
#undef NAMED

ls_status ls_history_add(ls_history *history, const ls_epoch_row *row)
{
    if (history->count == history->capacity) {
        int64_t capacity = history->capacity > 0 ? 2 * history->capacity : FIRST_CAPACITY;
        void *rows = NULL;
        LS_TRY(ls_alloc(&rows, (size_t)capacity * sizeof *row, "the metrics of all epochs"));
        if (history->count > 0) {
            memcpy(rows, history->rows, (size_t)history->count * sizeof *row);
        }
        ls_free(history->rows);
        history->rows = rows;
        history->capacity = capacity;
    }
    history->rows[history->count++] = *row;
    return LS_OK;
}

void ls_history_free(ls_history *history)
{
    ls_free(history->rows);
    *history = (ls_history){0};
}

static void add_field(ls_text *out, const ls_epoch_row *row, const ls_history_column *column)
{
    const char *field = (const char *)row + column->offset;
    if (!column->real) {
        int64_t value;
        memcpy(&value, field, sizeof value);
        ls_text_add(out, "%" PRId64, value);
        return;
    }
    double value;
    memcpy(&value, field, sizeof value);
    if (isfinite(value)) {
        ls_text_add_json_number(out, value);
    } else {
        ls_text_add(out, "%f", value); /* inf or nan, as every CSV reader knows them */
    }
}

void ls_history_csv(const ls_history *history, const ls_task *task, ls_text *out)
{
    char name[LS_TASK_NAME_CHARS];
    for (int i = 0; i < LS_HISTORY_COLUMNS; i++) {
        if (ls_task_name(task, ls_history_columns[i].name, name)) {
            ls_text_add(out, "%s%s", i > 0 ? "," : "", name);
        }
    }
    ls_text_add(out, "\n");
    for (int64_t r = 0; r < history->count; r++) {
        for (int i = 0; i < LS_HISTORY_COLUMNS; i++) {
            if (ls_task_name(task, ls_history_columns[i].name, name)) {
                ls_text_add(out, "%s", i > 0 ? "," : "");
                add_field(out, &history->rows[r], &ls_history_columns[i]);
            }
        }
        ls_text_add(out, "\n");
    }
}
