/* Reading CIFAR records: the part that folder and archive share. */
#include "cifar.h"
#include "cifar_sets.h"

#include "lockstep/base/memory.h"

static ls_cifar_reader *reader_of(ls_source *source)
{
    return source->state;
}

/* What rank 0 finds and every rank needs. */
typedef struct found {
    ls_cifar files;
    ls_source_info info;
} found;

static ls_status look(ls_source *source, const char *form,
                      ls_status (*scan)(const char *path, ls_cifar *files), found *out)
{
    for (int s = 0; s < LS_CIFAR_SETS; s++) {
        for (int i = 0; i < LS_CIFAR_FILES; i++) {
            out->files.bytes[s][i] = LS_CIFAR_NONE;
        }
    }
    LS_TRY(scan(source->path, &out->files));
    LS_TRY(ls_cifar_settle(&out->files, source->path, form, &out->info));
    return LS_OK;
}

ls_status ls_cifar_open(ls_source *source, const ls_cifar_feed *feed, const char *form,
                        ls_status (*scan)(const char *path, ls_cifar *files))
{
    found all = {0};
    ls_status status = ls_alloc(&source->state, sizeof(ls_cifar_reader), "a CIFAR reader");
    if (status == LS_OK && ls_comm_rank(source->comm) == 0) {
        status = look(source, form, scan, &all);
    }
    LS_TRY(ls_comm_agree(source->comm, status));
    LS_TRY(ls_comm_broadcast(source->comm, &all, sizeof all, 0));
    source->info = all.info;
    ls_cifar_reader *reader = reader_of(source);
    reader->files = all.files;
    reader->feed = feed;
    reader->file = LS_CIFAR_NONE;
    return LS_OK;
}

void ls_cifar_close(ls_source *source)
{
    ls_cifar_reader *reader = reader_of(source);
    if (reader == NULL) {
        return;
    }
    if (reader->feed != NULL) {
        reader->feed->end(source);
    }
    ls_free(reader->raw);
    ls_free(reader);
    source->state = NULL;
}

ls_status ls_cifar_rewind(ls_source *source, const int64_t until[LS_SPLIT_COUNT])
{
    ls_cifar_reader *reader = reader_of(source);
    reader->feed->end(source);
    reader->file = LS_CIFAR_NONE;
    for (int split = 0; split < LS_SPLIT_COUNT; split++) {
        reader->until[split] = until[split];
    }
    LS_TRY(reader->feed->begin(source));
    return LS_OK;
}

/* From a record's [3, 32, 32] planes to [32, 32, 3]. */
static void interleave(const uint8_t *planes, uint8_t *pixels)
{
    for (int i = 0; i < LS_CIFAR_PLANE; i++) {
        for (int c = 0; c < LS_CIFAR_CHANNELS; c++) {
            pixels[i * LS_CIFAR_CHANNELS + c] = planes[c * LS_CIFAR_PLANE + i];
        }
    }
}

static ls_status decode(const ls_source *source, const ls_cifar_set *set, const uint8_t *raw,
                        int64_t record, uint8_t *pixels, uint8_t *label)
{
    const ls_cifar_reader *reader = source->state;
    for (int i = 0; i < set->label_bytes; i++) {
        LS_REQUIRE(raw[i] < set->label_range[i], LS_BAD_INPUT,
                   "%s: %s: record %lld: label %d is not 0 to %d of %s; get the file again",
                   source->path, ls_cifar_file_name(&reader->files, reader->file),
                   (long long)record, raw[i], set->label_range[i] - 1, set->title);
    }
    *label = raw[set->label_bytes - 1];
    interleave(raw + set->label_bytes, pixels);
    return LS_OK;
}

static ls_status make_room(ls_cifar_reader *reader, int64_t records, size_t record_bytes)
{
    if (records <= reader->room) {
        return LS_OK;
    }
    ls_free(reader->raw);
    reader->raw = NULL;
    reader->room = 0;
    void *memory = NULL;
    LS_TRY(ls_alloc(&memory, (size_t)records * record_bytes, "CIFAR records"));
    reader->raw = memory;
    reader->room = records;
    return LS_OK;
}

static ls_status read_records(ls_source *source, int64_t count, uint8_t *pixels, uint8_t *labels)
{
    ls_cifar_reader *reader = reader_of(source);
    const ls_cifar_set *set = &ls_cifar_sets[reader->files.set];
    size_t record_bytes = (size_t)set->label_bytes + LS_CIFAR_PIXELS;
    LS_TRY(make_room(reader, count, record_bytes));
    LS_TRY(reader->feed->read(source, reader->raw, count * (int64_t)record_bytes));
    for (int64_t i = 0; i < count; i++) {
        LS_TRY(decode(source, set, reader->raw + (size_t)i * record_bytes, reader->done + i,
                      pixels + i * LS_CIFAR_PIXELS, labels + i));
    }
    return LS_OK;
}

ls_status ls_cifar_next(ls_source *source, int64_t most, ls_piece *piece, uint8_t *pixels,
                        uint8_t *labels)
{
    ls_cifar_reader *reader = reader_of(source);
    const ls_cifar *files = &reader->files;
    piece->count = 0;
    if (reader->file == LS_CIFAR_NONE || reader->done == files->records[reader->file]) {
        LS_TRY(reader->feed->next_file(source, &reader->file));
        reader->done = 0;
    }
    if (reader->file == LS_CIFAR_NONE) {
        reader->feed->end(source);
        return LS_OK;
    }
    int64_t rest = files->records[reader->file] - reader->done;
    int64_t count = rest < most ? rest : most;
    LS_TRY(read_records(source, count, pixels, labels));
    piece->split = ls_cifar_file_split(files, reader->file);
    piece->first = files->first[reader->file] + reader->done;
    piece->count = count;
    reader->done += count;
    return LS_OK;
}
