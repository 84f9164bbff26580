/*
 * evidence.c - the wait of an inbound stream for evidence about its peer.
 *
 * Whoever may say a partner's name in a stream header makes us search, so that a search is bounded
 * like a dialback check: in number, for each address, and in time (doc/threat-model.md, row 27).
 * What comes too late or not at all is no evidence: the stream goes on without EXTERNAL.
 */
#include "federation/evidence.h"

#include "base/context.h"
#include "base/slice.h"
#include "federation/dane.h"
#include "federation/link.h"
#include "federation/quota.h"

enum {
    WAITS_MAX = 256,    /* streams that wait at a time */
    ADDRESS_WAITS = 16, /* ... of one address */
    WAIT_TIME = 10000   /* milliseconds */
};

/* Ends the wait; true if there was one. */
static bool end(struct xfed_link *link)
{
    xmppfed_federation *fed = link->fed;

    if (!link->evidence.waits)
        return false;
    xfed_dane_cancel(link);
    xfed_posh_leave(&link->evidence.posh);
    link->evidence.open = 0;
    xfed_timer_stop(&fed->timers, &link->evidence.timer);
    link->evidence.waits = false;
    fed->evidence_waits--;
    if (link->stranger)
        link->stranger->waits--;
    return true;
}

/* Lets the stream go on with what it was given. */
static void answer(struct xfed_link *link)
{
    if (link->state == XFED_LINK_OPEN && xmppfed_connection_evidence_known(link->connection) == 0)
        xfed_link_touch(link);
}

static void on_timeout(struct xfed_timer *t, xmppfed_time now)
{
    struct xfed_link *link = XFED_CONTAINER(t, struct xfed_link, evidence.timer);

    (void)now;
    xfed_trace(link->fed->ctx, "link %llu: no evidence in time", (unsigned long long)link->id);
    if (end(link))
        answer(link);
}

static void on_posh(struct xfed_posh_asker *asker, xmppfed_time now)
{
    struct xfed_link *link = XFED_CONTAINER(asker, struct xfed_link, evidence.posh);

    if (link->state == XFED_LINK_OPEN)
        xfed_posh_tell(link->fed, link->evidence.remote, link->connection, now);
    xfed_evidence_found(link, XMPPFED_EVIDENCE_POSH);
}

void xfed_evidence_init(struct xfed_link *link)
{
    link->evidence.posh.known = on_posh;
    xfed_timer_init(&link->evidence.timer, on_timeout);
}

uint32_t xfed_evidence_kinds(const xmppfed_federation *fed)
{
    return (fed->dns_trusted ? XMPPFED_EVIDENCE_TLSA : 0u) |
           (fed->fetches_posh ? XMPPFED_EVIDENCE_POSH : 0u);
}

/* Begins a wait unless there are too many. */
static bool begin(struct xfed_link *link, xmppfed_time now)
{
    xmppfed_federation *fed = link->fed;

    if (fed->evidence_waits >= WAITS_MAX ||
        (link->stranger && link->stranger->waits >= ADDRESS_WAITS))
        return false;
    link->evidence.waits = true;
    fed->evidence_waits++;
    if (link->stranger)
        link->stranger->waits++;
    xfed_timer_set(&fed->timers, &link->evidence.timer, now + WAIT_TIME);
    return true;
}

void xfed_evidence_ask(struct xfed_link *link, const xmppfed_event *ev, xmppfed_time now)
{
    uint32_t kinds = xmppfed_event_evidence(ev) & xfed_evidence_kinds(link->fed);

    if (kinds == 0 || !begin(link, now)) {
        answer(link);
        return;
    }
    link->evidence.open = kinds;
    (void)xfed_text_copy(link->evidence.remote, sizeof(link->evidence.remote),
                         xmppfed_event_remote(ev));
    if ((kinds & XMPPFED_EVIDENCE_POSH) &&
        !xfed_posh_ask(link->fed, link->evidence.remote, &link->evidence.posh, now))
        on_posh(&link->evidence.posh, now);
    /* Each source that cannot even begin is one that has nothing. */
    if ((kinds & XMPPFED_EVIDENCE_TLSA) && !xfed_dane_ask(link, xmppfed_event_remote(ev), now))
        xfed_evidence_found(link, XMPPFED_EVIDENCE_TLSA);
}

void xfed_evidence_found(struct xfed_link *link, uint32_t kind)
{
    link->evidence.open &= ~kind;
    if (link->evidence.open == 0 && end(link))
        answer(link);
}

void xfed_evidence_drop(struct xfed_link *link)
{
    (void)end(link);
}
