/* test_queue.c - stanzas keep their order, are taken back and end once. */
#include "support.h"

#include "federation/queue.h"
#include "support/context.h"

struct scene {
    struct alloc_fail memory;
    xmppfed_context *ctx;
    struct xfed_queue queue;
};

static void setup(struct scene *s)
{
    memset(s, 0, sizeof(*s));
    s->ctx = test_context_counted(&s->memory);
    xfed_queue_init(&s->queue, s->ctx);
}

static void teardown(struct scene *s)
{
    xfed_queue_fini(&s->queue);
    test_context_counted_free(s->ctx, &s->memory);
}

static struct xfed_queued *stanza(struct scene *s, uint64_t cookie)
{
    xmppfed_event *outcome = xfed_event_new(s->ctx, XMPPFED_EVENT_OUTCOME, "a", "b");
    struct xfed_queued *q =
        xfed_queued_new(s->ctx, xmppfed_element_new(s->ctx, "message", XMPPFED_NS_SERVER), outcome);

    assert_non_null(q);
    outcome->token = cookie;
    return q;
}

static void add(struct scene *s, uint64_t cookie)
{
    assert_int_equal(xfed_queue_add(&s->queue, stanza(s, cookie), 100, 1 << 20), 0);
}

static uint64_t cookie_of(const struct xfed_queued *q)
{
    return q ? q->outcome->token : 0;
}

static void end(struct scene *s, struct xfed_queued *q)
{
    xfed_queue_remove(&s->queue, q);
    xfed_queued_free(s->ctx, q);
}

static void test_order(void **state)
{
    struct scene s;
    (void)state;

    setup(&s);
    assert_true(xfed_queue_empty(&s.queue));
    assert_null(xfed_queue_first(&s.queue));
    assert_null(xfed_queue_unsent(&s.queue));
    for (uint64_t cookie = 1; cookie <= 4; cookie++)
        add(&s, cookie);
    assert_int_equal(cookie_of(xfed_queue_unsent(&s.queue)), 1);
    xfed_queue_sent(&s.queue, 10);
    xfed_queue_sent(&s.queue, 20);
    xfed_queue_sent(&s.queue, 30);
    assert_int_equal(cookie_of(xfed_queue_unsent(&s.queue)), 4);
    assert_true(xfed_queue_is_sent(&s.queue, xfed_queue_first(&s.queue)));
    assert_null(xfed_queue_handed(&s.queue, 9));
    assert_int_equal(cookie_of(xfed_queue_handed(&s.queue, 20)), 1);
    end(&s, xfed_queue_handed(&s.queue, 20));
    assert_int_equal(cookie_of(xfed_queue_handed(&s.queue, 20)), 2);
    end(&s, xfed_queue_handed(&s.queue, 20));
    assert_null(xfed_queue_handed(&s.queue, 20));

    /* The stream is lost: the third waits again, before the fourth and what comes later. */
    xfed_queue_unsend(&s.queue);
    add(&s, 5);
    for (uint64_t cookie = 3; cookie <= 5; cookie++) {
        assert_int_equal(cookie_of(xfed_queue_unsent(&s.queue)), cookie);
        assert_null(xfed_queue_handed(&s.queue, 1000 + cookie - 1));
        xfed_queue_sent(&s.queue, 1000 + cookie);
        assert_int_equal(cookie_of(xfed_queue_handed(&s.queue, 1000 + cookie)), cookie);
        end(&s, xfed_queue_first(&s.queue));
    }
    assert_true(xfed_queue_empty(&s.queue));
    assert_int_equal(s.queue.bytes, 0);
    teardown(&s);
}

static void test_remove_unsent(void **state)
{
    struct scene s;
    (void)state;

    setup(&s);
    add(&s, 1);
    add(&s, 2);
    add(&s, 3);
    xfed_queue_sent(&s.queue, 10);
    /* The second, which no stream takes, goes; the others keep their places. */
    end(&s, xfed_queue_unsent(&s.queue));
    assert_int_equal(cookie_of(xfed_queue_unsent(&s.queue)), 3);
    assert_int_equal(cookie_of(xfed_queue_first(&s.queue)), 1);
    end(&s, xfed_queue_unsent(&s.queue));
    assert_null(xfed_queue_unsent(&s.queue));
    add(&s, 4);
    assert_int_equal(cookie_of(xfed_queue_unsent(&s.queue)), 4);
    teardown(&s);
}

static void test_limits(void **state)
{
    struct scene s;
    struct xfed_queued *q;
    (void)state;

    setup(&s);
    q = stanza(&s, 1);
    assert_true(q->bytes > 0);
    assert_int_equal(xfed_queue_add(&s.queue, q, 0, 1 << 20), XMPPFED_ERR_LIMIT_QUEUE);
    assert_int_equal(xfed_queue_add(&s.queue, q, 1, q->bytes - 1), XMPPFED_ERR_LIMIT_QUEUE);
    assert_int_equal(xfed_queue_add(&s.queue, q, 1, q->bytes), 0);
    q = stanza(&s, 2);
    assert_int_equal(xfed_queue_add(&s.queue, q, 1, 1 << 20), XMPPFED_ERR_LIMIT_QUEUE);
    assert_int_equal(xfed_queue_add(&s.queue, q, 2, 2 * q->bytes - 1), XMPPFED_ERR_LIMIT_QUEUE);
    assert_int_equal(xfed_queue_add(&s.queue, q, 2, 2 * q->bytes), 0);
    assert_int_equal(s.queue.count, 2);
    teardown(&s);
}

static void test_no_memory(void **state)
{
    struct scene s;
    xmppfed_element *e;
    (void)state;

    setup(&s);
    e = xmppfed_element_new(s.ctx, "message", XMPPFED_NS_SERVER);
    s.memory.fail_at = s.memory.calls + 1;
    assert_null(xfed_queued_new(s.ctx, e, NULL));
    xmppfed_element_free(e);
    teardown(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_remove_unsent),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests_name("federation/queue", tests, NULL, NULL);
}
