/* lockstep doctor: what would go wrong on this machine or cluster, before a job is paid for. */
#include "app.h"

#include "lockstep/doctor/doctor.h"

#include <string.h>

#define NAME_COLUMN 6  /* behind the verdict */
#define TEXT_COLUMN 19 /* behind the check's name */
#define LINE_CHARS  100

/* Where results go as they come. */
typedef struct printer {
    app_job *job;
    bool json;
    ls_text text; /* JSON: all of it; else one finding after the other */
} printer;

/* Text broken at words, in a column of its own; the cursor stands at its beginning. */
static void add_column(ls_text *out, const char *text)
{
    size_t column = TEXT_COLUMN;
    while (*text != '\0') {
        size_t word = strcspn(text, " ");
        bool begins = column == TEXT_COLUMN;
        if (!begins && column + 1 + word > LINE_CHARS) {
            ls_text_add(out, "\n%*s", TEXT_COLUMN, "");
            column = TEXT_COLUMN;
            begins = true;
        }
        ls_text_add(out, "%s%.*s", begins ? "" : " ", (int)word, text);
        column += word + !begins;
        text += word + (text[word] == ' ');
    }
    ls_text_add(out, "\n");
}

static void show_text(ls_text *out, const ls_finding *finding)
{
    ls_text_add(out, "%-*s%-*s", NAME_COLUMN, ls_verdict_text(finding->verdict),
                TEXT_COLUMN - NAME_COLUMN, finding->name);
    add_column(out, finding->found);
    if (finding->cure[0] != '\0') {
        ls_text_add(out, "%*s%-*s", NAME_COLUMN, "", TEXT_COLUMN - NAME_COLUMN, "  cure:");
        add_column(out, finding->cure);
    }
}

static void add_json(ls_text *out, const ls_finding *finding)
{
    ls_text_add(out, "%s{\"name\": \"%s\", \"verdict\": \"%s\", \"found\": ",
                out->length > 0 ? ", " : "", finding->name, ls_verdict_text(finding->verdict));
    ls_text_add_json_string(out, finding->found);
    ls_text_add(out, ", \"cure\": ");
    ls_text_add_json_string(out, finding->cure);
    ls_text_add(out, "}");
}

/* Text is shown line by line: should a check never end, what is known stands there. */
static void on_finding(void *context, const ls_finding *finding)
{
    printer *p = context;
    if (p->json) {
        add_json(&p->text, finding);
        return;
    }
    show_text(&p->text, finding);
    (void)app_print(p->job, &p->text);
}

static ls_status print_end(printer *p, const ls_diagnosis *d)
{
    ls_text out = {0};
    if (p->json) {
        ls_text_add(&out, "{\"ok\": %s, \"fails\": %d, \"warns\": %d, \"checks\": [%s]}\n",
                    d->fails == 0 ? "true" : "false", d->fails, d->warns,
                    p->text.data != NULL ? p->text.data : "");
        out.failed = out.failed || p->text.failed;
    } else {
        ls_text_add(&out, "\n%d checks: %d ok, %d warnings, %d failures\n", d->checks,
                    d->checks - d->warns - d->fails, d->warns, d->fails);
    }
    return app_print(p->job, &out);
}

static ls_status run(app_job *job)
{
    printer p = {.job = job, .json = app_line_has(&job->line, APP_JSON)};
    ls_diagnosis diagnosis;
    ls_status status = ls_doctor(&job->config, job->comm, on_finding, &p, &diagnosis);
    if (status == LS_OK) {
        status = print_end(&p, &diagnosis);
    }
    ls_text_free(&p.text);
    LS_TRY(status);
    LS_REQUIRE(diagnosis.fails == 0, LS_BAD_INPUT,
               "doctor: %d of %d checks failed; see their cures", diagnosis.fails,
               diagnosis.checks);
    return LS_OK;
}

const app_command app_cmd_doctor = {
    .name = "doctor",
    .usage = "CONFIG.ini [--json] [section.key=value ...]",
    .summary = "Check machine, cluster, data and run folder before a job is paid for",
    .about =
        "Run it as the job itself will run: alone, under mpirun or srun, with the same ranks,\n"
        "hosts, settings and environment. It takes seconds and leaves nothing behind. Each check\n"
        "is ok, warn or fail, with what was found and a cure; a fail ends with exit code 1.\n",
    .example = "  mpirun -n 2 lockstep doctor configs/paper.ini data.path=cifar-10-binary.tar.gz\n"
               "  srun --mpi=pmix lockstep doctor configs/paper.ini --json\n",
    .options = APP_TAKES(APP_JSON),
    .words_min = 1,
    .words_max = 1,
    .settings = true,
    .prepare = app_prepare_config,
    .run = run,
};
