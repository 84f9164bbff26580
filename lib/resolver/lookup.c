/* lookup.c - the course of one look-up: SRV, then addresses; tries, aliases and deadlines. */
#include "resolver/lookup.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "address/domain.h"
#include "base/slice.h"
#include "resolver/order.h"

#define SERVICE_PREFIX "_xmpp-server._tcp."

enum { FALLBACK_PORT = 5269, SLOT_BITS = 3, SERIAL_BITS = 21 };

/* How long a try waits for its answer, in milliseconds; then another server is asked. */
static const xmppfed_time patience[XFED_LOOKUP_TRIES] = {2000, 4000, 8000};

struct xfed_lookup *xfed_lookup_new(xmppfed_context *ctx, uint64_t id, struct xfed_node *queue)
{
    struct xfed_lookup *l = xfed_zalloc(ctx, sizeof(*l));

    if (!l)
        return NULL;
    l->ctx = ctx;
    l->id = id;
    l->queue = queue;
    for (size_t i = 0; i < XFED_LOOKUP_SLOTS; i++)
        l->slots[i].lookup = l;
    return l;
}

void xfed_lookup_free(struct xfed_lookup *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < XFED_LOOKUP_SLOTS; i++)
        xfed_list_remove(&l->slots[i].node);
    xfed_list_remove(&l->node);
    xfed_free(l->ctx, l->targets);
    xfed_free(l->ctx, l->endpoints);
    xfed_free(l->ctx, l);
}

static void enqueue(struct xfed_dns_question *q)
{
    q->state = XFED_QUESTION_QUEUED;
    xfed_list_append(q->lookup->queue, &q->node);
}

/* Opens a question in a free slot, of which the caller knows that there is one. */
static void ask(struct xfed_lookup *l, const char *name, int type, size_t target)
{
    struct xfed_dns_question *q = l->slots;

    while (q->state != XFED_QUESTION_IDLE)
        q++;
    q->type = type;
    q->target = target;
    q->aliases = 0;
    q->attempt = 0;
    q->tcp = false;
    (void)xfed_text_copy(q->name, sizeof(q->name), name);
    l->open++;
    enqueue(q);
}

/*
 * Asks for the addresses of as many targets as slots allow; with nothing left to ask and nothing
 * open the look-up is at its end.
 */
static void go_on(struct xfed_lookup *l)
{
    while (l->next_address < 2 * l->target_count && l->open < XFED_LOOKUP_SLOTS) {
        size_t target = l->next_address / 2;
        int type = l->next_address % 2 == 0 ? XFED_DNS_AAAA : XFED_DNS_A;

        ask(l, l->targets[target].host, type, target);
        l->next_address++;
    }
    if (l->open == 0)
        xfed_lookup_conclude(l, false);
}

static bool reserve_targets(struct xfed_lookup *l, size_t count)
{
    l->targets = xfed_zalloc(l->ctx, count * sizeof(*l->targets));
    if (!l->targets)
        xfed_lookup_end(l, XMPPFED_ERR_NOMEM, xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    return l->targets != NULL;
}

static void add_target(struct xfed_lookup *l, const char *host, uint16_t port)
{
    struct xfed_dns_target *t = &l->targets[l->target_count++];

    (void)xfed_text_copy(t->host, sizeof(t->host), host);
    t->port = port;
}

/* An IP literal needs no DNS; an IPv6 one stands in brackets (RFC 7622 3.2). */
static void take_literal(struct xfed_dns_target *t)
{
    char bare[XMPPFED_DOMAIN_SIZE];
    size_t len = strlen(t->host);

    if (t->host[0] != '[') {
        t->v4.count = inet_pton(AF_INET, t->host, t->v4.octets[0]) == 1;
        return;
    }
    (void)xfed_slice_copy(bare, sizeof(bare), xfed_slice(t->host + 1, len - 2));
    t->v6.count = inet_pton(AF_INET6, bare, t->v6.octets[0]) == 1;
}

static void ask_host(struct xfed_lookup *l, const char *host, uint16_t port)
{
    if (!reserve_targets(l, 1))
        return;
    add_target(l, host, port);
    if (xfed_domain_is_ip(host)) {
        take_literal(&l->targets[0]);
        l->next_address = 2;
    }
    go_on(l);
}

static void begin(struct xfed_lookup *l, const char *domain, xmppfed_time now)
{
    (void)xfed_text_copy(l->domain, sizeof(l->domain), domain);
    l->deadline = now + XFED_LOOKUP_TIME;
}

void xfed_lookup_begin_service(struct xfed_lookup *l, const char *domain, xmppfed_time now)
{
    char name[sizeof(SERVICE_PREFIX) + XMPPFED_DOMAIN_SIZE];

    begin(l, domain, now);
    snprintf(name, sizeof(name), "%s%s", SERVICE_PREFIX, domain);
    /* A domain too long for the prefix cannot have the record (RFC 1035 2.3.4). */
    if (xfed_domain_is_ip(domain) || strlen(name) > XFED_DNS_NAME_MAX)
        ask_host(l, domain, FALLBACK_PORT);
    else
        ask(l, name, XFED_DNS_SRV, 0);
}

void xfed_lookup_begin_host(struct xfed_lookup *l, const char *host, uint16_t port,
                            xmppfed_time now)
{
    begin(l, host, now);
    ask_host(l, host, port);
}

void xfed_lookup_sent(struct xfed_dns_question *q, xmppfed_time now)
{
    struct xfed_lookup *l = q->lookup;
    uint64_t slot = (uint64_t)(q - l->slots);
    uint64_t serial = l->serial++ & ((UINT64_C(1) << SERIAL_BITS) - 1);

    xfed_list_remove(&q->node);
    q->state = XFED_QUESTION_SENT;
    q->token = l->id << (SERIAL_BITS + SLOT_BITS) | serial << SLOT_BITS | slot;
    q->deadline = now + patience[q->attempt];
}

uint64_t xfed_lookup_id_of(uint64_t token)
{
    return token >> (SERIAL_BITS + SLOT_BITS);
}

struct xfed_dns_question *xfed_lookup_question(struct xfed_lookup *l, uint64_t token)
{
    struct xfed_dns_question *q = &l->slots[token % XFED_LOOKUP_SLOTS];

    return q->state == XFED_QUESTION_SENT && q->token == token ? q : NULL;
}

/* Gives a question's slot back. */
static void close_question(struct xfed_dns_question *q)
{
    xfed_list_remove(&q->node);
    q->state = XFED_QUESTION_IDLE;
    q->lookup->open--;
}

/*
 * RFC 2782: a lone target "." says that there is no service. RFC 6120 3.2.1: SRV records that lead
 * nowhere do not lead back to the domain's own addresses.
 */
static void take_services(struct xfed_lookup *l, const struct xfed_dns_answer *answer)
{
    struct xfed_srv srv[XFED_DNS_SRV_MAX];
    size_t count = 0;
    int rc;

    for (size_t i = 0; i < answer->count; i++) {
        if (answer->srv[i].target[0] && answer->srv[i].port != 0)
            srv[count++] = answer->srv[i];
    }
    if (count == 0) {
        xfed_lookup_end(l, XMPPFED_ERR_DNS_NO_SERVICE,
                        "its SRV record says that there is no XMPP federation");
        return;
    }
    rc = xfed_srv_order(l->ctx, srv, count);
    if (rc < 0) {
        xfed_lookup_end(l, rc, xmppfed_error_sentence(rc));
        return;
    }
    if (!reserve_targets(l, count))
        return;
    l->has_srv = true;
    for (size_t i = 0; i < count; i++)
        add_target(l, srv[i].target, srv[i].port);
    go_on(l);
}

static void take_addresses(struct xfed_dns_question *q, const struct xfed_dns_answer *answer,
                           xmppfed_time now)
{
    struct xfed_lookup *l = q->lookup;
    struct xfed_dns_target *t = &l->targets[q->target];
    struct xfed_addresses *set = q->type == XFED_DNS_A ? &t->v4 : &t->v6;

    set->count = answer->count;
    memcpy(set->octets, answer->address, sizeof(set->octets));
    /* One slow server or family must not hold up what can be dialled already (RFC 8305 3). */
    if (l->deadline > now + XFED_LOOKUP_GRACE)
        l->deadline = now + XFED_LOOKUP_GRACE;
    close_question(q);
    go_on(l);
}

/* The name or its records do not exist: an answer like any other. */
static void take_absence(struct xfed_dns_question *q, bool no_name)
{
    struct xfed_lookup *l = q->lookup;

    close_question(q);
    if (q->type == XFED_DNS_SRV) {
        ask_host(l, l->domain, FALLBACK_PORT); /* RFC 6120 3.2.2 */
        return;
    }
    if (no_name)
        l->targets[q->target].no_name = true;
    go_on(l);
}

/* A question that cannot be answered; without the SRV answer there is nothing to go on with. */
static void give_up(struct xfed_dns_question *q, int code)
{
    struct xfed_lookup *l = q->lookup;

    if (l->failure == 0)
        l->failure = code;
    close_question(q);
    if (q->type == XFED_DNS_SRV)
        xfed_lookup_end(l, code, xmppfed_error_sentence(code));
    else
        go_on(l);
}

void xfed_lookup_try_failed(struct xfed_dns_question *q, int code)
{
    if (++q->attempt == XFED_LOOKUP_TRIES)
        give_up(q, code);
    else
        enqueue(q);
}

void xfed_lookup_answer(struct xfed_dns_question *q, const struct xfed_dns_answer *answer,
                        xmppfed_time now)
{
    switch (answer->outcome) {
    case XFED_DNS_RECORDS:
        if (q->type == XFED_DNS_SRV) {
            close_question(q);
            take_services(q->lookup, answer);
        } else {
            take_addresses(q, answer, now);
        }
        break;
    case XFED_DNS_NO_NAME:
    case XFED_DNS_NO_DATA:
        take_absence(q, answer->outcome == XFED_DNS_NO_NAME);
        break;
    case XFED_DNS_ALIAS:
        q->aliases = answer->aliases;
        q->attempt = 0;
        q->tcp = false;
        (void)xfed_text_copy(q->name, sizeof(q->name), answer->alias);
        enqueue(q);
        break;
    case XFED_DNS_ALIAS_LOOP:
        give_up(q, XMPPFED_ERR_DNS_SERVER_FAILURE);
        break;
    case XFED_DNS_TRUNCATED:
        if (q->tcp) {
            xfed_lookup_try_failed(q, XMPPFED_ERR_DNS_MALFORMED);
        } else {
            q->tcp = true; /* RFC 7766 5, also for the tries to come */
            enqueue(q);
        }
        break;
    case XFED_DNS_FAILURE:
        xfed_lookup_try_failed(q, XMPPFED_ERR_DNS_SERVER_FAILURE);
        break;
    case XFED_DNS_MALFORMED:
        xfed_lookup_try_failed(q, XMPPFED_ERR_DNS_MALFORMED);
        break;
    }
}

xmppfed_time xfed_lookup_deadline(const struct xfed_lookup *l)
{
    xmppfed_time first = l->deadline;

    for (size_t i = 0; i < XFED_LOOKUP_SLOTS; i++) {
        const struct xfed_dns_question *q = &l->slots[i];

        if (q->state == XFED_QUESTION_SENT && q->deadline < first)
            first = q->deadline;
    }
    return first;
}

void xfed_lookup_tick(struct xfed_lookup *l, xmppfed_time now)
{
    for (size_t i = 0; i < XFED_LOOKUP_SLOTS && !l->done; i++) {
        struct xfed_dns_question *q = &l->slots[i];

        if (q->state == XFED_QUESTION_SENT && q->deadline <= now)
            xfed_lookup_try_failed(q, XMPPFED_ERR_DNS_TIMEOUT);
    }
    if (!l->done && l->deadline <= now)
        xfed_lookup_conclude(l, true);
}
