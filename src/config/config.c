/* Loading: defaults, then the file, then the arguments; all their faults at once. */
#include "faults.h"

#include "lockstep/base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_BYTES_MAX (1 << 20) /* a larger file is no configuration */

void ls_config_defaults(ls_config *config)
{
    memset(config, 0, sizeof *config);
    ls_text why = {0};
    for (int i = 0; i < LS_OPTION_COUNT; i++) {
        ls_option_parse(&ls_option_table[i], config, ls_option_table[i].default_text, &why);
    }
    ls_text_free(&why);
}

static ls_status read_file(char *out, const char *path)
{
    struct stat info;
    FILE *file = fopen(path, "re");
    LS_REQUIRE(file != NULL, LS_BAD_INPUT, "%s: can't open the configuration: %s", path,
               strerror(errno));
    if (fstat(fileno(file), &info) == 0 && S_ISDIR(info.st_mode)) {
        fclose(file);
        LS_FAIL(LS_BAD_INPUT, "%s: is a folder: a configuration file is needed", path);
    }
    size_t bytes = fread(out, 1, FILE_BYTES_MAX + 1, file);
    int failed = ferror(file);
    int reason = errno;
    fclose(file);
    LS_REQUIRE(!failed, LS_BAD_INPUT, "%s: can't read the configuration: %s", path,
               strerror(reason));
    LS_REQUIRE(memchr(out, '\0', bytes) == NULL, LS_BAD_INPUT,
               "%s: holds zero bytes: not a configuration file", path);
    LS_REQUIRE(bytes <= FILE_BYTES_MAX, LS_BAD_INPUT,
               "%s: is longer than %d bytes: not a configuration file", path, FILE_BYTES_MAX);
    out[bytes] = '\0';
    return LS_OK;
}

/* The argument cut into its parts, in `copy`. */
typedef struct split {
    char copy[LS_OPTION_CHARS + 256];
    const char *section;
    const char *key;
    const char *value;
} split;

static char *trim(char *text)
{
    text += strspn(text, " \t\r\n");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL) {
        length--;
    }
    text[length] = '\0';
    return text;
}

static bool split_argument(split *out, const char *argument)
{
    snprintf(out->copy, sizeof out->copy, "%s", argument);
    char *equals = strchr(out->copy, '=');
    if (equals == NULL) {
        return false;
    }
    *equals = '\0';
    out->value = trim(equals + 1);
    char *name = trim(out->copy);
    char *dot = strchr(name, '.');
    if (dot != NULL) {
        *dot = '\0';
        out->section = name;
        out->key = dot + 1;
    } else {
        out->section = "";
        out->key = name;
    }
    return true;
}

static void read_argument(ls_config *config, const char *const *given[LS_OPTION_COUNT],
                          const char *const *argument, ls_faults *faults)
{
    ls_place place = {.argument = *argument};
    split part;
    if (!split_argument(&part, *argument)) {
        ls_faults_add(faults, &place, "must be section.key=value, as in train.epochs=5");
        return;
    }
    const ls_option *option = ls_option_find(part.section, part.key);
    if (option == NULL) {
        ls_text hint = {0};
        ls_option_suggest(part.section, part.key, &hint);
        ls_faults_add(faults, &place, "unknown option%s", hint.failed ? "" : hint.data);
        ls_text_free(&hint);
        return;
    }
    const char *const **first = &given[option - ls_option_table];
    if (*first != NULL) {
        char shown[LS_SHOWN_CHARS];
        ls_faults_add(faults, &place, "%s is already given by \"%s\"", option->name,
                      ls_faults_show(**first, shown));
        return;
    }
    *first = argument;
    ls_faults_set(faults, &place, option, config, part.value, "");
}

static void read_arguments(ls_config *config, int count, const char *const *arguments,
                           ls_faults *faults)
{
    const char *const *given[LS_OPTION_COUNT] = {NULL};
    for (int i = 0; i < count; i++) {
        read_argument(config, given, &arguments[i], faults);
    }
}

ls_status ls_config_load(ls_config *config, const char *path, int count,
                         const char *const *arguments)
{
    ls_faults faults = {0};
    ls_config_defaults(config);
    if (path != NULL) {
        void *text = NULL; /* the whole file and its '\0' */
        LS_TRY(ls_alloc(&text, FILE_BYTES_MAX + 2, "the configuration file"));
        ls_status status = read_file(text, path);
        if (status == LS_OK) {
            ls_config_read_text(config, text, path, &faults);
        }
        ls_free(text);
        LS_TRY(status);
    }
    read_arguments(config, count, arguments, &faults);
    LS_TRY(ls_faults_finish(&faults));
    return LS_OK;
}

ls_status ls_config_apply_text(ls_config *config, const char *text, const char *name)
{
    ls_faults faults = {0};
    ls_config_read_text(config, text, name, &faults);
    LS_TRY(ls_faults_finish(&faults));
    return LS_OK;
}

ls_status ls_config_apply_arguments(ls_config *config, int count, const char *const *arguments)
{
    ls_faults faults = {0};
    read_arguments(config, count, arguments, &faults);
    LS_TRY(ls_faults_finish(&faults));
    return LS_OK;
}
