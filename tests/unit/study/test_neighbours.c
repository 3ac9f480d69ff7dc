/* Proves nearest neighbours on points whose distances are read off: the class of the most, of
 * classes with as many that of the nearest, of equal distances the image that comes first; and on
 * many points against a search written out here in long double. On `ref` and on `cpu`. */
#include "unit/cmocka_all.h"

#include "lockstep/base/random.h"
#include "study/neighbours.h"

#include <string.h>

#define LINE   6
#define MANY   300
#define ASKED  70
#define VALUES 9
#define BLOCK  64

static ls_comm *comm;

static const ls_backend *find_backend(int i)
{
    const ls_backend *backend = NULL;
    ls_isa isa = i == 0 ? LS_ISA_PORTABLE : ls_isa_detect();
    assert_int_equal(ls_backend_find(&backend, i < 2 ? "cpu" : "ref", isa), LS_OK);
    return backend;
}

static ls_features features(int64_t count, int values, float *x, uint8_t *labels)
{
    return (ls_features){.images = count,
                         .count = count,
                         .block = BLOCK,
                         .values = values,
                         .classes = 4,
                         .x = x,
                         .labels = labels};
}

/* Points on a line, x and label:   0:1   1:2   2:2   4:3   5:3   8:0 */
static void on_a_line(void **state)
{
    (void)state;
    float x[LINE] = {0, 1, 2, 4, 5, 8};
    uint8_t labels[LINE] = {1, 2, 2, 3, 3, 0};
    float asked[5] = {0.1F, 3, 3.1F, 7, 1.5F};
    const struct {
        int k;
        uint8_t expected[5];
    } cases[] = {
        /* 3 is as far from 2 as from 4: the first. */
        {1, {1, 2, 3, 0, 2}},
        /* One of each: the nearest. At 3: 2 (label 2) and 4 (label 3), as far: the first. */
        {2, {1, 2, 3, 0, 2}},
        /* At 0.1: 1 2 2. At 3: 2, 4, then 1 and 5 as far: the first, label 2. At 7: 8 5 4. */
        {3, {2, 2, 3, 3, 2}},
        /* All but the farthest or the one that comes last: two of 2, two of 3; the nearest. */
        {5, {2, 2, 3, 3, 2}},
        {6, {2, 2, 3, 3, 2}},
    };
    ls_features train = features(LINE, 1, x, labels);
    ls_features test = features(5, 1, asked, NULL);
    for (int b = 0; b < 3; b++) {
        for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
            uint8_t predicted[5];
            assert_int_equal(
                ls_neighbours_classify(find_backend(b), comm, &train, &test, cases[c].k, predicted),
                LS_OK);
            assert_memory_equal(predicted, cases[c].expected, sizeof predicted);
        }
    }
}

static float many[MANY * VALUES];
static uint8_t labels[MANY];
static float asked[ASKED * VALUES];

static long double distance(const float *a, const float *b)
{
    long double sum = 0;
    for (int v = 0; v < VALUES; v++) {
        sum += ((long double)a[v] - b[v]) * ((long double)a[v] - b[v]);
    }
    return sum;
}

/* By taking the nearest that is left, k times. */
static uint8_t search(const float *point, int k)
{
    bool taken[MANY] = {false};
    int votes[4] = {0};
    int order[MANY];
    int most = 0;
    for (int i = 0; i < k; i++) {
        int nearest = -1;
        for (int j = 0; j < MANY; j++) {
            if (!taken[j] && (nearest < 0 || distance(point, many + j * VALUES) <
                                                 distance(point, many + nearest * VALUES))) {
                nearest = j;
            }
        }
        taken[nearest] = true;
        order[i] = labels[nearest];
        votes[order[i]]++;
        most = votes[order[i]] > most ? votes[order[i]] : most;
    }
    int i = 0;
    while (votes[order[i]] < most) {
        i++;
    }
    return (uint8_t)order[i];
}

static void among_many(void **state)
{
    (void)state;
    ls_random_key key = {.seed = 8, .purpose = LS_PURPOSE_TEST};
    for (int i = 0; i < MANY * VALUES; i++) {
        many[i] = ls_random_uniform(&key, (uint32_t)i);
    }
    for (int i = 0; i < MANY; i++) {
        labels[i] = (uint8_t)(ls_random_bits(&key, (uint32_t)(10000 + i)) % 4);
    }
    for (int i = 0; i < ASKED * VALUES; i++) {
        asked[i] = ls_random_uniform(&key, (uint32_t)(20000 + i));
    }
    ls_features train = features(MANY, VALUES, many, labels);
    ls_features test = features(ASKED, VALUES, asked, NULL);
    const int ks[] = {1, 7, 20, MANY};
    for (int b = 0; b < 3; b++) {
        for (int c = 0; c < 4; c++) {
            uint8_t predicted[ASKED];
            assert_int_equal(
                ls_neighbours_classify(find_backend(b), comm, &train, &test, ks[c], predicted),
                LS_OK);
            for (int i = 0; i < ASKED; i++) {
                assert_int_equal(predicted[i], search(asked + i * VALUES, ks[c]));
            }
        }
    }
}

static int start(void **state)
{
    (void)state;
    return ls_comm_self(&comm) == LS_OK ? 0 : -1;
}

static int finish(void **state)
{
    (void)state;
    ls_comm_finish(comm);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_a_line),
        cmocka_unit_test(among_many),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
