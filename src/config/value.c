/* One value: from text into its field of ls_config and back, and what is allowed.
 *
 * Numbers are decimal, whole and finite: no hexadecimal, no "nan", nothing behind the last digit.
 * A field is written only when its whole value is right, and every byte of it is: configurations
 * are compared and sent as bytes.
 */
#include "table.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"

static void *field_of(const ls_option *option, ls_config *config)
{
    return (char *)config + option->offset;
}

static const void *field_in(const ls_option *option, const ls_config *config)
{
    return (const char *)config + option->offset;
}

static void list_choices(const char *choices, const char *last_separator, ls_text *out)
{
    for (const char *at = choices; *at != '\0';) {
        size_t length = strcspn(at, "|");
        bool is_last = at[length] == '\0';
        const char *separator = at == choices ? "" : is_last ? last_separator : ", ";
        ls_text_add(out, "%s%.*s", separator, (int)length, at);
        at += length + !is_last;
    }
}

static void int_range(const ls_option *option, ls_text *out)
{
    if (option->high == INT64_MAX) {
        ls_text_add(out, "%lld or more", (long long)option->low);
    } else {
        ls_text_add(out, "%lld to %lld", (long long)option->low, (long long)option->high);
    }
}

static void real_range(const ls_option *option, ls_text *out)
{
    ls_text_add_json_number(out, option->real_low);
    if (option->real_high >= DBL_MAX) {
        ls_text_add(out, " or more");
    } else {
        ls_text_add(out, " to ");
        ls_text_add_json_number(out, option->real_high);
    }
}

void ls_option_allowed(const ls_option *option, ls_text *out)
{
    switch (option->kind) {
    case LS_INT:
        int_range(option, out);
        break;
    case LS_REAL:
        real_range(option, out);
        break;
    case LS_TEXT:
        ls_text_add(out, "text");
        break;
    case LS_CHOICE:
        list_choices(option->choices, " or ", out);
        break;
    case LS_INTS:
        ls_text_add(out, "1 to %d numbers with commas between, each ", LS_INTS_MAX);
        int_range(option, out);
        break;
    }
}

static bool refuse(const ls_option *option, const char *what, ls_text *why)
{
    ls_text_add(why, "must be %s", what);
    ls_option_allowed(option, why);
    return false;
}

/* A decimal whole number that ends at *end. Too large for 64 bits: the nearest one, which lies
 * outside any range but that of a number that may be as large as it likes; so errno tells. */
static bool read_int(const char *text, const char **end, int64_t *out)
{
    const char *digits = text + (*text == '-' || *text == '+');
    if (strspn(digits, DIGITS) == 0) {
        return false;
    }
    char *stop = NULL;
    errno = 0;
    long long value = strtoll(text, &stop, 10);
    *out = value;
    *end = stop;
    return true;
}

static bool parse_int(const ls_option *option, const char *text, int64_t *out, ls_text *why)
{
    int64_t value = 0;
    const char *end = text;
    if (!read_int(text, &end, &value) || *end != '\0') {
        return refuse(option, "a whole number, ", why);
    }
    if (errno == ERANGE || value < option->low || value > option->high) {
        return refuse(option, "", why);
    }
    *out = value;
    return true;
}

static bool parse_real(const ls_option *option, const char *text, double *out, ls_text *why)
{
    char *end = NULL;
    errno = 0;
    bool is_decimal = text[strspn(text, DIGITS "+-.eE")] == '\0'; /* strtod also takes 0x1p3, inf */
    double value = is_decimal ? strtod(text, &end) : 0;
    if (!is_decimal || end == text || *end != '\0') {
        return refuse(option, "a decimal number, ", why);
    }
    if (errno == ERANGE || value < option->real_low || value > option->real_high) {
        return refuse(option, "", why);
    }
    *out = value + 0.0; /* -0 becomes 0 */
    return true;
}

static const char *skip_spaces(const char *text)
{
    return text + strspn(text, " \t");
}

static bool parse_ints(const ls_option *option, const char *text, ls_ints *out, ls_text *why)
{
    ls_ints list = {0};
    for (const char *at = text;; at++) {
        int64_t value = 0;
        at = skip_spaces(at);
        if (list.count == LS_INTS_MAX || !read_int(at, &at, &value) || errno == ERANGE ||
            value < option->low || value > option->high) {
            return refuse(option, "", why);
        }
        list.value[list.count++] = value;
        at = skip_spaces(at);
        if (*at == '\0') {
            break;
        }
        if (*at != ',') {
            return refuse(option, "", why);
        }
    }
    memset(out, 0, sizeof *out);
    out->count = list.count;
    memcpy(out->value, list.value, sizeof list.value);
    return true;
}

static void put_text(char field[LS_OPTION_CHARS], const char *value)
{
    memset(field, 0, LS_OPTION_CHARS);
    memcpy(field, value, strlen(value) + 1);
}

static bool parse_choice(const ls_option *option, const char *text, char *out, ls_text *why)
{
    char words[256] = ""; /* the choices, each ended by '\0' */
    const char *names[32] = {NULL};
    int count = 0;
    strncpy(words, option->choices, sizeof words - 1);
    for (char *rest = words, *word; (word = strsep(&rest, "|")) != NULL;) {
        names[count++] = word;
        if (strcmp(word, text) == 0) {
            put_text(out, word);
            return true;
        }
    }
    const char *nearest = ls_nearest_name(text, names);
    refuse(option, "", why);
    if (nearest != NULL) {
        ls_text_add(why, "; did you mean %s?", nearest);
    }
    return false;
}

/* A text is refused when the resolved config.ini could not hold it. */
static bool parse_text(const char *text, char *out, ls_text *why)
{
    if (strlen(text) >= LS_OPTION_CHARS) {
        ls_text_add(why, "%zu characters long: at most %d", strlen(text), LS_OPTION_CHARS - 1);
        return false;
    }
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            ls_text_add(why, "must not hold a control character (byte %d)", c);
            return false;
        }
        if (c == ';' && (at == text || at[-1] == ' ' || at[-1] == '\t')) {
            ls_text_add(why, "must not begin with ; or hold one after a space: "
                             "in a file that begins a comment");
            return false;
        }
        if (strspn(at, LS_UNBREAKABLE) > LS_UNBREAKABLE_MAX) {
            ls_text_add(why, "must not hold more than %d spaces, # and ; in a row",
                        LS_UNBREAKABLE_MAX);
            return false;
        }
    }
    put_text(out, text);
    return true;
}

bool ls_option_parse(const ls_option *option, ls_config *config, const char *value, ls_text *why)
{
    if (value[0] == '\0' && (option->kind != LS_TEXT || option->default_text[0] != '\0')) {
        ls_text_add(why, "must not be empty: ");
        ls_option_allowed(option, why);
        return false;
    }
    void *field = field_of(option, config);
    switch (option->kind) {
    case LS_INT:
        return parse_int(option, value, field, why);
    case LS_REAL:
        return parse_real(option, value, field, why);
    case LS_TEXT:
        return parse_text(value, field, why);
    case LS_CHOICE:
        return parse_choice(option, value, field, why);
    case LS_INTS:
        return parse_ints(option, value, field, why);
    }
    return false;
}

void ls_option_format(const ls_option *option, const ls_config *config, ls_text *out)
{
    const void *field = field_in(option, config);
    const ls_ints *list = field;
    switch (option->kind) {
    case LS_INT:
        ls_text_add(out, "%lld", (long long)*(const int64_t *)field);
        break;
    case LS_REAL:
        ls_text_add_json_number(out, *(const double *)field);
        break;
    case LS_TEXT:
    case LS_CHOICE:
        ls_text_add(out, "%s", (const char *)field);
        break;
    case LS_INTS:
        for (int i = 0; i < list->count; i++) {
            ls_text_add(out, "%s%lld", i > 0 ? "," : "", (long long)list->value[i]);
        }
        break;
    }
}
