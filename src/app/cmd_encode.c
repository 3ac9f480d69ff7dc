/* lockstep encode: the codes of a split into an HDF5 file. */
#include "trained.h"

#include <inttypes.h>

static ls_status encode(app_job *job, ls_trained *trained)
{
    const char *out_path;
    LS_TRY(app_line_require(job, APP_OUT, &out_path));
    ls_split split;
    LS_TRY(app_line_split(&job->line, &split));
    int64_t images;
    ls_shape shape;
    LS_TRY(ls_encode(trained, split, job->line.values[APP_LAYER], out_path, job->comm, &images,
                     &shape));
    ls_text text = {0};
    char size[LS_SHAPE_CHARS];
    ls_text_add(&text, "%s: /codes of %" PRId64 " images, %s each, and /labels\n", out_path, images,
                ls_shape_text(shape, size));
    return app_print(job, &text);
}

static ls_status run(app_job *job)
{
    return app_with_trained(job, encode);
}

const app_command app_cmd_encode = {
    .name = "encode",
    .usage = "CHECKPOINT --out CODES.h5 [--layer NAME] [--split test|train]",
    .summary = "Write the codes of a split, in the data set's order, into an HDF5 file",
    .about =
        "The file holds /codes (float32) and /labels. --layer takes any layer's name as shown\n"
        "by lockstep inspect, such as encoder/2-maxpool, instead of the encoder's end.\n",
    .example = "  mpirun -n 2 lockstep encode run/checkpoints/best.h5 --out codes.h5\n",
    .options = APP_TAKES(APP_OUT) | APP_TAKES(APP_LAYER) | APP_TAKES(APP_SPLIT),
    .words_min = 1,
    .words_max = 1,
    .settings = true,
    .prepare = app_prepare_checkpoint,
    .run = run,
};
