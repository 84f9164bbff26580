/* test_addresses.c - the domains of a stream stay those of its first header (RFC 6120 4.7). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "connection/connection.h"
#include "support/context.h"
#include "support/sites.h"
#include "support/stream_pair.h"

#define CONTOSO "contoso.example"
#define FABRIKAM "fabrikam.example"

/* Headers of one end, in order: on the bare transport, inside TLS, after SASL. */
enum { FIRST, AFTER_TLS, AFTER_SASL };

struct row {
    const char *name;
    bool liar_dials;
    unsigned header; /* the one in which it lies */
    const char *from;
    const char *to;
    bool accepted;
};

/* contoso.example dials; NULL is what is true, "" an absent attribute. */
static const struct row rows[] = {
    {.name = "nobody lies", .header = AFTER_TLS, .accepted = true},
    {.name = "initiator, after TLS, from",
     .liar_dials = true,
     .header = AFTER_TLS,
     .from = "evil.example"},
    {.name = "initiator, after TLS, to",
     .liar_dials = true,
     .header = AFTER_TLS,
     .to = "other.example"},
    {.name = "initiator, after SASL, from",
     .liar_dials = true,
     .header = AFTER_SASL,
     .from = "evil.example"},
    {.name = "initiator, after SASL, to",
     .liar_dials = true,
     .header = AFTER_SASL,
     .to = "other.example"},
    {.name = "initiator, after SASL, subdomain",
     .liar_dials = true,
     .header = AFTER_SASL,
     .from = "sub." CONTOSO},
    {.name = "initiator, after SASL, as A-label and in capitals",
     .liar_dials = true,
     .header = AFTER_SASL,
     .from = "CONTOSO.Example",
     .to = "Fabrikam.EXAMPLE",
     .accepted = true},
    {.name = "initiator, after TLS, absent",
     .liar_dials = true,
     .header = AFTER_TLS,
     .from = "",
     .to = "",
     .accepted = true},
    {.name = "initiator names itself after TLS alone",
     .liar_dials = true,
     .header = FIRST,
     .from = "",
     .accepted = true},
    {.name = "receiver, at first, from", .header = FIRST, .from = "evil.example"},
    {.name = "receiver, at first, to", .header = FIRST, .to = "evil.example"},
    {.name = "receiver, after TLS, from", .header = AFTER_TLS, .from = "evil.example"},
    {.name = "receiver, after TLS, to", .header = AFTER_TLS, .to = "evil.example"},
    {.name = "receiver, after SASL, from", .header = AFTER_SASL, .from = "evil.example"},
    {.name = "receiver, after SASL, to", .header = AFTER_SASL, .to = "evil.example"},
};

/* The port of the end that lies; the port has no room for more than the connection. */
static const struct row *current;
static unsigned headers_sent;

static int lie(void *user, const char *from, const char *to, const char *id)
{
    bool now = headers_sent++ == current->header;

    return xfed_connection_stream_port.send_header(user,
                                                   now && current->from ? current->from : from,
                                                   now && current->to ? current->to : to, id);
}

static const struct seen_event *down(const struct seen *seen)
{
    return seen_find(seen, XMPPFED_EVENT_STREAM_DOWN);
}

/* The other end refuses it, says why, and is not up after SASL with other domains than before. */
static void check(const struct stream_pair *p)
{
    const struct seen *liar = current->liar_dials ? &p->at_initiator : &p->at_receiver;
    const struct seen *other = current->liar_dials ? &p->at_receiver : &p->at_initiator;

    if (current->accepted) {
        if (down(other) || !seen_find(other, XMPPFED_EVENT_STREAM_UP))
            fail_msg("%s: refused", current->name);
        return;
    }
    if (!down(other) || down(other)->code != XMPPFED_ERR_STREAM_ADDRESSING ||
        seen_find(other, XMPPFED_EVENT_STREAM_UP))
        fail_msg("%s: not refused", current->name);
    if (!down(liar) || !strstr(down(liar)->text, "improper-addressing"))
        fail_msg("%s: not told", current->name);
    if (strcmp(down(other)->remote, current->liar_dials ? CONTOSO : FABRIKAM) != 0)
        fail_msg("%s: down names %s", current->name, down(other)->remote);
}

static void test_frozen(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stream_pair p = {.now = 1000};
        struct xfed_stream_port port = xfed_connection_stream_port;
        xmppfed_context *ctx = test_context();
        xmppfed_site *contoso = test_site(ctx, CONTOSO, "contoso", test_matrix_row(FABRIKAM, 8));
        xmppfed_site *fabrikam = test_site(ctx, FABRIKAM, "fabrikam", test_matrix_row(CONTOSO, 8));
        xmppfed_connection *liar;

        /* What answers a header names only a domain that is hosted. */
        assert_int_equal(xmppfed_site_set_domain(fabrikam, "evil.example", NULL), 0);
        current = &rows[i];
        port.send_header = lie;
        stream_pair_start(&p, ctx, contoso, fabrikam, XMPPFED_PURPOSE_STANZAS);
        liar = current->liar_dials ? p.initiator : p.receiver;
        liar->negotiation.ports.stream = &port;
        headers_sent = current->liar_dials ? 1 : 0; /* the first one of who dials is out */
        stream_pair_run(&p);
        check(&p);
        stream_pair_stop(&p);
        xmppfed_site_unref(contoso);
        xmppfed_site_unref(fabrikam);
        xmppfed_context_unref(ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frozen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
