/* links.h - a federation whose streams are put into the state that a test of its parts needs. */
#ifndef TESTS_UNIT_FEDERATION_LINKS_H
#define TESTS_UNIT_FEDERATION_LINKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/slice.h"
#include "connection/connection.h"
#include "federation/link.h"
#include "federation/route.h"
#include "support/context.h"
#include "support/sites.h"

#define CONTOSO "contoso.example"
#define FABRIKAM "fabrikam.example"

struct links {
    struct alloc_fail memory;
    xmppfed_context *ctx;
    xmppfed_site *site;
    xmppfed_federation *fed;
    xmppfed_time now;
};

/* We are contoso.example; fabrikam.example and evil.example may prove themselves by dialback. */
static inline void links_open(struct links *f)
{
    const struct test_partner partners[] = {{.domain = FABRIKAM,
                                             .tls = XMPPFED_OPTIONAL,
                                             .sasl = XMPPFED_NOT_SUPPORTED,
                                             .plaintext = true},
                                            {.domain = "evil.example",
                                             .tls = XMPPFED_OPTIONAL,
                                             .sasl = XMPPFED_NOT_SUPPORTED,
                                             .plaintext = true}};
    xmppfed_policy *policy;

    memset(f, 0, sizeof(*f));
    f->now = 1000;
    f->ctx = test_context_counted(&f->memory);
    f->site = test_site(f->ctx, CONTOSO, NULL, partners[0]);
    policy = test_policy(f->ctx, partners, 2);
    xmppfed_site_set_policy(f->site, policy);
    xmppfed_policy_unref(policy);
    assert_int_equal(xmppfed_federation_new(f->ctx, f->site, &f->fed), 0);
}

static inline void links_close(struct links *f)
{
    xmppfed_federation_free(f->fed);
    xmppfed_site_unref(f->site);
    test_context_counted_free(f->ctx, &f->memory);
}

/* Lets time pass for the federation, and for the streams that it gets from now on. */
static inline void links_advance(struct links *f, xmppfed_time milliseconds)
{
    f->now += milliseconds;
    xmppfed_federation_tick(f->fed, f->now);
}

/* A stream of a peer that is up, with its pair proved by a method; 0: it is not proved. */
static inline struct xfed_link *links_received(struct links *f, const char *remote, int method)
{
    struct xfed_negotiation *n;
    struct xfed_link *link;
    uint64_t id;

    assert_int_equal(xmppfed_federation_accept(f->fed, "192.0.2.1", f->now, &id), 0);
    link = xfed_link_find(f->fed, id);
    n = &link->connection->negotiation;
    n->state = XFED_STATE_R_UP;
    (void)xfed_text_copy(n->local, sizeof(n->local), CONTOSO);
    (void)xfed_text_copy(n->remote, sizeof(n->remote), remote);
    if (method)
        assert_int_equal(xfed_pairs_add(&n->proved, CONTOSO, remote, method), 0);
    return link;
}

#endif
