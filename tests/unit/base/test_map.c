/* test_map.c - the hash map: what it holds, its order, its growth and its failures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/map.h"
#include "base/slice.h"
#include "support/context.h"

struct fixture {
    struct alloc_fail counter;
    xmppfed_context *ctx;
    struct xfed_map map;
};

static void set_up(struct fixture *f)
{
    f->ctx = test_context_counted(&f->counter);
    xfed_map_init(&f->map, f->ctx, 42);
}

static void tear_down(struct fixture *f)
{
    xfed_map_fini(&f->map);
    assert_int_equal(f->map.count, 0);
    test_context_counted_free(f->ctx, &f->counter);
}

/* Different lengths, so that every number of bytes in the last word is hashed. */
static xmppfed_slice key_of(unsigned i, char storage[24])
{
    memset(storage, 'k', 24);
    storage[0] = (char)(i & 0xFF);
    storage[1] = (char)(i >> 8);
    return xfed_slice(storage, 2 + i % 22);
}

static void test_empty(void **state)
{
    struct fixture f;
    struct xfed_map_cursor cursor = {0};

    (void)state;
    set_up(&f);
    assert_null(xfed_map_get_text(&f.map, "a"));
    assert_null(xfed_map_remove_text(&f.map, "a"));
    assert_false(xfed_map_next(&f.map, &cursor, NULL, NULL));
    tear_down(&f);
}

static void test_put_and_remove(void **state)
{
    struct fixture f;
    int one, two;

    (void)state;
    set_up(&f);
    assert_int_equal(xfed_map_put_text(&f.map, "a", &one), 0);
    assert_int_equal(xfed_map_put_text(&f.map, "", &two), 0);
    assert_ptr_equal(xfed_map_get_text(&f.map, "a"), &one);
    assert_ptr_equal(xfed_map_get(&f.map, xfed_slice(NULL, 0)), &two);
    assert_null(xfed_map_get(&f.map, xfed_slice("a\0", 2)));
    assert_int_equal(xfed_map_put_text(&f.map, "a", &two), 0);
    assert_int_equal(f.map.count, 2);
    assert_ptr_equal(xfed_map_remove_text(&f.map, "a"), &two);
    assert_null(xfed_map_remove_text(&f.map, "a"));
    assert_int_equal(f.map.count, 1);
    tear_down(&f);
}

static void test_many(void **state)
{
    enum { MANY = 5000 };
    static int values[MANY];
    static bool seen[MANY];
    struct xfed_map_cursor cursor = {0};
    struct fixture f;
    char storage[24];
    xmppfed_slice key;
    void *value;
    size_t walked = 0;

    (void)state;
    set_up(&f);
    for (unsigned i = 0; i < MANY; i++)
        assert_int_equal(xfed_map_put(&f.map, key_of(i, storage), &values[i]), 0);
    assert_int_equal(f.map.count, MANY);
    assert_true(f.map.bucket_count >= MANY);
    while (xfed_map_next(&f.map, &cursor, &key, &value)) {
        size_t i = (size_t)((int *)value - values);

        assert_false(seen[i]);
        seen[i] = true;
        assert_true(xfed_slice_equal(key, key_of((unsigned)i, storage)));
        walked++;
    }
    assert_int_equal(walked, MANY);
    for (unsigned i = 0; i < MANY; i += 2)
        assert_ptr_equal(xfed_map_remove(&f.map, key_of(i, storage)), &values[i]);
    for (unsigned i = 0; i < MANY; i++)
        assert_ptr_equal(xfed_map_get(&f.map, key_of(i, storage)), i % 2 ? &values[i] : NULL);
    tear_down(&f);
}

/* Equal seeds, equal order; another seed, another order. */
static void test_seed(void **state)
{
    struct fixture f;
    struct xfed_map same, other;
    struct xfed_map_cursor a = {0}, b = {0}, c = {0};
    void *va, *vb, *vc;
    static int values[64];
    char storage[24];
    bool differs = false;

    (void)state;
    set_up(&f);
    xfed_map_init(&same, f.ctx, 42);
    xfed_map_init(&other, f.ctx, 43);
    for (unsigned i = 0; i < 64; i++) {
        assert_int_equal(xfed_map_put(&f.map, key_of(i, storage), &values[i]), 0);
        assert_int_equal(xfed_map_put(&same, key_of(i, storage), &values[i]), 0);
        assert_int_equal(xfed_map_put(&other, key_of(i, storage), &values[i]), 0);
    }
    while (xfed_map_next(&f.map, &a, NULL, &va)) {
        assert_true(xfed_map_next(&same, &b, NULL, &vb));
        assert_true(xfed_map_next(&other, &c, NULL, &vc));
        assert_ptr_equal(va, vb);
        differs = differs || va != vc;
    }
    assert_true(differs);
    xfed_map_fini(&same);
    xfed_map_fini(&other);
    tear_down(&f);
}

static void test_exhaustion(void **state)
{
    struct fixture f;
    char storage[24];
    int value;

    (void)state;
    set_up(&f);
    f.counter.fail_at = f.counter.calls + 1;
    assert_int_equal(xfed_map_put_text(&f.map, "a", &value), XMPPFED_ERR_NOMEM);
    f.counter.fail_at = f.counter.calls + 2;
    assert_int_equal(xfed_map_put_text(&f.map, "a", &value), XMPPFED_ERR_NOMEM);
    assert_int_equal(f.map.count, 0);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(xfed_map_put(&f.map, key_of(i, storage), &value), 0);
    /* The buckets cannot grow, but the ninth entry finds its place. */
    f.counter.fail_at = f.counter.calls + 1;
    assert_int_equal(xfed_map_put(&f.map, key_of(8, storage), &value), 0);
    assert_int_equal(f.map.bucket_count, 8);
    for (unsigned i = 0; i < 9; i++)
        assert_ptr_equal(xfed_map_get(&f.map, key_of(i, storage)), &value);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),      cmocka_unit_test(test_put_and_remove),
        cmocka_unit_test(test_many),       cmocka_unit_test(test_seed),
        cmocka_unit_test(test_exhaustion),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
