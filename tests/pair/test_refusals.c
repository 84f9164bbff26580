/* test_refusals.c - a partner that ends the stream when it sees EXTERNAL is reached by dialback. */
#include "scene.h"

#include "connection/connection.h"
#include "federation/link.h"

static struct scene *now_playing;

/* Lets each stream that fabrikam.example accepts end when <auth/> comes. */
static void spoil(struct loop_side *side, const xmppfed_event *ev)
{
    struct xfed_map_cursor cursor = {0};
    void *value;

    (void)side;
    if (xmppfed_event_kind(ev) != XMPPFED_EVENT_OUTPUT)
        return;
    while (xfed_map_next(&now_playing->fabrikam->fed->links, &cursor, NULL, &value)) {
        struct xfed_link *link = value;

        if (link->direction == XMPPFED_INBOUND && link->connection)
            link->connection->negotiation.sasl_tries = XFED_SASL_TRIES;
    }
}

static void open_scene(struct scene *s, bool dialback)
{
    scene_init(s, BY_EXTERNAL);
    for (int i = 0; i < 2; i++) {
        struct loop_side *side = i == 0 ? s->contoso : s->fabrikam;
        struct loop_side *other = i == 0 ? s->fabrikam : s->contoso;
        const struct loop_partner partners[] = {{.domain = other->domain,
                                                 .type = XMPPFED_PARTNER_FEDERATED,
                                                 .number = other->number,
                                                 /* Nobody goes back to an idle stream. */
                                                 .bidi = XMPPFED_BIDI_NEVER,
                                                 .no_dialback = !dialback},
                                                {.domain = NULL}};

        loop_policy(side, partners);
    }
    now_playing = s;
    s->contoso->on_event = spoil;
}

static int proof(const struct scene *s)
{
    const struct loop_event *up = loop_event(s->contoso, XMPPFED_EVENT_STREAM_UP, 0);

    return up ? up->proof : XMPPFED_PROOF_NONE;
}

/* The stanza waits for the second stream, which is by dialback; so is the third, at once. */
static void test_redial(void **state)
{
    const struct loop_event *down;
    struct scene s;

    (void)state;
    open_scene(&s, true);
    scene_say(&s, "Hello", 1);
    loop_advance(&s.loop, 5000);
    assert_int_equal(loop_outcome(s.contoso, 1), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(proof(&s), XMPPFED_PROOF_DIALBACK_TLS);
    down = loop_event(s.contoso, XMPPFED_EVENT_STREAM_DOWN, 0);
    assert_non_null(down);
    assert_non_null(strstr(down->text, "refused our certificate"));
    assert_non_null(strstr(down->text, "policy-violation"));
    loop_cut(s.contoso);
    loop_run(&s.loop);
    loop_forget(s.contoso);
    scene_say(&s, "Hello again", 2);
    loop_run(&s.loop);
    assert_int_equal(loop_outcome(s.contoso, 2), XMPPFED_OUTCOME_ACKNOWLEDGED);
    assert_int_equal(proof(&s), XMPPFED_PROOF_DIALBACK_TLS);
    assert_null(loop_event(s.contoso, XMPPFED_EVENT_STREAM_DOWN, 0));
    /* An hour later EXTERNAL is tried again. */
    loop_cut(s.contoso);
    loop_run(&s.loop);
    loop_forget(s.contoso);
    s.contoso->on_event = NULL;
    loop_advance(&s.loop, 61 * 60 * 1000);
    scene_say(&s, "And again", 3);
    loop_advance(&s.loop, 5000);
    assert_int_equal(proof(&s), XMPPFED_PROOF_PKIX);
    scene_fini(&s);
}

/* Where the record asks for SASL the failure stays one. */
static void test_no_dialback(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s, false);
    scene_say(&s, "Hello", 1);
    loop_advance(&s.loop, 70 * 1000);
    assert_int_equal(proof(&s), XMPPFED_PROOF_NONE);
    assert_true(loop_outcome(s.contoso, 1) == XMPPFED_OUTCOME_BOUNCED ||
                loop_outcome(s.contoso, 1) == XMPPFED_OUTCOME_EXPIRED);
    assert_int_equal(s.contoso->fed->refusals.known.count, 0);
    scene_fini(&s);
}

/* Cutting the connection, which anybody on the path can do, does not turn EXTERNAL off. */
static void cut_at_auth(struct loop_side *side, const xmppfed_event *ev)
{
    struct xfed_map_cursor cursor = {0};
    void *value;

    if (xmppfed_event_kind(ev) != XMPPFED_EVENT_OUTPUT)
        return;
    while (xfed_map_next(&side->fed->links, &cursor, NULL, &value)) {
        struct xfed_link *link = value;

        if (link->connection && link->connection->negotiation.state == XFED_STATE_I_AUTH)
            xmppfed_connection_transport_closed(link->connection);
    }
}

static void test_cut(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s, true);
    s.contoso->on_event = cut_at_auth;
    scene_say(&s, "Hello", 1);
    loop_advance(&s.loop, 5000);
    assert_int_equal(proof(&s), XMPPFED_PROOF_NONE);
    assert_non_null(loop_event(s.contoso, XMPPFED_EVENT_STREAM_DOWN, 0));
    assert_int_equal(s.contoso->fed->refusals.known.count, 0);
    s.contoso->on_event = NULL;
    loop_advance(&s.loop, 50 * 1000);
    assert_int_equal(proof(&s), XMPPFED_PROOF_PKIX);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_redial),
        cmocka_unit_test(test_no_dialback),
        cmocka_unit_test(test_cut),
    };

    return cmocka_run_group_tests_name("pair/refusals", tests, NULL, NULL);
}
