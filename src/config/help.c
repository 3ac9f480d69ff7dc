/* The option table for people: for --help, and as Markdown for docs/options.md. */
#include "table.h"

#include <string.h>

static const char *const resume_words[] = {
    [LS_RESUME_FIXED] = "no",
    [LS_RESUME_FREE] = "yes",
    [LS_RESUME_OWN] = "yes, not stored",
    [LS_RESUME_WARN] = "with a warning, not stored",
};

/* "[section]" once before its first option, in the given form. */
static void heading(int index, const char *first, const char *format_end, ls_text *out)
{
    const ls_option *option = &ls_option_table[index];
    if (index == 0 || strcmp(option->section, ls_option_table[index - 1].section) != 0) {
        ls_text_add(out, "\n%s[%s]\n%s", first, option->section, format_end);
    }
}

/* Words broken at column 96, each line indented. */
static void wrap(const char *text, ls_text *out)
{
    const size_t width = 88;
    while (strlen(text) > width) {
        size_t at = width;
        while (at > 0 && text[at] != ' ') {
            at--;
        }
        size_t length = at > 0 ? at : width;
        ls_text_add(out, "        %.*s\n", (int)length, text);
        text += length + (at > 0);
    }
    ls_text_add(out, "        %s\n", text);
}

void ls_config_help(ls_text *out)
{
    ls_text_add(out, "Options: in the file below their [section], on the command line as "
                     "section.key=value.\nThe value shown is the default, what is allowed stands "
                     "in parentheses.\n");
    for (int i = 0; i < LS_OPTION_COUNT; i++) {
        const ls_option *option = &ls_option_table[i];
        heading(i, "", "", out);
        ls_text_add(out, "    %s = %s  (", option->name, option->default_text);
        ls_option_allowed(option, out);
        ls_text_add(out, ")\n");
        wrap(option->help, out);
    }
}

static const char introduction[] =
    "# Options\n"
    "\n"
    "This page is made from the option table, `include/lockstep/config/options.h`, by\n"
    "`test_options_page --write`.\n"
    "\n"
    "A configuration is an INI file; `section.key=value` on the command line overrides it:\n"
    "\n"
    "    mpirun -n 2 lockstep train configs/paper.ini data.path=cifar-10-binary.tar.gz\n"
    "\n"
    "- A line that begins with `#` or `;` is a comment. Behind a value, a comment begins with a "
    "space and `;`\n"
    "  (not with `#`), so a value cannot begin with `;` or hold one after a space. `=`, `#`, `:` "
    "and spaces\n"
    "  within a value are part of it.\n"
    "- An indented line below a key continues its value. The pieces are joined with one space, or "
    "without\n"
    "  one when a piece ends with `\\`. So keys are not indented.\n"
    "- A line has at most 199 characters, a value at most 2047. What is longer is refused, never "
    "cut.\n"
    "- A key given twice, in the file or on the command line, is refused, and so is one that is "
    "not "
    "known.\n"
    "- Numbers are decimal and finite. All faults are reported at once.\n"
    "\n"
    "\"Resume\" says whether a run that goes on from a checkpoint may change the option. One that "
    "is "
    "not\n"
    "stored belongs to a process and not to the run's result: it is no part of a checkpoint's\n"
    "configuration, and stands in its `/run` for the record.\n";

void ls_config_help_markdown(ls_text *out)
{
    ls_text_add(out, "%s", introduction);
    for (int i = 0; i < LS_OPTION_COUNT; i++) {
        const ls_option *option = &ls_option_table[i];
        heading(i, "## ",
                "\n| option | default | allowed | resume | what it is |\n|---|---|---|---|---|\n",
                out);
        ls_text_add(out, "| `%s` | ", option->name);
        if (option->default_text[0] != '\0') {
            ls_text_add(out, "`%s`", option->default_text);
        } else {
            ls_text_add(out, "empty");
        }
        ls_text_add(out, " | ");
        ls_option_allowed(option, out);
        ls_text_add(out, " | %s | %s |\n", resume_words[option->resume], option->help);
    }
}
