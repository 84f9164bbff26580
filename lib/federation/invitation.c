/* invitation.c - how many new invitations each remote domain may send: a bucket for each. */
#include "federation/invitation.h"

#include "connection/site.h"
#include "policy/gateway.h"
#include "policy/partner.h"

enum {
    HOUR = 3600000,    /* milliseconds */
    BUCKETS_MAX = 4096 /* more domains at a time than this many wait for others' buckets to fill */
};

/*
 * What a domain has used of its rate, in invitations times milliseconds of an hour: one invitation
 * is HOUR of them, and each millisecond takes off as many as the rate is.
 */
struct bucket {
    uint64_t used;
    xmppfed_time seen;
};

static void drain(struct bucket *b, uint32_t rate, xmppfed_time now)
{
    uint64_t elapsed = now - b->seen;
    uint64_t off = elapsed >= HOUR ? UINT64_MAX : elapsed * rate;

    b->used = off >= b->used ? 0 : b->used - off;
    b->seen = now;
}

/* The key of an emptied bucket; false if every one is still in use. An hour empties any. */
static bool find_idle(const struct xfed_map *map, xmppfed_time now, xmppfed_slice *ret)
{
    struct xfed_map_cursor cursor = {0};
    void *value;

    while (xfed_map_next(map, &cursor, ret, &value)) {
        const struct bucket *b = value;

        if (now - b->seen >= HOUR)
            return true;
    }
    return false;
}

static bool make_room(xmppfed_federation *fed, xmppfed_time now)
{
    xmppfed_slice key;

    if (fed->invitations.count < BUCKETS_MAX)
        return true;
    if (!find_idle(&fed->invitations, now, &key))
        return false;
    xfed_free(fed->ctx, xfed_map_remove(&fed->invitations, key));
    return true;
}

static struct bucket *bucket_of(xmppfed_federation *fed, const char *domain, xmppfed_time now)
{
    struct bucket *b = xfed_map_get_text(&fed->invitations, domain);

    if (b)
        return b;
    if (!make_room(fed, now))
        return NULL;
    b = xfed_zalloc(fed->ctx, sizeof(*b));
    if (!b)
        return NULL;
    b->seen = now;
    if (xfed_map_put_text(&fed->invitations, domain, b) < 0) {
        xfed_free(fed->ctx, b);
        return NULL;
    }
    return b;
}

bool xfed_invitation_take(xmppfed_federation *fed, const char *domain, xmppfed_time now)
{
    const xmppfed_policy *policy = fed->site->policy;
    uint32_t rate = xfed_policy_setting(policy, xfed_policy_find(policy, domain),
                                        XMPPFED_GATEWAY_INVITATION_RATE);
    struct bucket *b = bucket_of(fed, domain, now);

    if (!b)
        return false;
    drain(b, rate, now);
    if (b->used + HOUR > (uint64_t)rate * HOUR)
        return false;
    b->used += HOUR;
    return true;
}

void xfed_invitations_fini(xmppfed_federation *fed)
{
    struct xfed_map_cursor cursor = {0};
    void *bucket;

    while (xfed_map_next(&fed->invitations, &cursor, NULL, &bucket))
        xfed_free(fed->ctx, bucket);
    xfed_map_fini(&fed->invitations);
}
