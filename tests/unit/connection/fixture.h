/* fixture.h - what the tests of this folder share: a receiving stream without TLS. */
#ifndef TESTS_UNIT_CONNECTION_FIXTURE_H
#define TESTS_UNIT_CONNECTION_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "connection/connection.h"
#include "support/context.h"
#include "support/sites.h"

#define CONTOSO "contoso.example"
#define FABRIKAM "fabrikam.example"
#define HEADER                                                                    \
    "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org" \
    "/streams' xmlns:db='jabber:server:dialback' version='1.0' id='x' "           \
    "from='fabrikam.example' to='contoso.example'>"
#define KEY "<db:result from='fabrikam.example' to='contoso.example'>k</db:result>"
#define VALID "<db:result from='fabrikam.example' to='contoso.example' type='valid'/>"

/* We are contoso.example, the partner is fabrikam.example by dialback on TCP (row 17). */
struct fixture {
    struct alloc_fail memory;
    xmppfed_context *ctx;
    xmppfed_site *site;
    xmppfed_connection *c;
    xmppfed_time now;
};

static inline void fixture_open(struct fixture *f)
{
    memset(f, 0, sizeof(*f));
    f->ctx = test_context_counted(&f->memory);
    f->site = test_site(f->ctx, CONTOSO, NULL, test_matrix_row(FABRIKAM, 17));
    f->now = 1000;
}

static inline void fixture_open_receiver(struct fixture *f)
{
    fixture_open(f);
    assert_int_equal(xmppfed_connection_new_receiver(f->site, f->now, &f->c), 0);
}

static inline void fixture_open_initiator(struct fixture *f)
{
    fixture_open(f);
    assert_int_equal(xmppfed_connection_new_initiator(f->site, CONTOSO, FABRIKAM,
                                                      XMPPFED_PURPOSE_STANZAS, f->now, &f->c),
                     0);
}

/* Ends all; nothing may be left. */
static inline void fixture_close(struct fixture *f)
{
    xmppfed_connection_free(f->c);
    xmppfed_site_unref(f->site);
    test_context_counted_free(f->ctx, &f->memory);
}

/* The next event; its kind, or 0. */
static inline const xmppfed_event *fixture_next(struct fixture *f)
{
    const xmppfed_event *ev = NULL;

    return xmppfed_connection_next_event(f->c, f->now, &ev) == 1 ? ev : NULL;
}

/* The peer sends bytes; gives the last event that follows, borrowed. */
static inline const xmppfed_event *fixture_receive(struct fixture *f, const char *bytes)
{
    assert_int_equal(xmppfed_connection_feed(f->c, bytes, strlen(bytes)), 0);
    return fixture_next(f);
}

/* Brings the stream up. */
static inline void fixture_bring_up(struct fixture *f)
{
    const xmppfed_event *ev = fixture_receive(f, HEADER);

    assert_null(ev);
    if (f->c->negotiation.role == XFED_INITIATOR) {
        assert_null(fixture_receive(f, "<stream:features><dialback "
                                       "xmlns='urn:xmpp:features:dialback'/></stream:features>"));
        ev = fixture_receive(f, VALID);
    } else {
        assert_int_equal(xmppfed_event_kind(fixture_receive(f, KEY)), XMPPFED_EVENT_DIALBACK_CHECK);
        assert_int_equal(xmppfed_connection_checked(f->c, CONTOSO, FABRIKAM, 0, NULL), 0);
        ev = fixture_next(f);
    }
    assert_int_equal(xmppfed_event_kind(ev), XMPPFED_EVENT_STREAM_UP);
}

/* Takes all output, and says whether it holds a text. */
static inline bool fixture_sent(struct fixture *f, const char *text)
{
    char all[8192] = "";
    size_t used = 0;
    xmppfed_slice out;

    while ((out = xmppfed_connection_output(f->c)).len > 0) {
        assert_true(used + out.len < sizeof(all));
        memcpy(all + used, out.data, out.len);
        used += out.len;
        xmppfed_connection_sent(f->c, out.len);
    }
    return strstr(all, text) != NULL;
}

/* A message; the caller frees it. */
static inline xmppfed_element *fixture_message(struct fixture *f, const char *from, const char *to)
{
    xmppfed_element *e = xmppfed_element_new(f->ctx, "message", XMPPFED_NS_SERVER);

    xmppfed_element_set_attribute(e, "from", from);
    xmppfed_element_set_attribute(e, "to", to);
    return e;
}

/* Sends one, and says what came of it. */
static inline int fixture_send(struct fixture *f, const char *from, const char *to,
                               uint64_t *ret_mark)
{
    xmppfed_element *e = fixture_message(f, from, to);
    int rc = xmppfed_connection_send(f->c, e, ret_mark);

    xmppfed_element_free(e);
    return rc;
}

#endif
