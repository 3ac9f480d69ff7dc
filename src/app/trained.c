/* Commands on a checkpoint: opening and closing it around the command's own work. */
#include "trained.h"

ls_status app_with_trained(app_job *job, ls_status (*f)(app_job *job, ls_trained *trained))
{
    static ls_trained trained; /* too large for comfort on the stack */
    const app_line *line = &job->line;
    ls_status status =
        ls_trained_open(&trained, line->words[0], line->setting_count, line->settings, job->comm);
    if (status == LS_OK) {
        status = f(job, &trained);
    }
    ls_trained_close(&trained);
    return status;
}
