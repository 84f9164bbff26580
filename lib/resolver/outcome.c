/* outcome.c - the end of a look-up: endpoints in the order of trying, or a code with a sentence. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>

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

static size_t count_endpoints(const struct xfed_lookup *l)
{
    size_t count = 0;

    for (size_t i = 0; i < l->target_count; i++)
        count += l->targets[i].v6.count + l->targets[i].v4.count;
    return count < XFED_LOOKUP_ENDPOINTS ? count : XFED_LOOKUP_ENDPOINTS;
}

static void add_endpoint(struct xfed_lookup *l, const struct xfed_dns_target *t, int family,
                         const uint8_t *octets)
{
    xmppfed_endpoint *e;

    if (l->endpoint_count == XFED_LOOKUP_ENDPOINTS)
        return;
    e = &l->endpoints[l->endpoint_count++];
    *e = (xmppfed_endpoint){.port = t->port};
    (void)xfed_text_copy(e->host, sizeof(e->host), t->host);
    (void)inet_ntop(family, octets, e->address, sizeof(e->address));
}

/* IPv6 and IPv4 in turn, so that one broken family costs one attempt a target (RFC 8305 4). */
static void add_target(struct xfed_lookup *l, const struct xfed_dns_target *t)
{
    for (size_t i = 0; i < XFED_DNS_ADDRESS_MAX; i++) {
        if (i < t->v6.count)
            add_endpoint(l, t, AF_INET6, t->v6.octets[i]);
        if (i < t->v4.count)
            add_endpoint(l, t, AF_INET, t->v4.octets[i]);
    }
}

/* A failure says more than an absence: what could not be asked may exist. */
static void conclude_empty(struct xfed_lookup *l, bool timed_out)
{
    int failure = l->failure ? l->failure : timed_out ? XMPPFED_ERR_DNS_TIMEOUT : 0;

    if (failure)
        xfed_lookup_end(l, failure, xmppfed_error_sentence(failure));
    else if (l->has_srv)
        xfed_lookup_end(l, XMPPFED_ERR_DNS_NO_SERVICE,
                        "none of the servers named by its SRV records has an address");
    else if (l->targets[0].no_name)
        xfed_lookup_end(l, XMPPFED_ERR_DNS_NO_DOMAIN,
                        xmppfed_error_sentence(XMPPFED_ERR_DNS_NO_DOMAIN));
    else
        xfed_lookup_end(l, XMPPFED_ERR_DNS_NO_SERVICE, "there is no A, AAAA or SRV record for it");
}

void xfed_lookup_conclude(struct xfed_lookup *l, bool timed_out)
{
    size_t count = count_endpoints(l);

    if (count == 0) {
        conclude_empty(l, timed_out);
        return;
    }
    l->endpoints = xfed_alloc(l->ctx, count * sizeof(*l->endpoints));
    if (!l->endpoints) {
        xfed_lookup_end(l, XMPPFED_ERR_NOMEM, xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
        return;
    }
    for (size_t i = 0; i < l->target_count; i++)
        add_target(l, &l->targets[i]);
    xfed_lookup_end(l, 0, "");
}
