/* Proves how many ranks can run at the same time for given bindings: each on a CPU of its own when
 * there is a way, found also where the first choice of a rank stands in another's way; and no more
 * than that. Cases by hand, and all small ones against trying every way. */
#include "doctor/cores.h"
#include "unit/cmocka_all.h"

#include <string.h>

#define RANKS 6

static uint8_t sets[RANKS][LS_CPU_BYTES];
static const uint8_t *pointers[RANKS];

static void clear(void)
{
    memset(sets, 0, sizeof sets);
    for (int i = 0; i < RANKS; i++) {
        pointers[i] = sets[i];
    }
}

/* bits: one word a rank, its CPUs from 0 on. */
static int match(int count, const unsigned *bits)
{
    static int rank_of[LS_CPUS];
    clear();
    for (int i = 0; i < count; i++) {
        for (int cpu = 0; cpu < 32; cpu++) {
            if ((bits[i] >> cpu & 1) != 0) {
                ls_cpus_add(sets[i], cpu);
            }
        }
    }
    int matched = ls_cpus_match(count, pointers, rank_of);
    int dealt = 0;
    for (int cpu = 0; cpu < LS_CPUS; cpu++) {
        if (rank_of[cpu] >= 0) {
            assert_true(ls_cpus_has(sets[rank_of[cpu]], cpu));
            dealt++;
        }
    }
    assert_int_equal(dealt, matched);
    return matched;
}

static void by_hand(void **state)
{
    (void)state;
    assert_int_equal(match(1, (unsigned[]){1}), 1);
    assert_int_equal(match(1, (unsigned[]){0}), 0);
    assert_int_equal(match(2, (unsigned[]){1, 1}), 1);
    assert_int_equal(match(2, (unsigned[]){3, 3}), 2);
    assert_int_equal(match(3, (unsigned[]){3, 3, 3}), 2);
    assert_int_equal(match(2, (unsigned[]){3, 1}), 2);    /* rank 0 has to give way */
    assert_int_equal(match(3, (unsigned[]){7, 3, 1}), 3); /* and so on */
    assert_int_equal(match(4, (unsigned[]){8, 8, 7, 7}), 3);
}

/* The most by trying every way. */
static int try_all(int count, const unsigned *bits, int rank, unsigned used)
{
    if (rank == count) {
        return 0;
    }
    int best = try_all(count, bits, rank + 1, used);
    for (int cpu = 0; cpu < 4; cpu++) {
        if ((bits[rank] & ~used & 1u << cpu) != 0) {
            int with = 1 + try_all(count, bits, rank + 1, used | 1u << cpu);
            best = with > best ? with : best;
        }
    }
    return best;
}

static void against_every_way(void **state)
{
    (void)state;
    for (unsigned word = 0; word < 1u << 12; word++) {
        unsigned bits[3] = {word & 15, word >> 4 & 15, word >> 8 & 15};
        assert_int_equal(match(3, bits), try_all(3, bits, 0, 0));
    }
}

static void counts(void **state)
{
    (void)state;
    clear();
    assert_int_equal(ls_cpus_count(sets[0]), 0);
    ls_cpus_add(sets[0], 0);
    ls_cpus_add(sets[0], LS_CPUS - 1);
    ls_cpus_add(sets[0], LS_CPUS - 1);
    assert_int_equal(ls_cpus_count(sets[0]), 2);
    assert_true(ls_cpus_has(sets[0], LS_CPUS - 1));
    assert_false(ls_cpus_has(sets[0], 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(against_every_way),
        cmocka_unit_test(counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
