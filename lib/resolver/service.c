/* service.c - the SRV records of both services, asked for together and merged (XEP-0368). */
#include <stdio.h>
#include <string.h>

#include "address/domain.h"
#include "resolver/lookup.h"
#include "resolver/order.h"

enum { FALLBACK_PORT = 5269 };

static const char *const prefixes[XFED_SERVICE_COUNT] = {
    [XFED_SERVICE_STARTTLS] = "_xmpp-server._tcp.",
    [XFED_SERVICE_DIRECT] = "_xmpps-server._tcp.",
};

enum { PREFIX_SIZE = sizeof("_xmpps-server._tcp.") };

static void begin(struct xfed_lookup *l, const char *domain, xmppfed_time now)
{
    snprintf(l->domain, sizeof(l->domain), "%s", domain);
    l->deadline = now + XFED_LOOKUP_TIME;
}

void xfed_lookup_begin_host(struct xfed_lookup *l, const char *host, uint16_t port,
                            xmppfed_time now)
{
    begin(l, host, now);
    xfed_target_begin_host(l, host, port, true); /* the host's own configuration names it */
}

/* Asks for the records of one service, if a name so long can have any (RFC 1035 2.3.4). */
static void ask_service(struct xfed_lookup *l, size_t kind)
{
    char name[PREFIX_SIZE + XMPPFED_DOMAIN_SIZE];

    snprintf(name, sizeof(name), "%s%s", prefixes[kind], l->domain);
    if (strlen(name) <= XFED_DNS_NAME_MAX) {
        xfed_lookup_ask(l, name, XFED_DNS_SRV, kind);
        return;
    }
    l->services[kind].settled = true;
    l->services[kind].secure = l->shared->trusted;
}

void xfed_lookup_begin_service(struct xfed_lookup *l, const char *domain, xmppfed_time now)
{
    begin(l, domain, now);
    if (!xfed_domain_is_ip(domain)) {
        for (size_t kind = 0; kind < XFED_SERVICE_COUNT; kind++)
            ask_service(l, kind);
    }
    if (l->open == 0)
        xfed_target_begin_host(l, domain, FALLBACK_PORT, true);
}

/* All usable records of both services as one set; NULL when out of memory. */
static struct xfed_srv *merge(const struct xfed_lookup *l, size_t count)
{
    struct xfed_srv *all = xfed_alloc(l->shared->ctx, count * sizeof(*all));
    size_t at = 0;

    for (size_t kind = 0; all && kind < XFED_SERVICE_COUNT; kind++) {
        const struct xfed_service *s = &l->services[kind];

        if (s->count > 0)
            memcpy(all + at, s->srv, s->count * sizeof(*all));
        at += s->count;
    }
    return all;
}

/* XEP-0368 3: "all priorities and weights are mixed". */
static void use_records(struct xfed_lookup *l, size_t count)
{
    struct xfed_srv *all = merge(l, count);
    int rc = all ? xfed_srv_order(l->shared->ctx, all, count) : XMPPFED_ERR_NOMEM;

    if (rc < 0) {
        xfed_lookup_end(l, rc, xmppfed_error_sentence(rc));
    } else {
        l->has_srv = true;
        xfed_target_begin(l, all, count < XFED_LOOKUP_TARGETS ? count : XFED_LOOKUP_TARGETS);
    }
    xfed_free(l->shared->ctx, all);
}

/*
 * Both services are known. Only where neither has any record do the domain's own addresses count
 * (RFC 6120 3.2.2): "." says that SRV is in use (XEP-0368 5), and a failure may hide anything.
 */
static void conclude(struct xfed_lookup *l)
{
    const struct xfed_service *starttls = &l->services[XFED_SERVICE_STARTTLS];
    const struct xfed_service *direct = &l->services[XFED_SERVICE_DIRECT];
    size_t count = starttls->count + direct->count;
    int failure = starttls->failure ? starttls->failure : direct->failure;

    l->services_deadline = XMPPFED_TIME_NEVER;
    if (count > 0) {
        use_records(l, count);
    } else if (failure) {
        xfed_lookup_end(l, failure, xmppfed_error_sentence(failure));
    } else if (starttls->refused || direct->refused) {
        xfed_lookup_end(l, XMPPFED_ERR_DNS_NO_SERVICE,
                        "its SRV record says that there is no XMPP federation");
    } else {
        xfed_target_begin_host(l, l->domain, FALLBACK_PORT, starttls->secure && direct->secure);
    }
}

static void settle(struct xfed_dns_question *q)
{
    struct xfed_lookup *l = q->lookup;

    l->services[q->subject].settled = true;
    xfed_lookup_close(q);
    for (size_t kind = 0; kind < XFED_SERVICE_COUNT; kind++) {
        if (!l->services[kind].settled)
            return;
    }
    conclude(l);
}

/* RFC 2782: a target "." says that the service is not there; RFC 6120 3.2.1: no way back then. */
static int keep_usable(struct xfed_lookup *l, struct xfed_service *s,
                       const struct xfed_dns_answer *answer, bool direct, bool secure)
{
    s->srv = xfed_alloc(l->shared->ctx, answer->count * sizeof(*s->srv));
    if (!s->srv)
        return XMPPFED_ERR_NOMEM;
    for (size_t i = 0; i < answer->count; i++) {
        if (!answer->srv[i].target[0] || answer->srv[i].port == 0)
            continue;
        s->srv[s->count] = answer->srv[i];
        s->srv[s->count].direct = direct;
        s->srv[s->count].secure = secure;
        s->count++;
    }
    s->refused = s->count == 0;
    return 0;
}

void xfed_service_records(struct xfed_dns_question *q, const struct xfed_dns_answer *answer,
                          bool secure, xmppfed_time now)
{
    struct xfed_lookup *l = q->lookup;
    struct xfed_service *s = &l->services[q->subject];
    int rc = keep_usable(l, s, answer, q->subject == XFED_SERVICE_DIRECT, secure);

    if (rc < 0) {
        xfed_lookup_end(l, rc, xmppfed_error_sentence(rc));
        return;
    }
    if (s->count > 0 && l->services_deadline == XMPPFED_TIME_NEVER)
        l->services_deadline = now + XFED_LOOKUP_GRACE;
    settle(q);
}

void xfed_service_absent(struct xfed_dns_question *q, bool secure)
{
    q->lookup->services[q->subject].secure = secure;
    settle(q);
}

void xfed_service_failed(struct xfed_dns_question *q, int code)
{
    q->lookup->services[q->subject].failure = code;
    settle(q);
}

void xfed_service_give_up(struct xfed_lookup *l)
{
    for (size_t i = 0; i < XFED_LOOKUP_SLOTS; i++) {
        struct xfed_dns_question *q = &l->slots[i];

        if (q->state != XFED_QUESTION_IDLE && q->type == XFED_DNS_SRV) {
            xfed_service_failed(q, XMPPFED_ERR_DNS_TIMEOUT);
            return; /* only the one is left, and the look-up may have gone far by now */
        }
    }
    l->services_deadline = XMPPFED_TIME_NEVER;
}
