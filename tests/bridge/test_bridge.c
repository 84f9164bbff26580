/* test_bridge.c - what goes to which part, and what is refused because it is no part's. */
#include "bridge/fixture.h"

/* Queries are refused (RFC 6120 8.4), answers to nothing are nobody's. */
static void test_iq(void **state)
{
    struct fixture *f = *state;

    fixture_stanza(f, "<iq type='get' id='1' from='" BOB "' to='" ALICE "'/>");
    expect_out(f, "get", "xmpp <iq*type='error'*service-unavailable*</iq>\n");
    fixture_stanza(f, "<iq type='set' id='1' from='" BOB "' to='" ALICE "'/>");
    expect_out(f, "set", "xmpp <iq*type='error'*service-unavailable*</iq>\n");
    fixture_stanza(f, "<iq type='result' id='1' from='" BOB "' to='" ALICE "'/>");
    fixture_stanza(f, "<iq type='error' id='1' from='" BOB "' to='" ALICE "'/>");
    expect_out(f, "result and error", "");
}

/* A request of a method that no part knows. */
static void test_method(void **state)
{
    struct bridge_request request = {.sip = translate_sip_empty(), .handle = (void *)(uintptr_t)7};
    struct fixture *f = *state;

    request.sip.method = xmppfed_slice_of("INVITE");
    bridge_take_request(f->bridge, &request, f->now);
    expect_out(f, "INVITE", "answer 7 405 \n");
}

/* A response to a request of another run, as after a restart within a server, is nobody's. */
static void test_token(void **state)
{
    struct bridge_response response = {.response = {.status = 404}};
    struct fixture *f = *state;

    for (uint64_t part = 0; part < 4; part++)
        bridge_take_response(f->bridge, UINT64_C(0x1000000) << 40 | part, &response, f->now);
    expect_out(f, "another run", "");
}

/* Reports wait for the link, go in their order, and are forgotten when they are acknowledged. */
static void test_reports(void **state)
{
    struct fixture *f = *state;

    fixture_on_disk(f);
    fixture_link(f, false);
    fixture_stanza(f, "<iq type='get' id='1' from='" BOB "' to='" ALICE "'/>");
    fixture_stanza(f, "<iq type='get' id='2' from='" BOB "' to='" ALICE "'/>");
    expect_out(f, "down", "");
    f->hold = true;
    fixture_crash(f, true);
    expect_out(f, "up", "xmpp <iq*id='1'*\nxmpp <iq*id='2'*</iq>\n");
    bridge_acknowledged(f->bridge, 1, f->now);
    fixture_link(f, false);
    fixture_link(f, true);
    expect_out(f, "the second is not acknowledged", "xmpp <iq*id='2'*</iq>\n");
    fixture_crash(f, true);
    expect_out(f, "nor after a crash", "xmpp <iq*id='2'*</iq>\n");
    bridge_acknowledged(f->bridge, 1, f->now);
    fixture_crash(f, true);
    expect_out(f, "no more", "");
}

/* The link takes no more for a moment: what waits goes with the next tick. */
static void test_slow_link(void **state)
{
    struct fixture *f = *state;

    f->send_rc = XMPPFED_ERR_LIMIT_QUEUE;
    fixture_stanza(f, "<iq type='get' id='1' from='" BOB "' to='" ALICE "'/>");
    expect_out(f, "full", "");
    f->send_rc = 0;
    fixture_wait(f, 100);
    expect_out(f, "free", "xmpp <iq*id='1'*</iq>\n");
}

/* More reports than the window: each once, in order. */
static void test_many_reports(void **state)
{
    enum { MANY = 600 };
    struct fixture *f = *state;
    char xml[128];

    f->hold = true;
    fixture_link(f, false);
    for (int i = 0; i < MANY; i++) {
        snprintf(xml, sizeof(xml), "<iq type='get' id='%d' from='" BOB "' to='" ALICE "'/>", i);
        fixture_stanza(f, xml);
    }
    fixture_link(f, true);
    for (uint64_t last = 0; f->number > last;) {
        last = f->number;
        f->out_len = 0;
        f->stanza_count = 0;
        bridge_acknowledged(f->bridge, last, f->now);
    }
    assert_int_equal(f->number, MANY);
}

/* So many reports wait that nothing more is taken; none of them is dropped. */
static void test_full(void **state)
{
    enum { MANY = 10000 };
    struct fixture *f = *state;
    char xml[128];

    f->send_rc = XMPPFED_ERR_LIMIT_QUEUE;
    for (int i = 0; i < MANY; i++) {
        snprintf(xml, sizeof(xml), "<iq type='get' id='%d' from='" BOB "' to='" ALICE "'/>", i);
        fixture_stanza(f, xml);
    }
    expect_out(f, "all are kept", "");
    fixture_message(f, 1, "c", ALICE, BOB, "x");
    expect_out(f, "from SIP", "answer 1 503 \n");
    fixture_stanza(f, "<message id='m' from='" BOB "' to='" ALICE "'><body>x</body></message>");
    expect_out(f, "from XMPP", "tell a report was lost: too many wait\n");
    f->send_rc = 0;
    f->hold = true;
    bridge_tick(f->bridge, f->now);
    assert_true(fits(f->ids[0], "0"));
    f->out_len = 0;
    f->out[0] = '\0';
    bridge_acknowledged(f->bridge, 1, f->now);
    assert_int_equal(count_lines(f, "xmpp <iq*"), 1);
    fixture_message(f, 2, "d", ALICE, BOB, "x");
    assert_int_equal(count_lines(f, "xmpp <message*"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_iq),      fixture_test(test_method),    fixture_test(test_token),
        fixture_test(test_reports), fixture_test(test_slow_link), fixture_test(test_many_reports),
        fixture_test(test_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
