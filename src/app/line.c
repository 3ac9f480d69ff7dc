/* The command line: options from one table, settings (section.key=value), and words. */
#include "app.h"

#include "lockstep/base/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_DEFAULT 16 /* as the option's help says */
#define COUNT_MAX     100000

#define ROW(id, name, value, help) [id] = {name, value, help},
const app_option_row app_option_rows[APP_OPTION_COUNT] = {APP_OPTION_LIST(ROW)};
#undef ROW

static bool takes(const app_command *command, app_option option)
{
    return ((command->options | APP_TAKES(APP_QUIET) | APP_TAKES(APP_HELP)) & APP_TAKES(option)) !=
           0;
}

static ls_status unknown_option(const app_command *command, const char *word)
{
    const char *names[APP_OPTION_COUNT + 1] = {NULL};
    int count = 0;
    for (int i = 0; i < APP_OPTION_COUNT; i++) {
        if (takes(command, (app_option)i)) {
            names[count++] = app_option_rows[i].name;
        }
    }
    const char *nearest = ls_nearest_name(word, names);
    if (nearest != NULL) {
        LS_FAIL(LS_BAD_INPUT, "%s: unknown option \"%s\": did you mean \"%s\"?", command->name,
                word, nearest);
    }
    LS_FAIL(LS_BAD_INPUT, "%s: unknown option \"%s\"; lockstep %s --help lists them", command->name,
            word, command->name);
}

/* Of "--count=8" too: how much of the word is the option's name. */
static size_t name_length(const char *word)
{
    const char *equals = strchr(word, '=');
    return equals != NULL ? (size_t)(equals - word) : strlen(word);
}

static ls_status find_option(const app_command *command, const char *word, app_option *out)
{
    size_t length = name_length(word);
    for (int i = 0; i < APP_OPTION_COUNT; i++) {
        if (strncmp(app_option_rows[i].name, word, length) == 0 &&
            app_option_rows[i].name[length] == '\0' && takes(command, (app_option)i)) {
            *out = (app_option)i;
            return LS_OK;
        }
    }
    return unknown_option(command, word);
}

/* Whether a word reads as section.key=value: letters, a dot, letters, an equals sign. */
static bool is_setting(const char *word)
{
    const char *letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    size_t section = strspn(word, letters);
    if (section == 0 || word[section] != '.') {
        return false;
    }
    size_t key = strspn(word + section + 1, letters);
    return key > 0 && word[section + 1 + key] == '=';
}

/* One option at words[*i]; passes over what it takes. */
static ls_status take_option(app_line *line, const app_command *command, int count,
                             const char *const *words, int *i)
{
    const char *word = words[*i];
    app_option option = APP_HELP;
    LS_TRY(find_option(command, word, &option));
    const char *name = app_option_rows[option].name;
    LS_REQUIRE(line->values[option] == NULL, LS_BAD_INPUT, "%s: %s is given twice", command->name,
               name);
    const char *equals = strchr(word, '=');
    if (app_option_rows[option].value == NULL) {
        LS_REQUIRE(equals == NULL, LS_BAD_INPUT, "%s: %s takes no value", command->name, name);
        line->values[option] = name;
        return LS_OK;
    }
    if (equals == NULL) {
        LS_REQUIRE(*i + 1 < count && strncmp(words[*i + 1], "--", 2) != 0, LS_BAD_INPUT,
                   "%s: %s needs a value: %s %s", command->name, name, name,
                   app_option_rows[option].value);
        (*i)++;
    }
    line->values[option] = equals != NULL ? equals + 1 : words[*i];
    if (option == APP_IN) {
        line->inputs[line->input_count++] = line->values[option];
    }
    return LS_OK;
}

static ls_status check_words(const app_line *line, const app_command *command)
{
    LS_REQUIRE(line->word_count >= command->words_min, LS_BAD_INPUT,
               "%s: something is missing; usage: lockstep %s %s", command->name, command->name,
               command->usage);
    LS_REQUIRE(line->word_count <= command->words_max, LS_BAD_INPUT,
               "%s: \"%s\" is one word too many; usage: lockstep %s %s", command->name,
               line->words[command->words_max], command->name, command->usage);
    LS_REQUIRE(command->settings || line->setting_count == 0, LS_BAD_INPUT,
               "%s: takes no settings, but was given \"%s\"", command->name,
               line->setting_count > 0 ? line->settings[0] : "");
    return LS_OK;
}

static ls_status take_words(app_line *line, const app_command *command, int count,
                            const char *const *words)
{
    bool after_in = false; /* --in takes all words up to the next option or setting */
    for (int i = 0; i < count; i++) {
        if (strncmp(words[i], "--", 2) == 0) {
            int at = i;
            LS_TRY(take_option(line, command, count, words, &i));
            after_in = strncmp(words[at], "--in", name_length(words[at])) == 0;
        } else if (is_setting(words[i]) || (line->word_count > 0 && strchr(words[i], '=') &&
                                            !after_in && command->settings)) {
            line->settings[line->setting_count++] = words[i];
        } else if (after_in) {
            line->inputs[line->input_count++] = words[i];
        } else {
            line->words[line->word_count++] = words[i];
        }
    }
    return check_words(line, command);
}

ls_status app_line_parse(app_line *line, const app_command *command, int count,
                         const char *const *words)
{
    void *memory;
    size_t room = (size_t)count + 1;
    LS_TRY(ls_alloc(&memory, 3 * room * sizeof(char *), "the command line"));
    line->words = memory;
    line->settings = line->words + room;
    line->inputs = line->settings + room;
    return take_words(line, command, count, words);
}

void app_line_free(app_line *line)
{
    ls_free(line->words);
    *line = (app_line){0};
}

bool app_line_has(const app_line *line, app_option option)
{
    return line->values[option] != NULL;
}

ls_status app_line_require(const app_job *job, app_option option, const char **value)
{
    *value = job->line.values[option];
    LS_REQUIRE(*value != NULL, LS_BAD_INPUT, "%s: %s %s is missing; usage: lockstep %s %s",
               job->command->name, app_option_rows[option].name, app_option_rows[option].value,
               job->command->name, job->command->usage);
    return LS_OK;
}

ls_status app_number(const char *name, const char *text, int64_t low, int64_t high, int64_t *value)
{
    char *end;
    errno = 0;
    int64_t number = strtoll(text, &end, 10);
    LS_REQUIRE(errno == 0 && end != text && *end == '\0' && number >= low && number <= high,
               LS_BAD_INPUT, "%s %s: must be a whole number from %" PRId64 " to %" PRId64, name,
               text, low, high);
    *value = number;
    return LS_OK;
}

ls_status app_line_number(const app_line *line, app_option option, int64_t low, int64_t high,
                          int64_t *value)
{
    const char *text = line->values[option];
    return text != NULL ? app_number(app_option_rows[option].name, text, low, high, value) : LS_OK;
}

ls_status app_line_count(const app_line *line, int64_t *count)
{
    *count = COUNT_DEFAULT;
    return app_line_number(line, APP_COUNT, 1, COUNT_MAX, count);
}

ls_status app_line_split(const app_line *line, ls_split *split)
{
    const char *text = line->values[APP_SPLIT];
    if (text == NULL || strcmp(text, "test") == 0) {
        *split = LS_TEST;
        return LS_OK;
    }
    LS_REQUIRE(strcmp(text, "train") == 0, LS_BAD_INPUT, "--split %s: must be test or train", text);
    *split = LS_TRAIN;
    return LS_OK;
}
