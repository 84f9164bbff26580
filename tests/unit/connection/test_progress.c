/* test_progress.c - what a host is told of a stream that it opened; with TLS in tests/pair. */
#include "fixture.h"

static xmppfed_progress look(struct fixture *f)
{
    xmppfed_progress p = {.size = sizeof(p)};

    assert_int_equal(xmppfed_connection_progress(f->c, &p), 0);
    assert_int_equal(p.size, sizeof(p));
    return p;
}

#define FEATURES "<stream:features><dialback xmlns='urn:xmpp:features:dialback'/></stream:features>"
#define STARTTLS \
    "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"
#define HOST_UNKNOWN \
    "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
#define NOT_VALID "<db:result from='fabrikam.example' to='contoso.example' type='invalid'/>"
#define NOT_FOUND                                                           \
    "<db:result from='fabrikam.example' to='contoso.example' type='error'>" \
    "<error type='cancel'><item-not-found "                                 \
    "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></db:result>"

/* The stage stays what it was when a stream ends there. */
static const struct {
    const char *name;
    const char *received[3];
    xmppfed_progress seen;
} rows[] = {
    {"nothing", {NULL}, {.stage = XMPPFED_STAGE_HEADER, .condition = ""}},
    {"no XMPP", {"HTTP/1.1 400 Bad Request"}, {.stage = XMPPFED_STAGE_HEADER, .condition = ""}},
    {"a header",
     {HEADER},
     {.stage = XMPPFED_STAGE_FEATURES, .peer_spoke = 1, .offers_dialback = 1, .condition = ""}},
    {"an error",
     {HEADER, HOST_UNKNOWN},
     {.stage = XMPPFED_STAGE_FEATURES,
      .peer_spoke = 1,
      .offers_dialback = 1,
      .condition = "host-unknown"}},
    {"a key was sent",
     {HEADER, FEATURES},
     {.stage = XMPPFED_STAGE_DIALBACK,
      .peer_spoke = 1,
      .offers_dialback = 1,
      .tried = XMPPFED_METHOD_DIALBACK_TCP,
      .condition = ""}},
    {"it is not valid",
     {HEADER, FEATURES, NOT_VALID},
     {.stage = XMPPFED_STAGE_DIALBACK,
      .peer_spoke = 1,
      .offers_dialback = 1,
      .tried = XMPPFED_METHOD_DIALBACK_TCP,
      .condition = ""}},
    {"it is refused",
     {HEADER, FEATURES, NOT_FOUND},
     {.stage = XMPPFED_STAGE_DIALBACK,
      .peer_spoke = 1,
      .offers_dialback = 1,
      .tried = XMPPFED_METHOD_DIALBACK_TCP,
      .condition = "item-not-found"}},
    {"up",
     {HEADER, FEATURES, VALID},
     {.stage = XMPPFED_STAGE_UP,
      .peer_spoke = 1,
      .offers_dialback = 1,
      .tried = XMPPFED_METHOD_DIALBACK_TCP,
      .condition = ""}},
    {"TLS is offered",
     {HEADER, STARTTLS},
     {.stage = XMPPFED_STAGE_DIALBACK,
      .peer_spoke = 1,
      .offers_tls = 1,
      .offers_dialback = 1,
      .tried = XMPPFED_METHOD_DIALBACK_TCP,
      .condition = ""}},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const xmppfed_progress *wanted = &rows[i].seen;
        xmppfed_progress seen;
        struct fixture f;

        fixture_open_initiator(&f);
        for (size_t n = 0; n < 3 && rows[i].received[n]; n++)
            (void)fixture_receive(&f, rows[i].received[n]);
        seen = look(&f);
        if (seen.stage != wanted->stage || seen.peer_spoke != wanted->peer_spoke ||
            seen.offers_tls != wanted->offers_tls || seen.offers_external != 0 ||
            seen.offers_dialback != wanted->offers_dialback || seen.tried != wanted->tried ||
            strcmp(seen.condition, wanted->condition) != 0 || !*seen.waiting || *seen.tls_version ||
            *seen.cipher)
            fail_msg("%s: stage %d spoke %d tls %d dialback %d tried %u condition '%s'",
                     rows[i].name, seen.stage, seen.peer_spoke, seen.offers_tls,
                     seen.offers_dialback, seen.tried, seen.condition);
        fixture_close(&f);
    }
}

static void test_misuse(void **state)
{
    xmppfed_progress p = {.size = sizeof(p)};
    xmppfed_certificate seen = {.size = sizeof(seen)};
    struct fixture f;
    int proof = 42;

    (void)state;
    fixture_open_initiator(&f);
    assert_int_equal(xmppfed_connection_progress(NULL, &p), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_connection_progress(f.c, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_connection_certificate(f.c, &seen, &proof, NULL), XMPPFED_ERR_STATE);
    assert_int_equal(xmppfed_connection_certificate(NULL, &seen, &proof, NULL),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_connection_certificate(f.c, NULL, &proof, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_connection_certificate(f.c, &seen, NULL, NULL), XMPPFED_ERR_ARGUMENT);
    p.size--;
    seen.size--;
    assert_int_equal(xmppfed_connection_progress(f.c, &p), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_connection_certificate(f.c, &seen, &proof, NULL),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(proof, 42);
    fixture_close(&f);
    fixture_open_receiver(&f);
    p.size++;
    assert_int_equal(xmppfed_connection_progress(f.c, &p), XMPPFED_ERR_ARGUMENT);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_misuse)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
