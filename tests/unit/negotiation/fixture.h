/* fixture.h - what the tests of this folder share: a negotiation over fake ports. */
#ifndef TESTS_UNIT_NEGOTIATION_FIXTURE_H
#define TESTS_UNIT_NEGOTIATION_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/slice.h"
#include "negotiation/classify.h"
#include "support/context.h"
#include "support/fake_ports.h"
#include "support/parse_xml.h"
#include <xmppfed/tls.h>

#define ALL_METHODS \
    (XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_DIALBACK_TLS | XMPPFED_METHOD_DIALBACK_TCP)

/* We are contoso.example; the peer is fabrikam.example. */
struct fixture {
    xmppfed_context *ctx;
    struct fake_ports ports;
    struct xfed_negotiation n;
};

/* methods of the partner record of fabrikam.example. */
static inline void fixture_open(struct fixture *f, enum xfed_role role, uint32_t methods)
{
    struct xfed_ports ports;

    memset(f, 0, sizeof(*f));
    f->ctx = test_context();
    fake_ports_init(&f->ports, f->ctx);
    fake_ports_host(&f->ports, "contoso.example");
    (void)fake_ports_partner(&f->ports, "fabrikam.example", methods);
    ports = fake_ports(&f->ports);
    if (role == XFED_INITIATOR)
        xfed_negotiation_init(&f->n, f->ctx, role, "contoso.example", "fabrikam.example", &ports);
    else
        xfed_negotiation_init(&f->n, f->ctx, role, "", "", &ports);
}

static inline void fixture_close(struct fixture *f)
{
    xfed_negotiation_fini(&f->n);
    xmppfed_context_unref(f->ctx);
}

/* Puts a stream into a later state without going there step by step. */
static inline void fixture_jump(struct fixture *f, unsigned state, bool tls_on)
{
    f->n.state = state;
    f->n.tls_on = tls_on;
    (void)xfed_text_copy(f->n.local, sizeof(f->n.local), "contoso.example");
    (void)xfed_text_copy(f->n.remote, sizeof(f->n.remote), "fabrikam.example");
    (void)xfed_text_copy(f->n.id, sizeof(f->n.id), "id0");
    f->n.external_offered = true;
    f->n.dialback_offered = true;
}

/* The peer sends an element. */
static inline int fixture_receive(struct fixture *f, const char *xml)
{
    xmppfed_element *e = test_parse(f->ctx, xml);
    struct xfed_classified c;
    unsigned event = xfed_classify(e, &c);
    int rc = xfed_negotiation_run(&f->n, event, &c.input);

    xmppfed_element_free(e);
    return rc;
}

/* The peer sends a header; from and to may be "". */
static inline int fixture_header(struct fixture *f, const char *from, const char *to,
                                 bool version_1)
{
    struct xfed_stream_header h = {.id = "peer1", .version_1 = version_1, .dialback_prefix = true};

    (void)xfed_text_copy(h.from, sizeof(h.from), from);
    (void)xfed_text_copy(h.to, sizeof(h.to), to);
    return xfed_negotiation_run(&f->n, XFED_EVENT_HEADER, &(struct xfed_input){.header = &h});
}

/* Something that comes with nothing. */
static inline int fixture_happens(struct fixture *f, unsigned event)
{
    return xfed_negotiation_run(&f->n, event, &(struct xfed_input){0});
}

/* The verdict on a key of fabrikam.example. */
static inline int fixture_checked(struct fixture *f, int code, const char *condition)
{
    struct xfed_input in = {.local = "contoso.example",
                            .remote = "fabrikam.example",
                            .code = code,
                            .condition = condition};

    return xfed_negotiation_run(&f->n, code == 0 ? XFED_EVENT_CHECK_VALID : XFED_EVENT_CHECK_FAILED,
                                &in);
}

#define assert_state(f, name) assert_string_equal(xfed_state_name((f)->n.state), name)

#endif
