/* The corruptions by name, one after another on each image. */
#include "lockstep/data/corrupt.h"

#include "corruption.h"
#include "lockstep/base/text.h"

#include <stdio.h>
#include <string.h>

#define NAME_CHARS 64

#define DECLARE(name) extern const ls_corruption ls_corruption_##name;
LS_CORRUPTION_LIST(DECLARE)
#undef DECLARE

#define ADDRESS(name) &ls_corruption_##name,
static const ls_corruption *const all[] = {LS_CORRUPTION_LIST(ADDRESS)};
#undef ADDRESS
#define ALL ((int)(sizeof all / sizeof all[0]))

/* The kind of that name behind those there are. */
static ls_status add_kind(ls_corrupt *out, const char *name)
{
    LS_REQUIRE(out->kind_count < LS_CORRUPT_KINDS, LS_BAD_INPUT,
               "corrupt.kind: more than %d corruptions", LS_CORRUPT_KINDS);
    const char *names[ALL + 1] = {NULL};
    for (int i = 0; i < ALL; i++) {
        names[i] = all[i]->name;
        if (strcmp(name, all[i]->name) == 0) {
            out->kinds[out->kind_count++] = all[i];
            return all[i]->check != NULL ? all[i]->check(out) : LS_OK;
        }
    }
    const char *nearest = ls_nearest_name(name, names);
    LS_FAIL(LS_BAD_INPUT, "corrupt.kind: there is no corruption \"%s\"; %s%s", name,
            nearest != NULL ? "did you mean " : "lockstep train --help lists them",
            nearest != NULL ? nearest : "");
}

/* "gaussian+mask"; "none" stands alone. */
static ls_status add_kinds(ls_corrupt *out, const char *list)
{
    if (strcmp(list, "none") == 0) {
        return LS_OK;
    }
    for (const char *at = list;; at++) {
        char name[NAME_CHARS];
        size_t length = strcspn(at, "+");
        snprintf(name, sizeof name, "%.*s", (int)(length < NAME_CHARS ? length : NAME_CHARS), at);
        LS_TRY(add_kind(out, name));
        at += length;
        if (*at == '\0') {
            return LS_OK;
        }
    }
}

ls_status ls_corrupt_plan(ls_corrupt *out, const ls_config *config, ls_shape shape)
{
    *out = (ls_corrupt){.shape = shape,
                        .sigma_low = config->corrupt_sigma_low / 255,
                        .sigma_high = config->corrupt_sigma_high / 255,
                        .fraction = config->corrupt_fraction,
                        .rectangle = config->corrupt_rectangle,
                        .factor = (int)config->corrupt_factor,
                        .seed = (uint64_t)config->train_seed};
    return add_kinds(out, config->corrupt_kind);
}

bool ls_corrupt_any(const ls_corrupt *corrupt)
{
    return corrupt->kind_count > 0;
}

/* clean, x, spare: [shape]. Each kind has a stream of its own by its place in the list. */
static void corrupt_image(const ls_corrupt *corrupt, ls_random_key key, const float *clean,
                          float *x, float *spare)
{
    memcpy(x, clean, sizeof *x * (size_t)ls_shape_count(corrupt->shape));
    ls_corrupt_image image = {.settings = corrupt, .key = key, .x = x, .spare = spare};
    for (int i = 0; i < corrupt->kind_count; i++) {
        image.key.layer = (uint32_t)i;
        corrupt->kinds[i]->run(&image);
    }
}

void ls_corrupt_training(const ls_corrupt *corrupt, int64_t epoch, int n, const int64_t *samples,
                         const float *clean, float *x, float *spare)
{
    int64_t values = ls_shape_count(corrupt->shape);
    for (int i = 0; i < n; i++) {
        const ls_random_key key = {.seed = corrupt->seed,
                                   .purpose = LS_PURPOSE_CORRUPT,
                                   .epoch = (uint32_t)epoch,
                                   .sample = (uint32_t)samples[i]};
        corrupt_image(corrupt, key, clean + i * values, x + i * values, spare);
    }
}

void ls_corrupt_evaluation(const ls_corrupt *corrupt, int64_t first, int n, const float *clean,
                           float *x, float *spare)
{
    int64_t values = ls_shape_count(corrupt->shape);
    for (int i = 0; i < n; i++) {
        const ls_random_key key = {.seed = corrupt->seed,
                                   .purpose = LS_PURPOSE_CORRUPT_FIXED,
                                   .sample = (uint32_t)(first + i)};
        corrupt_image(corrupt, key, clean + i * values, x + i * values, spare);
    }
}
