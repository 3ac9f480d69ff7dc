/* What the parts of model share: the chain with its memory. Private to model. */
#ifndef LOCKSTEP_MODEL_PRIVATE_H
#define LOCKSTEP_MODEL_PRIVATE_H

#include "lockstep/base/memory.h"
#include "lockstep/model/kept.h"
#include "lockstep/task/task.h"
#include "parse.h"

#define LS_LAYER_PATH_CHARS 64

/* Before the rows that a layer with parts keeps of lanes, in memory that other ranks may read. */
typedef struct ls_kept_lanes {
    int count, before; /* lanes; those of the same batch that were kept before them */
    int n[LS_KEPT_LANES];
    float bound[LS_KEPT_LANES]; /* no number of a lane's gradient is larger */
} ls_kept_lanes;

/* dx of a layer: over dy, or in one of two buffers that take turns from the last layer on. */
enum { LS_DX_IN_PLACE = -1, LS_DX_SLOTS = 2 };

typedef struct ls_layer_slot {
    ls_model_layer layer; /* what the header shows */
    const char *name; /* by which layers behind it take its output; NULL = none. While planning */
    char path[LS_LAYER_PATH_CHARS];
    char text[LS_ITEM_CHARS];
    void *self;   /* the type's private struct; in the model's arena `selves` */
    float *y;     /* [lane, out]; the previous layer's own when in_place */
    float *dskip; /* [lane, out]: the gradient by those that take the output; NULL = nobody */
    void *saved;  /* plan.saved_bytes; NULL when 0 */
    bool in_place;
    int dx_slot;       /* 0, 1 or LS_DX_IN_PLACE */
    int absorbed;      /* so many layers behind it are done in its pass */
    float *packed[2];  /* plan.packed_bytes, of forward and backward; NULL when 0 */
    bool is_packed[2]; /* they are of the weights as they are now */
    size_t packed_at[2];
    bool is_taken;                            /* a layer behind it takes its output by name */
    size_t self_at, y_at, dskip_at, saved_at; /* offsets in the arenas */
    /* With parts, in the memory of what is kept: an ls_kept_lanes and the lanes' rows. */
    size_t kept_at, kept_x_at, kept_dy_at;
    const float *w[LS_LAYER_PARAMS];
    float *dw[LS_LAYER_PARAMS];
    const float *state[LS_LAYER_STATES];
    float *dstate[LS_LAYER_STATES]; /* behind the parameters' gradients */
} ls_layer_slot;

struct ls_model {
    const ls_backend *backend;
    const ls_task *task;
    ls_shape input;
    int lane;
    int kept_lanes; /* for which there is room: those of a batch, LS_KEPT_LANES at most */
    bool trains;    /* gradients and dx have their place */
    bool plans;     /* and no memory is reserved */
    bool he;
    bool fuses; /* layers may do the work of those behind them */
    int layer_count, encoder_count;
    int first_trained;    /* layers before it are frozen */
    ls_layer_slot *slots; /* [layer_count] */
    ls_arena selves;      /* the types' private structs */
    ls_arena memory;      /* everything below but `kept` */
    ls_arena kept_memory; /* of what is kept of lanes, as long as that is here */
    void *kept;           /* where it is */
    int64_t parameter_count;
    int64_t state_count;         /* of the layers' own */
    float average;               /* optim.average; 0 = no averages */
    float *parameters;           /* [parameter_count] */
    float *state;                /* [state_count], then the averages [parameter_count] if any */
    float *gradients;            /* [parameter_count + state_count] */
    float *dx[LS_DX_SLOTS];      /* each [lane, the largest input that uses it] */
    void *scratch;               /* the most that any layer wants */
    const float *x;              /* [n, input]: of the last forward, the caller's */
    int n;                       /* images of the last forward */
    const ls_training *training; /* and what they are, the caller's; NULL = evaluation */
    ls_layer_watch watch;        /* or NULL */
    void *watch_context;
};

/* In a list that was read: the number of model.latent where it says dense(latent). `what` begins
 * the message. */
ls_status ls_model_fill_latent(const ls_config *config, const char *what, ls_layer_list *list);
/* Plans layers, offsets and memory from both lists; reserves and binds. The slots exist and are
 * zeroed; encoder_count, layer_count, backend, input, lane and trains are set. */
ls_status ls_model_plan_layers(ls_model *model, const ls_layer_list *encoder,
                               const ls_layer_list *decoder);
/* By model.freeze; the layers are planned. */
ls_status ls_model_freeze(ls_model *model, const char *name);
/* Lets layers absorb those behind them, within the encoder and within the decoder. */
void ls_model_fuse(ls_model *model);
ls_status ls_model_reserve(ls_model *model);
/* Offsets of what layers with parts keep. */
void ls_model_plan_kept(ls_model *model);
/* Keeps what gives the layer's gradients of lane number `lane`, the model's last. */
void ls_model_keep(ls_model *model, int index, int lane, const float *x, const float *dy);

#endif
