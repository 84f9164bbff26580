/* test_negotiation.c - two connections negotiate while one allocation after another fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/context.h"
#include "support/sites.h"
#include "support/stream_pair.h"

#define CONTOSO "contoso.example"
#define FABRIKAM "fabrikam.example"

struct scene {
    struct alloc_fail memory;
    xmppfed_context *ctx;
    xmppfed_site *contoso;
    xmppfed_site *fabrikam;
};

/* A row of the matrix on both sides, or a secret that they share. */
enum { SECRET_ROW = 0 };

static struct test_partner record(const char *domain, unsigned row)
{
    if (row == SECRET_ROW)
        return (struct test_partner){.domain = domain, .secret = "correct-horse-battery"};
    return test_matrix_row(domain, row);
}

static void open_scene(struct scene *s, unsigned row)
{
    memset(s, 0, sizeof(*s));
    s->ctx = test_context_counted(&s->memory);
    s->contoso = test_site(s->ctx, CONTOSO, "contoso", record(FABRIKAM, row));
    s->fabrikam = test_site(s->ctx, FABRIKAM, "fabrikam", record(CONTOSO, row));
}

static void close_scene(struct scene *s)
{
    xmppfed_site_unref(s->contoso);
    xmppfed_site_unref(s->fabrikam);
    test_context_counted_free(s->ctx, &s->memory);
}

/* Negotiation, a stanza and the close; true if the stanza came through. */
static bool play(struct scene *s, struct stream_pair *p)
{
    xmppfed_element *e;

    stream_pair_start(p, s->ctx, s->contoso, s->fabrikam, XMPPFED_PURPOSE_STANZAS);
    if (!p->initiator || !p->receiver)
        return false;
    stream_pair_run(p);
    e = xmppfed_element_new(s->ctx, "message", XMPPFED_NS_SERVER);
    xmppfed_element_set_attribute(e, "from", "romeo@" CONTOSO);
    xmppfed_element_set_attribute(e, "to", "juliet@" FABRIKAM);
    if (e)
        (void)!xmppfed_connection_send(p->initiator, e, NULL);
    xmppfed_element_free(e);
    stream_pair_run(p);
    xmppfed_connection_close(p->initiator, 0, NULL);
    stream_pair_run(p);
    return seen_find(&p->at_receiver, XMPPFED_EVENT_STANZA) != NULL;
}

/* However it ended: nothing half-done was told to the host, and both know that it is over. */
static void check_end(const struct seen *seen, size_t n, const char *who)
{
    size_t downs = 0;

    for (size_t i = 0; i < seen->count; i++) {
        const struct seen_event *ev = &seen->events[i];

        downs += ev->kind == XMPPFED_EVENT_STREAM_DOWN;
        if (ev->kind == XMPPFED_EVENT_STREAM_UP && ev->proof.kind == XMPPFED_PROOF_NONE)
            fail_msg("allocation %zu: %s is up without a proof", n, who);
        if (ev->kind == XMPPFED_EVENT_DIALBACK_CHECK && ev->id[0] == '\0')
            fail_msg("allocation %zu: %s has half an event", n, who);
    }
    if (downs != 1)
        fail_msg("allocation %zu: %s went down %zu times", n, who, downs);
}

static void fail_each(unsigned row, int proof, enum dialled dialled)
{
    size_t total = 0;

    for (size_t n = 0; n == 0 || n <= total; n++) {
        struct stream_pair p = {.dialled = dialled};
        struct scene s;
        size_t before, live;
        bool passed;

        open_scene(&s, row);
        before = s.memory.calls;
        live = s.memory.live;
        s.memory.fail_at = n ? before + n : 0;
        passed = play(&s, &p);
        if (n == 0) {
            assert_true(passed);
            assert_int_equal(seen_find(&p.at_receiver, XMPPFED_EVENT_STREAM_UP)->proof.kind, proof);
            total = s.memory.calls - before;
            assert_true(total > 50);
        }
        s.memory.fail_at = 0;
        if (p.initiator && p.receiver) {
            /* The transport goes down with whoever could not go on. */
            xmppfed_connection_transport_closed(p.initiator);
            xmppfed_connection_transport_closed(p.receiver);
            stream_pair_take(&p, p.initiator, &p.at_initiator);
            stream_pair_take(&p, p.receiver, &p.at_receiver);
            check_end(&p.at_initiator, n, "the initiator");
            check_end(&p.at_receiver, n, "the receiver");
        }
        stream_pair_stop(&p);
        if (s.memory.live != live)
            fail_msg("allocation %zu: %zu blocks were left", n, s.memory.live - live);
        close_scene(&s);
    }
}

static void test_external(void **state)
{
    (void)state;
    fail_each(8, XMPPFED_PROOF_PKIX, DIAL_STARTTLS);
}

static void test_secret(void **state)
{
    (void)state;
    fail_each(SECRET_ROW, XMPPFED_PROOF_SHARED_SECRET, DIAL_STARTTLS);
}

static void test_dialback_in_tls(void **state)
{
    (void)state;
    fail_each(13, XMPPFED_PROOF_DIALBACK_TLS, DIAL_STARTTLS);
}

static void test_dialback_on_tcp(void **state)
{
    (void)state;
    fail_each(17, XMPPFED_PROOF_DIALBACK_TCP, DIAL_STARTTLS);
}

static void test_direct(void **state)
{
    (void)state;
    fail_each(8, XMPPFED_PROOF_PKIX, DIAL_DIRECT);
    fail_each(8, XMPPFED_PROOF_PKIX, DIAL_DIRECT_SHARED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_external),        cmocka_unit_test(test_secret),
        cmocka_unit_test(test_dialback_in_tls), cmocka_unit_test(test_dialback_on_tcp),
        cmocka_unit_test(test_direct),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
