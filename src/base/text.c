/* A growing text, JSON pieces, paths. */
#include "lockstep/base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int grow(ls_text *text, size_t needed)
{
    if (needed <= text->capacity) {
        return 1;
    }
    size_t capacity = text->capacity < 256 ? 256 : text->capacity;
    while (capacity < needed) {
        capacity *= 2;
    }
    char *data = realloc(text->data, capacity);
    if (data == NULL) {
        text->failed = 1;
        return 0;
    }
    text->data = data;
    text->capacity = capacity;
    return 1;
}

void ls_text_add(ls_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !grow(text, text->length + (size_t)length + 1)) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

void ls_text_add_bytes(ls_text *text, const void *data, size_t bytes)
{
    if (!grow(text, text->length + bytes + 1)) {
        return;
    }
    memcpy(text->data + text->length, data, bytes);
    text->length += bytes;
    text->data[text->length] = '\0';
}

void ls_text_add_json_string(ls_text *text, const char *s)
{
    ls_text_add(text, "\"");
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\') {
            ls_text_add(text, "\\%c", c);
        } else if (c < 0x20) {
            ls_text_add(text, "\\u%04x", c);
        } else {
            ls_text_add(text, "%c", c);
        }
    }
    ls_text_add(text, "\"");
}

void ls_text_add_json_number(ls_text *text, double value)
{
    if (!isfinite(value)) {
        ls_text_add(text, "null");
        return;
    }
    char digits[40];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (strtod(digits, NULL) == value) {
            break;
        }
    }
    ls_text_add(text, "%s", digits);
}

ls_status ls_text_check(const ls_text *text)
{
    LS_REQUIRE(!text->failed, LS_NO_MEMORY, "out of memory for a text of %zu bytes", text->length);
    return LS_OK;
}

void ls_text_free(ls_text *text)
{
    free(text->data);
    *text = (ls_text){0};
}

bool ls_text_ends(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

ls_status ls_path_join(char path[LS_PATH_CHARS], const char *directory, const char *name)
{
    int length = snprintf(path, LS_PATH_CHARS, "%s/%s", directory, name);
    LS_REQUIRE(length >= 0 && length < LS_PATH_CHARS, LS_BAD_INPUT,
               "%.64s.../%s: the path is longer than %d characters", directory, name,
               LS_PATH_CHARS - 1);
    return LS_OK;
}
