/* ends.h - two connections joined in memory: contoso.example and fabrikam.example, each with a
 * site. */
#ifndef TESTS_PAIR_ENDS_H
#define TESTS_PAIR_ENDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "connection/connection.h"
#include "support/context.h"
#include "support/sites.h"
#include "support/stream_pair.h"

#define CONTOSO "contoso.example"
#define FABRIKAM "fabrikam.example"

struct ends {
    xmppfed_context *ctx;
    xmppfed_site *contoso;
    xmppfed_site *fabrikam;
    struct stream_pair pair;
};

/* Each has its certificate (NULL: no TLS), and its record of the other, whose domain is set here.
 */
static inline void ends_init(struct ends *e, const char *contoso_cert,
                             struct test_partner at_contoso, const char *fabrikam_cert,
                             struct test_partner at_fabrikam)
{
    memset(e, 0, sizeof(*e));
    at_contoso.domain = FABRIKAM;
    at_fabrikam.domain = CONTOSO;
    e->ctx = test_context();
    e->contoso = test_site(e->ctx, CONTOSO, contoso_cert, at_contoso);
    e->fabrikam = test_site(e->ctx, FABRIKAM, fabrikam_cert, at_fabrikam);
    e->pair.now = 1000;
}

/* The same with rows of the matrix for records. */
static inline void ends_init_rows(struct ends *e, const char *contoso_cert, unsigned contoso_row,
                                  const char *fabrikam_cert, unsigned fabrikam_row)
{
    ends_init(e, contoso_cert, test_matrix_row(FABRIKAM, contoso_row), fabrikam_cert,
              test_matrix_row(CONTOSO, fabrikam_row));
}

static inline void ends_fini(struct ends *e)
{
    stream_pair_stop(&e->pair);
    xmppfed_site_unref(e->contoso);
    xmppfed_site_unref(e->fabrikam);
    xmppfed_context_unref(e->ctx);
}

/* contoso.example dials fabrikam.example, or is dialled by it; nothing is carried yet. */
static inline void ends_start(struct ends *e, bool dialled_by)
{
    e->pair.first = dialled_by ? FABRIKAM : CONTOSO;
    e->pair.second = dialled_by ? CONTOSO : FABRIKAM;
    stream_pair_start(&e->pair, e->ctx, dialled_by ? e->fabrikam : e->contoso,
                      dialled_by ? e->contoso : e->fabrikam, XMPPFED_PURPOSE_STANZAS);
}

/* The same, and all is carried that there is. */
static inline void ends_dial(struct ends *e, bool dialled_by)
{
    ends_start(e, dialled_by);
    stream_pair_run(&e->pair);
}

/* Ends with good certificates and the row on both sides, dialled. */
static inline void ends_init_and_dial(struct ends *e, unsigned row)
{
    ends_init_rows(e, "contoso", row, "fabrikam", row);
    ends_dial(e, false);
}

static inline xmppfed_element *ends_message(struct ends *e, const char *from, const char *to)
{
    xmppfed_element *message = xmppfed_element_new(e->ctx, "message", XMPPFED_NS_SERVER);

    xmppfed_element_set_attribute(message, "from", from);
    xmppfed_element_set_attribute(message, "to", to);
    xmppfed_element_add_text(xmppfed_element_add_child(message, "body", XMPPFED_NS_SERVER),
                             "Wherefore art thou?");
    return message;
}

/* What xmppfed_connection_send() says to such a message; ret_mark may be NULL. */
static inline int ends_send(struct ends *e, const char *from, const char *to, uint64_t *ret_mark)
{
    xmppfed_element *message = ends_message(e, from, to);
    int rc = xmppfed_connection_send(e->pair.initiator, message, ret_mark);

    xmppfed_element_free(message);
    return rc;
}

/* Hands text to one end, as from its peer, and takes what that says to it. */
static inline void ends_feed(struct ends *e, xmppfed_connection *c, struct seen *seen,
                             const char *text)
{
    assert_int_equal(xmppfed_connection_feed(c, text, strlen(text)), 0);
    stream_pair_take(&e->pair, c, seen);
}

/* Whether what waits to be sent has this text in it. */
static inline bool ends_output_has(xmppfed_connection *c, const char *text)
{
    xmppfed_slice out = xmppfed_connection_output(c);
    size_t len = strlen(text);

    for (size_t i = 0; i + len <= out.len; i++)
        if (memcmp(out.data + i, text, len) == 0)
            return true;
    return false;
}

#endif
