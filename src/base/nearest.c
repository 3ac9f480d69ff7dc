/* The nearest known name for a mistyped one: edit distance with transpositions of neighbours
 * (Damerau 1964, in the restricted form). */
#include "lockstep/base/text.h"

#include <string.h>

#define LONGEST 64

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Distance of two words of at most LONGEST letters. */
static int distance(const char *a, const char *b)
{
    int rows[3][LONGEST + 1]; /* of the table, by i mod 3 */
    int length_a = (int)strlen(a);
    int length_b = (int)strlen(b);
    for (int j = 0; j <= length_b; j++) {
        rows[0][j] = j;
    }
    for (int i = 1; i <= length_a; i++) {
        int *now = rows[i % 3];
        const int *before = rows[(i - 1) % 3];
        const int *earlier = rows[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= length_b; j++) {
            int changed = before[j - 1] + (a[i - 1] != b[j - 1]);
            now[j] = least(changed, 1 + least(before[j], now[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                now[j] = least(now[j], earlier[j - 2] + 1);
            }
        }
    }
    return rows[length_a % 3][length_b];
}

const char *ls_nearest_name(const char *word, const char *const *names)
{
    size_t length = strlen(word);
    if (length == 0 || length > LONGEST) {
        return NULL;
    }
    const char *nearest = NULL;
    int best = 2 + (int)length / 4; /* farther than this is no help */
    for (; *names != NULL; names++) {
        if (strlen(*names) > LONGEST) {
            continue;
        }
        int d = distance(word, *names);
        if (d < best) {
            best = d;
            nearest = *names;
        }
    }
    return nearest;
}

void ls_text_add_hint(ls_text *text, const char *word, const char *const *names)
{
    const char *nearest = ls_nearest_name(word, names);
    if (nearest != NULL) {
        ls_text_add(text, "; did you mean %s?", nearest);
        return;
    }
    ls_text_add(text, "; known:");
    for (; *names != NULL; names++) {
        ls_text_add(text, " %s", *names);
    }
}
