/* lookup.c - the questions of one look-up: slots, tries, answers and deadlines. */
#include "resolver/lookup.h"

#include "base/slice.h"

enum { SLOT_BITS = 3, SERIAL_BITS = 21 };

/* How long a try waits for its answer, in milliseconds; then another server is asked. */
static const xmppfed_time patience[XFED_LOOKUP_TRIES] = {2000, 4000, 8000};

struct xfed_lookup *xfed_lookup_new(struct xfed_lookup_shared *shared, uint64_t id)
{
    struct xfed_lookup *l = xfed_zalloc(shared->ctx, sizeof(*l));

    if (!l)
        return NULL;
    l->shared = shared;
    l->id = id;
    l->services_deadline = XMPPFED_TIME_NEVER;
    for (size_t i = 0; i < XFED_LOOKUP_SLOTS; i++)
        l->slots[i].lookup = l;
    return l;
}

void xfed_lookup_free(struct xfed_lookup *l)
{
    xmppfed_context *ctx;

    if (!l)
        return;
    ctx = l->shared->ctx;
    for (size_t i = 0; i < XFED_LOOKUP_SLOTS; i++)
        xfed_list_remove(&l->slots[i].node);
    xfed_list_remove(&l->node);
    for (size_t i = 0; i < XFED_SERVICE_COUNT; i++)
        xfed_free(ctx, l->services[i].srv);
    for (size_t i = 0; i < l->target_count; i++)
        xfed_free(ctx, l->targets[i].tlsa);
    xfed_free(ctx, l->targets);
    xfed_free(ctx, l->hosts);
    xfed_free(ctx, l->endpoints);
    xfed_free(ctx, l->tlsa);
    xfed_free(ctx, l);
}

static void enqueue(struct xfed_dns_question *q)
{
    q->state = XFED_QUESTION_QUEUED;
    xfed_list_append(&q->lookup->shared->queue, &q->node);
}

void xfed_lookup_ask(struct xfed_lookup *l, const char *name, int type, size_t subject)
{
    struct xfed_dns_question *q = l->slots;

    while (q->state != XFED_QUESTION_IDLE)
        q++;
    *q = (struct xfed_dns_question){.lookup = l,
                                    .type = type,
                                    .subject = subject,
                                    .secure = true,
                                    .first_server = l->shared->preferred};
    (void)xfed_text_copy(q->name, sizeof(q->name), name);
    l->open++;
    enqueue(q);
}

void xfed_lookup_close(struct xfed_dns_question *q)
{
    xfed_list_remove(&q->node);
    q->state = XFED_QUESTION_IDLE;
    q->lookup->open--;
}

void xfed_lookup_hurry(struct xfed_lookup *l, xmppfed_time now)
{
    /* One slow server or family must not hold up what can be dialled already (RFC 8305 3). */
    if (l->deadline > now + XFED_LOOKUP_GRACE)
        l->deadline = now + XFED_LOOKUP_GRACE;
}

struct xfed_dns_asked xfed_lookup_asked(const struct xfed_dns_question *q)
{
    return (struct xfed_dns_asked){.id = q->id,
                                   .type = q->type,
                                   .name = q->name,
                                   .aliases = q->aliases,
                                   .wants_authentic = q->lookup->shared->trusted && !q->probe,
                                   .unchecked = q->probe};
}

void xfed_lookup_sent(struct xfed_dns_question *q, xmppfed_time now)
{
    struct xfed_lookup *l = q->lookup;
    uint64_t slot = (uint64_t)(q - l->slots);
    uint64_t serial = l->serial++ & ((UINT64_C(1) << SERIAL_BITS) - 1);

    xfed_list_remove(&q->node);
    q->state = XFED_QUESTION_SENT;
    q->token = l->id << (SERIAL_BITS + SLOT_BITS) | serial << SLOT_BITS | slot;
    q->deadline = now + patience[q->probe ? 0 : q->attempt];
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

/* A question that cannot be answered. */
static void give_up(struct xfed_dns_question *q, int code)
{
    if (q->type == XFED_DNS_SRV)
        xfed_service_failed(q, code);
    else
        xfed_target_failed(q, code);
}

/* Answers a question with what held until lately (RFC 8767); false if nothing did. */
static bool use_stale(struct xfed_dns_question *q, xmppfed_time now)
{
    struct xfed_dns_asked asked = xfed_lookup_asked(q);
    struct xfed_dns_answer answer;

    if (!xfed_cache_get(&q->lookup->shared->cache, &asked, XFED_CACHE_STALE, now, &answer))
        return false;
    q->probe = false;
    xfed_lookup_answer(q, &answer, now);
    return true;
}

/* The next question begins with another server, if this one was asked first until now. */
static void avoid_server(const struct xfed_dns_question *q)
{
    struct xfed_lookup_shared *s = q->lookup->shared;

    if (q->first_server + q->attempt == s->preferred)
        s->preferred++;
}

void xfed_lookup_try_failed(struct xfed_dns_question *q, int code, xmppfed_time now)
{
    xfed_list_remove(&q->node);
    if (!q->servfail) {
        avoid_server(q);
        if (use_stale(q, now))
            return;
    }
    if (q->probe)
        give_up(q, XMPPFED_ERR_DNS_SERVER_FAILURE);
    else if (q->attempt + 1 < XFED_LOOKUP_TRIES) {
        q->attempt++;
        enqueue(q);
    } else if (q->servfail) {
        q->probe = true;
        enqueue(q);
    } else
        give_up(q, code);
}

/*
 * SERVFAIL is what a validating server says of bogus data and of servers that it cannot reach. With
 * CD it answers the first all the same. An old answer helps against the second only: where somebody
 * changes data on the way, nothing but the end of it will do.
 */
static void end_probe(struct xfed_dns_question *q, enum xfed_dns_outcome outcome, xmppfed_time now)
{
    bool failed = outcome == XFED_DNS_SERVFAIL || outcome == XFED_DNS_FAILURE ||
                  outcome == XFED_DNS_MALFORMED;

    if (!failed)
        give_up(q, XMPPFED_ERR_DNS_BOGUS);
    else if (!use_stale(q, now))
        give_up(q, XMPPFED_ERR_DNS_SERVER_FAILURE);
}

/* Remembers of an answer what the result says of all. */
static void note_answer(struct xfed_lookup *l, const struct xfed_dns_answer *answer)
{
    if (answer->lasts && (!l->lasts || answer->ttl < l->ttl)) {
        l->lasts = true;
        l->ttl = answer->ttl;
    }
    l->stale = l->stale || answer->stale;
}

/* An answer that says what there is. */
static void take(struct xfed_dns_question *q, const struct xfed_dns_answer *answer,
                 xmppfed_time now)
{
    bool secure = q->lookup->shared->trusted && q->secure && answer->authentic;
    bool is_srv = q->type == XFED_DNS_SRV;

    note_answer(q->lookup, answer);
    if (answer->outcome == XFED_DNS_ALIAS) {
        q->secure = secure;
        q->aliases = answer->aliases;
        q->attempt = 0;
        q->tcp = false;
        (void)xfed_text_copy(q->name, sizeof(q->name), answer->alias);
        xfed_list_remove(&q->node);
        enqueue(q);
    } else if (answer->outcome == XFED_DNS_RECORDS) {
        if (is_srv)
            xfed_service_records(q, answer, secure, now);
        else
            xfed_target_records(q, answer, secure, now);
    } else if (is_srv) {
        xfed_service_absent(q, secure);
    } else {
        xfed_target_absent(q, answer->outcome == XFED_DNS_NO_NAME, secure, now);
    }
}

/* RFC 7766 5: a truncated answer is asked for over TCP, also in the tries to come. */
static void ask_over_tcp(struct xfed_dns_question *q, xmppfed_time now)
{
    if (q->tcp) {
        xfed_lookup_try_failed(q, XMPPFED_ERR_DNS_MALFORMED, now);
        return;
    }
    q->tcp = true;
    enqueue(q);
}

void xfed_lookup_answer(struct xfed_dns_question *q, const struct xfed_dns_answer *answer,
                        xmppfed_time now)
{
    if (q->probe) {
        end_probe(q, answer->outcome, now);
        return;
    }
    switch (answer->outcome) {
    case XFED_DNS_RECORDS:
    case XFED_DNS_NO_NAME:
    case XFED_DNS_NO_DATA:
    case XFED_DNS_ALIAS:
        take(q, answer, now);
        break;
    case XFED_DNS_ALIAS_LOOP:
        give_up(q, XMPPFED_ERR_DNS_SERVER_FAILURE);
        break;
    case XFED_DNS_TRUNCATED:
        ask_over_tcp(q, now);
        break;
    case XFED_DNS_SERVFAIL:
        q->servfail = true;
        xfed_lookup_try_failed(q, XMPPFED_ERR_DNS_SERVER_FAILURE, now);
        break;
    case XFED_DNS_FAILURE:
        xfed_lookup_try_failed(q, XMPPFED_ERR_DNS_SERVER_FAILURE, now);
        break;
    case XFED_DNS_MALFORMED:
        xfed_lookup_try_failed(q, XMPPFED_ERR_DNS_MALFORMED, now);
        break;
    }
}

xmppfed_time xfed_lookup_deadline(const struct xfed_lookup *l)
{
    xmppfed_time first = l->deadline;

    if (!l->done && l->services_deadline < first)
        first = l->services_deadline;
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
            xfed_lookup_try_failed(q, XMPPFED_ERR_DNS_TIMEOUT, now);
    }
    if (!l->done && l->services_deadline <= now)
        xfed_service_give_up(l);
    if (!l->done && l->deadline <= now)
        xfed_lookup_conclude(l, true);
}
