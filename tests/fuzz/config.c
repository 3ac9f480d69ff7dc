/* Proves of the configuration, for any file and any arguments: reading ends with a status, touches
 * no memory but its own and leaks none; faults are named by file and line or by argument; and what
 * was taken is written as a text that reads back to the same bytes.
 *
 * Input: a text up to the first zero byte, then arguments, each up to the next zero byte. An input
 * that begins with "#!" is also read from a file, zero bytes and all: seldom, because that costs a
 * buffer for the largest file. */
#include "fuzz.h"

#include "lockstep/base/memory.h"
#include "lockstep/config/config.h"

#include <stdlib.h>
#include <string.h>

#define NAME          "x.ini"
#define ARGUMENTS_MAX 16

/* The defaults, read from their texts once. */
static const ls_config *defaults(void)
{
    static ls_config made;
    if (made.train_batch == 0) {
        ls_config_defaults(&made);
    }
    return &made;
}

static void read_back(const ls_config *config)
{
    static ls_config again;
    ls_text text = {0};
    ls_config_write(config, &text);
    fuzz_require(ls_text_check(&text) == LS_OK, "a configuration can't be written");
    again = *defaults();
    fuzz_require(ls_config_apply_text(&again, text.data, NAME) == LS_OK,
                 "a written configuration is refused");
    fuzz_require(memcmp(config, &again, sizeof again) == 0,
                 "a written configuration reads back to another one");
    ls_text_free(&text);
}

static void resume_with(const ls_config *config)
{
    ls_text warnings = {0};
    fuzz_judge(ls_config_check_resume(defaults(), config, &warnings), "can't resume");
    ls_text_free(&warnings);
}

/* What a refused text or argument leaves behind is whole too: a field is written entirely or not.
 */
static void try_text(const char *text)
{
    static ls_config config;
    config = *defaults();
    if (fuzz_judge(ls_config_apply_text(&config, text, NAME), NAME ":")) {
        resume_with(&config);
    }
    read_back(&config);
}

static void try_arguments(const char *text, const char *end)
{
    static ls_config config;
    const char *arguments[ARGUMENTS_MAX];
    int count = 0;
    for (; text < end && count < ARGUMENTS_MAX; text += strlen(text) + 1) {
        arguments[count++] = text;
    }
    config = *defaults();
    fuzz_judge(ls_config_apply_arguments(&config, count, arguments), "argument \"");
    read_back(&config);
}

static void try_file(const uint8_t *data, size_t size)
{
    static ls_config config;
    const char *path = fuzz_file(data, size);
    fuzz_judge(ls_config_load(&config, path, 0, NULL), path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t live = ls_alloc_live();
    char *text = fuzz_text(data, size);
    size_t length = strlen(text);
    try_text(text);
    if (length < size) {
        try_arguments(text + length + 1, text + size);
    }
    if (strncmp(text, "#!", 2) == 0) {
        try_file(data, size);
    }
    free(text);
    fuzz_require(ls_alloc_live() == live, "memory of ls_alloc is kept");
    return 0;
}
