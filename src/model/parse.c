/* A recursive-descent parser of layer lists: one function for each rule of the grammar in
 * parse.h. Every rule reads on from the cursor or fails with the position. */
#include "parse.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct cursor {
    const char *what; /* the option, for messages */
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

/* What stands at the cursor, for messages: a character or the end. */
static const char *found(const cursor *c, char shown[8])
{
    unsigned char next = (unsigned char)peek(c);
    if (next == '\0') {
        return "the end";
    }
    snprintf(shown, 8, isprint(next) ? "'%c'" : "\\x%02x", next);
    return shown;
}

static ls_status fail_expected(const cursor *c, const char *expected)
{
    char shown[8];
    LS_FAIL(LS_BAD_INPUT, "%s: character %zu: expected %s, found %s", c->what, c->at + 1, expected,
            found(c, shown));
}

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool in_value(char c)
{
    return in_name(c) || c == '.' || c == '+' || c == '-';
}

/* The longest run of allowed characters, at least one. */
static ls_status read_word(cursor *c, bool (*allowed)(char), const char *expected,
                           char word[LS_WORD_CHARS])
{
    size_t begin = c->at;
    while (allowed(peek(c))) {
        c->at++;
    }
    size_t length = c->at - begin;
    if (length == 0) {
        return fail_expected(c, expected);
    }
    LS_REQUIRE(length < LS_WORD_CHARS, LS_BAD_INPUT,
               "%s: character %zu: a name or value has at most %d characters", c->what, begin + 1,
               LS_WORD_CHARS - 1);
    memcpy(word, c->text + begin, length);
    word[length] = '\0';
    skip_blanks(c);
    return LS_OK;
}

static ls_status read_arg(cursor *c, ls_list_arg *arg)
{
    arg->name[0] = '\0';
    LS_TRY(read_word(c, in_value, "a number or a name", arg->value));
    if (peek(c) != '=') {
        return LS_OK;
    }
    memcpy(arg->name, arg->value, sizeof arg->name);
    c->at++;
    skip_blanks(c);
    return read_word(c, in_value, "a value after '='", arg->value);
}

/* From behind "(" to behind ")". */
static ls_status read_args(cursor *c, ls_list_item *item)
{
    skip_blanks(c);
    if (peek(c) == ')') {
        c->at++;
        return LS_OK;
    }
    for (;;) {
        LS_REQUIRE(item->arg_count < LS_LAYER_ARGS, LS_BAD_INPUT,
                   "%s: character %zu: %s has more than %d arguments", c->what, c->at + 1,
                   item->name, LS_LAYER_ARGS);
        LS_TRY(read_arg(c, &item->args[item->arg_count++]));
        char next = peek(c);
        if (next != ',' && next != ')') {
            return fail_expected(c, "',' or ')'");
        }
        c->at++;
        if (next == ')') {
            return LS_OK;
        }
        skip_blanks(c);
    }
}

/* The item's text without blanks. It fits: every word has been measured. */
static void copy_text(const char *from, const char *end, char text[LS_ITEM_CHARS])
{
    size_t length = 0;
    for (; from < end && length + 1 < LS_ITEM_CHARS; from++) {
        if (!isspace((unsigned char)*from)) {
            text[length++] = *from;
        }
    }
    text[length] = '\0';
}

static ls_status read_item(cursor *c, ls_list_item *item)
{
    size_t begin = c->at;
    memset(item, 0, sizeof *item);
    item->position = (int)begin + 1;
    LS_TRY(read_word(c, in_name, "the name of a layer", item->name));
    if (peek(c) == '(') {
        c->at++;
        LS_TRY(read_args(c, item));
    }
    copy_text(c->text + begin, c->text + c->at, item->text);
    skip_blanks(c);
    return LS_OK;
}

ls_status ls_layer_list_parse(const char *what, const char *text, ls_layer_list *list)
{
    cursor c = {.what = what, .text = text};
    list->count = 0;
    skip_blanks(&c);
    while (peek(&c) != '\0') {
        LS_REQUIRE(list->count < LS_LIST_ITEMS, LS_BAD_INPUT, "%s: more than %d layers", what,
                   LS_LIST_ITEMS);
        LS_TRY(read_item(&c, &list->items[list->count]));
        list->count++;
    }
    return LS_OK;
}
