/* The option table at run time, finding a row of it, and the nearest row for a mistyped name. */
#include "table.h"

#include <string.h>

#define NAMES(s, k)                                                                                \
    .section = #s, .key = #k, .name = #s "." #k, .offset = offsetof(ls_config, s##_##k)

#define INT_ROW(s, k, standard, least, most, on_resume, text)                                      \
    {NAMES(s, k),    .kind = LS_INT, .default_text = #standard,                                    \
     .low = (least), .high = (most), .resume = LS_RESUME_##on_resume,                              \
     .help = (text)},
#define REAL_ROW(s, k, standard, least, most, on_resume, text)                                     \
    {NAMES(s, k),         .kind = LS_REAL,     .default_text = #standard,                          \
     .real_low = (least), .real_high = (most), .resume = LS_RESUME_##on_resume,                    \
     .help = (text)},
#define TEXT_ROW(s, k, standard, on_resume, text)                                                  \
    {NAMES(s, k), .kind = LS_TEXT, .default_text = (standard), .resume = LS_RESUME_##on_resume,    \
     .help = (text)},
#define CHOICE_ROW(s, k, standard, list, on_resume, text)                                          \
    {NAMES(s, k),                                                                                  \
     .kind = LS_CHOICE,                                                                            \
     .default_text = (standard),                                                                   \
     .choices = (list),                                                                            \
     .resume = LS_RESUME_##on_resume,                                                              \
     .help = (text)},
#define INTS_ROW(s, k, standard, least, most, on_resume, text)                                     \
    {NAMES(s, k),    .kind = LS_INTS, .default_text = (standard),                                  \
     .low = (least), .high = (most),  .resume = LS_RESUME_##on_resume,                             \
     .help = (text)},

const ls_option ls_option_table[LS_OPTION_COUNT] = {
    LS_OPTION_LIST(INT_ROW, REAL_ROW, TEXT_ROW, CHOICE_ROW, INTS_ROW)};

const ls_option *ls_option_find(const char *section, const char *key)
{
    for (int i = 0; i < LS_OPTION_COUNT; i++) {
        const ls_option *option = &ls_option_table[i];
        if (strcmp(option->section, section) == 0 && strcmp(option->key, key) == 0) {
            return option;
        }
    }
    return NULL;
}

bool ls_option_section_known(const char *section)
{
    for (int i = 0; i < LS_OPTION_COUNT; i++) {
        if (strcmp(ls_option_table[i].section, section) == 0) {
            return true;
        }
    }
    return false;
}

/* The full name of the option nearest to section.key; NULL when none is near. */
static const char *nearest_option(const char *section, const char *key)
{
    const char *names[LS_OPTION_COUNT + 1] = {NULL};
    for (int i = 0; i < LS_OPTION_COUNT; i++) {
        /* The right key in the wrong section is nearer than any change of letters. */
        if (strcmp(ls_option_table[i].key, key) == 0) {
            return ls_option_table[i].name;
        }
        names[i] = ls_option_table[i].name;
    }
    ls_text full = {0};
    ls_text_add(&full, "%s%s%s", section, section[0] != '\0' ? "." : "", key);
    const char *nearest = full.failed ? NULL : ls_nearest_name(full.data, names);
    if (nearest == NULL) { /* a mistyped key without its section */
        const char *keys[LS_OPTION_COUNT + 1] = {NULL};
        for (int i = 0; i < LS_OPTION_COUNT; i++) {
            keys[i] = ls_option_table[i].key;
        }
        const char *found = ls_nearest_name(key, keys);
        for (int i = 0; found != NULL && i < LS_OPTION_COUNT; i++) {
            if (keys[i] == found) {
                nearest = names[i];
            }
        }
    }
    ls_text_free(&full);
    return nearest;
}

void ls_option_suggest(const char *section, const char *key, ls_text *out)
{
    const char *nearest = nearest_option(section, key);
    if (nearest != NULL) {
        ls_text_add(out, "; did you mean %s?", nearest);
        return;
    }
    if (!ls_option_section_known(section)) {
        ls_option_suggest_section(section, out);
        return;
    }
    const char *separator = "";
    ls_text_add(out, "; [%s] has ", section);
    for (int i = 0; i < LS_OPTION_COUNT; i++) {
        if (strcmp(ls_option_table[i].section, section) == 0) {
            ls_text_add(out, "%s%s", separator, ls_option_table[i].key);
            separator = ", ";
        }
    }
}

void ls_option_suggest_section(const char *section, ls_text *out)
{
    const char *sections[LS_OPTION_COUNT + 1] = {NULL}; /* each once: the table is in their order */
    int count = 0;
    for (int i = 0; i < LS_OPTION_COUNT; i++) {
        const char *name = ls_option_table[i].section;
        if (count == 0 || strcmp(sections[count - 1], name) != 0) {
            sections[count++] = name;
        }
    }
    const char *nearest = ls_nearest_name(section, sections);
    if (nearest != NULL) {
        ls_text_add(out, "; did you mean [%s]?", nearest);
        return;
    }
    ls_text_add(out, "; the sections are ");
    for (int i = 0; i < count; i++) {
        ls_text_add(out, "%s%s", i > 0 ? ", " : "", sections[i]);
    }
}
