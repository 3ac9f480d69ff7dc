/* Proves of integers in as many bytes as they need: what was packed is added bit for bit, at both
 * ends of every width and for counts around a block; a block takes the width of its largest and no
 * more; and nothing is written behind the room that ls_packed_most asks for. */
#include "unit/cmocka_all.h"

#include "comm/comm_private.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK  256 /* values of one width */
#define BEHIND 16  /* bytes that must stay as they are */
#define MARK   0x5a

static size_t pack(size_t count, const int64_t *values, unsigned char **packed)
{
    size_t most = ls_packed_most(count);
    *packed = malloc(most + BEHIND);
    assert_non_null(*packed);
    memset(*packed, MARK, most + BEHIND);
    size_t bytes = ls_pack_i64(count, values, *packed);
    assert_true(bytes <= most);
    for (size_t i = most; i < most + BEHIND; i++) {
        assert_int_equal((*packed)[i], MARK);
    }
    return bytes;
}

/* What stands there before, so that the sum stays in range. */
static int64_t before(int64_t value, size_t i)
{
    return value < 0 ? (int64_t)i : -(int64_t)i;
}

static void check(size_t count, const int64_t *values, size_t bytes)
{
    unsigned char *packed;
    int64_t *sums = malloc((count + 1) * sizeof *sums);
    assert_non_null(sums);
    for (size_t i = 0; i < count; i++) {
        sums[i] = before(values[i], i);
    }
    assert_int_equal(pack(count, values, &packed), bytes);
    ls_add_packed(count, packed, sums);
    for (size_t i = 0; i < count; i++) {
        assert_true(sums[i] == values[i] + before(values[i], i));
    }
    free(packed);
    free(sums);
}

/* A block of zeros but for one number, whose least width is `width`. */
static void check_number(int64_t number, size_t width)
{
    int64_t values[BLOCK] = {0};
    for (size_t at = 0; at < BLOCK; at += 85) {
        values[at] = number;
        check(BLOCK, values, 1 + BLOCK * width);
        values[at] = 0;
    }
}

static void ends_of_widths(void **state)
{
    (void)state;
    check_number(0, 1);
    for (size_t width = 1; width <= 8; width++) {
        int64_t high = (int64_t)(UINT64_MAX >> (65 - 8 * width)); /* 2^(8 width - 1) - 1 */
        check_number(high, width);
        check_number(-high - 1, width);
        if (width < 8) {
            check_number(high + 1, width + 1);
            check_number(-high - 2, width + 1);
        }
    }
}

/* Every block its own width. */
static void counts(void **state)
{
    (void)state;
    static const size_t many[] = {0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7};
    int64_t values[3 * BLOCK + 7];
    for (size_t i = 0; i < 3 * BLOCK + 7; i++) {
        values[i] = (int64_t)(i % 97) - 48 + (i / BLOCK == 1 ? INT64_C(1) << 33 : 0);
    }
    for (size_t k = 0; k < sizeof many / sizeof many[0]; k++) {
        size_t blocks = (many[k] + BLOCK - 1) / BLOCK;
        size_t second = many[k] < BLOCK ? 0 : many[k] < 2 * BLOCK ? many[k] - BLOCK : BLOCK;
        check(many[k], values, blocks + many[k] + 4 * second);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_of_widths),
        cmocka_unit_test(counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
