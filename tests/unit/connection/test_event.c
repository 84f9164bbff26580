/* test_event.c - events: making, queueing, reading. */
#include "fixture.h"

static void test_fields(void **state)
{
    struct fixture f;
    xmppfed_event *ev;
    xmppfed_element *e;

    (void)state;
    fixture_open(&f);
    ev = xfed_event_new(f.ctx, XMPPFED_EVENT_STANZA, CONTOSO, NULL);
    assert_int_equal(xmppfed_event_kind(ev), XMPPFED_EVENT_STANZA);
    assert_string_equal(xmppfed_event_local(ev), CONTOSO);
    assert_string_equal(xmppfed_event_remote(ev), "");
    assert_string_equal(xmppfed_event_text(ev), "");
    assert_true(xfed_event_set(ev, &ev->text, "one"));
    assert_true(xfed_event_set(ev, &ev->text, "two"));
    assert_true(xfed_event_set(ev, &ev->id, "i"));
    assert_true(xfed_event_set(ev, &ev->key, "k"));
    assert_string_equal(xmppfed_event_text(ev), "two");
    assert_string_equal(xmppfed_event_id(ev), "i");
    assert_string_equal(xmppfed_event_key(ev), "k");
    assert_true(xfed_event_set(ev, &ev->text, NULL));
    assert_string_equal(xmppfed_event_text(ev), "");
    ev->link = 7;
    ev->token = 8;
    ev->code = -9;
    ev->direction = XMPPFED_INBOUND;
    ev->contact = XMPPFED_CONTACT_ADDED;
    ev->outcome = XMPPFED_OUTCOME_HANDED;
    assert_int_equal(xmppfed_event_link(ev), 7);
    assert_int_equal(xmppfed_event_token(ev), 8);
    assert_int_equal(xmppfed_event_code(ev), -9);
    assert_int_equal(xmppfed_event_direction(ev), XMPPFED_INBOUND);
    assert_int_equal(xmppfed_event_contact(ev), XMPPFED_CONTACT_ADDED);
    assert_int_equal(xmppfed_event_outcome(ev), XMPPFED_OUTCOME_HANDED);
    /* What an event of this kind may have is there only if somebody put it there. */
    assert_null(xmppfed_event_proof(ev));
    assert_null(xmppfed_event_decision(ev));
    assert_null(xmppfed_event_endpoint(ev));
    assert_null(xmppfed_event_query(ev));
    ev->has_proof = true;
    assert_ptr_equal(xmppfed_event_proof(ev), &ev->proof);
    ev->element = fixture_message(&f, "a", "b");
    e = xmppfed_event_take_element(ev);
    assert_string_equal(xmppfed_element_name(e), "message");
    assert_null(xmppfed_event_take_element(ev));
    assert_null(xmppfed_event_element(ev));
    xfed_event_free(ev);
    xmppfed_element_free(e);
    fixture_close(&f);
}

static void test_no_event(void **state)
{
    (void)state;
    assert_int_equal(xmppfed_event_kind(NULL), 0);
    assert_int_equal(xmppfed_event_link(NULL), 0);
    assert_int_equal(xmppfed_event_code(NULL), 0);
    assert_string_equal(xmppfed_event_local(NULL), "");
    assert_string_equal(xmppfed_event_key(NULL), "");
    assert_null(xmppfed_event_element(NULL));
    assert_null(xmppfed_event_take_element(NULL));
    assert_null(xmppfed_event_proof(NULL));
    xfed_event_free(NULL);
}

static void test_queue(void **state)
{
    struct xfed_event_queue q;
    struct fixture f;

    (void)state;
    fixture_open(&f);
    xfed_event_queue_init(&q);
    assert_null(xfed_event_queue_pop(&q));
    for (int kind = 1; kind <= 4; kind++)
        xfed_event_queue_push(&q, xfed_event_new(f.ctx, kind, CONTOSO, FABRIKAM));
    for (int kind = 1; kind <= 3; kind++)
        assert_int_equal(xfed_event_queue_pop(&q)->kind, kind);
    xfed_event_queue_fini(&q); /* frees the one handed out and the one that waits */
    assert_null(xfed_event_queue_pop(&q));
    fixture_close(&f);
}

static void test_no_memory(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    for (size_t n = 1; n <= 3; n++) {
        f.memory.fail_at = f.memory.calls + n;
        assert_null(xfed_event_new(f.ctx, XMPPFED_EVENT_STANZA, CONTOSO, FABRIKAM));
    }
    fixture_close(&f);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(xmppfed_event_name(XMPPFED_EVENT_STREAM_UP), "STREAM_UP");
    assert_string_equal(xmppfed_event_name(XMPPFED_EVENT_REFUSED), "REFUSED");
    assert_string_equal(xmppfed_event_name(0), "UNKNOWN");
    assert_string_equal(xmppfed_proof_name(XMPPFED_PROOF_PKIX), "PKIX");
    assert_string_equal(xmppfed_proof_name(99), "UNKNOWN");
    assert_string_equal(xmppfed_outcome_name(XMPPFED_OUTCOME_BOUNCED), "BOUNCED");
    assert_string_equal(xmppfed_outcome_name(0), "UNKNOWN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields), cmocka_unit_test(test_no_event),
        cmocka_unit_test(test_queue),  cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
