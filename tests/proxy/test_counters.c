/* test_counters.c - what happens is counted under its labels, and nothing falls outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <xmppfed/context.h>
#include <xmppfed/stream.h>

#include "proxy/observe/counters.h"

#define IN 0
#define OUT 1

static uint64_t sum(const uint64_t *counts, size_t n)
{
    uint64_t total = 0;

    while (n > 0)
        total += counts[--n];
    return total;
}

static void streams(void **state)
{
    struct counters c;
    xmppfed_proof proof = {.kind = XMPPFED_PROOF_PKIX, .tls_version = "TLS1.3"};

    (void)state;
    counters_init(&c);
    counters_proved(&c, XMPPFED_INBOUND, &proof);
    proof = (xmppfed_proof){.kind = XMPPFED_PROOF_DIALBACK_TCP};
    counters_proved(&c, XMPPFED_OUTBOUND, &proof);
    proof = (xmppfed_proof){.kind = 99, .tls_version = "TLS9.9"};
    counters_proved(&c, XMPPFED_OUTBOUND, &proof);
    assert_int_equal(c.proved[IN][XMPPFED_PROOF_PKIX][2], 1);
    assert_int_equal(c.proved[OUT][XMPPFED_PROOF_DIALBACK_TCP][0], 1);
    assert_int_equal(c.proved[OUT][0][TLS_VERSIONS - 1], 1);
    proof = (xmppfed_proof){.kind = XMPPFED_PROOF_SHARED_SECRET, .tls_version = "TLS1.3"};
    counters_proved(&c, XMPPFED_INBOUND, &proof);
    assert_int_equal(c.proved[IN][XMPPFED_PROOF_SHARED_SECRET][2], 1);
    assert_int_equal(sum(&c.proved[0][0][0], (size_t)DIRECTIONS * METHODS * TLS_VERSIONS), 4);
    /* Each has a name to be shown by, and the next kind of proof has no place yet. */
    for (int method = 0; method < METHODS; method++)
        assert_string_not_equal(xmppfed_proof_name(method), "UNKNOWN");
    assert_string_equal(xmppfed_proof_name(METHODS), "UNKNOWN");
    counters_set_up(&c, XMPPFED_INBOUND, 30);
    assert_int_equal(c.setup[IN].sum, 30000);
    assert_int_equal(sum(c.setup[IN].counts, HISTOGRAM_BOUNDS + 1), 1);
    assert_int_equal(sum(c.setup[OUT].counts, HISTOGRAM_BOUNDS + 1), 0);
    counters_decided(&c, XMPPFED_OUTBOUND, 1499);
    assert_int_equal(c.decision[OUT].sum, 1);
}

/* Every error of the library has its place, by its name. */
static void causes(void **state)
{
    static const struct {
        const char *name;
        int code;
    } rows[] = {{"none", 0},
#define X(name, value, condition, sentence) {#name, value},
                XMPPFED_ERROR_MAP(X)
#undef X
    };
    size_t i;

    (void)state;
    assert_int_equal(sizeof(rows) / sizeof(rows[0]), CAUSE_COUNT);
    for (i = 0; i < CAUSE_COUNT; i++) {
        struct counters c;

        print_message("# %s\n", rows[i].name);
        counters_init(&c);
        counters_down(&c, XMPPFED_INBOUND, rows[i].code, false);
        counters_down(&c, XMPPFED_OUTBOUND, rows[i].code, true);
        assert_string_equal(label_causes[i], rows[i].name);
        /* Who only came to ask about a dialback key has not failed. */
        assert_int_equal(c.failed[IN][i], rows[i].code < 0);
        assert_int_equal(c.ended[IN][i], rows[i].code == 0);
        assert_int_equal(c.ended[OUT][i], 1);
        assert_int_equal(sum(c.failed[0], (size_t)DIRECTIONS * CAUSE_COUNT) +
                             sum(c.ended[0], (size_t)DIRECTIONS * CAUSE_COUNT),
                         2);
        if (rows[i].code < 0)
            assert_string_equal(xmppfed_error_name(rows[i].code), rows[i].name);
    }
}

/* Each condition that the library makes an error of is counted under its own name. */
static void bounces(void **state)
{
    xmppfed_context *ctx;
    xmppfed_element *stanza;
    size_t i;

    (void)state;
    assert_int_equal(xmppfed_context_new(NULL, &ctx), 0);
    stanza = xmppfed_element_new(ctx, "message", "jabber:server");
    xmppfed_element_set_attribute(stanza, "from", "a@contoso.example");
    xmppfed_element_set_attribute(stanza, "to", "b@fabrikam.example");
    xmppfed_element_add_child(stanza, "body", "jabber:server");
    for (i = 0; i < CONDITIONS - 1; i++) {
        xmppfed_element *error = xmppfed_stanza_error(stanza, label_conditions[i], "a text");
        struct counters c;

        print_message("# %s\n", label_conditions[i]);
        assert_non_null(error);
        counters_init(&c);
        counters_outcome(&c, XMPPFED_OUTCOME_BOUNCED, error);
        assert_int_equal(c.outcomes[XMPPFED_OUTCOME_BOUNCED], 1);
        assert_int_equal(c.bounces[OUT][i], 1);
        assert_int_equal(sum(c.bounces[0], (size_t)DIRECTIONS * CONDITIONS), 1);
        xmppfed_element_free(error);
    }
    xmppfed_element_free(stanza);
    xmppfed_context_unref(ctx);
}

static void what_is_not_known(void **state)
{
    struct counters c;

    (void)state;
    counters_init(&c);
    counters_bounced(&c, XMPPFED_INBOUND, "");
    assert_int_equal(sum(c.bounces[0], (size_t)DIRECTIONS * CONDITIONS), 0);
    counters_bounced(&c, XMPPFED_INBOUND, "made-up-by-a-peer");
    assert_int_equal(c.bounces[IN][CONDITIONS - 1], 1);
    counters_outcome(&c, 0, NULL);
    counters_outcome(&c, OUTCOMES + 1, NULL);
    assert_int_equal(sum(c.outcomes, OUTCOMES + 1), 0);
    counters_outcome(&c, XMPPFED_OUTCOME_HANDED, NULL);
    assert_int_equal(sum(c.outcomes, OUTCOMES + 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams),
        cmocka_unit_test(causes),
        cmocka_unit_test(bounces),
        cmocka_unit_test(what_is_not_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
