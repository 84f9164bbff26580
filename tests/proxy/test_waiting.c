/* test_waiting.c - stanzas that wait for hosts come out in order, domain by domain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "proxy/service/waiting.h"

static xmppfed_context *ctx;

static int setup(void **state)
{
    (void)state;
    return xmppfed_context_new(NULL, &ctx);
}

static int teardown(void **state)
{
    (void)state;
    xmppfed_context_unref(ctx);
    return 0;
}

#define MANY 1000

static const struct waiting_limits limits = {MANY, MANY * sizeof("<message id='000'/>")};

/* The list keeps a copy: the stanza is gone when this returns. */
static bool put(struct waiting_list *w, const char *domain, const char *id)
{
    xmppfed_element *e = xmppfed_element_new(ctx, "message", XMPPFED_NS_SERVER);
    bool kept;

    xmppfed_element_set_attribute(e, "id", id);
    kept = waiting_put(w, domain, e, 7, &limits);
    xmppfed_element_free(e);
    return kept;
}

static void assert_next(struct waiting_list *w, const char *domain, const char *id)
{
    const xmppfed_element *first = waiting_first(w, domain);
    uint64_t until = waiting_until(w, domain);
    xmppfed_element *e = waiting_take(w, domain);

    assert_ptr_equal(e, first);
    assert_true(until == (id ? 7 : UINT64_MAX));
    if (!id) {
        assert_null(e);
        return;
    }
    assert_non_null(e);
    assert_string_equal(xmppfed_element_attribute(e, "id"), id);
    xmppfed_element_free(e);
}

static void come_in_order(void **state)
{
    struct waiting_list w = {.ctx = ctx};

    (void)state;
    assert_next(&w, NULL, NULL);
    assert_true(put(&w, "a.example", "1"));
    assert_true(put(&w, "b.example", "2"));
    assert_true(put(&w, "a.example", "3"));
    assert_true(put(&w, "b.example", "4"));
    assert_next(&w, "c.example", NULL);
    assert_next(&w, "b.example", "2");
    assert_next(&w, "a.example", "1");
    assert_true(put(&w, "a.example", "5"));
    assert_next(&w, NULL, "3");
    assert_next(&w, "a.example", "5");
    assert_next(&w, "a.example", NULL);
    assert_next(&w, NULL, "4");
    assert_int_equal(w.count, 0);
    waiting_fini(&w);
}

static void are_not_without_end(void **state)
{
    struct waiting_list w = {.ctx = ctx};
    char id[16];
    int i;

    (void)state;
    for (i = 0; i < MANY; i++) {
        snprintf(id, sizeof(id), "%d", i);
        assert_true(put(&w, "a.example", id));
    }
    assert_false(put(&w, "a.example", "more"));
    assert_true(put(&w, "b.example", "of another"));
    assert_next(&w, "a.example", "0");
    assert_true(put(&w, "a.example", "last"));
    waiting_fini(&w);
    assert_next(&w, NULL, NULL);
}

/* A text of so many bytes takes as much room; what was taken out gives it back. */
static void are_not_too_large(void **state)
{
    struct waiting_list w = {.ctx = ctx};
    char large[MANY * sizeof("<message id='000'/>")];

    (void)state;
    memset(large, 'x', sizeof(large));
    large[sizeof(large) - 1] = '\0';
    assert_false(put(&w, "a.example", large));
    large[sizeof(large) - 100] = '\0';
    assert_true(put(&w, "a.example", large));
    assert_true(put(&w, "a.example", "small"));
    assert_false(put(&w, "a.example", large + sizeof(large) / 2));
    assert_next(&w, "a.example", large);
    assert_true(put(&w, "a.example", large + sizeof(large) / 2));
    waiting_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(come_in_order),
        cmocka_unit_test(are_not_without_end),
        cmocka_unit_test(are_not_too_large),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
