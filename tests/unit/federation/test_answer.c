/* test_answer.c - the bucket of answers, and the words for refusals. */
#include "support.h"

#include "federation/answer.h"
#include "support/context.h"

static int take_all(struct xfed_bucket *b, xmppfed_time now)
{
    int count = 0;

    while (xfed_bucket_take(b, now))
        count++;
    return count;
}

static void test_bucket(void **state)
{
    static const struct {
        const char *name;
        xmppfed_time after; /* milliseconds since the row before */
        int tokens;
    } rows[] = {
        {"full at first", 0, 50},
        {"empty", 0, 0},
        {"a little time", 49, 0},
        {"the rest of a token", 1, 1},
        {"a second", 1000, 20},
        {"ten seconds fill it", 10000, 50},
        {"a year does not overflow", UINT64_C(31536000000), 50},
    };
    struct xfed_bucket b;
    xmppfed_time now = 5000;
    (void)state;

    xfed_bucket_init(&b, now);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int got;

        now += rows[i].after;
        got = take_all(&b, now);
        if (got != rows[i].tokens)
            fail_msg("%s: %d", rows[i].name, got);
    }
}

static void test_reason(void **state)
{
    xmppfed_decision d = {.reason_count = 0};
    char reason[XFED_REASON_SIZE];
    (void)state;

    assert_string_equal(xfed_answer_reason(&d, reason), "");
    d.reason_count = 2;
    d.reasons[0].rule = XMPPFED_RULE_FEDERATION_ON;
    d.reasons[1].rule = XMPPFED_RULE_PARTNER;
    assert_string_equal(xfed_answer_reason(&d, reason),
                        "this does not hold: the domain is in a partner record");
}

static void test_presence(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_element *e = xfed_answer_presence(ctx, "a@x.example", "b@y.example", "subscribed");
    (void)state;

    assert_non_null(e);
    assert_int_equal(xmppfed_element_is(e, "presence", XMPPFED_NS_SERVER), 1);
    assert_string_equal(xmppfed_element_attribute(e, "from"), "a@x.example");
    assert_string_equal(xmppfed_element_attribute(e, "to"), "b@y.example");
    assert_string_equal(xmppfed_element_attribute(e, "type"), "subscribed");
    xmppfed_element_free(e);
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bucket),
        cmocka_unit_test(test_reason),
        cmocka_unit_test(test_presence),
    };

    return cmocka_run_group_tests_name("federation/answer", tests, NULL, NULL);
}
