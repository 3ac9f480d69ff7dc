/* Brings the images of a source to the ranks that want them.
 *
 * Streamed kinds: one rank a host reads and broadcasts piece by piece, so a file is read once a
 * host and no rank holds more than its own images and one piece. Before each piece the host's ranks
 * agree: a reader that fails says so and nobody waits for it, and a request to stop ends it.
 */
#include "source_private.h"

#include "lockstep/base/memory.h"

#include <string.h>

#define PIECE_BYTES ((size_t)1 << 20)

typedef struct stream {
    ls_source *source;
    const ls_source_range *ranges; /* [LS_SPLIT_COUNT], this rank's */
    ls_source_sink sink;
    void *context;
    size_t image_bytes;
    int64_t most;      /* images of a piece */
    uint8_t *pixels;   /* [most, shape], then labels [most]; owned */
    uint8_t *labels;   /* in the same block */
    ls_status failure; /* of this rank; its message stands until all agree */
} stream;

ls_source_range ls_source_share(int64_t count, int rank, int size)
{
    int64_t share = count / size;
    int64_t larger = count % size; /* the first ranks hold one row more */
    int64_t first = share * rank + (rank < larger ? rank : larger);
    return (ls_source_range){first, share + (rank < larger ? 1 : 0)};
}

static void deliver(stream *s, const ls_piece *piece)
{
    const ls_source_range *mine = &s->ranges[piece->split];
    int64_t low = piece->first > mine->first ? piece->first : mine->first;
    int64_t piece_end = piece->first + piece->count;
    int64_t mine_end = mine->first + mine->count;
    int64_t high = piece_end < mine_end ? piece_end : mine_end;
    if (low >= high || s->failure != LS_OK) {
        return;
    }
    size_t skipped = (size_t)(low - piece->first);
    s->failure = s->sink(s->context, piece->split, (ls_source_range){low, high - low},
                         s->pixels + skipped * s->image_bytes, s->labels + skipped);
}

static ls_status stream_host(stream *s)
{
    ls_source *source = s->source;
    ls_comm *node = ls_comm_node(source->comm);
    int64_t until[LS_SPLIT_COUNT];
    for (int k = 0; k < LS_SPLIT_COUNT; k++) {
        until[k] = s->ranges[k].count > 0 ? s->ranges[k].first + s->ranges[k].count : 0;
    }
    LS_TRY(ls_comm_max_i64(node, until, LS_SPLIT_COUNT));
    bool reader = ls_comm_rank(node) == 0;
    ls_status reading = reader ? source->ops->rewind(source, until) : LS_OK;
    for (;;) {
        ls_piece piece = {0};
        if (reader && reading == LS_OK) {
            reading = source->ops->next(source, s->most, &piece, s->pixels, s->labels);
        }
        reading = ls_comm_agree_or_stop(node, reading);
        if (reading != LS_OK) {
            break;
        }
        LS_TRY(ls_comm_broadcast(node, &piece, sizeof piece, 0));
        if (piece.count == 0) {
            break;
        }
        size_t count = (size_t)piece.count;
        LS_TRY(ls_comm_broadcast(node, s->pixels, count * s->image_bytes, 0));
        LS_TRY(ls_comm_broadcast(node, s->labels, count, 0));
        deliver(s, &piece);
    }
    if (s->failure == LS_OK) {
        s->failure = reading;
    }
    return LS_OK;
}

/* All ranks ask equally often, since rows of a file are read collectively. */
static ls_status stream_rows(stream *s, ls_split split)
{
    const ls_source_range *mine = &s->ranges[split];
    int64_t pieces = (mine->count + s->most - 1) / s->most;
    LS_TRY(ls_comm_max_i64(s->source->comm, &pieces, 1));
    for (int64_t i = 0; i < pieces; i++) {
        int64_t done = i * s->most < mine->count ? i * s->most : mine->count;
        int64_t rest = mine->count - done;
        ls_piece piece = {split, mine->first + done, rest < s->most ? rest : s->most};
        ls_source_range rows = {piece.first, piece.count};
        ls_status status = s->source->ops->rows(s->source, split, rows, s->pixels, s->labels);
        if (s->failure == LS_OK && status != LS_OK) {
            s->failure = status;
        }
        deliver(s, &piece);
    }
    return LS_OK;
}

static ls_status stream_all(stream *s)
{
    if (s->source->ops->rows == NULL) {
        LS_TRY(stream_host(s));
    } else {
        for (int split = 0; split < LS_SPLIT_COUNT; split++) {
            LS_TRY(stream_rows(s, (ls_split)split));
        }
    }
    return ls_comm_agree(s->source->comm, s->failure);
}

ls_status ls_source_stream(ls_source *source, const ls_source_range ranges[LS_SPLIT_COUNT],
                           ls_source_sink sink, void *context)
{
    stream s = {.source = source, .ranges = ranges, .sink = sink, .context = context};
    s.image_bytes = ls_source_image_bytes(source);
    s.most = s.image_bytes < PIECE_BYTES ? (int64_t)(PIECE_BYTES / s.image_bytes) : 1;
    size_t pixel_bytes = (size_t)s.most * s.image_bytes;
    void *memory = NULL;
    LS_TRY(ls_comm_agree(source->comm,
                         ls_alloc(&memory, pixel_bytes + (size_t)s.most, "a piece of images")));
    s.pixels = memory;
    s.labels = s.pixels + pixel_bytes;
    ls_status status = stream_all(&s);
    ls_free(memory);
    LS_TRY(status);
    return LS_OK;
}

/* Copies into the caller's arrays. */
typedef struct copy {
    ls_source_range range;
    size_t image_bytes;
    uint8_t *pixels; /* [range.count, shape] */
    uint8_t *labels; /* [range.count] */
} copy;

static ls_status copy_images(void *context, ls_split split, ls_source_range range,
                             const uint8_t *pixels, const uint8_t *labels)
{
    (void)split;
    copy *to = context;
    size_t at = (size_t)(range.first - to->range.first);
    memcpy(to->pixels + at * to->image_bytes, pixels, (size_t)range.count * to->image_bytes);
    memcpy(to->labels + at, labels, (size_t)range.count);
    return LS_OK;
}

ls_status ls_source_read(ls_source *source, ls_split split, ls_source_range range, uint8_t *pixels,
                         uint8_t *labels)
{
    ls_source_range ranges[LS_SPLIT_COUNT] = {{0, 0}};
    ranges[split] = range;
    copy to = {range, ls_source_image_bytes(source), pixels, labels};
    LS_TRY(ls_source_stream(source, ranges, copy_images, &to));
    return LS_OK;
}
