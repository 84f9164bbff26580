/*
 * posh.c - what domains publish about their certificates over HTTPS (RFC 7711), fetched by the
 * host.
 *
 * One question for each domain however many wait for it; the answer is kept as long as it says, but
 * no longer than a day, and that there is none for five minutes (RFC 7711 6). All is bounded: peers
 * decide how many domains are asked about.
 */
#include "federation/posh.h"

#include <string.h>

#include "base/context.h"
#include "base/slice.h"
#include "federation/federation.h"

enum {
    ENTRIES_MAX = 1024,
    FINGERPRINTS_MAX = 32,
    ASK_TIME = 15000,         /* milliseconds that the host has */
    NOTHING_TIME = 5 * 60000, /* ... for which no document is taken for none */
    KEEP_SECONDS = 86400
};

struct entry {
    xmppfed_federation *fed;
    struct xfed_node node;
    struct xfed_node askers;
    struct xfed_timer timer; /* the host's time for an answer */
    uint64_t token;          /* 0: answered */
    xmppfed_time until;      /* for which the answer holds */
    xmppfed_fingerprint *list;
    size_t count; /* 0: nothing is published */
    char domain[XMPPFED_DOMAIN_SIZE];
};

void xfed_posh_init(struct xfed_posh *posh, xmppfed_context *ctx, uint64_t seed)
{
    xfed_map_init(&posh->domains, ctx, seed);
    xfed_map_init(&posh->open, ctx, seed);
    xfed_list_init(&posh->by_age);
}

static void forget(struct entry *e)
{
    xmppfed_federation *fed = e->fed;

    xfed_timer_stop(&fed->timers, &e->timer);
    xfed_list_remove(&e->node);
    if (e->token)
        (void)xfed_map_remove(&fed->posh.open, xfed_id_key(&e->token));
    (void)xfed_map_remove_text(&fed->posh.domains, e->domain);
    xfed_free(fed->ctx, e->list);
    xfed_free(fed->ctx, e);
}

static struct entry *oldest(const xmppfed_federation *fed)
{
    const struct xfed_node *head = &fed->posh.by_age;

    return xfed_list_empty(head) ? NULL : XFED_CONTAINER(head->next, struct entry, node);
}

void xfed_posh_fini(xmppfed_federation *fed)
{
    struct entry *e;

    while ((e = oldest(fed)) != NULL)
        forget(e);
    xfed_map_fini(&fed->posh.domains);
    xfed_map_fini(&fed->posh.open);
}

/* ---- answers ----------------------------------------------------------------------------- */

/* Ends the question; all who wait go on with what is known now. */
static void settle(struct entry *e, xmppfed_time until, xmppfed_time now)
{
    struct xfed_node waiting;

    (void)xfed_map_remove(&e->fed->posh.open, xfed_id_key(&e->token));
    xfed_timer_stop(&e->fed->timers, &e->timer);
    e->token = 0;
    e->until = until;
    /* Whoever is called may ask anew, or end others who wait. */
    xfed_list_init(&waiting);
    while (!xfed_list_empty(&e->askers)) {
        struct xfed_node *node = e->askers.next;

        xfed_list_remove(node);
        xfed_list_append(&waiting, node);
    }
    while (!xfed_list_empty(&waiting)) {
        struct xfed_posh_asker *asker = XFED_CONTAINER(waiting.next, struct xfed_posh_asker, node);

        xfed_list_remove(&asker->node);
        asker->known(asker, now);
    }
}

static void on_timeout(struct xfed_timer *t, xmppfed_time now)
{
    struct entry *e = XFED_CONTAINER(t, struct entry, timer);

    xfed_trace(e->fed->ctx, "%s: no POSH document in time", e->domain);
    settle(e, now + NOTHING_TIME, now);
}

/* Copies what is published; returns until when it holds, or that there is nothing. */
static xmppfed_time keep(struct entry *e, const xmppfed_fingerprint *list, size_t count,
                         uint32_t seconds, xmppfed_time now)
{
    /* Zero seconds make the document invalid (RFC 7711 3.1). */
    if (count == 0 || seconds == 0)
        return now + NOTHING_TIME;
    e->list = xfed_alloc(e->fed->ctx, count * sizeof(*list));
    if (!e->list)
        return now; /* the next one to ask may have more luck */
    memcpy(e->list, list, count * sizeof(*list));
    e->count = count;
    return now + (xmppfed_time)seconds * 1000;
}

int xmppfed_federation_posh(xmppfed_federation *fed, uint64_t token,
                            const xmppfed_fingerprint *list, size_t count, uint32_t seconds,
                            xmppfed_time now)
{
    struct entry *e;

    if (!fed || (!list && count > 0))
        return XMPPFED_ERR_ARGUMENT;
    e = xfed_map_get(&fed->posh.open, xfed_id_key(&token));
    if (!e)
        return XMPPFED_ERR_UNKNOWN_HANDLE;
    if (count > FINGERPRINTS_MAX)
        count = FINGERPRINTS_MAX;
    if (seconds > KEEP_SECONDS)
        seconds = KEEP_SECONDS;
    settle(e, keep(e, list, count, seconds, now), now);
    return 0;
}

/* ---- questions --------------------------------------------------------------------------- */

/* Makes room for one more; false if the host has answered none of all that are open. */
static bool make_room(xmppfed_federation *fed)
{
    struct xfed_node *node = fed->posh.by_age.next;

    if (fed->posh.domains.count < ENTRIES_MAX)
        return true;
    for (; node != &fed->posh.by_age; node = node->next) {
        struct entry *e = XFED_CONTAINER(node, struct entry, node);

        if (e->token == 0) {
            forget(e);
            return true;
        }
    }
    return false;
}

/* A new entry with its question in the queue of the host, or NULL. */
static struct entry *begin(xmppfed_federation *fed, const char *domain, xmppfed_time now)
{
    xmppfed_event *question = xfed_event_new(fed->ctx, XMPPFED_EVENT_POSH_WANTED, NULL, domain);
    struct entry *e = xfed_zalloc(fed->ctx, sizeof(*e));

    if (!e || !question || xfed_map_put_text(&fed->posh.domains, domain, e) < 0) {
        xfed_event_free(question);
        xfed_free(fed->ctx, e);
        return NULL;
    }
    e->fed = fed;
    xfed_list_init(&e->askers);
    xfed_timer_init(&e->timer, on_timeout);
    (void)xfed_text_copy(e->domain, sizeof(e->domain), domain);
    xfed_list_append(&fed->posh.by_age, &e->node);
    e->token = ++fed->last_id;
    if (xfed_map_put(&fed->posh.open, xfed_id_key(&e->token), e) < 0) {
        xfed_event_free(question);
        forget(e);
        return NULL;
    }
    question->token = e->token;
    xfed_event_queue_push(&fed->events, question);
    xfed_timer_set(&fed->timers, &e->timer, now + ASK_TIME);
    return e;
}

bool xfed_posh_ask(xmppfed_federation *fed, const char *domain, struct xfed_posh_asker *asker,
                   xmppfed_time now)
{
    struct entry *e = xfed_map_get_text(&fed->posh.domains, domain);

    xfed_posh_leave(asker);
    if (e && e->token == 0 && e->until <= now) {
        forget(e);
        e = NULL;
    }
    if (!e && fed->fetches_posh && make_room(fed))
        e = begin(fed, domain, now);
    if (!e || e->token == 0)
        return false;
    xfed_list_append(&e->askers, &asker->node);
    return true;
}

void xfed_posh_leave(struct xfed_posh_asker *asker)
{
    xfed_list_remove(&asker->node);
}

void xfed_posh_tell(xmppfed_federation *fed, const char *domain, xmppfed_connection *connection,
                    xmppfed_time now)
{
    const struct entry *e = xfed_map_get_text(&fed->posh.domains, domain);

    if (!e || e->token != 0 || e->count == 0 || e->until <= now)
        return;
    /* Without the memory to keep them they prove nothing. */
    if (xmppfed_connection_set_fingerprints(connection, e->list, e->count,
                                            (uint32_t)((e->until - now) / 1000)) < 0)
        xfed_trace(fed->ctx, "%s: no room for its fingerprints", domain);
}
