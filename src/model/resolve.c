/* Names and arguments of a layer list against the tables of the layer types. */
#include "resolve.h"

#include "lockstep/base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More names than a list could hold are cut: only a message is poorer. */
#define NAMES_MAX 64

/* Fails with "<subject> <word><suggestion>". */
static ls_status fail_unknown(const char *subject, const char *word, const char *const *names)
{
    ls_text hint = {0};
    ls_text_add_hint(&hint, word, names);
    ls_status status = ls_error_set(LS_BAD_INPUT, __FILE__, __LINE__, "%s %s%s", subject, word,
                                    hint.data != NULL ? hint.data : "");
    ls_text_free(&hint);
    return status;
}

static ls_status find_type(const char *name, const ls_layer_type **type)
{
    *type = ls_layer_type_find(name);
    if (*type != NULL) {
        return LS_OK;
    }
    const char *names[NAMES_MAX + 1] = {NULL};
    for (int i = 0; i < ls_layer_type_count() && i < NAMES_MAX; i++) {
        names[i] = ls_layer_type_at(i)->name;
    }
    return fail_unknown("there is no layer", name, names);
}

static int count_specs(const ls_arg_spec *specs)
{
    int count = 0;
    while (specs != NULL && specs[count].name != NULL) {
        count++;
    }
    return count;
}

static ls_status find_spec(const ls_arg_spec *specs, int count, const char *name, int *index)
{
    const char *names[LS_LAYER_ARGS + 1] = {NULL};
    for (int i = 0; i < count; i++) {
        if (strcmp(specs[i].name, name) == 0) {
            *index = i;
            return LS_OK;
        }
        names[i] = specs[i].name;
    }
    LS_REQUIRE(count > 0, LS_BAD_INPUT, "it takes no arguments, got %s", name);
    return fail_unknown("it has no argument", name, names);
}

static ls_status fail_value(const ls_arg_spec *spec, const char *text)
{
    LS_FAIL(LS_BAD_INPUT, "%s = %s: must be %s from %.10g to %.10g%s%s", spec->name, text,
            spec->integer ? "a whole number" : "a number", spec->low, spec->high,
            spec->word != NULL ? " or " : "", spec->word != NULL ? spec->word : "");
}

static ls_status read_name(const ls_arg_spec *spec, const char *text, double *value)
{
    bool good = isalpha((unsigned char)text[0]) || text[0] == '_';
    for (const char *c = text; *c != '\0'; c++) {
        good = good && (isalnum((unsigned char)*c) || *c == '_');
    }
    LS_REQUIRE(good, LS_BAD_INPUT, "%s = %s: must be a name: a letter, then letters and digits",
               spec->name, text);
    *value = 1.0;
    return LS_OK;
}

static ls_status read_choice(const ls_arg_spec *spec, const char *text, double *value)
{
    for (int i = 0; spec->words[i] != NULL; i++) {
        if (strcmp(spec->words[i], text) == 0) {
            *value = i;
            return LS_OK;
        }
    }
    char subject[64];
    snprintf(subject, sizeof subject, "there is no %s", spec->name);
    return fail_unknown(subject, text, spec->words);
}

static ls_status read_value(const ls_arg_spec *spec, const char *text, double *value)
{
    if (spec->role == LS_ARG_CHOICE) {
        return read_choice(spec, text, value);
    }
    if (spec->role != LS_ARG_NUMBER) {
        return read_name(spec, text, value);
    }
    if (spec->word != NULL && strcmp(text, spec->word) == 0) {
        *value = -1.0;
        return LS_OK;
    }
    /* Decimal digits only: strtod alone would also take hexadecimal, inf and nan. */
    if (text[strspn(text, "0123456789+-.eE")] != '\0') {
        return fail_value(spec, text);
    }
    char *end;
    *value = strtod(text, &end);
    bool good = end != text && *end == '\0' && *value >= spec->low && *value <= spec->high &&
                (!spec->integer || *value == floor(*value));
    return good ? LS_OK : fail_value(spec, text);
}

/* Which row of the table argument `position` of the item is for. */
static ls_status place_arg(const ls_list_item *item, int position, const ls_arg_spec *specs,
                           int count, int *index)
{
    const ls_list_arg *arg = &item->args[position];
    if (arg->name[0] != '\0') {
        return find_spec(specs, count, arg->name, index);
    }
    LS_REQUIRE(count > 0, LS_BAD_INPUT, "it takes no arguments, got %s", arg->value);
    LS_REQUIRE(position < count, LS_BAD_INPUT, "argument %s is one too many: it takes %d",
               arg->value, count);
    LS_REQUIRE(position == 0 || item->args[position - 1].name[0] == '\0', LS_BAD_INPUT,
               "argument %s needs its name, because it follows a named one", arg->value);
    *index = position;
    return LS_OK;
}

ls_status ls_layer_resolve(const ls_list_item *item, const ls_layer_type **type, double *values)
{
    LS_TRY(find_type(item->name, type));
    const ls_arg_spec *specs = (*type)->args;
    int count = count_specs(specs);
    bool given[LS_LAYER_ARGS] = {false};
    for (int i = 0; i < item->arg_count; i++) {
        int index = 0;
        LS_TRY(place_arg(item, i, specs, count, &index));
        LS_REQUIRE(!given[index], LS_BAD_INPUT, "argument %s is given twice", specs[index].name);
        given[index] = true;
        LS_TRY(read_value(&specs[index], item->args[i].value, &values[index]));
    }
    for (int i = 0; i < count; i++) {
        if (given[i]) {
            continue;
        }
        LS_REQUIRE(specs[i].fallback != NULL, LS_BAD_INPUT, "argument %s is missing: %s",
                   specs[i].name, (*type)->help);
        values[i] = 0.0;
        if (specs[i].fallback[0] != '\0') {
            LS_TRY(read_value(&specs[i], specs[i].fallback, &values[i]));
        }
    }
    return LS_OK;
}

const char *ls_layer_name_of(const ls_list_item *item, const ls_layer_type *type, ls_arg_role role)
{
    int count = count_specs(type->args);
    for (int i = 0; i < item->arg_count; i++) {
        int index = 0;
        bool placed = place_arg(item, i, type->args, count, &index) == LS_OK;
        if (placed && type->args[index].role == role) {
            return item->args[i].value;
        }
    }
    return NULL;
}
