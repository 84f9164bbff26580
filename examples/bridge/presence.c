/* presence.c - presence both ways: whose each stanza, request and response is, and what is due. */
#include "bridge/presence.h"

#include <stdlib.h>
#include <string.h>
#include <xmppfed/address.h>

#include "bridge/addresses.h"
#include "bridge/watch_store.h"
#include "bridge/watched.h"
#include "bridge/watching.h"

/* So much is done in one call, of what may be due for thousands; ten times a second there is more.
 */
#define WORK_MAX 50
/* Numbers of requests are below 2^38 (parts.h), and grow. */
#define FLIGHT_BITS 37

bool presence_new(struct bridge *b, struct complaint *why)
{
    char random[BRIDGE_RANDOM_SIZE];

    b->presence = calloc(1, sizeof(*b->presence));
    if (!b->presence)
        return complain(why, "%s", xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    /* No other member's numbers: a response finds its row whoever has changed it meanwhile. */
    if (!bridge_random(random))
        return complain(why, "the system has no randomness");
    random[16] = '\0';
    b->presence->flights = (int64_t)(strtoull(random, NULL, 16) >> (64 - FLIGHT_BITS));
    return watch_store_make(b->ledger) ||
           complain(why, "the ledger: %s", ledger_problem(b->ledger));
}

void presence_free(struct bridge *b)
{
    free(b->presence);
    b->presence = NULL;
}

/* What is due is done outside of transactions, when what arrived is on record and answered. */
static void work(struct bridge *b)
{
    unsigned i;

    for (i = 0; i < WORK_MAX && watched_work(b); i++)
        continue;
    for (i = 0; i < WORK_MAX && watching_work(b); i++)
        continue;
}

void presence_link(struct bridge *b)
{
    /* What was told while the link was down has gone elsewhere. */
    if (b->up && !watched_ask_all(b->ledger, b->settings->member))
        bridge_tell(b, "presence was not asked for: %s", ledger_problem(b->ledger));
    if (b->up)
        work(b);
}

/* ---- stanzas ------------------------------------------------------------------------------- */

enum direction { OF_WATCHER, OF_WATCHED };

/* The types of RFC 6121 4.7.1; "" is available. */
static const struct type_row {
    const char *type;
    enum direction direction;
    int event;
} types[] = {
    {"", OF_WATCHED, WATCHED_PRESENCE},
    {"unavailable", OF_WATCHED, WATCHED_PRESENCE},
    {"subscribed", OF_WATCHED, WATCHED_SUBSCRIBED},
    {"unsubscribed", OF_WATCHED, WATCHED_UNSUBSCRIBED},
    {"error", OF_WATCHED, WATCHED_ERROR},
    {"subscribe", OF_WATCHER, WATCHING_SUBSCRIBE},
    {"unsubscribe", OF_WATCHER, WATCHING_UNSUBSCRIBE},
    {"probe", OF_WATCHER, WATCHING_PROBE},
};

static const struct type_row *find_type(const char *type)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].type, type) == 0)
            return &types[i];
    return NULL;
}

/* An error is about something that was asked for here, or it is not looked at. */
static bool is_wanted(const struct type_row *row, const xmppfed_element *stanza)
{
    const char *id = xmppfed_element_attribute(stanza, "id");

    return row->direction == OF_WATCHER || row->event != WATCHED_ERROR ||
           (id && strcmp(id, WATCHED_ID) == 0);
}

void presence_take_stanza(struct bridge *b, xmppfed_element *stanza)
{
    const char *type = xmppfed_element_attribute(stanza, "type");
    const char *from = xmppfed_element_attribute(stanza, "from");
    const char *to = xmppfed_element_attribute(stanza, "to");
    const struct type_row *row = find_type(type ? type : "");
    char theirs[XMPPFED_BARE_SIZE];
    char ours[XMPPFED_BARE_SIZE];

    if (!row || !from || !to || !is_wanted(row, stanza) ||
        xmppfed_jid_prepare_bare(from, XMPPFED_LENIENT, theirs) < 0)
        return;
    if (!addresses_are_ours(b->settings, to) ||
        xmppfed_jid_prepare_bare(to, XMPPFED_LENIENT, ours) < 0) {
        if (row->direction == OF_WATCHER && row->event == WATCHING_SUBSCRIBE)
            bridge_refuse(b, stanza, "item-not-found", NULL);
        return;
    }
    if (row->direction == OF_WATCHER)
        watching_take_stanza(b, stanza, (enum watching_event)row->event, theirs, ours);
    else
        watched_take_stanza(b, stanza, (enum watched_event)row->event, ours, theirs);
    work(b);
}

/* ---- requests and responses ---------------------------------------------------------------- */

void presence_take_request(struct bridge *b, const struct bridge_request *request)
{
    if (translate_slice_is(request->sip.method, "SUBSCRIBE"))
        watched_take_subscribe(b, request);
    else if (translate_slice_is(request->sip.method, "NOTIFY"))
        watching_take_notify(b, request);
    else
        /* PUBLISH is for presence servers; here watchers ask themselves. */
        bridge_answer(b, request->handle, 405, NULL);
    work(b);
}

void presence_take_response(struct bridge *b, uint64_t number,
                            const struct bridge_response *response)
{
    if (!watching_take_response(b, number, response))
        watched_take_response(b, number, response);
    work(b);
}

/* ---- time ---------------------------------------------------------------------------------- */

void presence_tick(struct bridge *b)
{
    work(b);
}

bool presence_adopt(struct bridge *b, const char *member)
{
    const char *self = b->settings->member;

    return watching_lose(b, member) && watched_lose(b, member) &&
           watch_store_adopt(b->ledger, member, self) && watching_doubt(b->ledger, self) &&
           watched_ask_all(b->ledger, self);
}
