/* kept.c - sessions of peers, which outlive their streams for a while (XEP-0198 5). */
#include "federation/kept.h"

#include "base/slice.h"
#include "connection/connection.h"
#include "federation/acks.h"
#include "federation/contact.h"
#include "federation/guest.h"
#include "federation/link.h"
#include "policy/proof.h"

/* One partner cannot use up what others need as well. */
enum { MAX_EACH = 16 };

static struct xfed_kept *session_of(struct xfed_node *node)
{
    return XFED_CONTAINER(node, struct xfed_kept, lost);
}

static void free_session(xmppfed_federation *fed, struct xfed_kept *s)
{
    if (s->link)
        s->link->kept = NULL;
    /* What waits for it ends by its own time. */
    while (!xfed_list_empty(&s->waiting))
        xfed_list_remove(s->waiting.next);
    xfed_list_remove(&s->lost);
    (void)xfed_map_remove_text(&fed->kept, s->id);
    xfed_free(fed->ctx, s);
}

/* The session that was lost first, of a remote domain if one is named; NULL if there is none. */
static struct xfed_kept *first_lost(xmppfed_federation *fed, const char *remote)
{
    for (struct xfed_node *at = fed->kept_lost.next; at != &fed->kept_lost; at = at->next)
        if (!remote || xfed_text_equal(session_of(at)->remote, remote))
            return session_of(at);
    return NULL;
}

static void arm(xmppfed_federation *fed)
{
    const struct xfed_kept *s = first_lost(fed, NULL);

    xfed_timer_set(&fed->timers, &fed->kept_timer, s ? s->forget : XMPPFED_TIME_NEVER);
}

static void on_timer(struct xfed_timer *t, xmppfed_time now)
{
    xmppfed_federation *fed = XFED_CONTAINER(t, xmppfed_federation, kept_timer);
    struct xfed_kept *s;

    while ((s = first_lost(fed, NULL)) != NULL && s->forget <= now)
        free_session(fed, s);
    arm(fed);
}

void xfed_kept_init(xmppfed_federation *fed, uint64_t seed)
{
    xfed_map_init(&fed->kept, fed->ctx, seed);
    xfed_list_init(&fed->kept_lost);
    xfed_timer_init(&fed->kept_timer, on_timer);
}

void xfed_kept_fini(xmppfed_federation *fed)
{
    struct xfed_kept *s;

    while ((s = first_lost(fed, NULL)) != NULL)
        free_session(fed, s);
    xfed_timer_stop(&fed->timers, &fed->kept_timer);
    xfed_map_fini(&fed->kept);
}

static size_t count_of(const xmppfed_federation *fed, const char *remote)
{
    struct xfed_map_cursor cursor = {0};
    void *value;
    size_t count = 0;

    while (xfed_map_next(&fed->kept, &cursor, NULL, &value))
        count += xfed_text_equal(((struct xfed_kept *)value)->remote, remote);
    return count;
}

/* Whether there may be one more; a partner at its own limit loses its oldest. */
static bool make_room(xmppfed_federation *fed, const char *remote)
{
    struct xfed_kept *oldest;

    if (count_of(fed, remote) < MAX_EACH && fed->kept.count < fed->kept_max)
        return true;
    oldest = first_lost(fed, remote);
    if (oldest)
        free_session(fed, oldest);
    return oldest != NULL;
}

static void move_to(struct xfed_kept *s, struct xfed_link *link, int proof)
{
    if (s->link)
        s->link->kept = NULL;
    xfed_list_remove(&s->lost);
    s->link = link;
    s->proof = proof;
    link->kept = s;
}

int xfed_kept_open(struct xfed_link *link, char *ret_id, size_t size, uint32_t *ret_seconds)
{
    const struct xfed_negotiation *n = &link->connection->negotiation;
    int proof = xfed_connection_pair_proof(link->connection, n->local, n->remote);
    xmppfed_federation *fed = link->fed;
    struct xfed_kept *s;
    int rc;

    /* Only for the pair that the stream was opened for: a peer that did not name it gets none. */
    if (proof == XMPPFED_PROOF_NONE || fed->resume_time == 0 || fed->closing ||
        !make_room(fed, n->remote))
        return 0;
    s = xfed_zalloc(fed->ctx, sizeof(*s));
    if (!s)
        return XMPPFED_ERR_NOMEM;
    xfed_list_init(&s->waiting);
    rc = xfed_random_token(fed->ctx, s->id, sizeof(s->id));
    if (rc == 0)
        rc = xfed_map_put_text(&fed->kept, s->id, s);
    if (rc < 0) {
        xfed_free(fed->ctx, s);
        return rc;
    }
    (void)xfed_text_copy(s->local, sizeof(s->local), n->local);
    (void)xfed_text_copy(s->remote, sizeof(s->remote), n->remote);
    move_to(s, link, proof);
    (void)xfed_text_copy(ret_id, size, s->id);
    *ret_seconds = (uint32_t)(fed->resume_time / 1000);
    return 0;
}

/*
 * The proof by which a link may have a session, or NONE: of the same pair, at least as strong as
 * before, and one that the record accepts now.
 */
static int entitled(const struct xfed_link *link, const struct xfed_kept *s)
{
    int proof = xfed_connection_pair_proof(link->connection, s->local, s->remote);

    return proof != XMPPFED_PROOF_NONE && xfed_proof_suffices(proof, s->proof) &&
                   xfed_federation_proof_suffices(link->fed, s->remote, proof)
               ? proof
               : XMPPFED_PROOF_NONE;
}

/* The counts of a session as they are; what is held has not been handled yet. */
static struct xfed_acks acks_of(const struct xfed_kept *s)
{
    struct xfed_acks acks = s->acks;

    if (s->link) {
        acks = s->link->connection->negotiation.acks;
        if (s->link->held)
            xfed_acks_unhandled(&acks);
    }
    return acks;
}

/*
 * The stream before is over, whatever its transport thinks; what went out on it against its
 * direction waits for the word of the new one.
 */
static void replace(struct xfed_link *old)
{
    xfed_link_close(old, XMPPFED_ERR_STREAM_REPLACED, NULL);
    xfed_acks_lost(old);
}

void xfed_kept_take(struct xfed_link *link, const struct xfed_management *resume,
                    struct xfed_session_answer *ret)
{
    struct xfed_kept *s = xfed_map_get_text(&link->fed->kept, resume->id);
    int proof = s ? entitled(link, s) : XMPPFED_PROOF_NONE;
    struct xfed_acks acks;

    if (proof == XMPPFED_PROOF_NONE)
        return;
    ret->known = true;
    ret->resumes = s->link || link->connection->now < s->until;
    ret->acks = acks_of(s);
    acks = ret->acks;
    /* With an h that cannot be, this stream ends and the session stays where it is. */
    if (!ret->resumes || !xfed_acks_take(&acks, resume->h))
        return;
    if (s->link)
        replace(s->link);
    move_to(s, link, proof);
}

void xfed_kept_resumed(struct xfed_link *link, uint32_t h)
{
    struct xfed_node *waiting = &link->kept->waiting;

    while (!xfed_list_empty(waiting)) {
        struct xfed_route *route = XFED_CONTAINER(waiting->next, struct xfed_route, resume.node);

        if (!xfed_resume_settle(route, h))
            xfed_resume_give_up(route);
        /* What it has sent before is settled now, so that nothing keeps it from the new stream. */
        xfed_guest_welcome(link, route->local, route->remote);
        xfed_route_go_on(route, link->connection->now);
    }
}

void xfed_kept_lost(struct xfed_link *link, xmppfed_time now)
{
    xmppfed_federation *fed = link->fed;
    struct xfed_kept *s = link->kept;

    if (!s)
        return;
    if (fed->closing) {
        free_session(fed, s);
        return;
    }
    s->acks = link->connection->negotiation.acks;
    s->link = NULL;
    link->kept = NULL;
    /* A stream that was closed in order is not resumed (XEP-0198 7); what was handled is told. */
    s->until = link->connection->down_code == 0 ? now : now + fed->resume_time;
    s->forget = now + 2 * fed->resume_time;
    xfed_list_append(&fed->kept_lost, &s->lost);
    arm(fed);
}

void xfed_kept_drop(struct xfed_link *link)
{
    if (link->kept)
        free_session(link->fed, link->kept);
}
