/* Arrays of test numbers, and their comparison. */
#include "arrays.h"

#include "unit/cmocka_all.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GUARD 16
#define TOKEN 12345.0f

void for_each_set(void (*check)(const ls_backend *backend))
{
    for (int isa = 0; isa <= (int)ls_isa_detect(); isa++) {
        const ls_backend *backend;
        assert_int_equal(ls_backend_find(&backend, "cpu", (ls_isa)isa), LS_OK);
        check(backend);
        if (ls_backend_with_products(&backend, backend, "libxsmm") == LS_OK) {
            check(backend);
        }
    }
}

const ls_backend *reference(void)
{
    const ls_backend *backend;
    assert_int_equal(ls_backend_find(&backend, "ref", LS_ISA_PORTABLE), LS_OK);
    return backend;
}

float *zeros(int64_t count)
{
    size_t bytes = ((size_t)count + GUARD) * sizeof(float);
    float *array = aligned_alloc(64, (bytes + 63) / 64 * 64);
    assert_non_null(array);
    memset(array, 0, (size_t)count * sizeof(float));
    for (int i = 0; i < GUARD; i++) {
        array[count + i] = TOKEN;
    }
    return array;
}

float *numbers(int64_t count, uint64_t seed)
{
    float *array = zeros(count);
    uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    for (int64_t i = 0; i < count; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        array[i] = (float)(state >> 40) * 0x1p-23f - 1.0f;
    }
    return array;
}

float *copy_of(const float *from, int64_t count)
{
    float *array = zeros(count);
    memcpy(array, from, (size_t)count * sizeof(float));
    return array;
}

void drop(float *array, int64_t count)
{
    for (int i = 0; i < GUARD; i++) {
        assert_true(array[count + i] == TOKEN);
    }
    free(array);
}

void expect_near(const char *what, const float *got, const float *want, int64_t count, double bound)
{
    double largest = 0.0;
    for (int64_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs((double)want[i]));
    }
    for (int64_t i = 0; i < count; i++) {
        if (!(fabs((double)got[i] - want[i]) <= bound * largest)) {
            fail_msg("%s: element %lld is %.9g, must be %.9g within %.3g of %.9g", what,
                     (long long)i, (double)got[i], (double)want[i], bound, largest);
        }
    }
}
