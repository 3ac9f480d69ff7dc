/* Backends: a table of operations on float32 arrays in memory of the device.
 *
 * `ref` is naive and complete, and defines what is right; `cpu` is fast and tested against it.
 * Which kernel an operation of `cpu` takes is a pure function of its shape and the kernel set.
 * Letters: N batch, H W C in, P Q O out, K kernel (include/lockstep/backend/ops.h).
 *
 *     const ls_backend *backend;
 *     LS_TRY(ls_backend_find(&backend, "cpu", LS_ISA_AVX2));
 *     backend->conv_forward(&conv, n, x, w, b, y, scratch);
 *
 * All functions and operations are local. Operations cannot fail and allocate nothing: scratch
 * memory is asked for when a model is planned.
 */
#ifndef LOCKSTEP_BACKEND_BACKEND_H
#define LOCKSTEP_BACKEND_BACKEND_H

#include "lockstep/backend/ops.h"
#include "lockstep/base/status.h"

/* Kernel sets, from the least to the most able. */
typedef enum ls_isa { LS_ISA_PORTABLE, LS_ISA_AVX2, LS_ISA_AVX512, LS_ISA_COUNT } ls_isa;

const char *ls_isa_name(ls_isa isa);
/* The best kernel set this CPU has. */
ls_isa ls_isa_detect(void);
/* Parses backend.isa: "auto" gives `detected`; a set above `detected` fails and says why. */
ls_status ls_isa_parse(const char *name, ls_isa detected, ls_isa *out);

/* A table for (name, isa). Borrowed, constant. Also prepares the process: one OpenBLAS thread. */
ls_status ls_backend_find(const ls_backend **out, const char *name, ls_isa isa);

/* The same backend with another form of convolution, by its name in backend.conv: auto, direct,
 * winograd2 or winograd4. */
ls_status ls_backend_with_conv(const ls_backend **out, const ls_backend *backend, const char *form);

/* A backend that has own small products, with those that backend.products names: own, libxsmm
 * (fails where it can't serve and says why), or auto = libxsmm on CPUs where it wins. No bit of any
 * result depends on it. */
ls_status ls_backend_with_products(const ls_backend **out, const ls_backend *backend,
                                   const char *name);

/* "cpu avx512, OpenBLAS 0.3.21 SkylakeX": for the log, --version and checkpoints. */
#define LS_BACKEND_TEXT_CHARS 160
const char *ls_backend_describe(const ls_backend *backend, char text[LS_BACKEND_TEXT_CHARS]);
/* The OpenBLAS core in use ("SkylakeX", "Haswell", ...). Borrowed. */
const char *ls_backend_blas_core(void);
/* "OpenBLAS 0.3.21". */
const char *ls_backend_blas_version(char text[LS_BACKEND_TEXT_CHARS]);

/* What a CPU with a kernel set makes of an OpenBLAS core: all it can, about half, or a quarter and
 * less. A name that is not known (a newer library's, another architecture's) is taken to fit. */
typedef enum ls_blas_fit { LS_BLAS_FITS, LS_BLAS_HALF, LS_BLAS_QUARTER } ls_blas_fit;
ls_blas_fit ls_blas_core_judge(const char *core, ls_isa isa);
/* False where a core's kernels use instructions that a CPU of this kernel set lacks. */
bool ls_blas_core_runs(const char *core, ls_isa isa);
/* A core that every x86 CPU with the kernel set can run: for OPENBLAS_CORETYPE. */
const char *ls_blas_core_for(ls_isa isa);

/* This core's measured peak of float32 fused multiply-adds, in GFLOP/s, with the kernel set. */
double ls_backend_peak_gflops(ls_isa isa);

#endif
