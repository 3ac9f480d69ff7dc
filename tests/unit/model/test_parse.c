/* Proves: layer lists are read as the grammar says, whatever their blanks; faults are found with
 * their place; arguments are checked against the layer's table; random damage never breaks it. */
#include "unit/cmocka_all.h"

#include "lockstep/base/random.h"
#include "model/parse.h"
#include "model/resolve.h"

#include <string.h>

static ls_layer_list list;

static void reads_names_and_arguments(void **state)
{
    (void)state;
    const char *text = "  conv( 32 , kernel = 5 )\n\trelu maxpool (2)relu()\nconv(8,pad=same) ";
    assert_int_equal(ls_layer_list_parse("model.encoder", text, &list), LS_OK);
    assert_int_equal(list.count, 5);
    const char *const names[] = {"conv", "relu", "maxpool", "relu", "conv"};
    const char *const texts[] = {"conv(32,kernel=5)", "relu", "maxpool(2)", "relu()",
                                 "conv(8,pad=same)"};
    const int positions[] = {3, 28, 33, 44, 51};
    for (int i = 0; i < 5; i++) {
        assert_string_equal(list.items[i].name, names[i]);
        assert_string_equal(list.items[i].text, texts[i]);
        assert_int_equal(list.items[i].position, positions[i]);
    }
    assert_int_equal(list.items[0].arg_count, 2);
    assert_string_equal(list.items[0].args[0].name, "");
    assert_string_equal(list.items[0].args[0].value, "32");
    assert_string_equal(list.items[0].args[1].name, "kernel");
    assert_string_equal(list.items[0].args[1].value, "5");
    assert_string_equal(list.items[4].args[1].value, "same");
}

static void check_expansion(const char *text, int count, const char *const *items)
{
    if (ls_layer_list_parse("model.encoder", text, &list) != LS_OK) {
        fail_msg("%s: %s", text, ls_error_message());
    }
    assert_int_equal(list.count, count);
    for (int i = 0; i < count; i++) {
        assert_string_equal(list.items[i].text, items[i]);
    }
}

/* Groups are written out: what they mean stands in the list. */
static void groups_are_written_out(void **state)
{
    (void)state;
    const char *const times[] = {"conv(2)", "relu", "conv(2)", "relu", "tanh"};
    check_expansion("2*(conv(2) relu) tanh", 5, times);
    check_expansion(" 2 * ( conv( 2 ) relu )tanh ", 5, times);
    const char *const residual[] = {"save(_1)", "relu",     "save(_2)", "tanh",   "add(_2)",
                                    "add(_1)",  "save(_3)", "relu",     "add(_3)"};
    check_expansion("residual(relu residual(tanh)) residual(relu)", 9, residual);
    const char *const both[] = {"save(_1)", "relu", "add(_1)", "save(_2)", "relu", "add(_2)"};
    check_expansion("2*(residual(relu))", 6, both);
    check_expansion("1*(1*(relu))", 1, (const char *const[]){"relu"});
}

static void blanks_alone_are_an_empty_list(void **state)
{
    (void)state;
    assert_int_equal(ls_layer_list_parse("model.encoder", " \n\t ", &list), LS_OK);
    assert_int_equal(list.count, 0);
}

typedef struct fault {
    const char *text, *message;
} fault;

static void parse_faults_have_a_place(void **state)
{
    (void)state;
    const fault faults[] = {
        {"conv(32", "character 8: expected ',' or ')', found the end"},
        {"conv(", "character 6: expected a number or a name, found the end"},
        {"conv(32,)", "character 9: expected a number or a name, found ')'"},
        {"conv(32 3)", "character 9: expected ',' or ')', found '3'"},
        {"conv(O=)", "character 8: expected a value after '=', found ')'"},
        {"conv(=3)", "character 6: expected a number or a name, found '='"},
        {"conv(3), relu", "character 8: expected the name of a layer, found ','"},
        {"relu (", "character 7: expected a number or a name"},
        {"(3)", "character 1: expected the name of a layer, found '('"},
        {"2*relu", "character 3: expected '(', found 'r'"},
        {"2*(relu", "character 8: expected a layer or ')', found the end"},
        {"relu )", "character 6: expected the name of a layer, found ')'"},
        {"residual()", "character 10: there is no layer in ()"},
        {"0*(relu)", "0 times: must be 1 to 512"},
        {"99999999999999999999*(relu)", "times: must be 1 to 512"},
        {"relu \x80", "character 6: expected the name of a layer, found \\x80"},
        {"conv(1,2,3,4,5,6,7)", "conv has more than 6 arguments"},
        {"a_layer_whose_name_is_much_too_long_for_us", "at most 31 characters"},
        {"conv(11111111111111111111111111111111111)", "at most 31 characters"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        assert_int_equal(ls_layer_list_parse("model.decoder", faults[i].text, &list), LS_BAD_INPUT);
        const char *message = ls_error_message();
        if (strncmp(message, "model.decoder: ", 15) != 0 || !strstr(message, faults[i].message)) {
            fail_msg("\"%s\" gives \"%s\"", faults[i].text, message);
        }
    }
}

static void too_many_layers_are_refused(void **state)
{
    (void)state;
    static char text[2 * (LS_LIST_ITEMS + 1) + 1];
    for (int i = 0; i <= LS_LIST_ITEMS; i++) {
        memcpy(text + 2 * (size_t)i, "a ", 3);
    }
    assert_int_equal(ls_layer_list_parse("model.encoder", text, &list), LS_BAD_INPUT);
    text[2 * LS_LIST_ITEMS] = '\0';
    assert_int_equal(ls_layer_list_parse("model.encoder", text, &list), LS_OK);
    assert_int_equal(list.count, LS_LIST_ITEMS);
}

static ls_status resolve(const char *text, const ls_layer_type **type, double *values)
{
    assert_int_equal(ls_layer_list_parse("case", text, &list), LS_OK);
    return ls_layer_resolve(&list.items[0], type, values);
}

static void arguments_reach_their_places(void **state)
{
    (void)state;
    const ls_layer_type *type;
    double v[LS_LAYER_ARGS];
    assert_int_equal(resolve("conv(32)", &type, v), LS_OK);
    assert_string_equal(type->name, "conv");
    assert_true(v[0] == 32 && v[1] == 3 && v[2] == 1 && v[3] == -1);
    assert_int_equal(resolve("conv(32,5,pad=2)", &type, v), LS_OK);
    assert_true(v[0] == 32 && v[1] == 5 && v[2] == 1 && v[3] == 2);
    assert_int_equal(resolve("conv(stride=2,O=7)", &type, v), LS_OK);
    assert_true(v[0] == 7 && v[1] == 3 && v[2] == 2 && v[3] == -1);
    assert_int_equal(resolve("deconv(3)", &type, v), LS_OK);
    assert_true(v[0] == 3 && v[1] == 3 && v[2] == 2 && v[3] == 1 && v[4] == 1);
    assert_int_equal(resolve("leaky_relu(2e-1)", &type, v), LS_OK);
    assert_true(v[0] == 0.2);
    assert_int_equal(resolve("upsample", &type, v), LS_OK);
    assert_true(v[0] == 2 && v[1] == 0);
    assert_int_equal(resolve("upsample(3,bilinear)", &type, v), LS_OK);
    assert_true(v[0] == 3 && v[1] == 1);
    assert_int_equal(resolve("upsample(mode=nearest)", &type, v), LS_OK);
    assert_true(v[0] == 2 && v[1] == 0);
}

static void argument_faults_are_named(void **state)
{
    (void)state;
    const fault faults[] = {
        {"maxpol(2)", "there is no layer maxpol; did you mean maxpool?"},
        {"xyzzy", "there is no layer xyzzy; known: conv deconv"},
        {"conv", "argument O is missing"},
        {"conv(32,kernal=5)", "it has no argument kernal; did you mean kernel?"},
        {"conv(32,O=5)", "argument O is given twice"},
        {"conv(32,kernel=3,kernel=3)", "argument kernel is given twice"},
        {"conv(kernel=3,32)", "argument 32 needs its name"},
        {"conv(1,2,3,4,5)", "argument 5 is one too many: it takes 4"},
        {"relu(3)", "it takes no arguments, got 3"},
        {"relu(slope=3)", "it takes no arguments, got slope"},
        {"conv(0)", "O = 0: must be a whole number from 1 to 65536"},
        {"conv(2.5)", "O = 2.5: must be a whole number"},
        {"conv(0x10)", "O = 0x10: must be"},
        {"conv(nan)", "O = nan: must be"},
        {"conv(1e999)", "O = 1e999: must be"},
        {"conv(3-)", "O = 3-: must be"},
        {"conv(-)", "O = -: must be"},
        {"upsample(2,bilinaer)", "there is no mode bilinaer; did you mean bilinear?"},
        {"upsample(2,1)", "there is no mode 1; known: nearest bilinear"},
        {"conv(4,pad=valid)", "pad = valid: must be a whole number from 0 to 1023 or same"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        const ls_layer_type *type;
        double values[LS_LAYER_ARGS];
        assert_int_equal(resolve(faults[i].text, &type, values), LS_BAD_INPUT);
        if (strstr(ls_error_message(), faults[i].message) == NULL) {
            fail_msg("\"%s\" gives \"%s\"", faults[i].text, ls_error_message());
        }
    }
}

/* A good text with a few characters replaced at random: either reads, or fails with a message. */
static void damage_does_no_harm(void **state)
{
    (void)state;
    const char good[] = "conv(32, kernel=5) relu maxpool(2) dense(6) reshape(1,2,3)";
    const char bad[] = "(),= \n019aZ_.+-\x01\xff\"*";
    const ls_random_key key = {.seed = 5, .purpose = LS_PURPOSE_TEST};
    int read = 0;
    for (uint32_t trial = 0; trial < 20000; trial++) {
        char text[sizeof good];
        memcpy(text, good, sizeof good);
        for (uint32_t k = 0; k < 1 + trial % 4; k++) {
            uint32_t bits = ls_random_bits(&key, trial * 4 + k);
            text[bits % (sizeof good - 1)] = bad[(bits >> 16) % (sizeof bad - 1)];
        }
        ls_error_clear();
        if (ls_layer_list_parse("fuzz", text, &list) == LS_OK) {
            read++;
            assert_true(list.count <= (int)sizeof good);
            for (int i = 0; i < list.count; i++) {
                const ls_layer_type *type;
                double values[LS_LAYER_ARGS];
                ls_status status = ls_layer_resolve(&list.items[i], &type, values);
                assert_true(status == LS_OK || ls_error_message()[0] != '\0');
            }
        } else {
            assert_true(ls_error_message()[0] != '\0');
        }
    }
    assert_true(read > 1000 && read < 19000); /* both ways were taken often */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_names_and_arguments),
        cmocka_unit_test(groups_are_written_out),
        cmocka_unit_test(blanks_alone_are_an_empty_list),
        cmocka_unit_test(parse_faults_have_a_place),
        cmocka_unit_test(too_many_layers_are_refused),
        cmocka_unit_test(arguments_reach_their_places),
        cmocka_unit_test(argument_faults_are_named),
        cmocka_unit_test(damage_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
