/* test_pairs.c - the bounded set of domain pairs. */
#include "fixture.h"

#include <stdio.h>

#include "support/context.h"

static void test_add_find_remove(void **state)
{
    struct fixture f;
    struct xfed_pairs p;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, 0);
    xfed_pairs_init(&p, f.ctx);
    assert_null(xfed_pairs_find(&p, "a.example", "b.example"));
    assert_false(xfed_pairs_remove(&p, "a.example", "b.example"));
    assert_int_equal(xfed_pairs_add(&p, "a.example", "b.example", XMPPFED_METHOD_DIALBACK_TLS), 0);
    assert_int_equal(xfed_pairs_add(&p, "a.example", "c.example", XMPPFED_METHOD_DIALBACK_TCP), 0);
    assert_int_equal(p.count, 2);
    assert_int_equal(xfed_pairs_find(&p, "a.example", "b.example")->method,
                     XMPPFED_METHOD_DIALBACK_TLS);
    /* The order counts: a pair is not its own mirror image. */
    assert_null(xfed_pairs_find(&p, "b.example", "a.example"));
    assert_true(xfed_pairs_remove(&p, "a.example", "b.example"));
    assert_null(xfed_pairs_find(&p, "a.example", "b.example"));
    assert_non_null(xfed_pairs_find(&p, "a.example", "c.example"));
    assert_int_equal(p.count, 1);
    xfed_pairs_fini(&p);
    assert_int_equal(p.count, 0);
    fixture_close(&f);
}

static void test_settle(void **state)
{
    struct fixture f;
    struct xfed_pairs p;

    (void)state;
    fixture_open(&f, XFED_INITIATOR, 0);
    xfed_pairs_init(&p, f.ctx);
    assert_int_equal(xfed_pairs_add(&p, "a.example", "b.example", 0), 0);
    assert_int_equal(xfed_pairs_add(&p, "a.example", "c.example", 0), 0);
    xfed_pairs_settle(&p, "a.example", "c.example", XFED_PAIR_REFUSED);
    xfed_pairs_settle(&p, "b.example", "a.example", XMPPFED_METHOD_DIALBACK_TLS);
    assert_int_equal(xfed_pairs_find(&p, "a.example", "b.example")->method, 0);
    assert_int_equal(xfed_pairs_find(&p, "a.example", "c.example")->method, XFED_PAIR_REFUSED);
    assert_int_equal(p.count, 2);
    xfed_pairs_fini(&p);
    fixture_close(&f);
}

static void test_adding_again_sets_the_method(void **state)
{
    struct fixture f;
    struct xfed_pairs p;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, 0);
    xfed_pairs_init(&p, f.ctx);
    assert_int_equal(xfed_pairs_add(&p, "a.example", "b.example", XMPPFED_METHOD_DIALBACK_TLS), 0);
    assert_int_equal(xfed_pairs_add(&p, "a.example", "b.example", XMPPFED_METHOD_EXTERNAL), 0);
    assert_int_equal(xfed_pairs_add(&p, "a.example", "b.example", XMPPFED_METHOD_DIALBACK_TLS), 0);
    assert_int_equal(xfed_pairs_find(&p, "a.example", "b.example")->method,
                     XMPPFED_METHOD_EXTERNAL);
    assert_int_equal(p.count, 1);
    assert_int_equal(xfed_pairs_find(&p, "a.example", "b.example")->method,
                     XMPPFED_METHOD_EXTERNAL);
    xfed_pairs_fini(&p);
    fixture_close(&f);
}

/* Only a certificate speaks for the peer towards all of our domains. */
static void test_find_external(void **state)
{
    struct fixture f;
    struct xfed_pairs p;

    (void)state;
    fixture_open(&f, XFED_RECEIVER, 0);
    xfed_pairs_init(&p, f.ctx);
    assert_int_equal(xfed_pairs_add(&p, "a.example", "b.example", XMPPFED_METHOD_DIALBACK_TLS), 0);
    assert_null(xfed_pairs_find_sasl(&p, "b.example"));
    assert_int_equal(xfed_pairs_add(&p, "c.example", "b.example", XMPPFED_METHOD_EXTERNAL), 0);
    assert_string_equal(xfed_pairs_find_sasl(&p, "b.example")->local, "c.example");
    assert_null(xfed_pairs_find_sasl(&p, "a.example"));
    xfed_pairs_fini(&p);
    fixture_close(&f);
}

static void test_bound(void **state)
{
    struct fixture f;
    struct xfed_pairs p;
    char name[32];

    (void)state;
    fixture_open(&f, XFED_RECEIVER, 0);
    xfed_pairs_init(&p, f.ctx);
    for (int i = 0; i < XFED_PAIRS_MAX; i++) {
        snprintf(name, sizeof(name), "n%d.example", i);
        assert_int_equal(xfed_pairs_add(&p, "a.example", name, 0), 0);
    }
    assert_int_equal(xfed_pairs_add(&p, "a.example", "more.example", 0), XMPPFED_ERR_LIMIT_PENDING);
    assert_int_equal(xfed_pairs_add(&p, "a.example", "n3.example", 1), 0);
    assert_int_equal(p.count, XFED_PAIRS_MAX);
    xfed_pairs_fini(&p);
    fixture_close(&f);
}

static void test_no_memory(void **state)
{
    struct alloc_fail memory;
    xmppfed_context *ctx = test_context_counted(&memory);
    struct xfed_pairs p;

    (void)state;
    xfed_pairs_init(&p, ctx);
    memory.fail_at = memory.calls + 1;
    assert_int_equal(xfed_pairs_add(&p, "a.example", "b.example", 0), XMPPFED_ERR_NOMEM);
    assert_int_equal(p.count, 0);
    assert_null(xfed_pairs_find(&p, "a.example", "b.example"));
    xfed_pairs_fini(&p);
    test_context_counted_free(ctx, &memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add_find_remove),
        cmocka_unit_test(test_settle),
        cmocka_unit_test(test_adding_again_sets_the_method),
        cmocka_unit_test(test_find_external),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
