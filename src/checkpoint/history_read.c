/* metrics.csv back into rows. */
#include "lockstep/checkpoint/history.h"

#include "history_columns.h"
#include "lockstep/io/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 64 /* of a line */

/* A file's text at a line. */
typedef struct reading {
    const char *path;
    char *at; /* the next line's beginning */
    int line; /* from 1 */
    int fields;
    char *field[FIELDS_MAX];
    int column[LS_HISTORY_COLUMNS]; /* which field of a line it is; -1 = none */
    char name[LS_HISTORY_COLUMNS][LS_TASK_NAME_CHARS];
} reading;

/* Cuts the next line into fields; false at the end. */
static bool next_line(reading *r)
{
    if (*r->at == '\0') {
        return false;
    }
    char *end = r->at + strcspn(r->at, "\r\n");
    char *next = end + strspn(end, "\r");
    next += *next == '\n';
    *end = '\0';
    r->fields = 0;
    for (char *at = r->at; at != NULL && r->fields < FIELDS_MAX;) {
        r->field[r->fields++] = at;
        at = strchr(at, ',');
        if (at != NULL) {
            *at++ = '\0';
        }
    }
    r->at = next;
    r->line++;
    return true;
}

static int find(const reading *r, const char *name)
{
    for (int i = 0; name != NULL && i < r->fields; i++) {
        if (strcmp(r->field[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

/* Finds all columns of a task, by the names that it gives them; false with the one that is not
 * there. */
static bool find_columns(reading *r, const ls_task *task, const char **missing)
{
    for (int c = 0; c < LS_HISTORY_COLUMNS; c++) {
        r->column[c] = -1;
        if (!ls_task_name(task, ls_history_columns[c].name, r->name[c])) {
            continue; /* it has none such */
        }
        *missing = r->name[c];
        r->column[c] = find(r, r->name[c]);
        if (r->column[c] < 0) {
            r->column[c] = find(r, ls_history_columns[c].formerly);
        }
        if (r->column[c] < 0) {
            return false;
        }
    }
    return true;
}

static ls_status read_header(reading *r)
{
    LS_REQUIRE(next_line(r), LS_BAD_INPUT, "%s: is empty: not the metrics of a run", r->path);
    const char *missing = NULL;
    for (int i = ls_task_count(); i-- > 0;) {
        if (find_columns(r, ls_task_at(i), &missing)) {
            return LS_OK;
        }
    }
    LS_FAIL(LS_BAD_INPUT, "%s:1: has no column %s: not the metrics of a run", r->path, missing);
}

static ls_status read_field(const reading *r, int c, ls_epoch_row *row)
{
    const ls_history_column *column = &ls_history_columns[c];
    const char *text = r->column[c] < r->fields ? r->field[r->column[c]] : "";
    char *end;
    errno = 0;
    double real = column->real ? strtod(text, &end) : 0;
    int64_t whole = column->real ? 0 : strtoll(text, &end, 10);
    LS_REQUIRE(*text != '\0' && *end == '\0' && (column->real || errno == 0), LS_BAD_INPUT,
               "%s:%d: %s = \"%.40s\": is no number; lockstep train mends it when it resumes",
               r->path, r->line, r->name[c], text);
    if (column->real) {
        memcpy((char *)row + column->offset, &real, sizeof real);
    } else {
        memcpy((char *)row + column->offset, &whole, sizeof whole);
    }
    return LS_OK;
}

static ls_status read_rows(reading *r, ls_history *out)
{
    LS_TRY(read_header(r));
    while (next_line(r)) {
        ls_epoch_row row = {0};
        for (int c = 0; c < LS_HISTORY_COLUMNS; c++) {
            if (r->column[c] >= 0) {
                LS_TRY(read_field(r, c, &row));
            }
        }
        LS_TRY(ls_history_add(out, &row));
    }
    return LS_OK;
}

ls_status ls_history_read(ls_history *out, const char *path)
{
    *out = (ls_history){0};
    ls_text text = {0};
    LS_TRY(ls_file_read(path, &text));
    static char nothing[1];
    reading r = {.path = path, .at = text.data != NULL ? text.data : nothing};
    ls_status status = read_rows(&r, out);
    ls_text_free(&text);
    return status;
}
