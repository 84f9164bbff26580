/* reader.c - gate and parser together: plaintext bytes become a header, elements and the close. */
#include "stream/reader.h"

#include "xml/gate.h"
#include "xml/ns.h"
#include "xml/parse.h"

struct xfed_reader {
    struct xfed_account *account;
    struct xfed_gate *gate;
    struct xfed_xml_scope *scope; /* NULL before the header */
    int error;                    /* sticky */
    bool dialback;                /* the header declares xmlns:db for dialback */
};

struct xfed_reader *xfed_reader_new(struct xfed_account *account,
                                    const struct xfed_xml_limits *limits)
{
    struct xfed_reader *r = xfed_zalloc(account->ctx, sizeof(*r));

    if (!r)
        return NULL;
    r->account = account;
    r->gate = xfed_gate_new(account, limits);
    if (!r->gate) {
        xfed_free(account->ctx, r);
        return NULL;
    }
    return r;
}

void xfed_reader_free(struct xfed_reader *r)
{
    if (!r)
        return;
    xfed_xml_scope_free(r->scope);
    xfed_gate_free(r->gate);
    xfed_free(r->account->ctx, r);
}

void xfed_reader_set_limits(struct xfed_reader *r, const struct xfed_xml_limits *limits)
{
    xfed_gate_set_limits(r->gate, limits);
}

/*
 * Asks the parser what "db" stands for inside this header. It is the only prefix that anyone uses,
 * and some servers take no other (XEP-0220 2.4.1). An unbound prefix is not an error here.
 */
static int find_dialback(struct xfed_reader *r)
{
    xmppfed_element *probe;
    int rc =
        xfed_xml_parse_unit(r->account->ctx, r->scope, xmppfed_slice_of("<db:probe/>"), &probe);

    if (rc == XMPPFED_ERR_XML_NOT_WELL_FORMED)
        return 0;
    if (rc < 0)
        return rc;
    r->dialback = xmppfed_element_is(probe, "probe", XFED_NS_DIALBACK);
    xmppfed_element_free(probe);
    return 0;
}

static int parse_header(struct xfed_reader *r, xmppfed_slice bytes, xmppfed_element **ret)
{
    xmppfed_element *header;
    int rc = xfed_xml_parse_header(r->account->ctx, bytes, &header, &r->scope);

    if (rc < 0)
        return rc;
    rc = find_dialback(r);
    if (rc < 0) {
        xmppfed_element_free(header);
        return rc;
    }
    *ret = header;
    return XFED_READER_HEADER;
}

/* Makes an element of what the gate has cut. */
static int parse(struct xfed_reader *r, int cut, xmppfed_element **ret)
{
    xmppfed_slice bytes = xfed_gate_bytes(r->gate);
    int rc;

    switch (cut) {
    case XFED_GATE_HEADER:
        return parse_header(r, bytes, ret);
    case XFED_GATE_UNIT:
        rc = xfed_xml_parse_unit(r->account->ctx, r->scope, bytes, ret);
        return rc < 0 ? rc : XFED_READER_ELEMENT;
    case XFED_GATE_CLOSE:
        return XFED_READER_CLOSE;
    default:
        return XFED_READER_MORE;
    }
}

/* The gate keeps the bytes it cut until it is fed again; an idle stream is to hold none. */
static int release(struct xfed_reader *r, int item)
{
    size_t used;
    int rc = item == XFED_READER_MORE ? 0 : xfed_gate_feed(r->gate, NULL, 0, &used);

    return rc < 0 ? rc : item;
}

int xfed_reader_feed(struct xfed_reader *r, const char *data, size_t len, size_t *ret_used,
                     xmppfed_element **ret_element)
{
    xmppfed_element *element = NULL;
    size_t used = 0;
    int rc;

    if (r->error)
        return r->error;
    rc = xfed_gate_feed(r->gate, data, len, &used);
    if (rc >= 0)
        rc = parse(r, rc, &element);
    if (rc >= 0)
        rc = release(r, rc);
    if (rc < 0)
        return r->error = rc;
    *ret_used = used;
    *ret_element = element;
    return rc;
}

const char *xfed_reader_prefix(const struct xfed_reader *r)
{
    return r->scope ? xfed_xml_scope_prefix(r->scope) : "";
}

const char *xfed_reader_default_ns(const struct xfed_reader *r)
{
    return r->scope ? xfed_xml_scope_default_ns(r->scope) : "";
}

bool xfed_reader_declares_dialback(const struct xfed_reader *r)
{
    return r->dialback;
}

bool xfed_reader_pending(const struct xfed_reader *r)
{
    return xfed_gate_pending(r->gate);
}

uint64_t xfed_reader_offset(const struct xfed_reader *r)
{
    return xfed_gate_offset(r->gate);
}
