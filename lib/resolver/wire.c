/* wire.c - DNS messages by ldns: writing a question, reading an answer without trusting it. */
#include "resolver/wire.h"

#include <string.h>

#include <ldns/ldns.h>

#include "base/slice.h"

enum { HEADER_SIZE = 12 };

int xfed_wire_query(const struct xfed_dns_asked *asked, uint8_t ret[XFED_DNS_QUERY_SIZE],
                    size_t *ret_len)
{
    ldns_rdf *name = NULL;
    ldns_pkt *query = NULL;
    uint8_t *wire = NULL;
    size_t len = 0;
    ldns_status status = ldns_str2rdf_dname(&name, asked->name);
    int rc = XMPPFED_ERR_NOMEM;

    if (status != LDNS_STATUS_OK)
        return status == LDNS_STATUS_MEM_ERR ? XMPPFED_ERR_NOMEM : XMPPFED_ERR_ADDRESS;
    query = ldns_pkt_query_new(name, (ldns_rr_type)asked->type, LDNS_RR_CLASS_IN, LDNS_RD);
    if (!query) {
        ldns_rdf_deep_free(name); /* else the packet owns it */
        return XMPPFED_ERR_NOMEM;
    }
    ldns_pkt_set_id(query, asked->id);
    ldns_pkt_set_edns_udp_size(query, XFED_DNS_UDP_SIZE);
    if (ldns_pkt2wire(&wire, query, &len) != LDNS_STATUS_OK)
        goto out;
    rc = XMPPFED_ERR_ADDRESS;
    if (len > XFED_DNS_QUERY_SIZE)
        goto out;
    memcpy(ret, wire, len);
    *ret_len = len;
    rc = 0;

out:
    LDNS_FREE(wire);
    ldns_pkt_free(query);
    return rc;
}

static bool is_host_octet(uint8_t octet)
{
    return (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') || octet == '-' ||
           octet == '_';
}

/*
 * Writes a name as lower-case text. A name with other octets than letters, digits, hyphen and
 * underscore is refused: it can be no host's, and a dot or a NUL in a label would make two names
 * look the same.
 */
static bool name_text(const ldns_rdf *name, char ret[XMPPFED_DOMAIN_SIZE])
{
    const uint8_t *wire = name ? ldns_rdf_data(name) : NULL;
    size_t size = name ? ldns_rdf_size(name) : 0;
    size_t at = 0;
    size_t len = 0;

    while (at < size && wire[at] > 0) {
        size_t label = wire[at++];

        if (label > size - at || len + label + 1 > XFED_DNS_NAME_MAX + 1)
            return false;
        for (size_t i = 0; i < label; i++) {
            uint8_t octet = wire[at + i];

            if (octet >= 'A' && octet <= 'Z')
                octet = (uint8_t)(octet - 'A' + 'a');
            if (!is_host_octet(octet))
                return false;
            ret[len++] = (char)octet;
        }
        at += label;
        ret[len++] = '.';
    }
    if (at >= size)
        return false;
    ret[len > 0 ? len - 1 : 0] = '\0';
    return true;
}

static bool name_is(const ldns_rdf *name, const char *text)
{
    char found[XMPPFED_DOMAIN_SIZE];

    return name_text(name, found) && xfed_text_equal(found, text);
}

/*
 * Whether the header and the question are the ones that were sent (RFC 5452 9.1). The question is
 * read apart from the rest, so that what is wrong further on cannot be mistaken for a forgery.
 */
static bool is_answer_to(const struct xfed_dns_asked *asked, const uint8_t *data, size_t len)
{
    ldns_rdf *name = NULL;
    size_t at = HEADER_SIZE;
    bool same;

    if (len < HEADER_SIZE || LDNS_ID_WIRE(data) != asked->id || !LDNS_QR_WIRE(data) ||
        LDNS_OPCODE_WIRE(data) != LDNS_PACKET_QUERY || LDNS_QDCOUNT(data) != 1)
        return false;
    if (ldns_wire2dname(&name, data, len, &at) != LDNS_STATUS_OK)
        return false;
    same = len - at >= 4 && ldns_read_uint16(data + at) == asked->type &&
           ldns_read_uint16(data + at + 2) == LDNS_RR_CLASS_IN && name_is(name, asked->name);
    ldns_rdf_deep_free(name);
    return same;
}

/* Takes a record into the answer; one that has no use is passed over. */
static void take_record(const ldns_rr *rr, int type, struct xfed_dns_answer *a)
{
    const ldns_rdf *first = ldns_rr_rdf(rr, 0);
    struct xfed_srv *srv;

    if (type != XFED_DNS_SRV) {
        size_t size = type == XFED_DNS_A ? 4 : 16;

        if (a->count < XFED_DNS_ADDRESS_MAX && first && ldns_rdf_size(first) == size)
            memcpy(a->address[a->count++], ldns_rdf_data(first), size);
        return;
    }
    if (a->count == XFED_DNS_SRV_MAX || ldns_rr_rd_count(rr) != 4)
        return;
    srv = &a->srv[a->count];
    if (!name_text(ldns_rr_rdf(rr, 3), srv->target))
        return;
    srv->priority = ldns_rdf2native_int16(first);
    srv->weight = ldns_rdf2native_int16(ldns_rr_rdf(rr, 1));
    srv->port = ldns_rdf2native_int16(ldns_rr_rdf(rr, 2));
    a->count++;
}

/* Whether an answer has records of a type under a name; those of use are taken. */
static bool take_records(const ldns_rr_list *records, const char *name, int type,
                         struct xfed_dns_answer *a)
{
    bool found = false;

    for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
        const ldns_rr *rr = ldns_rr_list_rr(records, i);

        if ((int)ldns_rr_get_type(rr) != type || ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN ||
            !name_is(ldns_rr_owner(rr), name))
            continue;
        found = true;
        take_record(rr, type, a);
    }
    return found;
}

/* The CNAME record of a name, or NULL. */
static const ldns_rr *find_alias(const ldns_rr_list *records, const char *name)
{
    for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
        const ldns_rr *rr = ldns_rr_list_rr(records, i);

        if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_CNAME &&
            ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN && name_is(ldns_rr_owner(rr), name))
            return rr;
    }
    return NULL;
}

/* Looks for the records under the name asked for, and under what it is an alias of. */
static enum xfed_dns_outcome read_records(const ldns_rr_list *records,
                                          const struct xfed_dns_asked *asked,
                                          struct xfed_dns_answer *a)
{
    (void)xfed_text_copy(a->alias, sizeof(a->alias), asked->name);
    while (!take_records(records, a->alias, asked->type, a)) {
        const ldns_rr *alias = find_alias(records, a->alias);

        if (!alias)
            return a->aliases > asked->aliases ? XFED_DNS_ALIAS : XFED_DNS_NO_DATA;
        if (++a->aliases > XFED_DNS_ALIAS_MAX)
            return XFED_DNS_ALIAS_LOOP;
        if (!name_text(ldns_rr_rdf(alias, 0), a->alias))
            return XFED_DNS_MALFORMED;
    }
    /* Records that are all unusable are no reason to look for other servers. */
    return a->count > 0 ? XFED_DNS_RECORDS : XFED_DNS_MALFORMED;
}

static int read_message(const struct xfed_dns_asked *asked, const uint8_t *data, size_t len,
                        struct xfed_dns_answer *a)
{
    ldns_pkt *message = NULL;
    ldns_status status = ldns_wire2pkt(&message, data, len);

    if (status == LDNS_STATUS_MEM_ERR)
        return XMPPFED_ERR_NOMEM;
    if (status != LDNS_STATUS_OK) {
        a->outcome = XFED_DNS_MALFORMED;
        return 0;
    }
    a->outcome = read_records(ldns_pkt_answer(message), asked, a);
    ldns_pkt_free(message);
    return 0;
}

int xfed_wire_answer(const struct xfed_dns_asked *asked, const uint8_t *data, size_t len,
                     struct xfed_dns_answer *ret)
{
    int rc;

    if (!is_answer_to(asked, data, len))
        return 0;
    ret->aliases = asked->aliases;
    ret->count = 0;
    /* A truncated message may end within a record, so that it is not read on. */
    if (LDNS_TC_WIRE(data)) {
        ret->outcome = XFED_DNS_TRUNCATED;
        return 1;
    }
    if (LDNS_RCODE_WIRE(data) == LDNS_RCODE_NXDOMAIN) {
        ret->outcome = XFED_DNS_NO_NAME;
        return 1;
    }
    if (LDNS_RCODE_WIRE(data) != LDNS_RCODE_NOERROR) {
        ret->outcome = XFED_DNS_FAILURE;
        return 1;
    }
    rc = read_message(asked, data, len, ret);
    return rc < 0 ? rc : 1;
}
