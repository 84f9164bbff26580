/* zone.h - a name server made of a table, and a resolver driven against it to its result. */
#ifndef TESTS_UNIT_RESOLVER_ZONE_H
#define TESTS_UNIT_RESOLVER_ZONE_H

#include "message.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include <xmppfed/resolver.h>

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
};

struct zone {
    const struct zone_row *rows;
    size_t count;
    size_t queries;
    size_t tcp_queries;
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

static inline void zone_add_record(struct message *m, const struct zone_row *row)
{
    uint8_t octets[16];
    size_t start;

    if (row->type == TYPE_SRV) {
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
                             unsigned type, unsigned depth)
{
    bool exists = false;

    for (size_t i = 0; i < z->count; i++) {
        const struct zone_row *row = &z->rows[i];

        if (strcmp(row->name, name) != 0)
            continue;
        exists = true;
        if (row->data && (row->type == type || row->type == TYPE_CNAME))
            zone_add_record(m, row);
        if (row->type == TYPE_CNAME && !row->alone && depth < 12)
            (void)zone_fill(z, m, row->data, type, depth + 1);
    }
    return exists;
}

/* Builds the answer to a query; false for silence. */
static inline bool zone_answer(struct zone *z, const xmppfed_dns_query *q, struct message *m)
{
    char name[256];
    unsigned type;
    unsigned id = (unsigned)q->data[0] << 8 | q->data[1];

    zone_read_question(q->data, q->len, name, &type);
    z->queries++;
    z->tcp_queries += q->tcp != 0;
    for (size_t i = 0; i < z->count; i++) {
        const struct zone_row *row = &z->rows[i];

        if (strcmp(row->name, name) != 0 || (row->type != type && row->type != 0))
            continue;
        if (row->silent)
            return false;
        if (row->rcode != RCODE_OK || (row->truncated && !q->tcp)) {
            message_begin(m, id, row->truncated ? FLAG_TC : 0, row->rcode, name, type);
            return true;
        }
    }
    message_begin(m, id, 0, RCODE_OK, name, type);
    if (!zone_fill(z, m, name, type, 0))
        message_begin(m, id, 0, RCODE_NXDOMAIN, name, type);
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
    xmppfed_context *ctx = NULL;
    xmppfed_resolver *r = NULL;

    assert_int_equal(xmppfed_context_new(NULL, &ctx), 0);
    xmppfed_context_set_random(ctx, test_random, state);
    assert_int_equal(xmppfed_resolver_new(ctx, &r), 0);
    xmppfed_context_unref(ctx);
    return r;
}

/* Writes "host address port;" of every endpoint, for comparison. */
static inline void zone_print(const xmppfed_dns_result *result, char *ret, size_t size)
{
    size_t len = 0;

    ret[0] = '\0';
    for (size_t i = 0; i < result->count; i++) {
        const xmppfed_endpoint *e = &result->endpoints[i];
        int n =
            snprintf(ret + len, size - len, "%s %s %u;", e->host, e->address, (unsigned)e->port);

        assert_true(n > 0 && (size_t)n < size - len);
        assert_int_equal(e->direct_tls, 0);
        len += (size_t)n;
    }
}

#endif
