/* Commands on a checkpoint: what they share. */
#ifndef LOCKSTEP_APP_TRAINED_H
#define LOCKSTEP_APP_TRAINED_H

#include "app.h"

#include "lockstep/study/study.h"

/* Opens the checkpoint of the command line, calls f with it and closes it. Collective. */
ls_status app_with_trained(app_job *job, ls_status (*f)(app_job *job, ls_trained *trained));

#endif
