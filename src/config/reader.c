/* A configuration file through inih, with a line reader of our own.
 *
 * inih as Debian builds it holds 200 characters of a line and cuts the rest without a word, hands
 * its callback no line number, and tells of the first wrong line only. So it gets its lines from
 * read_line here, which
 *   1. counts them, and refuses one that inih would cut;
 *   2. sees the section headings (inih calls back for keys alone);
 *   3. notices at the next line that one was neither heading nor `key = value`: no callback came.
 * For an indented line inih calls back with the key above it: take_value joins the pieces, with a
 * space between, or without when the piece before ends with a backslash. A value is set when the
 * next line that does not continue it is read, so faults come in the order of the lines.
 */
#include "faults.h"

#include <ini.h>
#include <stdio.h>
#include <string.h>

typedef struct ini_source {
    ls_config *config;
    ls_faults *faults;
    const char *next; /* what is not read yet */
    ls_place place;   /* of the line that inih works on */
    bool owed;        /* this line must lead to a callback */
    const char *line; /* its first character, for the message when none came */

    bool section_known; /* keys of an unknown section are not reported one by one */
    bool section_seen;
    bool indented; /* this line begins with a space */
    bool key_seen; /* in this section: inih takes an indented line for a continuation */

    const ls_option *option; /* whose value is being joined; NULL: none, or its line is refused */
    ls_place option_place;
    char value[LS_OPTION_CHARS + 1]; /* one more than fits, so that too long is seen */
    int pieces;
    int given[LS_OPTION_COUNT]; /* the line of each option; 0 = not given */
} ini_source;

static void set_value(ini_source *source)
{
    if (source->option == NULL) {
        return;
    }
    const char *hint = "";
    if (source->pieces > 1) {
        hint = " (indented lines below a key continue its value)";
    } else if (strstr(source->value, " #") != NULL) {
        hint = " (a comment behind a value begins with ;)";
    }
    ls_faults_set(source->faults, &source->option_place, source->option, source->config,
                  source->value, hint);
    source->option = NULL;
}

static void settle_line(ini_source *source)
{
    if (source->owed) {
        char shown[LS_SHOWN_CHARS];
        char line[LS_SHOWN_CHARS];
        snprintf(line, sizeof line, "%.*s", (int)strcspn(source->line, "\r\n"), source->line);
        ls_faults_add(source->faults, &source->place, "\"%s\" is neither [section] nor key = value",
                      ls_faults_show(line, shown));
        source->owed = false;
    }
}

/* A heading: checks it, and returns whether inih may see it. */
static bool enter_section(ini_source *source, const char *heading, size_t length)
{
    source->section_known = false;
    source->section_seen = true;
    source->key_seen = false;
    char line[LS_SHOWN_CHARS];
    char shown[LS_SHOWN_CHARS];
    snprintf(line, sizeof line, "%.*s", (int)length, heading);
    ls_faults_show(line, shown);
    char *end = strchr(line, ']');
    if (end == NULL) {
        ls_faults_add(source->faults, &source->place, "\"%s\" must be [section]", shown);
        return false;
    }
    const char *behind = end + 1 + strspn(end + 1, " \t");
    if (*behind != '\0' && *behind != ';' && *behind != '#') {
        ls_faults_add(source->faults, &source->place, "\"%s\": nothing may stand behind ]", shown);
        return false;
    }
    *end = '\0';
    source->section_known = ls_option_section_known(line + 1);
    if (!source->section_known) {
        ls_text hint = {0};
        ls_option_suggest_section(line + 1, &hint);
        ls_faults_add(source->faults, &source->place, "[%s]: unknown section%s",
                      ls_faults_show(line + 1, shown), hint.failed ? "" : hint.data);
        ls_text_free(&hint);
    }
    return source->section_known;
}

/* Whether inih gets this line as it stands; otherwise it gets an empty one. */
static bool admit_line(ini_source *source, const char *line, size_t length, size_t longest)
{
    size_t indent = strspn(line, " \t");
    char first = indent < length ? line[indent] : '\0';
    if (first == '\0' || first == '#' || first == ';') {
        return false;
    }
    source->indented = indent > 0;
    bool continues = source->indented && source->key_seen;
    if (!continues) {
        set_value(source);
    }
    if (length > longest) {
        ls_faults_add(source->faults, &source->place,
                      "a line of %zu characters: at most %zu; break the value into indented lines",
                      length, longest);
        source->option = NULL;
        return false;
    }
    if (first == '[' && !continues) {
        return enter_section(source, line + indent, length - indent);
    }
    source->owed = true;
    return true;
}

/* inih's reader: one line without its end into out[capacity]; NULL at the end of the text. */
static char *read_line(char *out, int capacity, void *stream)
{
    ini_source *source = stream;
    settle_line(source);
    if (*source->next == '\0') {
        set_value(source);
        return NULL;
    }
    source->place.line++;
    source->line = source->next;
    size_t length = strcspn(source->next, "\n");
    source->next += length + (source->next[length] == '\n');
    if (length > 0 && source->line[length - 1] == '\r') {
        length--;
    }
    if (!admit_line(source, source->line, length, (size_t)capacity - 1)) {
        length = 0;
    }
    memcpy(out, source->line, length);
    out[length] = '\0';
    return out;
}

static void join_piece(ini_source *source, const char *piece, size_t length)
{
    size_t used = strlen(source->value);
    bool bare = used == 0;
    if (used > 0 && source->value[used - 1] == '\\') {
        source->value[--used] = '\0';
        bare = true;
    }
    snprintf(source->value + used, sizeof source->value - used, "%s%.*s", bare ? "" : " ",
             (int)length, piece);
    source->pieces++;
}

static void begin_value(ini_source *source, const char *section, const char *key, const char *value)
{
    char name[LS_SHOWN_CHARS];
    char shown[LS_SHOWN_CHARS];
    ls_faults_show(key, name);
    ls_faults_show(value, shown);
    const ls_option *option = ls_option_find(section, key);
    if (option == NULL) {
        ls_text hint = {0};
        ls_option_suggest(section, key, &hint);
        ls_faults_add(source->faults, &source->place, "%s%s%s = %s: %s%s", section,
                      section[0] != '\0' ? "." : "", name, shown,
                      source->section_seen ? "unknown option" : "stands in no section",
                      hint.failed ? "" : hint.data);
        ls_text_free(&hint);
        return;
    }
    int *given = &source->given[option - ls_option_table];
    if (*given != 0) {
        ls_faults_add(source->faults, &source->place, "%s = %s: already given in line %d",
                      option->name, shown, *given);
        return;
    }
    *given = source->place.line;
    source->option = option;
    source->option_place = source->place;
    source->value[0] = '\0';
    source->pieces = 0;
    join_piece(source, value, strlen(value));
}

/* The length of an indented line without its comment: inih 55 cuts comments behind keys only. */
static size_t length_without_comment(const char *piece)
{
    size_t length = strlen(piece);
    for (size_t at = 1; at < length; at++) {
        if (piece[at] == ';' && (piece[at - 1] == ' ' || piece[at - 1] == '\t')) {
            length = at;
        }
    }
    while (length > 0 && (piece[length - 1] == ' ' || piece[length - 1] == '\t')) {
        length--;
    }
    return length;
}

/* inih's handler. */
static int take_value(void *user, const char *section, const char *key, const char *value)
{
    ini_source *source = user;
    source->owed = false;
    bool continues = source->indented && source->key_seen;
    source->key_seen = source->key_seen || key[0] != '\0';
    if (source->section_seen && !source->section_known) {
        return 1;
    }
    if (!continues) {
        begin_value(source, section, key, value);
    } else if (source->option != NULL) {
        join_piece(source, value, length_without_comment(value));
    }
    return 1;
}

void ls_config_read_text(ls_config *config, const char *text, const char *name, ls_faults *faults)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    size_t skipped = sizeof byte_order_mark - 1;
    ini_source source = {.config = config, .faults = faults, .place = {.file = name}};
    source.next = strncmp(text, byte_order_mark, skipped) == 0 ? text + skipped : text;
    ini_parse_stream(read_line, &source, take_value, &source);
}
