/* Proves: messages and traces say what and where, exit codes are the command's, allocations are
 * zeroed, aligned, counted and balanced, and an arena hands out what was planned. */
#include "unit/cmocka_all.h"

#include "lockstep/base/memory.h"
#include "lockstep/base/status.h"

#include <string.h>

static ls_status inner(int latent)
{
    LS_REQUIRE(latent >= 0, LS_BAD_INPUT, "model.latent = %d: must be 0 to 4096", latent);
    return LS_OK;
}

static ls_status outer(int latent)
{
    LS_TRY(inner(latent));
    return LS_OK;
}

static void messages_and_traces(void **state)
{
    (void)state;
    assert_int_equal(outer(1), LS_OK);
    assert_int_equal(outer(-3), LS_BAD_INPUT);
    assert_string_equal(ls_error_message(), "model.latent = -3: must be 0 to 4096");
    const char *first = strstr(ls_error_trace(), "test_status.c:");
    assert_non_null(first);
    assert_non_null(strstr(first + 1, "test_status.c:"));
    ls_error_append("and %s", "more");
    assert_string_equal(ls_error_message(), "model.latent = -3: must be 0 to 4096\nand more");
    ls_status status = ls_error_set(LS_LOST, "x.c", 1, "[%s]", ls_error_message());
    assert_int_equal(status, LS_LOST);
    assert_string_equal(ls_error_message(), "[model.latent = -3: must be 0 to 4096\nand more]");
}

static void exit_codes(void **state)
{
    (void)state;
    assert_int_equal(ls_status_exit_code(LS_OK), 0);
    assert_int_equal(ls_status_exit_code(LS_BAD_INPUT), 1);
    assert_int_equal(ls_status_exit_code(LS_DIVERGED), 2);
    assert_int_equal(ls_status_exit_code(LS_LOST), 3);
}

static void allocations(void **state)
{
    (void)state;
    int64_t live = ls_alloc_live();
    int64_t calls = ls_alloc_calls();
    void *memory;
    assert_int_equal(ls_alloc(&memory, 100, "a test"), LS_OK);
    assert_int_equal((uintptr_t)memory % LS_ALIGN, 0);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(((char *)memory)[i], 0);
    }
    assert_int_equal(ls_alloc_live(), live + 1);
    assert_int_equal(ls_alloc_calls(), calls + 1);
    ls_free(memory);
    ls_free(NULL);
    assert_int_equal(ls_alloc_live(), live);
    assert_int_equal(ls_alloc(&memory, SIZE_MAX - 10, "too much"), LS_NO_MEMORY);
    assert_non_null(strstr(ls_error_message(), "too much"));
}

static void arenas(void **state)
{
    (void)state;
    ls_arena arena = {0};
    size_t a = ls_arena_plan(&arena, 3);
    size_t b = ls_arena_plan(&arena, 100);
    assert_int_equal(ls_arena_reserve(&arena, "a test"), LS_OK);
    char *first = ls_arena_at(&arena, a);
    char *second = ls_arena_at(&arena, b);
    assert_true(second >= first + 3);
    assert_int_equal((uintptr_t)second % LS_ALIGN, 0);
    memset(second, 1, 100);
    ls_arena_release(&arena);
    assert_null(arena.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_and_traces),
        cmocka_unit_test(exit_codes),
        cmocka_unit_test(allocations),
        cmocka_unit_test(arenas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
