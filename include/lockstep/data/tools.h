/* What `lockstep data` does. */
#ifndef LOCKSTEP_DATA_TOOLS_H
#define LOCKSTEP_DATA_TOOLS_H

#include "lockstep/base/status.h"
#include "lockstep/base/text.h"
#include "lockstep/comm/comm.h"
#include "lockstep/data/source.h"

typedef struct ls_data_report {
    ls_source_info info;
    int64_t per_class[LS_SPLIT_COUNT][LS_CLASSES_MAX];
    double mean[LS_SPLIT_COUNT][3], deviation[LS_SPLIT_COUNT][3]; /* per channel, on [0, 1] */
    uint64_t digest[LS_SPLIT_COUNT]; /* of labels and pixels in the source's order */
} ls_data_report;

/* Collective; every rank gets the report, the same on any number of ranks. */
ls_status ls_data_info(const ls_config *config, ls_comm *comm, ls_data_report *report);
/* Local. Any source into a sealed HDF5 file. */
ls_status ls_data_pack(const ls_config *config, const char *out_path);

#endif
