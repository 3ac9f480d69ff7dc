/* The resolved configuration as INI text, and what a resumed run changes against the stored one. */
#include "table.h"

#include <string.h>

/* inih holds 199 characters of a line: this leaves room for key, indent and backslash. */
#define LINE_CHARS 180

static bool in(const char *set, char c)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* Where to break `value` within its first `room` characters: before a lone space that reading puts
 * back (*spaced), else before any character that a line can begin with. The parser refuses texts
 * that have no such place. */
static size_t find_break(const char *value, size_t room, bool *spaced)
{
    for (size_t at = room; at > 0; at--) {
        if (value[at] == ' ' && !in(" \t\\", value[at - 1]) && !in(LS_UNBREAKABLE, value[at + 1]) &&
            value[at + 1] != '\0') {
            *spaced = true;
            return at;
        }
    }
    size_t at = room;
    while (at > 1 && in(LS_UNBREAKABLE, value[at])) {
        at--;
    }
    *spaced = false;
    return at;
}

static void write_option(const ls_option *option, const char *value, ls_text *out)
{
    ls_text_add(out, "%s =%s", option->key, value[0] != '\0' ? " " : "");
    size_t room = LINE_CHARS - strlen(option->key);
    while (strlen(value) > room) {
        bool spaced = false;
        size_t length = find_break(value, room, &spaced);
        ls_text_add(out, "%.*s%s\n    ", (int)length, value, spaced ? "" : "\\");
        value += length + spaced;
        room = LINE_CHARS;
    }
    ls_text_add(out, "%s\n", value);
}

void ls_config_write(const ls_config *config, ls_text *out)
{
    const char *section = "";
    for (int i = 0; i < LS_OPTION_COUNT; i++) {
        const ls_option *option = &ls_option_table[i];
        if (strcmp(section, option->section) != 0) {
            ls_text_add(out, "%s[%s]\n", i > 0 ? "\n" : "", option->section);
            section = option->section;
        }
        ls_text value = {0};
        ls_option_format(option, config, &value);
        write_option(option, value.data != NULL ? value.data : "", out);
        out->failed |= value.failed;
        ls_text_free(&value);
    }
}

static bool is_own(const ls_option *option)
{
    return option->resume == LS_RESUME_OWN || option->resume == LS_RESUME_WARN;
}

/* The index-th own option; NULL beyond the last. */
static const ls_option *own_option(int index)
{
    for (int i = 0; i < LS_OPTION_COUNT; i++) {
        if (is_own(&ls_option_table[i]) && index-- == 0) {
            return &ls_option_table[i];
        }
    }
    return NULL;
}

int ls_config_own_count(void)
{
    int count = 0;
    while (own_option(count) != NULL) {
        count++;
    }
    return count;
}

const char *ls_config_own_name(int index)
{
    return own_option(index)->name;
}

void ls_config_own_value(const ls_config *config, int index, ls_text *out)
{
    ls_option_format(own_option(index), config, out);
}

void ls_config_reset_own(ls_config *config)
{
    ls_text why = {0};
    for (int i = 0; i < LS_OPTION_COUNT; i++) {
        if (is_own(&ls_option_table[i])) {
            ls_option_parse(&ls_option_table[i], config, ls_option_table[i].default_text, &why);
        }
    }
    ls_text_free(&why);
}

/* Adds "name: stored ..., now ..." when the option differs. */
static void compare(const ls_option *option, const ls_config *stored, const ls_config *now,
                    ls_text *out)
{
    ls_text was = {0};
    ls_text is = {0};
    ls_option_format(option, stored, &was);
    ls_option_format(option, now, &is);
    const char *before = was.data != NULL ? was.data : "";
    const char *after = is.data != NULL ? is.data : "";
    if (strcmp(before, after) != 0) {
        ls_text_add(out, "%s%s = %s: the stored run has %s", out->length > 0 ? "\n" : "",
                    option->name, after, before[0] != '\0' ? before : "nothing");
    }
    out->failed |= was.failed | is.failed;
    ls_text_free(&was);
    ls_text_free(&is);
}

ls_status ls_config_check_resume(const ls_config *stored, const ls_config *now, ls_text *warnings)
{
    ls_text refused = {0};
    for (int i = 0; i < LS_OPTION_COUNT; i++) {
        const ls_option *option = &ls_option_table[i];
        if (option->resume == LS_RESUME_FIXED) {
            compare(option, stored, now, &refused);
        } else if (option->resume == LS_RESUME_WARN) {
            compare(option, stored, now, warnings);
        }
    }
    ls_status status = ls_text_check(&refused);
    if (status == LS_OK) {
        status = ls_text_check(warnings);
    }
    if (status == LS_OK && refused.length > 0) {
        status = ls_error_set(LS_BAD_INPUT, __FILE__, __LINE__,
                              "can't resume with other options: give these back their stored "
                              "values, or choose another train.out for a new run\n%s",
                              refused.data);
    }
    ls_text_free(&refused);
    return status;
}
