/* lockstep decode: codes into pictures. */
#include "trained.h"

#include <inttypes.h>

static ls_status decode(app_job *job, ls_trained *trained)
{
    const char *codes_path;
    const char *out_path;
    int64_t count;
    LS_TRY(app_line_require(job, APP_IN, &codes_path));
    LS_TRY(app_line_require(job, APP_OUT, &out_path));
    LS_TRY(app_line_count(&job->line, &count));
    LS_REQUIRE(job->line.input_count == 1, LS_BAD_INPUT, "decode: --in takes one file of codes");
    ls_status status = LS_OK;
    if (ls_comm_rank(job->comm) == 0) {
        status = ls_decode(trained, codes_path, count, out_path, &count);
    }
    LS_TRY(ls_comm_agree(job->comm, status));
    ls_text text = {0};
    ls_text_add(&text, "%s: %" PRId64 " images decoded from %s\n", out_path, count, codes_path);
    return app_print(job, &text);
}

static ls_status run(app_job *job)
{
    return app_with_trained(job, decode);
}

const app_command app_cmd_decode = {
    .name = "decode",
    .usage = "CHECKPOINT --in CODES.h5 --out FILE.png [--count N]",
    .summary = "Turn codes into images",
    .about =
        "Reads the first rows of /codes of a file that lockstep encode made. A file edited by\n"
        "other tools is signed again by lockstep data seal.\n",
    .example = "  lockstep decode run/checkpoints/best.h5 --in codes.h5 --out decoded.png\n",
    .options = APP_TAKES(APP_IN) | APP_TAKES(APP_OUT) | APP_TAKES(APP_COUNT),
    .words_min = 1,
    .words_max = 1,
    .settings = true,
    .run = run,
};
