/* loss.terms as text -> types, weights and arguments: a recursive-descent parser of the grammar in
 * loss.h. Every rule reads on from the cursor or fails with the position. */
#include "lockstep/base/text.h"
#include "lockstep/loss/loss.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_CHARS  32 /* longest name or number, with its end */
#define WEIGHT_HIGH 1e6

typedef struct cursor {
    const char *text;
    size_t at;
} cursor;

static char peek(const cursor *c)
{
    return c->text[c->at];
}

static void skip_blanks(cursor *c)
{
    while (isspace((unsigned char)peek(c))) {
        c->at++;
    }
}

static bool next_is(cursor *c, char wanted)
{
    if (peek(c) != wanted) {
        return false;
    }
    c->at++;
    skip_blanks(c);
    return true;
}

static ls_status fail_expected(const cursor *c, const char *expected)
{
    unsigned char next = (unsigned char)peek(c);
    char found[8] = "the end";
    if (next != '\0') {
        snprintf(found, sizeof found, isprint(next) ? "'%c'" : "\\x%02x", next);
    }
    LS_FAIL(LS_BAD_INPUT, "loss.terms: character %zu: expected %s, found %s", c->at + 1, expected,
            found);
}

/* The `length` characters at the cursor, which goes behind them and the blanks that follow. */
static ls_status take_word(cursor *c, size_t length, const char *expected, char word[WORD_CHARS])
{
    if (length == 0) {
        return fail_expected(c, expected);
    }
    LS_REQUIRE(length < WORD_CHARS, LS_BAD_INPUT,
               "loss.terms: character %zu: a name or number has at most %d characters", c->at + 1,
               WORD_CHARS - 1);
    memcpy(word, c->text + c->at, length);
    word[length] = '\0';
    c->at += length;
    skip_blanks(c);
    return LS_OK;
}

static ls_status read_name(cursor *c, const char *expected, char word[WORD_CHARS])
{
    size_t length = 0;
    while (isalnum((unsigned char)c->text[c->at + length]) || c->text[c->at + length] == '_') {
        length++;
    }
    return take_word(c, length, expected, word);
}

static bool begins_number(const cursor *c)
{
    return isdigit((unsigned char)peek(c)) || peek(c) == '.';
}

/* Characters of a number at the cursor; a sign belongs to it behind e alone, since + joins terms.
 */
static size_t number_length(const cursor *c)
{
    const char *begin = c->text + c->at;
    size_t length = strspn(begin, "0123456789.");
    if (length > 0 && (begin[length] == 'e' || begin[length] == 'E')) {
        length++;
        length += begin[length] == '+' || begin[length] == '-';
        length += strspn(begin + length, "0123456789");
    }
    return length;
}

/* A number from `low` (which for 0 is outside) to `high`. */
static ls_status read_number(cursor *c, const char *what, double low, double high, double *value)
{
    char word[WORD_CHARS];
    char *end;
    size_t begin = c->at + 1;
    LS_TRY(take_word(c, number_length(c), "a number", word));
    *value = strtod(word, &end);
    LS_REQUIRE(*end == '\0' && *value >= low && *value <= high && *value > 0, LS_BAD_INPUT,
               "loss.terms: character %zu: %s %s: must be a number %s %.10g%s%.10g", begin, what,
               word, low > 0 ? "from" : "above", low, low > 0 ? " to " : " and at most ", high);
    return LS_OK;
}

static ls_status find_type(const char *name, size_t begin, const ls_loss_type **type)
{
    *type = ls_loss_type_find(name);
    if (*type != NULL) {
        return LS_OK;
    }
    const char *names[LS_LOSS_TYPES_MAX + 1] = {NULL};
    for (int i = 0; i < ls_loss_type_count(); i++) {
        names[i] = ls_loss_type_at(i)->name;
    }
    ls_text hint = {0};
    ls_text_add_hint(&hint, name, names);
    ls_status status =
        ls_error_set(LS_BAD_INPUT, __FILE__, __LINE__, "loss.terms: character %zu: no loss %s%s",
                     begin, name, hint.data != NULL ? hint.data : "");
    ls_text_free(&hint);
    return status;
}

/* From behind "(" to behind ")". */
static ls_status read_argument(cursor *c, ls_loss_term *term)
{
    const ls_loss_type *type = term->type;
    LS_REQUIRE(type->argument != NULL, LS_BAD_INPUT,
               "loss.terms: character %zu: %s takes no argument", c->at, type->name);
    if (!begins_number(c)) {
        char word[WORD_CHARS];
        size_t begin = c->at + 1;
        LS_TRY(read_name(c, "a number or the name of the argument", word));
        LS_REQUIRE(strcmp(word, type->argument) == 0, LS_BAD_INPUT,
                   "loss.terms: character %zu: %s has no argument %s, only %s", begin, type->name,
                   word, type->argument);
        if (!next_is(c, '=')) {
            return fail_expected(c, "'='");
        }
    }
    LS_TRY(read_number(c, type->argument, type->low, type->high, &term->argument));
    return next_is(c, ')') ? LS_OK : fail_expected(c, "')'");
}

static ls_status read_term(cursor *c, ls_loss_terms *out)
{
    char name[WORD_CHARS];
    ls_loss_term term = {.weight = 1};
    if (begins_number(c)) {
        LS_TRY(read_number(c, "weight", 0, WEIGHT_HIGH, &term.weight));
        if (!next_is(c, '*')) {
            return fail_expected(c, "'*' behind a weight");
        }
    }
    size_t begin = c->at + 1;
    LS_TRY(read_name(c, "the name of a loss", name));
    LS_TRY(find_type(name, begin, &term.type));
    for (int i = 0; i < out->count; i++) {
        LS_REQUIRE(out->terms[i].type != term.type, LS_BAD_INPUT,
                   "loss.terms: character %zu: %s stands there already: give it one weight", begin,
                   name);
    }
    LS_REQUIRE(out->count == 0 || term.type->of_classes == out->of_classes, LS_BAD_INPUT,
               "loss.terms: character %zu: %s compares %s, unlike the terms before it", begin, name,
               term.type->of_classes ? "scores of classes" : "images");
    out->of_classes = term.type->of_classes;
    term.argument = term.type->fallback;
    if (next_is(c, '(')) {
        LS_TRY(read_argument(c, &term));
    }
    out->terms[out->count++] = term;
    return LS_OK;
}

ls_status ls_loss_terms_read(const char *text, ls_loss_terms *out)
{
    cursor c = {.text = text};
    *out = (ls_loss_terms){0};
    skip_blanks(&c);
    do {
        LS_TRY(read_term(&c, out));
    } while (next_is(&c, '+'));
    return peek(&c) == '\0' ? LS_OK : fail_expected(&c, "'+' or the end");
}
