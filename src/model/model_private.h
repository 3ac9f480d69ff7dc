/* What the parts of model share: the chain with its memory. Private to model. */
#ifndef LOCKSTEP_MODEL_PRIVATE_H
#define LOCKSTEP_MODEL_PRIVATE_H

#include "lockstep/base/memory.h"
#include "lockstep/model/model.h"
#include "lockstep/task/task.h"
#include "parse.h"

#define LS_LAYER_PATH_CHARS 64

/* Lanes whose x and dy are kept for ls_layer_type.weigh: more are weighed so many at a time. */
#define LS_KEPT_LANES 8

/* dx of a layer: over dy, or in one of two buffers that take turns from the last layer on. */
enum { LS_DX_IN_PLACE = -1, LS_DX_SLOTS = 2 };

typedef struct ls_layer_slot {
    ls_model_layer layer; /* what the header shows */
    const char *name; /* by which layers behind it take its output; NULL = none. While planning */
    char path[LS_LAYER_PATH_CHARS];
    char text[LS_ITEM_CHARS];
    void *self;     /* the type's private struct; in the model's arena `selves` */
    float *y;       /* [lane, out]; the previous layer's own when in_place */
    float *dskip;   /* [lane, out]: the gradient by those that take the output; NULL = nobody */
    void *saved;    /* plan.saved_bytes; NULL when 0 */
    float *kept_x;  /* [LS_KEPT_LANES, lane, in] where the type has weigh; or NULL */
    float *kept_dy; /* [LS_KEPT_LANES, lane, out], likewise */
    bool in_place;
    int dx_slot;       /* 0, 1 or LS_DX_IN_PLACE */
    int absorbed;      /* so many layers behind it are done in its pass */
    float *packed[2];  /* plan.packed_bytes, of forward and backward; NULL when 0 */
    bool is_packed[2]; /* they are of the weights as they are now */
    size_t packed_at[2];
    bool is_taken; /* a layer behind it takes its output by name */
    size_t self_at, y_at, dskip_at, saved_at, kept_x_at, kept_dy_at; /* offsets in the arenas */
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
    bool trains; /* gradients and dx have their place */
    bool plans;  /* and no memory is reserved */
    bool he;
    bool fuses; /* layers may do the work of those behind them */
    int layer_count, encoder_count;
    int first_trained;    /* layers before it are frozen */
    ls_layer_slot *slots; /* [layer_count] */
    ls_arena selves;      /* the types' private structs */
    ls_arena memory;      /* everything below */
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
    int kept_n[LS_KEPT_LANES];   /* images of the lanes kept */
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

#endif
