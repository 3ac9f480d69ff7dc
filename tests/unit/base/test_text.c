/* Proves: texts grow and stay ended, an ending is told, JSON numbers read back to the same double,
 * strings are escaped, the nearest name is what a person would mean, hashes are XXH3 (published
 * values). */
#include "unit/cmocka_all.h"

#include "lockstep/base/hash.h"
#include "lockstep/base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void texts_grow(void **state)
{
    (void)state;
    ls_text text = {0};
    for (int i = 0; i < 1000; i++) {
        ls_text_add(&text, "%d,", i % 10);
    }
    assert_int_equal(text.length, 2000);
    assert_int_equal(strlen(text.data), 2000);
    assert_int_equal(ls_text_check(&text), LS_OK);
    ls_text_free(&text);
    assert_null(text.data);
}

static void ends(void **state)
{
    (void)state;
    assert_true(ls_text_ends("codes.h5", ".h5"));
    assert_true(ls_text_ends("any", ""));
    assert_false(ls_text_ends("codes.h5.png", ".h5"));
    assert_false(ls_text_ends("h5", ".h5"));
}

static void numbers_read_back(void **state)
{
    (void)state;
    const double values[] = {0.1, 1.0 / 3, 1e-300, 123456789.123456789, -0x1.fffffffffffffp+10,
                             1e-3};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        ls_text text = {0};
        ls_text_add_json_number(&text, values[i]);
        assert_true(strtod(text.data, NULL) == values[i]);
        ls_text_free(&text);
    }
    ls_text text = {0};
    ls_text_add_json_number(&text, 0.001);
    ls_text_add(&text, " ");
    ls_text_add_json_number(&text, (double)NAN);
    assert_string_equal(text.data, "0.001 null");
    ls_text_free(&text);
}

static void strings_are_escaped(void **state)
{
    (void)state;
    ls_text text = {0};
    ls_text_add_json_string(&text, "a\"b\\c\n");
    assert_string_equal(text.data, "\"a\\\"b\\\\c\\u000a\"");
    ls_text_free(&text);
}

static void nearest_names(void **state)
{
    (void)state;
    static const char *const names[] = {"batch", "latent", "filters", "max_steps", NULL};
    assert_string_equal(ls_nearest_name("bacth", names), "batch");
    assert_string_equal(ls_nearest_name("laten", names), "latent");
    assert_string_equal(ls_nearest_name("maxsteps", names), "max_steps");
    assert_null(ls_nearest_name("zzzzzz", names));
    assert_null(ls_nearest_name("", names));
}

static void expect_hash(const ls_hash_stream *stream, uint64_t low, uint64_t high)
{
    ls_hash128 hash = ls_hash_stream_finish128(stream);
    assert_true(hash.low == low && hash.high == high);
}

/* Values with seed 0 from the reference implementation's sanity check for the empty input, and
 * agreement of one piece with a stream fed in uneven pieces. */
static void hashes_are_xxh3(void **state)
{
    (void)state;
    assert_true(ls_hash64("", 0) == UINT64_C(0x2d06800538d394c2));
    char data[5000];
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (char)(i * 31);
    }
    ls_hash_stream *stream = ls_hash_stream_create();
    ls_hash_stream *at_once = ls_hash_stream_create();
    assert_non_null(stream);
    assert_non_null(at_once);
    expect_hash(stream, UINT64_C(0x6001c324468d497f), UINT64_C(0x99aa06d3014798d8));
    for (size_t at = 0, piece = 1; at < sizeof data; at += piece, piece = piece * 2 + 1) {
        size_t rest = sizeof data - at;
        ls_hash_stream_update(stream, data + at, piece < rest ? piece : rest);
    }
    ls_hash_stream_update(at_once, data, sizeof data);
    ls_hash128 whole = ls_hash_stream_finish128(at_once);
    expect_hash(stream, whole.low, whole.high);
    ls_hash_stream_destroy(stream);
    ls_hash_stream_destroy(at_once);
    char text[LS_DIGEST_CHARS];
    ls_digest_text(UINT64_C(0xab), text);
    assert_string_equal(text, "00000000000000ab");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_grow),        cmocka_unit_test(ends),
        cmocka_unit_test(numbers_read_back), cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(nearest_names),     cmocka_unit_test(hashes_are_xxh3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
