/* outcome.c - the end of a look-up: endpoints in the order of trying, or a code with a sentence. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/slice.h"
#include "resolver/lookup.h"

void xfed_lookup_end(struct xfed_lookup *l, int code, const char *sentence)
{
    for (size_t i = 0; i < XFED_LOOKUP_SLOTS; i++) {
        xfed_list_remove(&l->slots[i].node);
        l->slots[i].state = XFED_QUESTION_IDLE;
    }
    l->open = 0;
    l->done = true;
    l->code = code;
    l->deadline = XMPPFED_TIME_NEVER;
    if (code < 0)
        snprintf(l->text, sizeof(l->text), "%s: %s", l->domain, sentence);
}

/* Notes for people why something is not among the endpoints; what no longer fits is dropped. */
static void leave_out(struct xfed_lookup *l, const char *what, unsigned port, const char *why)
{
    size_t len = strlen(l->left_out);
    char note[XMPPFED_DOMAIN_SIZE + 160];
    int size;

    if (port > 0)
        size = snprintf(note, sizeof(note), "%s%s port %u: %s", len ? "; " : "", what, port, why);
    else
        size = snprintf(note, sizeof(note), "%s%s: %s", len ? "; " : "", what, why);
    if (size > 0 && (size_t)size < sizeof(l->left_out) - len)
        (void)xfed_text_copy(l->left_out + len, sizeof(l->left_out) - len, note);
}

/* ---- what may be dialled ----------------------------------------------------------------- */

/* Why a target cannot be dialled, as an error; 0 if it can. */
static int obstacle(const struct xfed_lookup *l, const struct xfed_dns_target *t, bool timed_out)
{
    const struct xfed_dns_host *h = &l->hosts[t->host];

    if (h->v4.count + h->v6.count == 0) {
        if (h->failure)
            return h->failure;
        if (timed_out && !(h->v4.settled && h->v6.settled))
            return XMPPFED_ERR_DNS_TIMEOUT;
        return XMPPFED_ERR_DNS_NO_SERVICE;
    }
    /* RFC 7673 3.4: records that cannot be had may be records that would refuse the server. */
    if (t->tlsa_state == XFED_TLSA_FAILED)
        return t->failure;
    if (t->tlsa_state == XFED_TLSA_WANTED || t->tlsa_state == XFED_TLSA_ASKED)
        return XMPPFED_ERR_DNS_TIMEOUT;
    return 0;
}

static size_t count_endpoints(struct xfed_lookup *l, bool timed_out)
{
    size_t count = 0;

    for (size_t i = 0; i < l->target_count; i++) {
        const struct xfed_dns_target *t = &l->targets[i];

        if (obstacle(l, t, timed_out) == 0)
            count += l->hosts[t->host].v6.count + l->hosts[t->host].v4.count;
    }
    return count < XFED_LOOKUP_ENDPOINTS ? count : XFED_LOOKUP_ENDPOINTS;
}

/* ---- endpoints --------------------------------------------------------------------------- */

static uint16_t secure_bits(const struct xfed_dns_target *t, const struct xfed_addresses *set,
                            bool trusted)
{
    unsigned bits = 0;

    if (t->name_secure && trusted)
        bits |= XMPPFED_SECURE_NAME;
    if (set->secure)
        bits |= XMPPFED_SECURE_ADDRESS;
    if (set->secure && t->tlsa_state == XFED_TLSA_KNOWN)
        bits |= XMPPFED_SECURE_TLSA;
    return (uint16_t)bits;
}

static void add_endpoint(struct xfed_lookup *l, const struct xfed_dns_target *t, int family,
                         size_t i, size_t tlsa_first)
{
    const struct xfed_dns_host *h = &l->hosts[t->host];
    const struct xfed_addresses *set = family == AF_INET ? &h->v4 : &h->v6;
    xmppfed_endpoint *e;

    if (i >= set->count || l->endpoint_count == XFED_LOOKUP_ENDPOINTS)
        return;
    e = &l->endpoints[l->endpoint_count++];
    *e = (xmppfed_endpoint){.port = t->port,
                            .direct_tls = t->direct,
                            .priority = t->priority,
                            .weight = t->weight,
                            .secure = secure_bits(t, set, l->shared->trusted)};
    (void)xfed_text_copy(e->host, sizeof(e->host), h->name);
    (void)inet_ntop(family, set->octets[i], e->address, sizeof(e->address));
    if (e->secure == XMPPFED_SECURE_ALL) {
        e->tlsa_first = (uint16_t)tlsa_first;
        e->tlsa_count = (uint16_t)t->tlsa_count;
    }
}

/* IPv6 and IPv4 in turn, so that one broken family costs one attempt a target (RFC 8305 4). */
static void add_target(struct xfed_lookup *l, const struct xfed_dns_target *t)
{
    size_t tlsa_first = l->tlsa_count;

    if (t->tlsa_count > 0)
        memcpy(l->tlsa + tlsa_first, t->tlsa, t->tlsa_count * sizeof(*t->tlsa));
    l->tlsa_count += t->tlsa_count;
    for (size_t i = 0; i < XFED_DNS_ADDRESS_MAX; i++) {
        add_endpoint(l, t, AF_INET6, i, tlsa_first);
        add_endpoint(l, t, AF_INET, i, tlsa_first);
    }
}

static bool reserve(struct xfed_lookup *l, size_t count)
{
    size_t tlsa_count = 0;

    for (size_t i = 0; i < l->target_count; i++)
        tlsa_count += l->targets[i].tlsa_count;
    l->endpoints = xfed_alloc(l->shared->ctx, count * sizeof(*l->endpoints));
    if (tlsa_count > 0)
        l->tlsa = xfed_alloc(l->shared->ctx, tlsa_count * sizeof(*l->tlsa));
    return l->endpoints && (l->tlsa || tlsa_count == 0);
}

/* ---- the end ----------------------------------------------------------------------------- */

/* The first failure says more than an absence: what could not be asked may exist. */
static int first_failure(const struct xfed_lookup *l, bool timed_out)
{
    for (size_t i = 0; i < l->target_count; i++) {
        int why = obstacle(l, &l->targets[i], timed_out);

        if (why != XMPPFED_ERR_DNS_NO_SERVICE)
            return why;
    }
    return l->target_count == 0 ? XMPPFED_ERR_DNS_TIMEOUT : 0;
}

static void conclude_empty(struct xfed_lookup *l, bool timed_out)
{
    int failure = first_failure(l, timed_out);

    if (failure)
        xfed_lookup_end(l, failure, xmppfed_error_sentence(failure));
    else if (l->has_srv)
        xfed_lookup_end(l, XMPPFED_ERR_DNS_NO_SERVICE,
                        "none of the servers named by its SRV records has an address");
    else if (l->hosts[0].no_name)
        xfed_lookup_end(l, XMPPFED_ERR_DNS_NO_DOMAIN,
                        xmppfed_error_sentence(XMPPFED_ERR_DNS_NO_DOMAIN));
    else
        xfed_lookup_end(l, XMPPFED_ERR_DNS_NO_SERVICE, "there is no A, AAAA or SRV record for it");
}

static void note_services(struct xfed_lookup *l)
{
    static const char *const names[XFED_SERVICE_COUNT] = {"_xmpp-server", "_xmpps-server"};

    for (size_t kind = 0; kind < XFED_SERVICE_COUNT; kind++) {
        if (l->services[kind].failure)
            leave_out(l, names[kind], 0, xmppfed_error_sentence(l->services[kind].failure));
    }
}

void xfed_lookup_conclude(struct xfed_lookup *l, bool timed_out)
{
    size_t count = count_endpoints(l, timed_out);

    note_services(l);
    for (size_t i = 0; i < l->target_count; i++) {
        const struct xfed_dns_target *t = &l->targets[i];
        int why = obstacle(l, t, timed_out);

        if (why && (l->has_srv || why != XMPPFED_ERR_DNS_NO_SERVICE))
            leave_out(l, l->hosts[t->host].name, t->port,
                      why == XMPPFED_ERR_DNS_NO_SERVICE ? "it has no address"
                                                        : xmppfed_error_sentence(why));
    }
    if (count == 0) {
        conclude_empty(l, timed_out);
        return;
    }
    if (!reserve(l, count)) {
        xfed_lookup_end(l, XMPPFED_ERR_NOMEM, xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
        return;
    }
    for (size_t i = 0; i < l->target_count; i++) {
        if (obstacle(l, &l->targets[i], timed_out) == 0)
            add_target(l, &l->targets[i]);
    }
    xfed_lookup_end(l, 0, "");
}
