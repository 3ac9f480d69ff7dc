/* Proves: streams are Philox4x32-10 (known answers of its authors' test vectors), every part of a
 * key matters, uniforms lie in [0, 1) and are even, and the keyed permutation is one. */
#include "unit/cmocka_all.h"

#include "lockstep/base/random.h"

#include <string.h>

/* kat_vectors of Random123: counter 0, key 0; counter and key of pi's digits can't be reached
 * through our 16-bit layer field, so the second vector has all counter words but the last at zero.
 */
static void known_answers(void **state)
{
    (void)state;
    ls_random_key key = {0};
    uint32_t out[4];
    ls_random_block(&key, 0, out);
    const uint32_t zero[4] = {0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U};
    assert_memory_equal(out, zero, sizeof zero);

    ls_random_key ones = {.seed = UINT64_MAX,
                          .purpose = (ls_purpose)0xffff,
                          .layer = 0xffffU,
                          .epoch = UINT32_MAX,
                          .sample = UINT32_MAX};
    ls_random_block(&ones, UINT32_MAX, out);
    const uint32_t all[4] = {0x408f276dU, 0x41c83b0eU, 0xa20bc7c6U, 0x6d5451fdU};
    assert_memory_equal(out, all, sizeof all);
}

static void every_part_matters(void **state)
{
    (void)state;
    const ls_random_key base = {.seed = 1, .purpose = LS_PURPOSE_INIT};
    ls_random_key others[5] = {base, base, base, base, base};
    others[0].seed = 2;
    others[1].purpose = LS_PURPOSE_ORDER;
    others[2].layer = 1;
    others[3].epoch = 1;
    others[4].sample = 1;
    for (int i = 0; i < 5; i++) {
        assert_true(ls_random_bits(&base, 0) != ls_random_bits(&others[i], 0));
    }
    uint32_t block[4];
    ls_random_block(&base, 3, block);
    assert_int_equal(ls_random_bits(&base, 14), block[2]);
}

static void uniforms_are_even(void **state)
{
    (void)state;
    const ls_random_key key = {.seed = 7, .purpose = LS_PURPOSE_TEST};
    enum { count = 100000 };
    double sum = 0;
    double squares = 0;
    for (uint32_t i = 0; i < count; i++) {
        float u = ls_random_uniform(&key, i);
        assert_true(u >= 0 && u < 1);
        sum += u;
        squares += (double)u * u;
    }
    /* Standard deviations of the means are 0.0009; four of them. */
    assert_true(sum / count > 0.5 - 0.0037 && sum / count < 0.5 + 0.0037);
    assert_true(squares / count > 1.0 / 3 - 0.0038 && squares / count < 1.0 / 3 + 0.0038);
}

static void check_permutation(uint64_t count, uint32_t epoch)
{
    static unsigned char seen[60000];
    memset(seen, 0, sizeof seen);
    ls_permutation p = ls_permutation_make(1, LS_PURPOSE_ORDER, epoch, count);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t value = ls_permutation_apply(&p, i);
        assert_true(value < count);
        assert_int_equal(seen[value], 0);
        seen[value] = 1;
        assert_int_equal(ls_permutation_invert(&p, value), i);
    }
}

static void permutations_are_bijections(void **state)
{
    (void)state;
    const uint64_t counts[] = {1, 2, 3, 4, 5, 15, 16, 17, 63, 64, 65, 1000, 4097, 50000};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        check_permutation(counts[i], (uint32_t)i);
    }
}

/* Epochs differ, and neighbours of one epoch are spread: the mean distance of neighbours in a
 * random order is count / 3. */
static void permutations_mix(void **state)
{
    (void)state;
    enum { count = 50000 };
    ls_permutation a = ls_permutation_make(1, LS_PURPOSE_ORDER, 0, count);
    ls_permutation b = ls_permutation_make(1, LS_PURPOSE_ORDER, 1, count);
    int same = 0;
    double distance = 0;
    uint64_t before = ls_permutation_apply(&a, 0);
    for (uint64_t i = 1; i < count; i++) {
        uint64_t now = ls_permutation_apply(&a, i);
        same += now == ls_permutation_apply(&b, i);
        distance += now > before ? (double)(now - before) : (double)(before - now);
        before = now;
    }
    assert_true(same < 10);
    assert_true(distance / count > 0.32 * count && distance / count < 0.347 * count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers),     cmocka_unit_test(every_part_matters),
        cmocka_unit_test(uniforms_are_even), cmocka_unit_test(permutations_are_bijections),
        cmocka_unit_test(permutations_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
