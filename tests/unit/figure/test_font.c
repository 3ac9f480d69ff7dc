/* Proves that every printable letter is drawn, none as another, and that all else is a question
 * mark. */
#include "unit/cmocka_all.h"

#include "figure/font.h"

#include <string.h>

#define DOTS (LS_FONT_WIDTH * LS_FONT_HEIGHT)

static int draw(char letter, char dots[DOTS])
{
    int count = 0;
    for (int i = 0; i < DOTS; i++) {
        dots[i] = (char)ls_font_dot(letter, i % LS_FONT_WIDTH, i / LS_FONT_WIDTH);
        count += dots[i];
    }
    return count;
}

static void no_letter_is_empty_but_the_space(void **state)
{
    (void)state;
    char dots[DOTS];
    for (char letter = ' '; letter <= '~'; letter++) {
        assert_int_equal(draw(letter, dots) > 0, letter != ' ');
    }
}

static void all_letters_differ(void **state)
{
    (void)state;
    char one[DOTS];
    char other[DOTS];
    for (char a = ' '; a <= '~'; a++) {
        draw(a, one);
        for (char b = (char)(a + 1); b <= '~'; b++) {
            draw(b, other);
            if (memcmp(one, other, DOTS) == 0 && ls_font_drop(a) == ls_font_drop(b)) {
                fail_msg("%c and %c look the same", a, b);
            }
        }
    }
}

/* By hand: the digit that has the most straight strokes, and one letter with a bowl. */
static void letters_stand_upright(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_true(ls_font_dot('E', i, 0) && ls_font_dot('E', i, 6));
        assert_true(ls_font_dot('L', i, 6));
    }
    for (int i = 0; i < 7; i++) {
        assert_true(ls_font_dot('E', 0, i) && ls_font_dot('L', 0, i));
    }
    for (int i = 0; i < 6; i++) {
        assert_false(ls_font_dot('L', 4, i));
    }
}

static void the_rest_are_question_marks(void **state)
{
    (void)state;
    char wanted[DOTS];
    char dots[DOTS];
    draw('?', wanted);
    const char others[] = {'\0', '\n', '\x1f', '\x7f', (char)0x80, (char)0xff};
    for (size_t i = 0; i < sizeof others; i++) {
        draw(others[i], dots);
        assert_memory_equal(dots, wanted, DOTS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_letter_is_empty_but_the_space),
        cmocka_unit_test(all_letters_differ),
        cmocka_unit_test(letters_stand_upright),
        cmocka_unit_test(the_rest_are_question_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
