/* A folder of PNGs with one subfolder a class. */
#include "png_list.h"
#include "source_private.h"

#include "lockstep/base/memory.h"
#include "lockstep/io/png.h"

#include <stdio.h>
#include <string.h>

typedef struct png_state {
    ls_png_list list; /* on a host's reader */
    int64_t at;       /* the next entry */
    int64_t until[LS_SPLIT_COUNT];
} png_state;

/* On rank 0: all but the images themselves; the first one gives the shape. */
static ls_status look(const ls_source *source, ls_source_info *info)
{
    ls_png_list list;
    LS_TRY(ls_png_list_make(&list, source->path));
    char path[LS_PATH_CHARS];
    uint8_t *pixels = NULL;
    ls_status status = ls_png_list_path(&list, 0, path);
    if (status == LS_OK) {
        status = ls_png_read(path, 0, &info->shape, &pixels);
    }
    snprintf(info->kind, sizeof info->kind, "png folder");
    info->classes = list.classes;
    memcpy(info->images, list.images, sizeof info->images);
    ls_free(pixels);
    ls_png_list_free(&list);
    LS_TRY(status);
    return LS_OK;
}

static ls_status open_png(ls_source *source, const ls_config *config)
{
    (void)config;
    ls_status status = ls_alloc(&source->state, sizeof(png_state), "a source of PNGs");
    if (status == LS_OK && ls_comm_rank(source->comm) == 0) {
        status = look(source, &source->info);
    }
    LS_TRY(ls_comm_agree(source->comm, status));
    LS_TRY(ls_comm_broadcast(source->comm, &source->info, sizeof source->info, 0));
    return LS_OK;
}

static void close_png(ls_source *source)
{
    png_state *state = source->state;
    if (state != NULL) {
        ls_png_list_free(&state->list);
        ls_free(state);
        source->state = NULL;
    }
}

static ls_status rewind_png(ls_source *source, const int64_t until[LS_SPLIT_COUNT])
{
    png_state *state = source->state;
    ls_png_list_free(&state->list);
    LS_TRY(ls_png_list_make(&state->list, source->path));
    state->at = 0;
    memcpy(state->until, until, sizeof state->until);
    return LS_OK;
}

static ls_status read_image(const ls_source *source, int64_t entry, uint8_t *pixels)
{
    const png_state *state = source->state;
    char path[LS_PATH_CHARS];
    LS_TRY(ls_png_list_path(&state->list, entry, path));
    ls_shape shape;
    uint8_t *found = NULL;
    LS_TRY(ls_png_read(path, source->info.shape.c, &shape, &found));
    bool equal = ls_shape_equal(shape, source->info.shape);
    if (equal) {
        memcpy(pixels, found, ls_source_image_bytes(source));
    }
    ls_free(found);
    char has[LS_SHAPE_CHARS];
    char wants[LS_SHAPE_CHARS];
    LS_REQUIRE(equal, LS_BAD_INPUT, "%s: is %s, but the first image is %s; all must be alike", path,
               ls_shape_text(shape, has), ls_shape_text(source->info.shape, wants));
    return LS_OK;
}

static ls_status next_png(ls_source *source, int64_t most, ls_piece *piece, uint8_t *pixels,
                          uint8_t *labels)
{
    png_state *state = source->state;
    const ls_png_entry *entries = state->list.entries;
    piece->count = 0;
    for (; state->at < state->list.count && piece->count < most; state->at++) {
        const ls_png_entry *entry = &entries[state->at];
        if (entry->number >= state->until[entry->split]) {
            continue;
        }
        if (piece->count > 0 && entry->split != piece->split) {
            break; /* a piece is of one split */
        }
        if (piece->count == 0) {
            piece->split = entry->split;
            piece->first = entry->number;
        }
        LS_TRY(read_image(source, state->at,
                          pixels + (size_t)piece->count * ls_source_image_bytes(source)));
        labels[piece->count++] = entry->label;
    }
    return LS_OK;
}

const ls_source_ops ls_source_png_folder = {
    .open = open_png,
    .close = close_png,
    .rewind = rewind_png,
    .next = next_png,
};
