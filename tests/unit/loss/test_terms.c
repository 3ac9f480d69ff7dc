/* Proves of loss.terms: what the grammar allows is read to its types, weights and arguments, and
 * anything else is refused with the option, the character and what was expected there. */
#include "unit/cmocka_all.h"

#include "lockstep/loss/loss.h"

#include <string.h>

typedef struct good {
    const char *text;
    int count;
    struct {
        const char *name;
        double weight, argument;
    } terms[3];
} good;

static const good goods[] = {
    {"mse", 1, {{"mse", 1, 0}}},
    {"  0.8*mse+0.2*ssim ", 2, {{"mse", 0.8, 0}, {"ssim", 0.2, 0}}},
    {"0.8 * mse + 0.2 * ssim", 2, {{"mse", 0.8, 0}, {"ssim", 0.2, 0}}},
    {"1e-3*bce + 2.5E+1*mae", 2, {{"bce", 1e-3, 0}, {"mae", 25, 0}}},
    {"huber", 1, {{"huber", 1, 0.1}}},
    {".5*huber(0.25) + mse", 2, {{"huber", 0.5, 0.25}, {"mse", 1, 0}}},
    {"huber ( delta = 1e-2 )", 1, {{"huber", 1, 0.01}}},
    {"mae + bce + ssim", 3, {{"mae", 1, 0}, {"bce", 1, 0}, {"ssim", 1, 0}}},
};

static void the_grammar_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof goods / sizeof goods[0]; i++) {
        ls_loss_terms terms;
        if (ls_loss_terms_read(goods[i].text, &terms) != LS_OK) {
            fail_msg("\"%s\": %s", goods[i].text, ls_error_message());
        }
        assert_int_equal(terms.count, goods[i].count);
        for (int k = 0; k < terms.count; k++) {
            assert_string_equal(terms.terms[k].type->name, goods[i].terms[k].name);
            assert_true(terms.terms[k].weight == goods[i].terms[k].weight);
            assert_true(terms.terms[k].argument == goods[i].terms[k].argument);
        }
    }
}

static const char *const bads[][2] = {
    {"", "character 1: expected the name of a loss, found the end"},
    {"mze", "character 1: no loss mze; did you mean mse?"},
    {"mse + smim", "character 7: no loss smim; did you mean ssim?"},
    {"perceptual", "character 1: no loss perceptual; known: mse mae huber bce ssim"},
    {"mse + ", "character 7: expected the name of a loss, found the end"},
    {"mse, mae", "character 4: expected '+' or the end, found ','"},
    {"mse mae", "character 5: expected '+' or the end, found 'm'"},
    {"0.5 mse", "character 5: expected '*' behind a weight, found 'm'"},
    {"0.5", "character 4: expected '*' behind a weight, found the end"},
    {"0*mse", "character 1: weight 0: must be a number above 0 and at most 1000000"},
    {"1e7*mse", "character 1: weight 1e7: must be a number above 0"},
    {"mse + 1.2.3*mae", "character 7: weight 1.2.3: must be a number above 0"},
    {"1e*mse", "character 1: weight 1e: must be a number above 0"},
    {"-1*mse", "character 1: expected the name of a loss, found '-'"},
    {"2*3*mse", "character 3: no loss 3;"},
    {"mse + 0.5*mse", "character 11: mse stands there already: give it one weight"},
    {"huber(0.1) + huber(0.2)", "character 14: huber stands there already"},
    {"mse(1)", "character 4: mse takes no argument"},
    {"huber(0)", "character 7: delta 0: must be a number from 1e-06 to 1000000"},
    {"huber()", "character 7: expected a number or the name of the argument, found ')'"},
    {"huber(beta=1)", "character 7: huber has no argument beta, only delta"},
    {"huber(delta 1)", "character 13: expected '=', found '1'"},
    {"huber(delta=)", "character 13: expected a number, found ')'"},
    {"huber(0.1", "character 10: expected ')', found the end"},
    {"mse \x01", "character 5: expected '+' or the end, found \\x01"},
    {"a_name_of_more_than_thirty_one_letters", "character 1: a name or number has at most 31"},
};

static void all_else_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bads / sizeof bads[0]; i++) {
        ls_loss_terms terms;
        assert_int_equal(ls_loss_terms_read(bads[i][0], &terms), LS_BAD_INPUT);
        const char *message = ls_error_message();
        if (strncmp(message, "loss.terms: ", 12) != 0 || strstr(message, bads[i][1]) == NULL) {
            fail_msg("\"%s\": \"%s\" does not say \"%s\"", bads[i][0], message, bads[i][1]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_grammar_is_read),
        cmocka_unit_test(all_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
