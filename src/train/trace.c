/* The trace of a run's first steps. */
#include "trace.h"

#include "lockstep/base/clock.h"
#include "lockstep/base/log.h"
#include "lockstep/base/memory.h"
#include "lockstep/io/files.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define EVENTS 16384 /* of a rank: some thirty steps of the paper's network alone */
#define ROUNDS 9     /* of messages that compare two clocks */

/* What an event is: a phase, a layer forward or backward, or a whole step. */
enum { KIND_PHASE, KIND_FORWARD, KIND_BACKWARD, KIND_STEP };

typedef struct event {
    int64_t kind, number; /* number: the phase, the layer's index, the step */
    double began, ended;  /* seconds of this rank's own clock */
} event;

/* What a rank sends before its events. */
typedef struct header {
    int64_t count, lost;
    double to_first; /* added to its times, gives rank 0's wall clock */
} header;

struct ls_trace {
    const char *path;
    ls_comm *comm;
    ls_model *model;
    header header;
    event *events; /* [EVENTS], owned */
};

/* --- made ------------------------------------------------------------------------------------- */

static bool beside_first(const ls_comm *comm, int rank)
{
    return strcmp(ls_comm_host_of(comm, rank), ls_comm_host_of(comm, 0)) == 0;
}

/* The ranks of a host have one clock: those beside rank 0 take over what it found. */
static ls_status compare_clocks(ls_trace *trace)
{
    ls_comm *comm = trace->comm;
    double own = ls_clock_wall_seconds() - ls_clock_seconds();
    double *to_first = &trace->header.to_first;
    *to_first = own;
    LS_TRY(ls_comm_broadcast(comm, to_first, sizeof *to_first, 0));
    for (int rank = 1; rank < ls_comm_size(comm); rank++) {
        ls_ping ping;
        if (beside_first(comm, rank)) {
            continue;
        }
        LS_TRY(ls_comm_ping(comm, rank, sizeof(double), ROUNDS, &ping));
        if (rank == ls_comm_rank(comm)) {
            *to_first = own - ping.clock_ahead_seconds;
        }
    }
    return LS_OK;
}

static ls_status make_file(const ls_trace *trace)
{
    if (ls_comm_rank(trace->comm) == 0 && ls_file_write(trace->path, "", 0) != LS_OK) {
        return ls_error_set(LS_BAD_INPUT, __FILE__, __LINE__, "train.trace = %s; %s", trace->path,
                            ls_error_message());
    }
    return LS_OK;
}

ls_status ls_trace_create(ls_trace **out, const char *path, ls_comm *comm, ls_model *model)
{
    void *memory;
    *out = NULL;
    ls_status status = ls_alloc(&memory, sizeof(ls_trace) + EVENTS * sizeof(event), "a trace");
    LS_TRY(ls_comm_agree(comm, status));
    ls_trace *trace = memory;
    *trace = (ls_trace){.path = path, .comm = comm, .model = model};
    trace->events = (event *)(void *)(trace + 1);
    status = ls_comm_agree(comm, make_file(trace));
    if (status == LS_OK) {
        status = compare_clocks(trace);
    }
    if (status != LS_OK) {
        ls_free(trace);
        return status;
    }
    *out = trace;
    return LS_OK;
}

void ls_trace_destroy(ls_trace *trace)
{
    if (trace != NULL) {
        ls_trace_layers(trace, false);
    }
    ls_free(trace);
}

/* --- noted ------------------------------------------------------------------------------------ */

static void note(ls_trace *trace, event e)
{
    if (trace->header.count < EVENTS) {
        trace->events[trace->header.count++] = e;
    } else {
        trace->header.lost++;
    }
}

void ls_trace_phase(ls_trace *trace, ls_phase phase, double began, double ended)
{
    note(trace, (event){KIND_PHASE, (int64_t)phase, began, ended});
}

void ls_trace_step(ls_trace *trace, int64_t step, double began, double ended)
{
    note(trace, (event){KIND_STEP, step, began, ended});
}

static void note_layer(void *context, int layer, bool backward, double began, double ended)
{
    note(context, (event){backward ? KIND_BACKWARD : KIND_FORWARD, layer, began, ended});
}

void ls_trace_layers(ls_trace *trace, bool on)
{
    ls_model_watch(trace->model, on ? note_layer : NULL, trace);
}

/* --- written ---------------------------------------------------------------------------------- */

/* Microseconds since `start`, to the nanosecond. */
static void add_event(const ls_trace *trace, int rank, const header *from, const event *e,
                      double start, ls_text *out)
{
    double shift = from->to_first - start; /* first: years in seconds leave no room for fractions */
    double began = 1e6 * (e->began + shift);
    double lasted = 1e6 * (e->ended - e->began);
    const char *const categories[] = {"phase", "forward", "backward", "step"};
    ls_text_add(out,
                ",\n{\"ph\": \"X\", \"pid\": %d, \"tid\": 0, \"cat\": \"%s\", \"name\": ", rank,
                categories[e->kind]);
    if (e->kind == KIND_STEP) {
        ls_text_add(out, "\"step %" PRId64 "\"", e->number);
    } else if (e->kind == KIND_PHASE) {
        ls_text_add_json_string(out, ls_phase_name((ls_phase)e->number));
    } else {
        ls_text_add_json_string(out, ls_model_layer_at(trace->model, (int)e->number)->path);
    }
    ls_text_add(out, ", \"ts\": %.3f, \"dur\": %.3f}", began, lasted);
}

static void add_rank(const ls_trace *trace, int rank, const header *from, const event *events,
                     double start, ls_text *out)
{
    ls_text_add(out,
                "%s\n{\"ph\": \"M\", \"pid\": %d, \"name\": \"process_name\", \"args\": {\"name\": "
                "\"rank %d on %s\"}}",
                rank > 0 ? "," : "", rank, rank, ls_comm_host_of(trace->comm, rank));
    for (int64_t i = 0; i < from->count; i++) {
        add_event(trace, rank, from, &events[i], start, out);
    }
}

/* When the first event of any rank began: rank 0's wall clock, as whole seconds. */
static ls_status find_start(const ls_trace *trace, double *start)
{
    double first = trace->header.count > 0 ? trace->events[0].began + trace->header.to_first
                                           : (double)INT32_MAX;
    int64_t second = (int64_t)floor(first);
    LS_TRY(ls_comm_min_i64(trace->comm, &second, 1));
    *start = (double)second;
    return LS_OK;
}

/* One rank after another, so that rank 0 needs room for one rank's events beside the text. */
static ls_status collect(ls_trace *trace, event *room, ls_text *out)
{
    double start = 0;
    LS_TRY(find_start(trace, &start));
    ls_text_add(out, "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [");
    for (int rank = 0; rank < ls_comm_size(trace->comm); rank++) {
        bool mine = rank == ls_comm_rank(trace->comm);
        header from = trace->header;
        LS_TRY(ls_comm_broadcast(trace->comm, &from, sizeof from, rank));
        event *events = mine ? trace->events : room;
        LS_TRY(ls_comm_broadcast(trace->comm, events, (size_t)from.count * sizeof *events, rank));
        if (ls_comm_rank(trace->comm) == 0) {
            add_rank(trace, rank, &from, events, start, out);
            if (from.lost > 0) {
                ls_warn("train.trace: no room for %" PRId64 " events of rank %d: choose fewer "
                        "train.trace_steps",
                        from.lost, rank);
            }
        }
    }
    ls_text_add(out, "\n]}\n");
    return LS_OK;
}

static ls_status put(const ls_trace *trace, const ls_text *text)
{
    if (ls_comm_rank(trace->comm) != 0) {
        return LS_OK;
    }
    LS_TRY(ls_text_check(text));
    return ls_file_replace(trace->path, text->data, text->length);
}

ls_status ls_trace_write(ls_trace *trace)
{
    void *room;
    ls_text text = {0};
    LS_TRY(ls_comm_agree(trace->comm, ls_alloc(&room, EVENTS * sizeof(event), "a rank's trace")));
    ls_status status = collect(trace, room, &text);
    if (status == LS_OK) {
        status = ls_comm_agree(trace->comm, put(trace, &text));
    }
    ls_text_free(&text);
    ls_free(room);
    return status;
}
