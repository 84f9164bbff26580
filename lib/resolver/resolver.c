/* resolver.c - the public resolver: many look-ups, one cache, one queue of messages to send. */
#include "crypto/random.h"
#include "resolver/lookup.h"

enum { PENDING_MAX = 1024 };

struct xmppfed_resolver {
    struct xfed_lookup_shared shared;
    bool mixed_case;
    uint64_t next_id;
    struct xfed_map by_id; /* running and finished look-ups */
    struct xfed_node running;
    struct xfed_node finished;    /* not yet reported */
    struct xfed_node ready;       /* questions that the cache cannot answer */
    struct xfed_lookup *reported; /* the host may still look at its endpoints */
    xmppfed_dns_result result;
    uint8_t message[XFED_DNS_QUERY_SIZE];
};

/* A number that peers cannot know, so that they cannot fill one bucket of the cache. */
static uint64_t draw_seed(xmppfed_context *ctx)
{
    uint64_t seed = 0;

    if (xfed_random(ctx, &seed, sizeof(seed)) < 0)
        seed = (uint64_t)(uintptr_t)ctx; /* without randomness no query is ever sent */
    return seed;
}

int xmppfed_resolver_new(xmppfed_context *ctx, xmppfed_resolver **ret)
{
    struct xmppfed_resolver *r;

    if (!ctx || !ret)
        return XMPPFED_ERR_ARGUMENT;
    r = xfed_zalloc(ctx, sizeof(*r));
    if (!r)
        return XMPPFED_ERR_NOMEM;
    r->shared.ctx = xmppfed_context_ref(ctx);
    r->next_id = 1;
    xfed_map_init(&r->by_id, ctx, 0); /* the keys are our own numbers */
    xfed_cache_init(&r->shared.cache, ctx, XFED_CACHE_ENTRIES, draw_seed(ctx));
    xfed_list_init(&r->shared.queue);
    xfed_list_init(&r->running);
    xfed_list_init(&r->finished);
    xfed_list_init(&r->ready);
    *ret = r;
    return 0;
}

static struct xfed_lookup *lookup_of(struct xfed_node *node)
{
    return XFED_CONTAINER(node, struct xfed_lookup, node);
}

static void free_all(struct xfed_node *head)
{
    while (!xfed_list_empty(head))
        xfed_lookup_free(lookup_of(head->next));
}

void xmppfed_resolver_free(xmppfed_resolver *r)
{
    xmppfed_context *ctx;

    if (!r)
        return;
    ctx = r->shared.ctx;
    free_all(&r->running);
    free_all(&r->finished);
    xfed_lookup_free(r->reported);
    xfed_map_fini(&r->by_id);
    xfed_cache_fini(&r->shared.cache);
    xfed_free(ctx, r);
    xmppfed_context_unref(ctx);
}

void xmppfed_resolver_set_trusted(xmppfed_resolver *r, int on)
{
    if (!r || r->shared.trusted == (on != 0))
        return;
    r->shared.trusted = on != 0;
    xfed_cache_flush(&r->shared.cache);
}

void xmppfed_resolver_set_cache(xmppfed_resolver *r, size_t answers)
{
    if (r)
        xfed_cache_set_limit(&r->shared.cache, answers);
}

void xmppfed_resolver_set_mixed_case(xmppfed_resolver *r, int on)
{
    if (r)
        r->mixed_case = on != 0;
}

static xmppfed_slice key_of(const uint64_t *id)
{
    return (xmppfed_slice){(const char *)id, sizeof(*id)};
}

/* Moves a look-up that has come to its end to those to be reported. */
static void settle(struct xmppfed_resolver *r, struct xfed_lookup *l)
{
    if (!l->done)
        return;
    xfed_list_remove(&l->node);
    xfed_list_append(&r->finished, &l->node);
}

/*
 * Answers new questions from the cache, which may lead to more of them; what it does not have is
 * ready to be sent. A loop, for an answer within an answer would need as much stack as there are
 * servers of a domain.
 */
static void serve(struct xmppfed_resolver *r, xmppfed_time now)
{
    struct xfed_dns_answer answer;

    while (!xfed_list_empty(&r->shared.queue)) {
        struct xfed_dns_question *q =
            XFED_CONTAINER(r->shared.queue.next, struct xfed_dns_question, node);
        struct xfed_dns_asked asked = xfed_lookup_asked(q);
        struct xfed_lookup *l = q->lookup;

        xfed_list_remove(&q->node);
        if (!q->probe && xfed_cache_get(&r->shared.cache, &asked, XFED_CACHE_FRESH, now, &answer)) {
            xfed_lookup_answer(q, &answer, now);
            settle(r, l);
        } else {
            xfed_list_append(&r->ready, &q->node);
        }
    }
}

/* Prepares the name and enters an empty look-up for it. */
static int add_lookup(struct xmppfed_resolver *r, const char *text,
                      char ret_name[XMPPFED_DOMAIN_SIZE], struct xfed_lookup **ret)
{
    struct xfed_lookup *l;
    int rc = xmppfed_domain_prepare(text, ret_name);

    if (rc < 0)
        return rc;
    if (r->by_id.count >= PENDING_MAX)
        return XMPPFED_ERR_LIMIT_PENDING;
    l = xfed_lookup_new(&r->shared, r->next_id);
    if (!l)
        return XMPPFED_ERR_NOMEM;
    rc = xfed_map_put(&r->by_id, key_of(&l->id), l);
    if (rc < 0) {
        xfed_lookup_free(l);
        return rc;
    }
    r->next_id++;
    xfed_list_append(&r->running, &l->node);
    *ret = l;
    return 0;
}

int xmppfed_resolver_start(xmppfed_resolver *r, const char *domain, xmppfed_time now,
                           uint64_t *ret_lookup)
{
    char name[XMPPFED_DOMAIN_SIZE];
    struct xfed_lookup *l;
    int rc;

    if (!r || !domain || !ret_lookup)
        return XMPPFED_ERR_ARGUMENT;
    rc = add_lookup(r, domain, name, &l);
    if (rc < 0)
        return rc;
    xfed_lookup_begin_service(l, name, now);
    *ret_lookup = l->id;
    settle(r, l);
    serve(r, now);
    return 0;
}

int xmppfed_resolver_start_host(xmppfed_resolver *r, const char *host, uint16_t port,
                                xmppfed_time now, uint64_t *ret_lookup)
{
    char name[XMPPFED_DOMAIN_SIZE];
    struct xfed_lookup *l;
    int rc;

    if (!r || !host || port == 0 || !ret_lookup)
        return XMPPFED_ERR_ARGUMENT;
    rc = add_lookup(r, host, name, &l);
    if (rc < 0)
        return rc;
    xfed_lookup_begin_host(l, name, port, now);
    *ret_lookup = l->id;
    settle(r, l);
    serve(r, now);
    return 0;
}

void xmppfed_resolver_cancel(xmppfed_resolver *r, uint64_t lookup)
{
    xfed_lookup_free(xfed_map_remove(&r->by_id, key_of(&lookup)));
}

/* A new number for each sending: a forger must guess it anew (RFC 5452 9.2). */
static int draw_number(struct xmppfed_resolver *r, struct xfed_dns_question *q)
{
    uint32_t number;
    int rc = xfed_random_u32(r->shared.ctx, &number);

    if (rc == 0 && r->mixed_case)
        rc = xfed_random(r->shared.ctx, q->cases, sizeof(q->cases));
    if (rc == 0)
        q->id = (uint16_t)(number >> 16);
    return rc;
}

static struct xfed_dns_asked asked_of(const struct xmppfed_resolver *r,
                                      const struct xfed_dns_question *q)
{
    struct xfed_dns_asked asked = xfed_lookup_asked(q);

    if (r->mixed_case)
        asked.cases = q->cases;
    return asked;
}

int xmppfed_resolver_next_query(xmppfed_resolver *r, xmppfed_time now, xmppfed_dns_query *ret)
{
    struct xfed_dns_question *q;
    struct xfed_dns_asked asked;
    size_t len;
    int rc;

    if (!r || !ret)
        return XMPPFED_ERR_ARGUMENT;
    if (xfed_list_empty(&r->ready))
        return 0;
    q = XFED_CONTAINER(r->ready.next, struct xfed_dns_question, node);
    rc = draw_number(r, q);
    if (rc < 0)
        return rc;
    asked = asked_of(r, q);
    rc = xfed_wire_query(&asked, r->message, &len);
    if (rc < 0)
        return rc == XMPPFED_ERR_NOMEM ? rc : XMPPFED_ERR_INTERNAL;
    xfed_lookup_sent(q, now);
    *ret = (xmppfed_dns_query){.token = q->token,
                               .data = r->message,
                               .len = len,
                               .tcp = q->tcp,
                               .server = q->first_server + q->attempt};
    return 1;
}

static struct xfed_dns_question *find_question(struct xmppfed_resolver *r, uint64_t token)
{
    uint64_t id = xfed_lookup_id_of(token);
    struct xfed_lookup *l = xfed_map_get(&r->by_id, key_of(&id));

    return l ? xfed_lookup_question(l, token) : NULL;
}

/* Reads a message as the answer to a question and keeps it; as xfed_wire_answer(). */
static int read_answer(struct xmppfed_resolver *r, const struct xfed_dns_question *q,
                       const uint8_t *data, size_t len, xmppfed_time now,
                       struct xfed_dns_answer *ret)
{
    struct xfed_dns_asked asked = asked_of(r, q);
    bool too_long = len > XFED_DNS_TCP_MAX;
    int rc;

    if (!q->tcp && len > XFED_DNS_UDP_MAX)
        return 0;
    rc = xfed_wire_answer(&asked, data, too_long ? XFED_DNS_TCP_MAX : len, ret);
    if (rc == 1 && too_long)
        ret->outcome = XFED_DNS_MALFORMED;
    else if (rc == 1 && !q->probe)
        xfed_cache_put(&r->shared.cache, &asked, ret, data, now);
    return rc;
}

int xmppfed_resolver_answer(xmppfed_resolver *r, uint64_t token, const void *data, size_t len,
                            xmppfed_time now)
{
    struct xfed_dns_question *q;
    struct xfed_dns_answer answer;
    struct xfed_lookup *l;
    int rc;

    if (!r || (!data && len > 0))
        return XMPPFED_ERR_ARGUMENT;
    q = find_question(r, token);
    if (!q)
        return 0;
    l = q->lookup;
    rc = read_answer(r, q, data, len, now, &answer);
    if (rc <= 0)
        return rc;
    xfed_lookup_answer(q, &answer, now);
    settle(r, l);
    serve(r, now);
    return 0;
}

void xmppfed_resolver_failed(xmppfed_resolver *r, uint64_t token, xmppfed_time now)
{
    struct xfed_dns_question *q = find_question(r, token);
    struct xfed_lookup *l;

    if (!q)
        return;
    l = q->lookup;
    xfed_lookup_try_failed(q, XMPPFED_ERR_DNS_SERVER_FAILURE, now);
    settle(r, l);
    serve(r, now);
}

xmppfed_time xmppfed_resolver_deadline(const xmppfed_resolver *r)
{
    xmppfed_time first = XMPPFED_TIME_NEVER;

    for (struct xfed_node *n = r->running.next; n != &r->running; n = n->next) {
        xmppfed_time deadline = xfed_lookup_deadline(lookup_of(n));

        if (deadline < first)
            first = deadline;
    }
    return first;
}

void xmppfed_resolver_tick(xmppfed_resolver *r, xmppfed_time now)
{
    struct xfed_node *next;

    for (struct xfed_node *n = r->running.next; n != &r->running; n = next) {
        struct xfed_lookup *l = lookup_of(n);

        next = n->next;
        xfed_lookup_tick(l, now);
        settle(r, l);
    }
    serve(r, now);
}

int xmppfed_resolver_next_result(xmppfed_resolver *r, const xmppfed_dns_result **ret)
{
    struct xfed_lookup *l;

    if (!r || !ret)
        return XMPPFED_ERR_ARGUMENT;
    xfed_lookup_free(r->reported);
    r->reported = NULL;
    if (xfed_list_empty(&r->finished))
        return 0;
    l = lookup_of(r->finished.next);
    xfed_list_remove(&l->node);
    (void)xfed_map_remove(&r->by_id, key_of(&l->id));
    r->reported = l;
    r->result = (xmppfed_dns_result){.lookup = l->id,
                                     .code = l->code,
                                     .text = l->text,
                                     .endpoints = l->endpoints,
                                     .count = l->endpoint_count,
                                     .tlsa = l->tlsa,
                                     .tlsa_count = l->tlsa_count,
                                     .left_out = l->left_out,
                                     .ttl = l->lasts ? l->ttl : 0,
                                     .stale = l->stale};
    *ret = &r->result;
    return 1;
}
