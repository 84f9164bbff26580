/* resolver.c - the public resolver: many look-ups, one queue of messages to send, limits. */
#include "base/map.h"
#include "crypto/random.h"
#include "resolver/lookup.h"

enum { PENDING_MAX = 1024 };

struct xmppfed_resolver {
    xmppfed_context *ctx;
    uint64_t next_id;
    struct xfed_map by_id; /* running and finished look-ups */
    struct xfed_node running;
    struct xfed_node finished;    /* not yet reported */
    struct xfed_node queue;       /* of struct xfed_dns_question */
    struct xfed_lookup *reported; /* the host may still look at its endpoints */
    xmppfed_dns_result result;
    uint8_t message[XFED_DNS_QUERY_SIZE];
};

int xmppfed_resolver_new(xmppfed_context *ctx, xmppfed_resolver **ret)
{
    struct xmppfed_resolver *r;

    if (!ctx || !ret)
        return XMPPFED_ERR_ARGUMENT;
    r = xfed_zalloc(ctx, sizeof(*r));
    if (!r)
        return XMPPFED_ERR_NOMEM;
    r->ctx = xmppfed_context_ref(ctx);
    r->next_id = 1;
    xfed_map_init(&r->by_id, ctx, 0); /* the keys are our own numbers */
    xfed_list_init(&r->running);
    xfed_list_init(&r->finished);
    xfed_list_init(&r->queue);
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
    ctx = r->ctx;
    free_all(&r->running);
    free_all(&r->finished);
    xfed_lookup_free(r->reported);
    xfed_map_fini(&r->by_id);
    xfed_free(ctx, r);
    xmppfed_context_unref(ctx);
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
    l = xfed_lookup_new(r->ctx, r->next_id, &r->queue);
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
    return 0;
}

void xmppfed_resolver_cancel(xmppfed_resolver *r, uint64_t lookup)
{
    xfed_lookup_free(xfed_map_remove(&r->by_id, key_of(&lookup)));
}

static int draw_id(xmppfed_context *ctx, uint16_t *ret)
{
    uint32_t number;
    int rc = xfed_random_u32(ctx, &number);

    if (rc == 0)
        *ret = (uint16_t)(number >> 16);
    return rc;
}

static struct xfed_dns_asked asked_of(const struct xfed_dns_question *q)
{
    return (struct xfed_dns_asked){
        .id = q->id, .type = q->type, .name = q->name, .aliases = q->aliases};
}

int xmppfed_resolver_next_query(xmppfed_resolver *r, xmppfed_time now, xmppfed_dns_query *ret)
{
    struct xfed_dns_question *q;
    struct xfed_dns_asked asked;
    size_t len;
    int rc;

    if (!r || !ret)
        return XMPPFED_ERR_ARGUMENT;
    if (xfed_list_empty(&r->queue))
        return 0;
    q = XFED_CONTAINER(r->queue.next, struct xfed_dns_question, node);
    /* A new number for each sending: a forger must guess it anew (RFC 5452 9.2). */
    rc = draw_id(r->ctx, &q->id);
    if (rc < 0)
        return rc;
    asked = asked_of(q);
    rc = xfed_wire_query(&asked, r->message, &len);
    if (rc < 0)
        return rc == XMPPFED_ERR_NOMEM ? rc : XMPPFED_ERR_INTERNAL;
    xfed_lookup_sent(q, now);
    *ret = (xmppfed_dns_query){
        .token = q->token, .data = r->message, .len = len, .tcp = q->tcp, .server = q->attempt};
    return 1;
}

static struct xfed_dns_question *find_question(struct xmppfed_resolver *r, uint64_t token)
{
    uint64_t id = xfed_lookup_id_of(token);
    struct xfed_lookup *l = xfed_map_get(&r->by_id, key_of(&id));

    return l ? xfed_lookup_question(l, token) : NULL;
}

int xmppfed_resolver_answer(xmppfed_resolver *r, uint64_t token, const void *data, size_t len,
                            xmppfed_time now)
{
    struct xfed_dns_question *q;
    struct xfed_dns_answer answer;
    struct xfed_dns_asked asked;
    struct xfed_lookup *l;
    int rc;

    if (!r || (!data && len > 0))
        return XMPPFED_ERR_ARGUMENT;
    q = find_question(r, token);
    if (!q)
        return 0;
    l = q->lookup;
    asked = asked_of(q);
    if (len > (q->tcp ? XFED_DNS_TCP_MAX : XFED_DNS_UDP_MAX))
        return 0;
    rc = xfed_wire_answer(&asked, data, len, &answer);
    if (rc <= 0)
        return rc;
    xfed_lookup_answer(q, &answer, now);
    settle(r, l);
    return 0;
}

void xmppfed_resolver_failed(xmppfed_resolver *r, uint64_t token, xmppfed_time now)
{
    struct xfed_dns_question *q = find_question(r, token);
    struct xfed_lookup *l;

    (void)now; /* the next try's patience begins when it is sent */
    if (!q)
        return;
    l = q->lookup;
    xfed_lookup_try_failed(q, XMPPFED_ERR_DNS_SERVER_FAILURE);
    settle(r, l);
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
                                     .count = l->endpoint_count};
    *ret = &r->result;
    return 1;
}
