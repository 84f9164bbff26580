/* federation.c - the object as the host sees it: its life, its transport calls, its clock. */
#include "federation/federation.h"

#include "base/context.h"
#include "base/slice.h"
#include "connection/site.h"
#include "crypto/random.h"
#include "federation/acks.h"
#include "federation/dialback.h"
#include "federation/guest.h"
#include "federation/invitation.h"
#include "federation/kept.h"
#include "federation/link.h"
#include "federation/quota.h"
#include "federation/race.h"
#include "federation/route.h"

enum {
    DEFAULT_QUEUE_STANZAS = 1000,
    DEFAULT_QUEUE_BYTES = 4 << 20,
    DEFAULT_QUEUE_SECONDS = 60,
    DEFAULT_CHECKS = 256,
    DEFAULT_RETURN_SECONDS = 600,
    DEFAULT_KEPT = 1000,
    DEFAULT_RESUME_SECONDS = 120,
    DEFAULT_RACE_MILLISECONDS = 250 /* RFC 8305 5 */
};

xmppfed_slice xfed_id_key(const uint64_t *id)
{
    return xfed_slice((const char *)id, sizeof(*id));
}

static void on_dns_timer(struct xfed_timer *t, xmppfed_time now)
{
    xmppfed_federation *fed = XFED_CONTAINER(t, xmppfed_federation, dns_timer);

    xmppfed_resolver_tick(fed->resolver, now);
    xfed_federation_resolved(fed, now);
    /* A query that is due waits for next_event and must not keep the clock busy until then. */
    if (fed->dns_timer.armed && fed->dns_timer.deadline <= now)
        xfed_timer_set(&fed->timers, &fed->dns_timer, now + 1);
}

int xmppfed_federation_new(xmppfed_context *ctx, xmppfed_site *site, xmppfed_federation **ret)
{
    xmppfed_federation *fed;
    uint64_t seed;
    int rc;

    if (!ctx || !site || !ret)
        return XMPPFED_ERR_ARGUMENT;
    rc = xfed_random(ctx, &seed, sizeof(seed));
    if (rc < 0)
        return rc;
    fed = xfed_zalloc(ctx, sizeof(*fed));
    if (!fed)
        return XMPPFED_ERR_NOMEM;
    rc = xmppfed_resolver_new(ctx, &fed->resolver);
    if (rc < 0) {
        xfed_free(ctx, fed);
        return rc;
    }
    fed->ctx = xmppfed_context_ref(ctx);
    fed->site = xmppfed_site_ref(site);
    fed->site_generation = site->generation;
    xfed_timer_init(&fed->dns_timer, on_dns_timer);
    xfed_timer_init(&fed->check_timer, xfed_dialback_expire);
    xfed_map_init(&fed->links, ctx, seed);
    xfed_map_init(&fed->routes, ctx, seed);
    xfed_map_init(&fed->lookups, ctx, seed);
    xfed_map_init(&fed->peer_lookups, ctx, seed);
    xfed_map_init(&fed->holds, ctx, seed);
    xfed_map_init(&fed->quotas, ctx, seed);
    xfed_map_init(&fed->invitations, ctx, seed);
    xfed_map_init(&fed->strangers, ctx, seed);
    xfed_kept_init(fed, seed);
    xfed_posh_init(&fed->posh, ctx, seed);
    xfed_targets_init(&fed->targets, ctx, seed);
    xfed_sessions_init(&fed->sessions, ctx, seed);
    xfed_refusals_init(&fed->refusals, ctx, seed);
    xfed_dialback_pending_init(&fed->checks, ctx, DEFAULT_CHECKS);
    xfed_list_init(&fed->ready);
    xfed_event_queue_init(&fed->events);
    fed->queue_stanzas = DEFAULT_QUEUE_STANZAS;
    fed->queue_bytes = DEFAULT_QUEUE_BYTES;
    fed->queue_time = DEFAULT_QUEUE_SECONDS * 1000;
    fed->return_time = DEFAULT_RETURN_SECONDS * 1000;
    fed->race_delay = DEFAULT_RACE_MILLISECONDS;
    fed->kept_max = DEFAULT_KEPT;
    fed->resume_time = DEFAULT_RESUME_SECONDS * 1000;
    fed->acks = true;
    fed->shares = true;
    fed->answers_pings = true;
    *ret = fed;
    return 0;
}

/* Any value of a map, or NULL when it is empty. */
static void *any(const struct xfed_map *map)
{
    struct xfed_map_cursor cursor = {0};
    void *value = NULL;

    return xfed_map_next(map, &cursor, NULL, &value) ? value : NULL;
}

void xmppfed_federation_free(xmppfed_federation *fed)
{
    struct xfed_link *link;
    struct xfed_route *route;
    xmppfed_context *ctx;

    if (!fed)
        return;
    ctx = fed->ctx;
    while ((link = any(&fed->links)) != NULL)
        xfed_link_free(link);
    while ((route = any(&fed->routes)) != NULL)
        xfed_route_free(route);
    xfed_dialback_pending_fini(&fed->checks);
    xfed_event_queue_fini(&fed->events);
    xfed_kept_fini(fed);
    xfed_map_fini(&fed->links);
    xfed_map_fini(&fed->routes);
    xfed_map_fini(&fed->lookups);
    xfed_map_fini(&fed->peer_lookups);
    xfed_map_fini(&fed->holds);
    xfed_map_fini(&fed->quotas);
    xfed_invitations_fini(fed);
    xfed_map_fini(&fed->strangers);
    xfed_posh_fini(fed);
    xfed_targets_fini(&fed->targets);
    xfed_sessions_fini(&fed->sessions);
    xfed_refusals_fini(&fed->refusals);
    xmppfed_resolver_free(fed->resolver);
    xmppfed_site_unref(fed->site);
    xfed_free(ctx, fed);
    xmppfed_context_unref(ctx);
}

static void set_option(xmppfed_federation *fed, int option, uint64_t value)
{
    switch (option) {
    case XMPPFED_OPTION_QUEUE_STANZAS:
        fed->queue_stanzas = (size_t)value;
        break;
    case XMPPFED_OPTION_QUEUE_BYTES:
        fed->queue_bytes = (size_t)value;
        break;
    case XMPPFED_OPTION_QUEUE_SECONDS:
        fed->queue_time = value * 1000;
        break;
    case XMPPFED_OPTION_ACKS:
        fed->acks = value != 0;
        break;
    case XMPPFED_OPTION_ANSWER_PINGS:
        fed->answers_pings = value != 0;
        break;
    case XMPPFED_OPTION_RESUME_SECONDS:
        fed->resume_time = value * 1000;
        break;
    case XMPPFED_OPTION_RESUME_SESSIONS:
        fed->kept_max = (size_t)value;
        break;
    case XMPPFED_OPTION_POSH:
        fed->fetches_posh = value != 0;
        break;
    case XMPPFED_OPTION_MULTIPLEX:
        fed->shares = value != 0;
        break;
    case XMPPFED_OPTION_PENDING_CHECKS:
        fed->checks.max = (size_t)value;
        break;
    case XMPPFED_OPTION_RACE_MILLISECONDS:
        fed->race_delay = value;
        break;
    case XMPPFED_OPTION_DNS_TRUSTED:
        fed->dns_trusted = value == 1;
        xmppfed_resolver_set_trusted(fed->resolver, value == 1);
        break;
    case XMPPFED_OPTION_DNS_CACHE:
        xmppfed_resolver_set_cache(fed->resolver, (size_t)value);
        break;
    case XMPPFED_OPTION_DNS_MIXED_CASE:
        xmppfed_resolver_set_mixed_case(fed->resolver, value == 1);
        break;
    default:
        fed->return_time = value * 1000;
        break;
    }
}

int xmppfed_federation_set_option(xmppfed_federation *fed, int option, uint64_t value)
{
    static const struct {
        uint64_t min, max;
    } ranges[] = {
        [XMPPFED_OPTION_QUEUE_STANZAS] = {1, 100000},
        [XMPPFED_OPTION_QUEUE_BYTES] = {64 << 10, 1 << 30},
        [XMPPFED_OPTION_QUEUE_SECONDS] = {1, 3600},
        [XMPPFED_OPTION_PENDING_CHECKS] = {1, 65536},
        [XMPPFED_OPTION_RACE_MILLISECONDS] = {10, 15000},
        [XMPPFED_OPTION_DNS_TRUSTED] = {0, 1},
        [XMPPFED_OPTION_DNS_CACHE] = {0, 1000000},
        [XMPPFED_OPTION_DNS_MIXED_CASE] = {0, 1},
        [XMPPFED_OPTION_RETURN_SECONDS] = {10, 86400},
        [XMPPFED_OPTION_ACKS] = {0, 1},
        [XMPPFED_OPTION_ANSWER_PINGS] = {0, 1},
        [XMPPFED_OPTION_RESUME_SECONDS] = {0, 3600},
        [XMPPFED_OPTION_RESUME_SESSIONS] = {0, 100000},
        [XMPPFED_OPTION_POSH] = {0, 1},
        [XMPPFED_OPTION_MULTIPLEX] = {0, 1},
    };

    if (!fed || option < XMPPFED_OPTION_QUEUE_STANZAS || option > XMPPFED_OPTION_MULTIPLEX ||
        value < ranges[option].min || value > ranges[option].max)
        return XMPPFED_ERR_ARGUMENT;
    set_option(fed, option, value);
    return 0;
}

/* An inbound link with its stream, counted as a stranger's. */
static int accept_stranger(xmppfed_federation *fed, struct xfed_quota *stranger, bool direct,
                           xmppfed_time now, struct xfed_link **ret)
{
    xmppfed_connection *connection;
    struct xfed_link *link;
    int rc = direct ? xmppfed_connection_new_receiver_direct(fed->site, now, &connection)
                    : xmppfed_connection_new_receiver(fed->site, now, &connection);

    if (rc < 0)
        return rc;
    rc = xmppfed_connection_set_evidence(connection, xfed_evidence_kinds(fed));
    if (rc == 0)
        rc = xfed_link_new(fed, NULL, &link);
    if (rc < 0) {
        xmppfed_connection_free(connection);
        return rc;
    }
    link->stranger = stranger;
    xfed_link_open(link, connection, now);
    *ret = link;
    return 0;
}

static int accept_link(xmppfed_federation *fed, const char *peer, bool direct, xmppfed_time now,
                       uint64_t *ret_link)
{
    struct xfed_quota *stranger;
    struct xfed_link *link;
    int rc;

    if (!fed || !ret_link)
        return XMPPFED_ERR_ARGUMENT;
    if (fed->closing)
        return XMPPFED_ERR_SHUTDOWN;
    /* Before the stream is made: a flood over the limit costs nothing but this. */
    if (!xfed_quota_total(fed))
        return XMPPFED_ERR_LIMIT_CONNECTIONS;
    rc = xfed_quota_take_stranger(fed, peer ? peer : "", &stranger);
    if (rc < 0)
        return rc;
    rc = accept_stranger(fed, stranger, direct, now, &link);
    if (rc < 0) {
        xfed_quota_give_stranger(fed, stranger);
        return rc;
    }
    link->since = now;
    (void)xfed_text_copy(link->peer, sizeof(link->peer), peer ? peer : "");
    xfed_trace(fed->ctx, "link %llu: accepted from %s", (unsigned long long)link->id,
               peer ? peer : "?");
    *ret_link = link->id;
    return 0;
}

int xmppfed_federation_accept(xmppfed_federation *fed, const char *peer, xmppfed_time now,
                              uint64_t *ret_link)
{
    return accept_link(fed, peer, false, now, ret_link);
}

int xmppfed_federation_accept_direct(xmppfed_federation *fed, const char *peer, xmppfed_time now,
                                     uint64_t *ret_link)
{
    return accept_link(fed, peer, true, now, ret_link);
}

int xmppfed_federation_connected(xmppfed_federation *fed, uint64_t id, xmppfed_time now)
{
    struct xfed_link *link = fed ? xfed_link_find(fed, id) : NULL;

    if (!link || link->state != XFED_LINK_DIALLING)
        return XMPPFED_ERR_UNKNOWN_HANDLE;
    xfed_race_connected(link, now);
    return 0;
}

int xmppfed_federation_feed(xmppfed_federation *fed, uint64_t id, const void *data, size_t len,
                            xmppfed_time now)
{
    struct xfed_link *link = fed ? xfed_link_find(fed, id) : NULL;
    int rc;

    if (!link || !link->connection)
        return XMPPFED_ERR_UNKNOWN_HANDLE;
    link->heard = now;
    /* The stream is over; what the peer still says does not matter, our own last bytes do. */
    if (link->state == XFED_LINK_DOWN)
        return 0;
    rc = xmppfed_connection_feed(link->connection, data, len);
    xfed_link_touch(link);
    return rc == XMPPFED_ERR_STREAM_CLOSED ? 0 : rc;
}

int xmppfed_federation_wants_input(const xmppfed_federation *fed, uint64_t id)
{
    const struct xfed_link *link = fed ? xfed_link_find(fed, id) : NULL;

    if (!link)
        return 1; /* so that feed says what is wrong */
    if (link->held)
        return 0;
    return link->state != XFED_LINK_OPEN || xmppfed_connection_wants_input(link->connection);
}

xmppfed_slice xmppfed_federation_output(const xmppfed_federation *fed, uint64_t id)
{
    struct xfed_link *link = fed ? xfed_link_find(fed, id) : NULL;
    xmppfed_slice bytes;

    if (!link || !link->connection || link->transport_gone)
        return xfed_slice(NULL, 0);
    bytes = xmppfed_connection_output(link->connection);
    /* The stream may have failed over it, which the pump has to see. */
    if (bytes.len == 0)
        xfed_link_touch(link);
    return bytes;
}

void xmppfed_federation_sent(xmppfed_federation *fed, uint64_t id, size_t len, xmppfed_time now)
{
    struct xfed_link *link = fed ? xfed_link_find(fed, id) : NULL;

    (void)now;
    if (!link || !link->connection || link->transport_gone || len == 0)
        return;
    xmppfed_connection_sent(link->connection, len);
    /* Whatever is left, or comes next, is told anew. */
    link->output_told = false;
    xfed_link_touch(link);
    if (link->route && xfed_route_carrier(link->route) == link)
        xfed_route_acked(link->route);
    xfed_guests_acked(link);
}

void xmppfed_federation_closed(xmppfed_federation *fed, uint64_t id, const char *why,
                               xmppfed_time now)
{
    struct xfed_link *link = fed ? xfed_link_find(fed, id) : NULL;

    (void)now;
    if (!link)
        return;
    if (link->state == XFED_LINK_DIALLING || link->state == XFED_LINK_RESERVE) {
        xfed_link_close(link, XMPPFED_ERR_DIAL_FAILED, why);
        return;
    }
    link->transport_gone = true;
    if (link->state == XFED_LINK_OPEN)
        xmppfed_connection_transport_closed(link->connection);
    xfed_link_touch(link);
}

void xmppfed_federation_dns_answer(xmppfed_federation *fed, uint64_t token, const void *data,
                                   size_t len, xmppfed_time now)
{
    if (!fed)
        return;
    /* Out of memory is like an answer that never came: the resolver asks again. */
    (void)xmppfed_resolver_answer(fed->resolver, token, data, len, now);
    xfed_federation_resolved(fed, now);
}

void xmppfed_federation_dns_failed(xmppfed_federation *fed, uint64_t token, xmppfed_time now)
{
    if (!fed)
        return;
    xmppfed_resolver_failed(fed->resolver, token, now);
    xfed_federation_resolved(fed, now);
}

xmppfed_time xmppfed_federation_deadline(const xmppfed_federation *fed)
{
    return fed ? xfed_timers_deadline(&fed->timers) : XMPPFED_TIME_NEVER;
}

void xmppfed_federation_tick(xmppfed_federation *fed, xmppfed_time now)
{
    struct xfed_timer *t;

    if (!fed)
        return;
    xfed_federation_reload(fed);
    while ((t = xfed_timers_due(&fed->timers, now)) != NULL)
        t->fire(t, now);
}

void xmppfed_federation_shutdown(xmppfed_federation *fed, xmppfed_time now)
{
    struct xfed_map_cursor cursor = {0};
    void *value;

    (void)now;
    if (!fed || fed->closing)
        return;
    fed->closing = true;
    /* Inbound streams first, but those that still take stanzas of ours; closing only marks a link,
     * the map stays as it is. */
    while (xfed_map_next(&fed->links, &cursor, NULL, &value)) {
        struct xfed_link *link = value;

        if (!link->route && !xfed_guests_wait(link) && !xfed_acks_open_on(link))
            xfed_link_close(link, XMPPFED_ERR_SHUTDOWN, NULL);
    }
    xfed_routes_shutdown(fed);
}

size_t xmppfed_federation_links(const xmppfed_federation *fed)
{
    return fed ? fed->links.count : 0;
}
