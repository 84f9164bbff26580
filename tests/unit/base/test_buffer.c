/* test_buffer.c - growth, compaction, the cap and what is charged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "support/context.h"

struct fixture {
    struct alloc_fail counter;
    xmppfed_context *ctx;
    struct xfed_account account;
    struct xfed_buffer buffer;
};

static void set_up(struct fixture *f, size_t account_limit, size_t max)
{
    f->ctx = test_context_counted(&f->counter);
    xfed_account_init(&f->account, f->ctx, account_limit);
    xfed_buffer_init(&f->buffer, &f->account, max);
}

static void tear_down(struct fixture *f)
{
    xfed_buffer_fini(&f->buffer);
    assert_int_equal(f->account.used, 0);
    test_context_counted_free(f->ctx, &f->counter);
}

static void assert_bytes(const struct xfed_buffer *b, const char *expected)
{
    xmppfed_slice bytes = xfed_buffer_bytes(b);

    assert_int_equal(bytes.len, strlen(expected));
    assert_memory_equal(bytes.data, expected, bytes.len);
}

static void test_append_and_consume(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 10000, 10000);
    assert_null(xfed_buffer_bytes(&f.buffer).data);
    assert_int_equal(xfed_buffer_append(&f.buffer, NULL, 0), 0);
    assert_int_equal(xfed_buffer_append_text(&f.buffer, "hello "), 0);
    assert_int_equal(xfed_buffer_append(&f.buffer, "world", 5), 0);
    assert_bytes(&f.buffer, "hello world");
    assert_int_equal(f.account.used, f.buffer.capacity);
    xfed_buffer_consume(&f.buffer, 6);
    assert_bytes(&f.buffer, "world");
    assert_int_equal(xfed_buffer_length(&f.buffer), 5);
    xfed_buffer_consume(&f.buffer, 5);
    assert_int_equal(f.account.used, 0);
    assert_int_equal(xfed_buffer_length(&f.buffer), 0);
    assert_int_equal(xfed_buffer_append_text(&f.buffer, "again"), 0);
    assert_bytes(&f.buffer, "again");
    tear_down(&f);
}

static void test_cap(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 10000, 8);
    assert_int_equal(xfed_buffer_append_text(&f.buffer, "12345678"), 0);
    assert_int_equal(xfed_buffer_append_text(&f.buffer, "9"), XMPPFED_ERR_LIMIT_SIZE);
    assert_null(xfed_buffer_reserve(&f.buffer, 0));
    xfed_buffer_consume(&f.buffer, 1);
    /* Only by moving the seven bytes is there room for the eighth. */
    assert_int_equal(xfed_buffer_append_text(&f.buffer, "9"), 0);
    assert_bytes(&f.buffer, "23456789");
    assert_int_equal(f.buffer.capacity, 8);
    assert_int_equal(xfed_buffer_append(&f.buffer, "x", SIZE_MAX), XMPPFED_ERR_LIMIT_SIZE);
    tear_down(&f);
}

static void test_reserve(void **state)
{
    struct fixture f;
    char *room;

    (void)state;
    set_up(&f, 10000, 10000);
    room = xfed_buffer_reserve(&f.buffer, 3000);
    assert_non_null(room);
    memcpy(room, "abc", 3);
    xfed_buffer_commit(&f.buffer, 3);
    assert_bytes(&f.buffer, "abc");
    room = xfed_buffer_reserve(&f.buffer, 2);
    memcpy(room, "de", 2);
    xfed_buffer_commit(&f.buffer, 2);
    assert_bytes(&f.buffer, "abcde");
    tear_down(&f);
}

static void test_account_limit(void **state)
{
    struct fixture f;
    char data[300];

    (void)state;
    memset(data, 'a', sizeof(data));
    set_up(&f, 700, 10000);
    assert_int_equal(xfed_buffer_append(&f.buffer, data, 300), 0);
    assert_int_equal(f.buffer.capacity, 300);
    /* Beside the old block, 600 do not fit the account, the 400 that are needed do. */
    assert_int_equal(xfed_buffer_append(&f.buffer, data, 100), 0);
    assert_int_equal(f.account.used, 400);
    assert_int_equal(xfed_buffer_append(&f.buffer, data, 1), XMPPFED_ERR_LIMIT_MEMORY);
    assert_int_equal(xfed_buffer_length(&f.buffer), 400);
    xfed_buffer_consume(&f.buffer, 10);
    assert_int_equal(xfed_buffer_append(&f.buffer, data, 10), 0);
    assert_int_equal(xfed_buffer_length(&f.buffer), 400);
    tear_down(&f);
}

static void test_exhaustion(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 10000, 10000);
    f.counter.fail_at = f.counter.calls + 1;
    /* The first try asks for more than is needed, the second one for just that. */
    assert_int_equal(xfed_buffer_append_text(&f.buffer, "abc"), 0);
    assert_int_equal(f.buffer.capacity, 3);
    f.buffer.max = 4;
    f.counter.fail_at = f.counter.calls + 1;
    assert_int_equal(xfed_buffer_append_text(&f.buffer, "d"), XMPPFED_ERR_NOMEM);
    assert_bytes(&f.buffer, "abc");
    assert_int_equal(f.account.used, 3);
    tear_down(&f);
}

/* A stream through a buffer: the order holds, and the cost of moving stays bounded. */
static void test_stream(void **state)
{
    struct fixture f;
    uint8_t written = 0;
    uint8_t read = 0;

    (void)state;
    set_up(&f, 100000, 100000);
    for (unsigned round = 0; round < 2000; round++) {
        xmppfed_slice bytes;

        for (unsigned i = 0; i < 1 + round % 97; i++, written++)
            assert_int_equal(xfed_buffer_append(&f.buffer, &written, 1), 0);
        bytes = xfed_buffer_bytes(&f.buffer);
        for (size_t i = 0; i < bytes.len / 2; i++, read++)
            assert_int_equal((uint8_t)bytes.data[i], read);
        xfed_buffer_consume(&f.buffer, bytes.len / 2);
    }
    assert_true(f.buffer.capacity <= 1024);
    xfed_buffer_clear(&f.buffer);
    assert_int_equal(f.account.used, 0);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append_and_consume),
        cmocka_unit_test(test_cap),
        cmocka_unit_test(test_reserve),
        cmocka_unit_test(test_account_limit),
        cmocka_unit_test(test_exhaustion),
        cmocka_unit_test(test_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
