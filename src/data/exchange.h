/* Inside data: bringing the images of all ranks from one placement into another. */
#ifndef LOCKSTEP_DATA_EXCHANGE_H
#define LOCKSTEP_DATA_EXCHANGE_H

#include "placement.h"
#include "store.h"

#include "lockstep/comm/comm.h"

/* Collective. `store` holds this rank's items of `from` in the order of its positions there, and
 * after it those of `to`, which has the same items. Peak memory beside the store's images: at most
 * a sixth of a share for messages (and no more than a few MiB), 16 bytes an image, and as many
 * spare slots as more came than left so far. On failure the store is lost for use. */
ls_status ls_exchange(ls_store *store, ls_comm *comm, const ls_placement *from,
                      const ls_placement *to);

#endif
