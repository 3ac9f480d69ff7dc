/* The one table of options. From it come the struct, the parser, defaults, ranges, --help, the
 * resolved config.ini, docs/options.md and what a resumed run may change.
 *
 *   INT   (section, key, default, low, high, resume, help)      int64_t
 *   REAL  (section, key, default, low, high, resume, help)      double
 *   TEXT  (section, key, default, resume, help)                 char[LS_OPTION_CHARS]
 *   CHOICE(section, key, default, "a|b|c", resume, help)        char[LS_OPTION_CHARS]
 *   INTS  (section, key, default, low, high, resume, help)      ls_ints: "32,64,128"
 *
 * resume: FIXED = a run that resumes must keep it; FREE = may change, and then it is another run;
 * OWN = belongs to this very process and not to the run's result (where it stands, when it stops):
 * may change; WARN = as OWN, and a change is said, since the last bits may follow it. The field of
 * `section.key` in ls_config is section_key.
 */
#ifndef LOCKSTEP_CONFIG_OPTIONS_H
#define LOCKSTEP_CONFIG_OPTIONS_H

#include "lockstep/config/image_options.h"

#include <float.h>
#include <stdint.h>

#define LS_OPTION_CHARS 2048 /* longest value, with its end */
#define LS_INTS_MAX     16   /* longest list of numbers */

/* clang-format off */
#define LS_OPTION_LIST(INT, REAL, TEXT, CHOICE, INTS)                                              \
    LS_IMAGE_OPTION_LIST(INT, REAL, TEXT, CHOICE, INTS)                                            \
    TEXT(model, encoder, "", FIXED,                                                                \
         "layers of the encoder; empty = expanded from model.filters and model.latent")            \
    TEXT(model, decoder, "", FIXED,                                                                \
         "layers of the decoder; empty = the mirror of the expanded encoder")                      \
    INTS(model, filters, "32,64,128", 1, 65536, FIXED, "filters of the encoder's convolutions")    \
    INT(model, latent, 128, 0, 65536, FIXED,                                                       \
        "size of the dense bottleneck, 0 = none; also what dense(latent) stands for in a list")    \
    CHOICE(model, activation, "relu", "relu|leaky_relu|tanh|sigmoid|elu|gelu|silu", FIXED,         \
           "function of one number between the expanded layers")                                   \
    CHOICE(model, downsample, "maxpool", "maxpool|avgpool|stride", FIXED,                          \
           "how the expanded encoder halves an image: by a pooling, or by a stride of 2")          \
    CHOICE(model, norm, "none", "none|batchnorm|layernorm", FIXED,                                 \
           "normalisation between each expanded convolution and its activation")                   \
    REAL(model, dropout, 0, 0, 0.99, FIXED,                                                        \
         "share of values that are dropped behind each expanded halving; 0 = none")                \
    CHOICE(model, init, "glorot", "glorot|he", FIXED,                                              \
           "initial weights: uniform by the rule of Glorot and Bengio, or of He et al.")           \
    TEXT(model, weights, "", FIXED,                                                                \
         "a checkpoint from which a new run takes its first weights; empty = model.init alone")    \
    CHOICE(model, weights_part, "all", "all|encoder|shared", FIXED,                                \
           "which layers take their weights from there, each by its name and shapes; shared = "    \
           "those that both networks have, the decoder's counted from its end")                    \
    TEXT(model, freeze, "none", FIXED,                                                             \
         "layers whose weights stay as they began: none, encoder, or those up to the named layer " \
         "of the encoder (encoder/2-maxpool); their states, if any, follow the images")            \
    TEXT(loss, terms, "mse", FIXED,                                                                \
         "what training minimises: [weight*]name, joined by +, of mse, mae, huber(delta=0.1), "    \
         "bce and ssim: 0.8*mse + 0.2*ssim; of classes, cross_entropy(label_smoothing=0.1)")       \
    CHOICE(train, task, "reconstruct", "reconstruct|classify|segment", FIXED,                      \
           "what is learned: the clean image, its class, or each pixel's class (docs/tasks.md)")   \
    INT(train, epochs, 100, 1, 1000000, FREE, "passes over the training images")                   \
    INT(train, max_steps, 0, 0, INT64_MAX, FREE, "stop after this many steps; 0 = no limit")       \
    INT(train, batch, 64, 1, 16777216, FIXED, "images a step, over all ranks")                     \
    INT(train, lane, 16, 1, 65536, FIXED,                                                          \
        "images that are worked through together on one rank; never derived from the machine")     \
    INT(train, seed, 1, 0, INT64_MAX, FIXED, "seed of initial weights and of the images' order")   \
    CHOICE(train, reduce, "exact", "exact|fast", FIXED,                                            \
           "sums of gradients: exact = the same bits on any number of ranks; fast = float sums in "\
           "any order")                                                                            \
    TEXT(train, out, "run", OWN, "the run folder")                                                 \
    TEXT(train, resume, "auto", OWN, "auto, never, or the path of a checkpoint")                   \
    INT(train, checkpoint_steps, 0, 0, INT64_MAX, FREE,                                            \
        "steps between checkpoints within an epoch; 0 = at each epoch's end only")                 \
    INT(train, keep, 3, 1, 1000000, FREE, "checkpoints kept beside the best one")                  \
    CHOICE(train, on_checkpoint_error, "stop", "stop|continue", OWN,                               \
           "what to do when a checkpoint can't be written: stop = end with exit code 3; continue " \
           "= train on, keep the older ones and try again at the next interval")                   \
    INT(train, check_replicas, 0, 0, INT64_MAX, OWN,                                               \
        "steps between comparisons of the ranks' weights, moments and state; each epoch's end and "\
        "each checkpoint compare in any case")                                                     \
    CHOICE(train, on_replica_difference, "stop", "stop|heal", OWN,                                 \
           "when ranks differ: stop = end with exit code 2; heal = take over what most ranks have")\
    CHOICE(train, on_usr1, "stop", "stop|checkpoint", OWN,                                         \
           "at SIGUSR1: stop = write a checkpoint and end with exit code 75; checkpoint = write "  \
           "one and go on")                                                                        \
    TEXT(train, deadline, "", OWN,                                                                 \
         "stop in time, with exit code 75: a duration from the start (90s, 45m, 1h30m, "           \
         "D-HH:MM:SS), a UTC time (2026-01-31T12:00:00Z), or never; empty = the end of the Slurm " \
         "job, if there is one")                                                                   \
    TEXT(train, trace, "", OWN,                                                                    \
         "a file to write, when the first steps are done, with what every rank did when: Chrome's "\
         "trace format, for ui.perfetto.dev; empty = none")                                        \
    INT(train, trace_steps, 10, 1, 100000, OWN, "steps of this process's run that are traced")     \
    INT(train, patience, 0, 0, 1000000, FREE,                                                      \
        "stop after this many epochs without a better validation loss; 0 = never")                 \
    REAL(train, min_delta, 0, 0, DBL_MAX, FIXED, "what counts as better: lower by more than this") \
    INT(comm, timeout_s, 300, 1, 604800, OWN,                                                      \
        "seconds to wait for another rank before it counts as lost (exit code 3)")                 \
    CHOICE(comm, reduce, "auto", "auto|flat|node|overlap", OWN,                                    \
           "sums of gradients: node = in memory that a host's ranks share, and by messages "       \
           "between hosts; flat = by messages between all ranks; overlap = as flat, on their way " \
           "while backward goes on; auto = node, or flat where memory can't be shared")            \
    CHOICE(optim, name, "adam", "adam|sgd|muon", FIXED,                                            \
           "the optimizer; muon = Muon for weights, Adam for all others")                          \
    REAL(optim, lr, 1e-3, 0, 1e6, FREE, "learning rate")                                           \
    REAL(optim, beta1, 0.9, 0, 0.999999999, FIXED, "Adam: decay of the first moment")              \
    REAL(optim, beta2, 0.999, 0, 0.999999999, FIXED, "Adam: decay of the second moment")           \
    REAL(optim, eps, 1e-8, 1e-30, 1, FIXED, "Adam: added to the root of the second moment")        \
    REAL(optim, momentum, 0.9, 0, 0.999999999, FIXED, "SGD, Muon: momentum")                       \
    INT(optim, warmup_steps, 0, 0, INT64_MAX, FIXED,                                               \
        "steps over which the learning rate rises linearly to optim.lr")                           \
    CHOICE(optim, schedule, "constant", "constant|step|cosine|plateau", FIXED,                     \
           "the learning rate after the warm-up: constant; step = falls after given epochs; "      \
           "cosine = falls over the whole run, so that other train.epochs are another run; "       \
           "plateau = falls when validation gets no better")                                       \
    INTS(optim, step_epochs, "30,60,90", 1, 1000000, FIXED,                                        \
         "schedule = step: the epochs after each of which the rate is multiplied once")            \
    REAL(optim, step_factor, 0.1, 0, 1, FIXED, "schedule = step: by how much")                     \
    REAL(optim, lr_final, 0, 0, 1e6, FIXED,                                                        \
         "schedule = cosine: the rate of the last step of train.epochs")                           \
    REAL(optim, plateau_factor, 0.1, 0, 1, FIXED, "schedule = plateau: multiplies the rate ...")   \
    INT(optim, plateau_patience, 10, 1, 1000000, FIXED,                                            \
        "... after this many epochs without a validation loss lower by train.min_delta")           \
    REAL(optim, weight_decay, 0, 0, 1e6, FIXED,                                                    \
         "pulls weights towards zero, but not biases and norms; 0 = off")                          \
    CHOICE(optim, decay_kind, "decoupled", "decoupled|l2", FIXED,                                  \
           "decoupled = w falls by lr * decay * w beside the step (AdamW); l2 = decay * w is "     \
           "added to the gradient")                                                                \
    REAL(optim, clip_norm, 0, 0, DBL_MAX, FIXED,                                                   \
         "gradients of a greater norm, all together, are scaled down to it; 0 = off")              \
    REAL(optim, average, 0, 0, 0.99999, FIXED,                                                     \
         "weights are averaged over steps: average = this * average + (1 - this) * weight; the "   \
         "averages are validated and used by eval and others; 0 = off")                            \
    CHOICE(backend, name, "cpu", "cpu|ref", WARN, "cpu = fast, ref = naive and complete")          \
    CHOICE(backend, conv, "auto", "auto|direct|winograd2|winograd4", WARN,                         \
           "3x3 convolutions of stride 1, transposed ones of stride 2: by shape, direct, or "      \
           "Winograd's F(2x2) or F(4x4)")                                                          \
    CHOICE(backend, fuse, "on", "on|off", WARN,                                                    \
           "compute conv relu maxpool(2) in one pass, with the same outputs")                      \
    CHOICE(backend, isa, "auto", "auto|portable|avx2|avx512", WARN,                                \
           "kernel set; auto = the best one that every rank's CPU has")                            \
    CHOICE(backend, products, "auto", "auto|own|libxsmm", OWN,                                     \
           "small products of the avx512 kernels: own ones, or libxsmm's, with the same bits; "    \
           "auto = those that were measured to win on such a CPU")
/* clang-format on */

#endif
