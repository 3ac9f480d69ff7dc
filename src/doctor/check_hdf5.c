/* A tiny file in the very way that checkpoints are written: rank 0 lays it out, and all ranks fill
 * it by parallel HDF5. */
#include "exam.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"
#include "lockstep/io/h5.h"

#define COLUMNS      256
#define NAME         "/probe"
#define SLOW_SECONDS 2.0

/* Row r is r, r + 1, r + 2, ... */
static void fill_row(float *row, int rank)
{
    for (int i = 0; i < COLUMNS; i++) {
        row[i] = (float)(rank + i);
    }
}

static ls_status lay_out(const char *path, int rows)
{
    ls_h5 *file;
    ls_h5_info info = {.type = LS_H5_F32, .dim_count = 2, .dims = {rows, COLUMNS}};
    LS_TRY(ls_h5_open(&file, path, LS_H5_CREATE, NULL));
    ls_status status = ls_h5_create(file, NAME, &info, 0, 0);
    ls_status closed = ls_h5_close(file);
    return status != LS_OK ? status : closed;
}

static ls_status write_row(const ls_exam *exam, const char *path)
{
    ls_h5 *file;
    float row[COLUMNS];
    fill_row(row, exam->rank);
    LS_TRY(ls_h5_open(&file, path, LS_H5_UPDATE, exam->comm));
    ls_status status = ls_h5_write(file, NAME, LS_H5_F32, (ls_h5_rows){exam->rank, 1}, row);
    ls_status closed = ls_h5_close(file);
    return status != LS_OK ? status : closed;
}

static bool are_equal(const float a[COLUMNS], const float b[COLUMNS])
{
    for (int i = 0; i < COLUMNS; i++) {
        if (a[i] != b[i]) {
            return false;
        }
    }
    return true;
}

/* On rank 0. */
static ls_status read_rows(const ls_exam *exam, const char *path)
{
    ls_h5 *file;
    float wanted[COLUMNS];
    float row[COLUMNS];
    LS_TRY(ls_h5_open(&file, path, LS_H5_READ, NULL));
    ls_status status = LS_OK;
    for (int r = 0; r < exam->size && status == LS_OK; r++) {
        fill_row(wanted, r);
        status = ls_h5_read(file, NAME, LS_H5_F32, (ls_h5_rows){r, 1}, row);
        if (status == LS_OK && !are_equal(row, wanted)) {
            status = ls_error_set(LS_LOST, __FILE__, __LINE__,
                                  "%s: reads back other values than rank %d on %s wrote; choose a "
                                  "train.out on a file system with coherent parallel access",
                                  path, r, ls_comm_host_of(exam->comm, r));
        }
    }
    ls_h5_close(file);
    return status;
}

static ls_status write_and_read(ls_exam *exam, const char *path)
{
    bool first = exam->rank == 0;
    LS_TRY(ls_comm_agree(exam->comm, first ? lay_out(path, exam->size) : LS_OK));
    LS_TRY(ls_comm_agree(exam->comm, write_row(exam, path)));
    return ls_comm_agree(exam->comm, first ? read_rows(exam, path) : LS_OK);
}

ls_status ls_check_hdf5(ls_exam *exam, ls_finding *finding)
{
    char path[LS_PATH_CHARS];
    char span[LS_AMOUNT_CHARS];
    LS_TRY(ls_path_join(path, exam->probe, "probe.h5"));
    double began = ls_clock_seconds();
    bool guarded = ls_comm_guard("a first write by parallel HDF5 in the run folder");
    ls_status status = write_and_read(exam, path);
    ls_comm_unguard(guarded);
    LS_TRY(status);
    double seconds = ls_clock_seconds() - began;
    ls_found(finding, "%s wrote and read back a small file in %s",
             exam->size > 1 ? "all ranks together" : "one rank", ls_span(seconds, span));
    if (seconds > SLOW_SECONDS) {
        ls_cure(finding, LS_VERDICT_WARN,
                "checkpoints will be slow there: choose a faster file system, or write fewer");
    }
    return LS_OK;
}
