/* A recursive-descent parser of layer lists: one function for each rule of the grammar in
 * parse.h. Every rule reads on from the cursor or fails with the position. */
#include "parse.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 16

typedef struct cursor {
    const char *what; /* the option, for messages */
    const char *text;
    size_t at;
    int depth;     /* lists around the cursor */
    int residuals; /* met so far */
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

static ls_status read_list(cursor *c, ls_layer_list *list);

/* From behind "(" to behind ")". */
static ls_status read_group(cursor *c, ls_layer_list *list)
{
    LS_REQUIRE(c->depth < DEPTH_MAX, LS_BAD_INPUT, "%s: character %zu: lists within %d lists",
               c->what, c->at + 1, DEPTH_MAX);
    int before = list->count;
    c->depth++;
    LS_TRY(read_list(c, list));
    c->depth--;
    if (peek(c) != ')') {
        return fail_expected(c, "a layer or ')'");
    }
    LS_REQUIRE(list->count > before, LS_BAD_INPUT, "%s: character %zu: there is no layer in ()",
               c->what, c->at + 1);
    c->at++;
    skip_blanks(c);
    return LS_OK;
}

static ls_status add_item(const cursor *c, ls_layer_list *list, const ls_list_item *item)
{
    LS_REQUIRE(list->count < LS_LIST_ITEMS, LS_BAD_INPUT, "%s: more than %d layers", c->what,
               LS_LIST_ITEMS);
    list->items[list->count++] = *item;
    return LS_OK;
}

/* "save(_k)" or "add(_k)". */
static ls_status add_end(const cursor *c, ls_layer_list *list, const char *layer, int k,
                         size_t begin)
{
    ls_list_item item = {.position = (int)begin + 1, .arg_count = 1};
    snprintf(item.name, sizeof item.name, "%s", layer);
    snprintf(item.args[0].value, sizeof item.args[0].value, "_%d", k);
    snprintf(item.text, sizeof item.text, "%s(_%d)", layer, k);
    return add_item(c, list, &item);
}

static ls_status read_residual(cursor *c, ls_layer_list *list, size_t begin)
{
    int k = ++c->residuals;
    c->at++;
    LS_TRY(add_end(c, list, "save", k, begin));
    LS_TRY(read_group(c, list));
    return add_end(c, list, "add", k, begin);
}

/* From behind the number on. */
static ls_status read_times(cursor *c, ls_layer_list *list, const char *number)
{
    int times = 0;
    for (const char *digit = number; *digit != '\0' && times <= LS_LIST_ITEMS; digit++) {
        times = 10 * times + (*digit - '0');
    }
    LS_REQUIRE(times >= 1 && times <= LS_LIST_ITEMS, LS_BAD_INPUT,
               "%s: character %zu: %s times: must be 1 to %d", c->what, c->at, number,
               LS_LIST_ITEMS);
    c->at++;
    skip_blanks(c);
    if (peek(c) != '(') {
        return fail_expected(c, "'('");
    }
    size_t from = ++c->at;
    for (int i = 0; i < times; i++) {
        c->at = from;
        LS_TRY(read_group(c, list));
    }
    return LS_OK;
}

static bool is_number(const char *word)
{
    return word[strspn(word, "0123456789")] == '\0';
}

static ls_status read_item(cursor *c, ls_layer_list *list)
{
    size_t begin = c->at;
    ls_list_item item = {.position = (int)begin + 1};
    LS_TRY(read_word(c, in_name, "the name of a layer", item.name));
    if (peek(c) == '*' && is_number(item.name)) {
        return read_times(c, list, item.name);
    }
    if (peek(c) == '(' && strcmp(item.name, "residual") == 0) {
        return read_residual(c, list, begin);
    }
    if (peek(c) == '(') {
        c->at++;
        LS_TRY(read_args(c, &item));
    }
    copy_text(c->text + begin, c->text + c->at, item.text);
    skip_blanks(c);
    return add_item(c, list, &item);
}

/* To the end, or within a group to its ")". */
static ls_status read_list(cursor *c, ls_layer_list *list)
{
    skip_blanks(c);
    while (peek(c) != '\0' && !(c->depth > 0 && peek(c) == ')')) {
        LS_TRY(read_item(c, list));
    }
    return LS_OK;
}

ls_status ls_layer_list_parse(const char *what, const char *text, ls_layer_list *list)
{
    cursor c = {.what = what, .text = text};
    list->count = 0;
    return read_list(&c, list);
}
