/* Status codes and the error trace.
 *
 * Every function that can fail returns an ls_status. The message is written where the fault is
 * found; each caller passes it up with LS_TRY, which adds file:line to the trace:
 *
 *     LS_REQUIRE(latent >= 0, LS_BAD_INPUT, "model.latent = %d: must be 0 to 4096", latent);
 *     LS_TRY(ls_model_create(&model, ...));
 *
 * All functions here are local. The trace is one per process: Lockstep runs one thread a rank.
 */
#ifndef LOCKSTEP_BASE_STATUS_H
#define LOCKSTEP_BASE_STATUS_H

#include <stddef.h>

/* X(name, exit code): the one list of what can go wrong. */
#define LS_STATUS_LIST(X)                                                                          \
    X(LS_OK, 0)        /* done */                                                                  \
    X(LS_STOPPED, 75)  /* stopped early on request: run again to go on */                          \
    X(LS_BAD_INPUT, 1) /* bad input or environment, nothing lost */                                \
    X(LS_NO_MEMORY, 1) /* out of memory, nothing lost */                                           \
    X(LS_INTERNAL, 1)  /* a fault of the program */                                                \
    X(LS_DIVERGED, 2)  /* training failed: starting again will not help */                         \
    X(LS_LOST, 3)      /* a rank, host or file system was lost: run again */

#define LS_STATUS_ENUM(name, code) name,
typedef enum ls_status { LS_STATUS_LIST(LS_STATUS_ENUM) LS_STATUS_COUNT } ls_status;
#undef LS_STATUS_ENUM

/* The command's exit code for a status. */
int ls_status_exit_code(ls_status status);

/* Writes the message (printf form) and begins a new trace at file:line. Returns `status`. */
ls_status ls_error_set(ls_status status, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds one more line to the message of the current error: for faults reported several at once. */
void ls_error_append(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Adds file:line to the trace. Returns `status`. */
ls_status ls_error_pass(ls_status status, const char *file, int line);

/* The message of the last error ("" if none), and its trace as "file:line < file:line ...".
 * Borrowed: valid until the next error. */
const char *ls_error_message(void);
const char *ls_error_trace(void);
void ls_error_clear(void);

/* Fails with a message. */
#define LS_FAIL(status, ...) return ls_error_set((status), __FILE__, __LINE__, __VA_ARGS__)

/* Fails with a message unless the condition holds: for what users and files may get wrong. */
#define LS_REQUIRE(condition, status, ...)                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            return ls_error_set((status), __FILE__, __LINE__, __VA_ARGS__);                        \
        }                                                                                          \
    } while (0)

/* Passes a failure up. */
#define LS_TRY(call)                                                                               \
    do {                                                                                           \
        ls_status ls_try_status_ = (call);                                                         \
        if (ls_try_status_ != LS_OK) {                                                             \
            return ls_error_pass(ls_try_status_, __FILE__, __LINE__);                              \
        }                                                                                          \
    } while (0)

/* The same for functions that must free something first: jumps to `label` with `status` set. */
#define LS_TRY_GOTO(status, call, label)                                                           \
    do {                                                                                           \
        (status) = (call);                                                                         \
        if ((status) != LS_OK) {                                                                   \
            (status) = ls_error_pass((status), __FILE__, __LINE__);                                \
            goto label;                                                                            \
        }                                                                                          \
    } while (0)

#endif
