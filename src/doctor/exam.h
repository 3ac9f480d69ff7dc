/* One examination: what the checks share. Private to doctor.
 *
 * A check is a collective function. Rank 0's finding counts; a status that is not LS_OK, which the
 * ranks have agreed on, becomes a fail with its message. */
#ifndef LOCKSTEP_DOCTOR_EXAM_H
#define LOCKSTEP_DOCTOR_EXAM_H

#include "list.h"
#include "lockstep/backend/backend.h"
#include "lockstep/base/text.h"
#include "lockstep/data/dataset.h"
#include "lockstep/doctor/doctor.h"

#include <stdbool.h>

/* CPUs that a host may have; of more, the rest is not looked at. */
#define LS_CPUS      4096
#define LS_CPU_BYTES (LS_CPUS / 8)

/* What every rank tells once. Plain values. */
typedef struct ls_facts {
    uint8_t cpus[LS_CPU_BYTES];  /* bit i: may run on CPU i */
    uint8_t cores[LS_CPU_BYTES]; /* bit i: on the core whose first hardware thread is CPU i */
    int64_t allowed; /* CPUs that it might use if it were not bound: the host's, or the job's */
    int64_t host;    /* the lowest rank of its host */
    int64_t isa;
    int64_t blas_threads; /* that OpenBLAS starts */
    int64_t memory_left;  /* that the host can still give, with all limits; -1 = unknown */
    int64_t open_files;   /* the most at the same time */
    int64_t file_bytes;   /* the largest file it may write; INT64_MAX = no limit */
    char blas_core[32];
} ls_facts;

typedef struct ls_exam {
    const ls_config *config;
    ls_comm *comm;
    int rank, size;
    bool in_training;           /* only what costs next to nothing */
    ls_facts *facts;            /* [size], the same on every rank; NULL until known; owned */
    const ls_backend *backend;  /* kernels */
    ls_source_info source;      /* data */
    ls_lanes lanes;             /* data: of a training epoch */
    int64_t validation_images;  /* data */
    int64_t parameters;         /* model */
    int64_t model_bytes;        /* model: all that training takes on a rank, without images */
    int64_t checkpoint_bytes;   /* model */
    char folder[LS_PATH_CHARS]; /* folder: train.out, or what of its path there is */
    char probe[LS_PATH_CHARS];  /* folder: a folder of our own in it; "" = none stands */
    ls_dataset *dataset;        /* images; owned */
    double run_seconds;         /* speed: what the whole run takes */
    double step_seconds;        /* speed */
    int64_t run_steps;          /* speed */
} ls_exam;

/* --- saying ----------------------------------------------------------------------------------- */
/* Texts are added to; of several cures the worst verdict counts. */
void ls_found(ls_finding *finding, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ls_cure(ls_finding *finding, ls_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The current error as a fail: what stands behind its last semicolon is the cure. */
void ls_found_error(ls_finding *finding);
/* Adds "rank 3 on b, rank 4 on c and 12 more", or "every rank": those of [size] marked. */
void ls_found_ranks(ls_finding *finding, const ls_exam *exam, const bool *marked);
/* The "s" behind a count. */
const char *ls_plural(int64_t count);
/* Sorts them. */
double ls_median(double *values, int count);
/* "712 KiB", "5.7 MiB", "1.2 GiB" */
#define LS_AMOUNT_CHARS 32
const char *ls_amount(double bytes, char text[LS_AMOUNT_CHARS]);
/* "3.1 us", "12 ms", "4.2 s", "5m10s", "3h20m", "12d4h" */
const char *ls_span(double seconds, char text[LS_AMOUNT_CHARS]);

/* --- knowing ---------------------------------------------------------------------------------- */
/* Collective. Fills exam->facts. */
ls_status ls_exam_gather_facts(ls_exam *exam);
/* Collective, but where a rank was lost. Takes our own folder in the run folder away again. */
void ls_exam_remove_probe(ls_exam *exam);

#define LS_CHECK_DECLARE(name, in_training, needs)                                                 \
    ls_status ls_check_##name(ls_exam *exam, ls_finding *finding);
LS_CHECK_LIST(LS_CHECK_DECLARE)
#undef LS_CHECK_DECLARE

#endif
