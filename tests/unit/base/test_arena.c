/* test_arena.c - alignment, the budget and the end of an arena. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "support/context.h"

struct fixture {
    struct alloc_fail counter;
    xmppfed_context *ctx;
    struct xfed_arena arena;
};

static void set_up(struct fixture *f)
{
    f->ctx = test_context_counted(&f->counter);
    xfed_arena_init(&f->arena, f->ctx);
}

static void tear_down(struct fixture *f)
{
    xfed_arena_fini(&f->arena);
    test_context_counted_free(f->ctx, &f->counter);
}

static void test_objects(void **state)
{
    struct fixture f;
    unsigned char *objects[200];

    (void)state;
    set_up(&f);
    for (size_t i = 0; i < 200; i++) {
        objects[i] = xfed_arena_alloc(&f.arena, i);
        assert_non_null(objects[i]);
        assert_int_equal((uintptr_t)objects[i] % _Alignof(max_align_t), 0);
        memset(objects[i], (int)i, i);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t j = 0; j < i; j++)
            assert_int_equal(objects[i][j], i);
    assert_int_equal(xmppfed_context_memory_used(f.ctx), f.arena.total);
    assert_true(f.counter.calls < 12);
    tear_down(&f);
}

static void test_large_object(void **state)
{
    struct fixture f;
    char *before;
    char *large;
    char *after;

    (void)state;
    set_up(&f);
    before = xfed_arena_alloc(&f.arena, 16);
    large = xfed_arena_alloc(&f.arena, 100000);
    after = xfed_arena_alloc(&f.arena, 16);
    assert_non_null(large);
    memset(large, 1, 100000);
    /* The chunk that was begun goes on being filled. */
    assert_ptr_equal(after, before + 16);
    tear_down(&f);
}

static void test_text(void **state)
{
    struct fixture f;
    char *text;

    (void)state;
    set_up(&f);
    text = xfed_arena_strndup(&f.arena, "hello", 4);
    assert_string_equal(text, "hell");
    assert_string_equal(xfed_arena_strndup(&f.arena, NULL, 0), "");
    assert_null(xfed_arena_strndup(&f.arena, "a", SIZE_MAX));
    assert_null(xfed_arena_alloc(&f.arena, SIZE_MAX));
    assert_null(xfed_arena_alloc(&f.arena, SIZE_MAX - 64));
    tear_down(&f);
}

static void test_budget(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    xmppfed_context_set_memory_budget(f.ctx, 200);
    /* The usual chunk does not fit the budget, one for the object does. */
    assert_non_null(xfed_arena_alloc(&f.arena, 100));
    assert_null(xfed_arena_alloc(&f.arena, 100));
    assert_true(xmppfed_context_memory_used(f.ctx) <= 200);
    tear_down(&f);
}

static void test_exhaustion(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    f.counter.fail_at = f.counter.calls + 1;
    assert_null(xfed_arena_alloc(&f.arena, 5000));
    assert_int_equal(xmppfed_context_memory_used(f.ctx), 0);
    assert_non_null(xfed_arena_alloc(&f.arena, 5000));
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects),    cmocka_unit_test(test_large_object),
        cmocka_unit_test(test_text),       cmocka_unit_test(test_budget),
        cmocka_unit_test(test_exhaustion),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
