/* target.c - the servers that SRV records name: their addresses, and the proof in TLSA records. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "address/domain.h"
#include "base/slice.h"
#include "resolver/lookup.h"

enum { TLSA_PREFIX_SIZE = 16 }; /* "_65535._tcp." */

static struct xfed_addresses *addresses_of(const struct xfed_dns_question *q)
{
    struct xfed_dns_host *h = &q->lookup->hosts[q->subject];

    return q->type == XFED_DNS_A ? &h->v4 : &h->v6;
}

/* ---- TLSA -------------------------------------------------------------------------------- */

/* Asks for the TLSA records of a target; false if no such name can exist. */
static bool ask_tlsa(struct xfed_lookup *l, size_t i)
{
    struct xfed_dns_target *t = &l->targets[i];
    const struct xfed_dns_host *h = &l->hosts[t->host];
    const char *base = t->without_alias ? h->name : h->base;
    char name[TLSA_PREFIX_SIZE + XMPPFED_DOMAIN_SIZE];

    snprintf(name, sizeof(name), "_%u._tcp.%s", (unsigned)t->port, base);
    if (strlen(name) > XFED_DNS_NAME_MAX) {
        t->tlsa_state = XFED_TLSA_KNOWN;
        return false;
    }
    t->tlsa_state = XFED_TLSA_ASKED;
    xfed_lookup_ask(l, name, XFED_DNS_TLSA, i);
    return true;
}

/*
 * The address of a host was validated, so its targets need the TLSA answer (RFC 7673 3.2). The
 * records of an alias stand where it ends (RFC 7671 7); failing that, under the name itself.
 */
static void want_tlsa(struct xfed_lookup *l, size_t host, const char *base)
{
    struct xfed_dns_host *h = &l->hosts[host];

    if (h->base[0])
        return;
    (void)xfed_text_copy(h->base, sizeof(h->base), base);
    for (size_t i = 0; i < l->target_count; i++) {
        if (l->targets[i].host == host && l->targets[i].name_secure)
            l->targets[i].tlsa_state = XFED_TLSA_WANTED;
    }
}

/* Whether a host can be dialled without waiting for the TLSA records of any of its targets. */
static bool is_ready(const struct xfed_lookup *l, size_t host)
{
    for (size_t i = 0; i < l->target_count; i++) {
        if (l->targets[i].host == host && l->targets[i].tlsa_state != XFED_TLSA_WANTED &&
            l->targets[i].tlsa_state != XFED_TLSA_ASKED)
            return true;
    }
    return false;
}

/* One allocation: the array, then the octets of all records, then their base name. */
static int keep_tlsa(struct xfed_lookup *l, struct xfed_dns_target *t,
                     const struct xfed_dns_answer *answer)
{
    const struct xfed_dns_host *h = &l->hosts[t->host];
    const char *base = t->without_alias ? h->name : h->base;
    size_t size = answer->count * sizeof(*t->tlsa);
    char *octets;

    for (size_t i = 0; i < answer->count; i++)
        size += answer->tlsa[i].data.len;
    t->tlsa = xfed_alloc(l->shared->ctx, size);
    if (!t->tlsa)
        return XMPPFED_ERR_NOMEM;
    octets = (char *)(t->tlsa + answer->count);
    for (size_t i = 0; i < answer->count; i++) {
        t->tlsa[i] = answer->tlsa[i];
        t->tlsa[i].base = base;
        t->tlsa[i].ttl = answer->ttl > 0 ? answer->ttl : 1;
        t->tlsa[i].data.data = octets;
        if (answer->tlsa[i].data.len > 0)
            memcpy(octets, answer->tlsa[i].data.data, answer->tlsa[i].data.len);
        octets += answer->tlsa[i].data.len;
    }
    t->tlsa_count = answer->count;
    return 0;
}

/* ---- what to ask next -------------------------------------------------------------------- */

static void ask_wanted_tlsa(struct xfed_lookup *l)
{
    for (size_t i = 0; i < l->target_count && l->open < XFED_LOOKUP_SLOTS; i++) {
        if (l->targets[i].tlsa_state == XFED_TLSA_WANTED)
            (void)ask_tlsa(l, i);
    }
}

/*
 * Asks as many questions as slots allow, in the order in which the answers will be of use; with
 * nothing left to ask and nothing open the look-up is at its end.
 */
static void go_on(struct xfed_lookup *l)
{
    ask_wanted_tlsa(l);
    while (l->next_address < 2 * l->host_count && l->open < XFED_LOOKUP_SLOTS) {
        size_t host = l->next_address / 2;
        int type = l->next_address % 2 == 0 ? XFED_DNS_AAAA : XFED_DNS_A;

        xfed_lookup_ask(l, l->hosts[host].name, type, host);
        l->next_address++;
    }
    if (l->open == 0)
        xfed_lookup_conclude(l, false);
}

static bool reserve(struct xfed_lookup *l, size_t count)
{
    l->targets = xfed_zalloc(l->shared->ctx, count * sizeof(*l->targets));
    l->hosts = xfed_zalloc(l->shared->ctx, count * sizeof(*l->hosts));
    if (l->targets && l->hosts)
        return true;
    xfed_lookup_end(l, XMPPFED_ERR_NOMEM, xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    return false;
}

/* The host of this name, a new one if there is none yet. */
static size_t find_host(struct xfed_lookup *l, const char *name)
{
    size_t i = 0;

    while (i < l->host_count && !xfed_text_equal(l->hosts[i].name, name))
        i++;
    if (i == l->host_count) {
        (void)xfed_text_copy(l->hosts[i].name, sizeof(l->hosts[i].name), name);
        l->host_count++;
    }
    return i;
}

void xfed_target_begin(struct xfed_lookup *l, const struct xfed_srv *srv, size_t count)
{
    if (!reserve(l, count))
        return;
    for (size_t i = 0; i < count; i++) {
        l->targets[l->target_count++] =
            (struct xfed_dns_target){.host = find_host(l, srv[i].target),
                                     .port = srv[i].port,
                                     .priority = srv[i].priority,
                                     .weight = srv[i].weight,
                                     .direct = srv[i].direct,
                                     .name_secure = srv[i].secure};
    }
    go_on(l);
}

/* An IP literal needs no DNS; an IPv6 one stands in brackets (RFC 7622 3.2). */
static void take_literal(struct xfed_dns_host *h)
{
    char bare[XMPPFED_DOMAIN_SIZE];
    size_t len = strlen(h->name);

    if (h->name[0] != '[') {
        h->v4.count = inet_pton(AF_INET, h->name, h->v4.octets[0]) == 1;
        return;
    }
    (void)xfed_slice_copy(bare, sizeof(bare), xfed_slice(h->name + 1, len - 2));
    h->v6.count = inet_pton(AF_INET6, bare, h->v6.octets[0]) == 1;
}

void xfed_target_begin_host(struct xfed_lookup *l, const char *host, uint16_t port, bool secure)
{
    if (!reserve(l, 1))
        return;
    l->targets[l->target_count++] =
        (struct xfed_dns_target){.host = find_host(l, host), .port = port, .name_secure = secure};
    if (xfed_domain_is_ip(host)) {
        take_literal(&l->hosts[0]);
        l->next_address = 2;
    }
    go_on(l);
}

/* ---- answers ----------------------------------------------------------------------------- */

static void take_addresses(struct xfed_dns_question *q, const struct xfed_dns_answer *answer,
                           bool secure, xmppfed_time now)
{
    struct xfed_addresses *set = addresses_of(q);

    set->settled = true;
    set->secure = secure;
    set->count = answer->count;
    memcpy(set->octets, answer->address, sizeof(set->octets));
    if (secure)
        want_tlsa(q->lookup, q->subject, answer->alias);
    if (is_ready(q->lookup, q->subject))
        xfed_lookup_hurry(q->lookup, now);
}

void xfed_target_records(struct xfed_dns_question *q, const struct xfed_dns_answer *answer,
                         bool secure, xmppfed_time now)
{
    struct xfed_lookup *l = q->lookup;
    struct xfed_dns_target *t = &l->targets[q->subject];

    if (q->type != XFED_DNS_TLSA) {
        take_addresses(q, answer, secure, now);
    } else if (secure && keep_tlsa(l, t, answer) < 0) {
        xfed_lookup_end(l, XMPPFED_ERR_NOMEM, xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
        return;
    } else {
        t->tlsa_state = secure ? XFED_TLSA_KNOWN : XFED_TLSA_INSECURE;
        xfed_lookup_hurry(l, now);
    }
    xfed_lookup_close(q);
    go_on(l);
}

void xfed_target_absent(struct xfed_dns_question *q, bool no_name, bool secure, xmppfed_time now)
{
    struct xfed_lookup *l = q->lookup;
    struct xfed_dns_target *t = &l->targets[q->subject];
    const struct xfed_dns_host *h;

    xfed_lookup_close(q);
    if (q->type == XFED_DNS_TLSA) {
        h = &l->hosts[t->host];
        if (!t->without_alias && !xfed_text_equal(h->base, h->name)) {
            t->without_alias = true;
            t->tlsa_state = XFED_TLSA_WANTED;
        } else {
            t->tlsa_state = secure ? XFED_TLSA_KNOWN : XFED_TLSA_INSECURE;
            xfed_lookup_hurry(l, now);
        }
    } else {
        addresses_of(q)->settled = true;
        if (no_name)
            l->hosts[q->subject].no_name = true;
    }
    go_on(l);
}

void xfed_target_failed(struct xfed_dns_question *q, int code)
{
    struct xfed_lookup *l = q->lookup;

    xfed_lookup_close(q);
    if (q->type == XFED_DNS_TLSA) {
        l->targets[q->subject].tlsa_state = XFED_TLSA_FAILED;
        l->targets[q->subject].failure = code;
    } else {
        addresses_of(q)->settled = true;
        if (l->hosts[q->subject].failure == 0)
            l->hosts[q->subject].failure = code;
    }
    go_on(l);
}
