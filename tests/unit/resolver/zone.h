/* zone.h - a name server made of a table, and a resolver driven against it to its result. */
#ifndef TESTS_UNIT_RESOLVER_ZONE_H
#define TESTS_UNIT_RESOLVER_ZONE_H

#include "message.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include <xmppfed/resolver.h>

#include "support/context.h"
#include "support/test_random.h"

/* What a server does when it is asked for that name and type (type 0: for any). */
struct zone_row {
    const char *name;
    unsigned type;
    const char *data;  /* address, alias, or target of the record; NULL for none */
    unsigned priority; /* SRV */
    unsigned weight, port;
    unsigned rcode;
    bool silent;    /* no answer at all */
    bool truncated; /* over UDP */
    bool alone;     /* a CNAME without what it leads to */
    bool insecure;  /* not validated in a zone that is */
    bool bogus;     /* SERVFAIL, but not to those who ask without checking */
};

struct zone {
    const struct zone_row *rows;
    size_t count;
    bool secure;           /* the server validates and sets AD */
    uint32_t negative_ttl; /* of the SOA record; 0 for none */
    size_t queries;
    size_t tcp_queries;
    size_t probes;
};

static inline void zone_read_question(const uint8_t *query, size_t len, char *ret_name,
                                      unsigned *ret_type)
{
    size_t at = 12;
    size_t n = 0;

    while (query[at] != 0) {
        if (n > 0)
            ret_name[n++] = '.';
        for (size_t label = query[at++]; label > 0; label--)
            ret_name[n++] = (char)query[at++];
        assert_true(at < len);
    }
    ret_name[n] = '\0';
    *ret_type = (unsigned)query[at + 1] << 8 | query[at + 2];
}

/* "3 1 1 text": the data are the text itself, as the matcher is not asked here. */
static inline void zone_add_tlsa(struct message *m, const struct zone_row *row)
{
    const char *data = row->data;

    message_tlsa(m, row->name, (unsigned)(data[0] - '0'), (unsigned)(data[2] - '0'),
                 (unsigned)(data[4] - '0'), data + 6, strlen(data + 6));
}

static inline void zone_add_record(struct message *m, const struct zone_row *row)
{
    uint8_t octets[16];
    size_t start;

    if (row->type == TYPE_TLSA) {
        zone_add_tlsa(m, row);
    } else if (row->type == TYPE_SRV) {
        message_srv(m, row->name, row->priority, row->weight, row->port, row->data);
    } else if (row->type == TYPE_CNAME) {
        message_cname(m, row->name, row->data);
    } else {
        size_t size = row->type == TYPE_A ? 4 : 16;

        assert_int_equal(inet_pton(size == 4 ? AF_INET : AF_INET6, row->data, octets), 1);
        start = message_begin_record(m, row->name, row->type);
        for (size_t i = 0; i < size; i++)
            message_u8(m, octets[i]);
        message_end_record(m, start);
    }
}

/* Adds what the zone has under a name; follows aliases. Returns whether the name exists. */
static inline bool zone_fill(const struct zone *z, struct message *m, const char *name,
                             unsigned type, unsigned depth, bool *secure)
{
    bool exists = false;

    for (size_t i = 0; i < z->count; i++) {
        const struct zone_row *row = &z->rows[i];

        if (strcmp(row->name, name) != 0)
            continue;
        exists = true;
        if (row->insecure && (row->type == type || row->type == TYPE_CNAME))
            *secure = false;
        if (row->data && (row->type == type || row->type == TYPE_CNAME))
            zone_add_record(m, row);
        if (row->type == TYPE_CNAME && !row->alone && depth < 12)
            (void)zone_fill(z, m, row->data, type, depth + 1, secure);
    }
    return exists;
}

/* The row that decides how a question fares, before what it is answered; NULL for none. */
static inline const struct zone_row *zone_trouble(const struct zone *z, const char *name,
                                                  unsigned type)
{
    for (size_t i = 0; i < z->count; i++) {
        const struct zone_row *row = &z->rows[i];

        if (strcmp(row->name, name) == 0 && (row->type == type || row->type == 0) &&
            (row->silent || row->rcode != RCODE_OK || row->truncated || row->bogus))
            return row;
    }
    return NULL;
}

/* Builds the answer to a query; false for silence. */
static inline bool zone_answer(struct zone *z, const xmppfed_dns_query *q, struct message *m)
{
    char name[256];
    unsigned type;
    unsigned id = (unsigned)q->data[0] << 8 | q->data[1];
    bool unchecked = (q->data[3] & FLAG_CD) != 0;
    const struct zone_row *trouble;
    bool secure = z->secure && (q->data[3] & FLAG_AD);

    zone_read_question(q->data, q->len, name, &type);
    z->queries++;
    z->tcp_queries += q->tcp != 0;
    z->probes += unchecked;
    trouble = zone_trouble(z, name, type);
    if (trouble && trouble->silent)
        return false;
    if (trouble && trouble->bogus && !unchecked) {
        message_begin(m, id, 0, RCODE_SERVFAIL, name, type);
        return true;
    }
    if (trouble && (trouble->rcode != RCODE_OK || (trouble->truncated && !q->tcp))) {
        message_begin(m, id, trouble->truncated ? FLAG_TC : 0, trouble->rcode, name, type);
        return true;
    }
    message_begin(m, id, 0, RCODE_OK, name, type);
    if (!zone_fill(z, m, name, type, 0, &secure))
        message_begin(m, id, 0, RCODE_NXDOMAIN, name, type);
    if (m->data[7] == 0 && z->negative_ttl > 0)
        message_soa(m, "example", z->negative_ttl, z->negative_ttl);
    if (secure)
        m->data[3] |= FLAG_AD;
    return true;
}

/* Answers all queries that wait; what is not answered stays open. */
static inline void zone_serve(struct zone *z, xmppfed_resolver *r, xmppfed_time now)
{
    static struct message m;
    xmppfed_dns_query q;
    int rc;

    while ((rc = xmppfed_resolver_next_query(r, now, &q)) == 1) {
        if (zone_answer(z, &q, &m))
            assert_int_equal(xmppfed_resolver_answer(r, q.token, m.data, m.len, now), 0);
    }
    assert_int_equal(rc, 0);
}

/* Serves and lets time pass, deadline by deadline, until there is a result. */
static inline const xmppfed_dns_result *zone_run(struct zone *z, xmppfed_resolver *r,
                                                 xmppfed_time *now)
{
    const xmppfed_dns_result *result = NULL;

    for (int step = 0; step < 1000; step++) {
        zone_serve(z, r, *now);
        if (xmppfed_resolver_next_result(r, &result) == 1)
            return result;
        if (xmppfed_resolver_deadline(r) == XMPPFED_TIME_NEVER)
            break;
        if (xmppfed_resolver_deadline(r) > *now)
            *now = xmppfed_resolver_deadline(r);
        xmppfed_resolver_tick(r, *now);
    }
    fail_msg("the look-up never ended");
    return NULL;
}

/* A resolver whose random numbers repeat. *state must outlive it. */
static inline xmppfed_resolver *zone_resolver(uint64_t *state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_resolver *r = NULL;

    xmppfed_context_set_random(ctx, test_random, state);
    assert_int_equal(xmppfed_resolver_new(ctx, &r), 0);
    xmppfed_context_unref(ctx);
    return r;
}

/*
 * Writes "host address port;" of every endpoint, for comparison, before the semicolon " tls" for
 * direct TLS, " n", " na", " nat" for what is secure, and " +2" for so many TLSA records.
 */
static inline void zone_print(const xmppfed_dns_result *result, char *ret, size_t size)
{
    size_t len = 0;

    ret[0] = '\0';
    for (size_t i = 0; i < result->count; i++) {
        const xmppfed_endpoint *e = &result->endpoints[i];
        char count[8] = "";
        int n;

        if (e->tlsa_count)
            (void)snprintf(count, sizeof(count), " +%u", (unsigned)e->tlsa_count);
        assert_true((size_t)e->tlsa_first + e->tlsa_count <= result->tlsa_count);
        n = snprintf(ret + len, size - len, "%s %s %u%s%s%s%s%s%s;", e->host, e->address,
                     (unsigned)e->port, e->direct_tls ? " tls" : "", e->secure ? " " : "",
                     e->secure & XMPPFED_SECURE_NAME ? "n" : "",
                     e->secure & XMPPFED_SECURE_ADDRESS ? "a" : "",
                     e->secure & XMPPFED_SECURE_TLSA ? "t" : "", count);
        assert_true(n > 0 && (size_t)n < size - len);
        len += (size_t)n;
    }
}

#endif
