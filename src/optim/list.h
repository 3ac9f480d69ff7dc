/* The registered optimizers: X(name) stands for `const ls_optim_type ls_optim_<name>` in <name>.c.
 */
#ifndef LOCKSTEP_OPTIM_LIST_H
#define LOCKSTEP_OPTIM_LIST_H

#define LS_OPTIM_LIST(X) X(adam) X(sgd) X(muon)

#endif
