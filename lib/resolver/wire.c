/* wire.c - DNS messages by ldns: writing a question, reading an answer without trusting it. */
#include "resolver/wire.h"

#include <string.h>

#include <ldns/ldns.h>

#include "base/slice.h"

enum {
    CASE_BIT = 0x20,
    FIRST_LABEL = XFED_DNS_HEADER_SIZE + 1, /* where the text of the question's name begins */
    SRV_FIXED_SIZE = 6,
    TLSA_FIXED_SIZE = 3,
    SOA_MINIMUM = 16, /* behind its two names */
    BROKEN = 1        /* neither an error of ours nor an answer */
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The octet at i of the name as it is sent; dots of the text are lengths on the wire. */
static uint8_t cased(const struct xfed_dns_asked *asked, size_t i)
{
    uint8_t octet = (uint8_t)asked->name[i];

    if (is_letter(asked->name[i]) && asked->cases &&
        (asked->cases[i / 8 % XFED_DNS_CASES_SIZE] & 1U << i % 8))
        octet ^= CASE_BIT;
    return octet;
}

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
    ldns_pkt_set_ad(query, asked->wants_authentic);
    ldns_pkt_set_cd(query, asked->unchecked);
    ldns_pkt_set_edns_udp_size(query, XFED_DNS_UDP_SIZE);
    if (ldns_pkt2wire(&wire, query, &len) != LDNS_STATUS_OK)
        goto out;
    rc = XMPPFED_ERR_ADDRESS;
    if (len > XFED_DNS_QUERY_SIZE)
        goto out;
    memcpy(ret, wire, len);
    for (size_t i = 0; asked->name[i]; i++) {
        if (is_letter(asked->name[i]))
            ret[FIRST_LABEL + i] = cased(asked, i);
    }
    *ret_len = len;
    rc = 0;

out:
    LDNS_FREE(wire);
    ldns_pkt_free(query);
    return rc;
}

/* Whether the question has the very letters that were sent (draft-vixie-dnsext-dns0x20). */
static bool has_cases(const struct xfed_packet *m, const struct xfed_dns_asked *asked)
{
    for (size_t i = 0; asked->cases && asked->name[i]; i++) {
        if (is_letter(asked->name[i]) && m->data[FIRST_LABEL + i] != cased(asked, i))
            return false;
    }
    return true;
}

/*
 * Whether the header and the question are the ones that were sent (RFC 5452 9.1). The question is
 * read apart from the rest, so that what is wrong further on cannot be mistaken for a forgery.
 */
static int check_question(struct xfed_packet *m, const struct xfed_dns_asked *asked,
                          size_t *ret_end)
{
    char name[XMPPFED_DOMAIN_SIZE];
    size_t end = XFED_DNS_HEADER_SIZE;
    enum xfed_dns_name_kind kind;

    if (m->len < XFED_DNS_HEADER_SIZE || LDNS_ID_WIRE(m->data) != asked->id ||
        !LDNS_QR_WIRE(m->data) || LDNS_OPCODE_WIRE(m->data) != LDNS_PACKET_QUERY ||
        LDNS_QDCOUNT(m->data) != 1)
        return 0;
    kind = xfed_packet_name(m, end, name);
    if (kind == XFED_DNS_NAME_NO_MEMORY)
        return XMPPFED_ERR_NOMEM;
    if (kind != XFED_DNS_NAME_TEXT || !xfed_packet_skip_name(m, &end) || m->len - end < 4 ||
        (int)xfed_packet_u16(m, end) != asked->type ||
        xfed_packet_u16(m, end + 2) != LDNS_RR_CLASS_IN || !xfed_text_equal(name, asked->name))
        return 0;
    *ret_end = end + 4;
    return has_cases(m, asked);
}

/* What an answer says of how long it lasts is the least of what its records say. */
static void limit_ttl(struct xfed_dns_answer *a, uint32_t ttl)
{
    if (!a->lasts || ttl < a->ttl)
        a->ttl = ttl;
    a->lasts = true;
}

static int take_srv(struct xfed_packet *m, const struct xfed_dns_record *r,
                    struct xfed_dns_answer *a)
{
    struct xfed_srv *srv = &a->srv[a->count];
    enum xfed_dns_name_kind kind;

    if (a->count == XFED_DNS_SRV_MAX)
        return 0;
    if (r->rdata_len <= SRV_FIXED_SIZE)
        return BROKEN;
    kind = xfed_packet_name(m, r->rdata + SRV_FIXED_SIZE, srv->target);
    if (kind == XFED_DNS_NAME_NO_MEMORY)
        return XMPPFED_ERR_NOMEM;
    if (kind == XFED_DNS_NAME_BROKEN)
        return BROKEN;
    if (kind == XFED_DNS_NAME_ODD)
        return 0;
    srv->priority = (uint16_t)xfed_packet_u16(m, r->rdata);
    srv->weight = (uint16_t)xfed_packet_u16(m, r->rdata + 2);
    srv->port = (uint16_t)xfed_packet_u16(m, r->rdata + 4);
    srv->direct = false;
    srv->secure = false;
    a->count++;
    return 0;
}

static int take_address(struct xfed_packet *m, const struct xfed_dns_record *r,
                        struct xfed_dns_answer *a)
{
    if (r->rdata_len != (r->type == XFED_DNS_A ? 4 : 16))
        return BROKEN;
    if (a->count < XFED_DNS_ADDRESS_MAX)
        memcpy(a->address[a->count++], m->data + r->rdata, r->rdata_len);
    return 0;
}

static int take_tlsa(struct xfed_packet *m, const struct xfed_dns_record *r,
                     struct xfed_dns_answer *a)
{
    const uint8_t *rdata = m->data + r->rdata;

    if (r->rdata_len < TLSA_FIXED_SIZE)
        return BROKEN;
    if (a->count < XFED_DNS_TLSA_MAX)
        a->tlsa[a->count++] = (xmppfed_tlsa){
            .usage = rdata[0],
            .selector = rdata[1],
            .matching = rdata[2],
            .data = {(const char *)rdata + TLSA_FIXED_SIZE, r->rdata_len - TLSA_FIXED_SIZE}};
    return 0;
}

static int take_record(struct xfed_packet *m, const struct xfed_dns_record *r,
                       struct xfed_dns_answer *a)
{
    if (r->type == XFED_DNS_SRV)
        return take_srv(m, r, a);
    if (r->type == XFED_DNS_TLSA)
        return take_tlsa(m, r, a);
    return take_address(m, r, a);
}

/* Finds out whether a record belongs to a name: 0 with *ret, BROKEN or XMPPFED_ERR_NOMEM. */
static int is_owned_by(struct xfed_packet *m, const struct xfed_dns_record *r, const char *name,
                       bool *ret)
{
    char owner[XMPPFED_DOMAIN_SIZE];
    enum xfed_dns_name_kind kind = xfed_packet_name(m, r->owner, owner);

    if (kind == XFED_DNS_NAME_NO_MEMORY)
        return XMPPFED_ERR_NOMEM;
    if (kind == XFED_DNS_NAME_BROKEN)
        return BROKEN;
    *ret = kind == XFED_DNS_NAME_TEXT && xfed_text_equal(owner, name);
    return 0;
}

/* The answer section, and what one walk through it has found under a name. */
struct section {
    size_t start;
    size_t count;
    size_t end; /* known after the first walk */
    bool found; /* records of the type asked for, of use or not */
    bool has_alias;
    struct xfed_dns_record alias;
};

/* Takes the records of a type under a name, and remembers its alias. */
static int walk(struct xfed_packet *m, struct section *s, const char *name, int type,
                struct xfed_dns_answer *a)
{
    struct xfed_dns_record r;
    size_t at = s->start;

    s->found = false;
    s->has_alias = false;
    for (size_t i = 0; i < s->count && i < XFED_DNS_RECORDS_MAX; i++) {
        bool owned = false;
        int rc;

        if (!xfed_packet_record(m, &at, &r))
            return BROKEN;
        if (!r.class_in || (r.type != type && r.type != LDNS_RR_TYPE_CNAME))
            continue;
        rc = is_owned_by(m, &r, name, &owned);
        if (rc == 0 && owned && r.type == type) {
            s->found = true;
            limit_ttl(a, r.ttl);
            rc = take_record(m, &r, a);
        } else if (rc == 0 && owned) {
            s->has_alias = true;
            s->alias = r;
        }
        if (rc != 0)
            return rc;
    }
    s->end = at;
    return 0;
}

/* Goes one step from a name to that of which it is an alias. */
static int follow(struct xfed_packet *m, const struct section *s, struct xfed_dns_answer *a)
{
    switch (xfed_packet_name(m, s->alias.rdata, a->alias)) {
    case XFED_DNS_NAME_TEXT:
        limit_ttl(a, s->alias.ttl);
        return 0;
    case XFED_DNS_NAME_NO_MEMORY:
        return XMPPFED_ERR_NOMEM;
    case XFED_DNS_NAME_BROKEN:
    case XFED_DNS_NAME_ODD:
        break;
    }
    return BROKEN;
}

/* Looks for the records under the name asked for, and under what it is an alias of. */
static int read_records(struct xfed_packet *m, struct section *s,
                        const struct xfed_dns_asked *asked, struct xfed_dns_answer *a)
{
    int rc;

    (void)xfed_text_copy(a->alias, sizeof(a->alias), asked->name);
    for (;;) {
        rc = walk(m, s, a->alias, asked->type, a);
        if (rc != 0)
            return rc;
        if (s->found || !s->has_alias)
            break;
        if (++a->aliases > XFED_DNS_ALIAS_MAX) {
            a->outcome = XFED_DNS_ALIAS_LOOP;
            return 0;
        }
        rc = follow(m, s, a);
        if (rc != 0)
            return rc;
    }
    if (!s->found)
        a->outcome = a->aliases > asked->aliases ? XFED_DNS_ALIAS : XFED_DNS_NO_DATA;
    else if (a->count > 0)
        a->outcome = XFED_DNS_RECORDS;
    else
        return BROKEN; /* records that are all unusable are no reason to look for other servers */
    return 0;
}

/* How long an absence lasts is said by the zone's SOA record (RFC 2308 5). */
static void read_absence(struct xfed_packet *m, size_t at, struct xfed_dns_answer *a)
{
    size_t count = LDNS_NSCOUNT(m->data);
    struct xfed_dns_record r;

    for (size_t i = 0; i < count && i < XFED_DNS_RECORDS_MAX; i++) {
        size_t p;

        if (!xfed_packet_record(m, &at, &r))
            return;
        p = r.rdata;
        if (r.type != LDNS_RR_TYPE_SOA || !r.class_in || !xfed_packet_skip_name(m, &p) ||
            !xfed_packet_skip_name(m, &p) || r.rdata + r.rdata_len < p + SOA_MINIMUM + 4)
            continue;
        limit_ttl(a, r.ttl);
        limit_ttl(a, (uint32_t)xfed_packet_u16(m, p + SOA_MINIMUM) << 16 |
                         xfed_packet_u16(m, p + SOA_MINIMUM + 2));
        return;
    }
}

/* A name that does not exist; what is wrong with the rest of the message does not make it exist. */
static void read_no_name(struct xfed_packet *m, size_t at, struct xfed_dns_answer *a)
{
    size_t count = LDNS_ANCOUNT(m->data);
    struct xfed_dns_record r;

    a->outcome = XFED_DNS_NO_NAME;
    for (size_t i = 0; i < count; i++) {
        if (i == XFED_DNS_RECORDS_MAX || !xfed_packet_record(m, &at, &r))
            return;
    }
    a->used = at;
    read_absence(m, at, a);
}

static int read_sections(struct xfed_packet *m, size_t at, const struct xfed_dns_asked *asked,
                         struct xfed_dns_answer *a)
{
    struct section s = {.start = at, .count = LDNS_ANCOUNT(m->data)};
    int rc;

    if (LDNS_RCODE_WIRE(m->data) == LDNS_RCODE_NXDOMAIN) {
        read_no_name(m, at, a);
        return 0;
    }
    rc = read_records(m, &s, asked, a);
    if (rc != 0 || s.count > XFED_DNS_RECORDS_MAX)
        return rc;
    a->used = s.end;
    if (a->outcome == XFED_DNS_NO_DATA)
        read_absence(m, s.end, a);
    return 0;
}

int xfed_wire_answer(const struct xfed_dns_asked *asked, const uint8_t *data, size_t len,
                     struct xfed_dns_answer *ret)
{
    struct xfed_packet m = {.data = data, .len = len};
    size_t at = 0;
    int rc = check_question(&m, asked, &at);

    if (rc <= 0)
        return rc;
    ret->aliases = asked->aliases;
    ret->authentic = LDNS_AD_WIRE(data) != 0;
    ret->stale = false;
    ret->lasts = false;
    ret->ttl = 0;
    ret->used = 0;
    ret->count = 0;
    rc = 0;
    /* A truncated message may end within a record, so that it is not read on. */
    if (LDNS_TC_WIRE(data))
        ret->outcome = XFED_DNS_TRUNCATED;
    else if (LDNS_RCODE_WIRE(data) == LDNS_RCODE_SERVFAIL)
        ret->outcome = XFED_DNS_SERVFAIL;
    else if (LDNS_RCODE_WIRE(data) != LDNS_RCODE_NOERROR &&
             LDNS_RCODE_WIRE(data) != LDNS_RCODE_NXDOMAIN)
        ret->outcome = XFED_DNS_FAILURE;
    else
        rc = read_sections(&m, at, asked, ret);
    if (rc == BROKEN) {
        ret->outcome = XFED_DNS_MALFORMED;
        ret->count = 0;
    }
    ret->steps = m.steps;
    return rc < 0 ? rc : 1;
}
