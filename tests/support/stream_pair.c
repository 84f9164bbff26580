/* stream_pair.c - an initiating and a receiving connection joined in memory. */
#include "support/stream_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "connection/site.h"
#include "dialback/key.h"
#include "support/test_random.h"

void stream_pair_start(struct stream_pair *p, xmppfed_context *ctx, xmppfed_site *initiating,
                       xmppfed_site *receiving, int purpose)
{
    int rc;

    p->ctx = ctx;
    p->initiating = initiating;
    p->receiving = receiving;
    if (!p->first)
        p->first = "contoso.example";
    if (!p->second)
        p->second = "fabrikam.example";
    rc = (p->dialled == DIAL_STARTTLS ? xmppfed_connection_new_initiator
                                      : xmppfed_connection_new_initiator_direct)(
        initiating, p->first, p->second, purpose, p->now, &p->initiator);
    if (rc == 0)
        rc = (p->dialled == DIAL_DIRECT
                  ? xmppfed_connection_new_receiver_direct
                  : xmppfed_connection_new_receiver)(receiving, p->now, &p->receiver);
    if (rc < 0 && rc != XMPPFED_ERR_NOMEM)
        fail_msg("no connection: %s", xmppfed_error_name(rc));
}

void stream_pair_stop(struct stream_pair *p)
{
    xmppfed_connection_free(p->initiator);
    xmppfed_connection_free(p->receiver);
    p->initiator = NULL;
    p->receiver = NULL;
}

static void copy(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%.*s", (int)size - 1, from);
}

static void note(struct seen *seen, const xmppfed_event *ev)
{
    const xmppfed_element *e = xmppfed_event_element(ev);
    struct seen_event *s;

    assert_true(seen->count < STREAM_PAIR_EVENTS);
    s = &seen->events[seen->count++];
    *s = (struct seen_event){
        .kind = xmppfed_event_kind(ev),
        .code = xmppfed_event_code(ev),
        .direction = xmppfed_event_direction(ev),
    };
    copy(s->local, sizeof(s->local), xmppfed_event_local(ev));
    copy(s->remote, sizeof(s->remote), xmppfed_event_remote(ev));
    copy(s->text, sizeof(s->text), xmppfed_event_text(ev));
    copy(s->id, sizeof(s->id), xmppfed_event_id(ev));
    if (xmppfed_event_proof(ev))
        s->proof = *xmppfed_event_proof(ev);
    if (e && xmppfed_element_first(e))
        copy(s->body, sizeof(s->body), xmppfed_element_text(xmppfed_element_first(e)));
}

/* The authoritative server is the initiating site: it knows its own keys without being asked. */
static void answer_check(struct stream_pair *p, xmppfed_connection *c, const xmppfed_event *ev)
{
    const char *local = xmppfed_event_local(ev);
    const char *remote = xmppfed_event_remote(ev);
    bool valid = xfed_dialback_key_check(p->ctx, xfed_site_secret(p->initiating), local, remote,
                                         xmppfed_event_id(ev), xmppfed_event_key(ev));

    assert_int_equal(xmppfed_connection_checked(c, local, remote,
                                                valid ? 0 : XMPPFED_ERR_DIALBACK_INVALID, NULL),
                     0);
}

void stream_pair_take(struct stream_pair *p, xmppfed_connection *c, struct seen *seen)
{
    const xmppfed_event *ev;

    while (xmppfed_connection_next_event(c, p->now, &ev) == 1) {
        note(seen, ev);
        if (xmppfed_event_kind(ev) == XMPPFED_EVENT_DIALBACK_CHECK && !p->keep_checks)
            answer_check(p, c, ev);
    }
}

/* How many of len waiting bytes are carried now. */
static size_t piece(struct stream_pair *p, size_t carried, size_t len)
{
    uint64_t random = 0;

    switch (p->carry) {
    case CARRY_WHOLE:
        return len;
    case CARRY_BYTES:
        return 1;
    case CARRY_CUT:
        return carried < p->cut && carried + len > p->cut ? p->cut - carried : len;
    case CARRY_RANDOM:
        (void)test_random(&random, sizeof(random), &p->seed);
        return random % 4 == 0 ? len : 1 + random / 4 % (len < 200 ? len : 200);
    }
    return len;
}

static bool move(struct stream_pair *p, xmppfed_connection *from, xmppfed_connection *to,
                 size_t *carried)
{
    xmppfed_slice out = xmppfed_connection_output(from);
    size_t len;
    int rc;

    if (out.len == 0)
        return false;
    len = piece(p, *carried, out.len);
    rc = xmppfed_connection_feed(to, out.data, len);
    if (rc < 0 && rc != XMPPFED_ERR_STREAM_CLOSED && rc != XMPPFED_ERR_NOMEM)
        fail_msg("feed: %s", xmppfed_error_name(rc));
    if (rc == XMPPFED_ERR_NOMEM)
        xmppfed_connection_transport_closed(to); /* what any host would do */
    *carried += len;
    xmppfed_connection_sent(from, len);
    return true;
}

void stream_pair_run(struct stream_pair *p)
{
    bool moved = true;

    while (moved) {
        stream_pair_take(p, p->initiator, &p->at_initiator);
        stream_pair_take(p, p->receiver, &p->at_receiver);
        moved = move(p, p->initiator, p->receiver, &p->carried[0]);
        moved = move(p, p->receiver, p->initiator, &p->carried[1]) || moved;
    }
}

const struct seen_event *seen_find(const struct seen *s, int kind)
{
    for (size_t i = s->count; i > 0; i--)
        if (s->events[i - 1].kind == kind)
            return &s->events[i - 1];
    return NULL;
}

int seen_proof(const struct seen *s)
{
    const struct seen_event *up = seen_find(s, XMPPFED_EVENT_STREAM_UP);

    return up ? up->proof.kind : XMPPFED_PROOF_NONE;
}

int seen_down_code(const struct seen *s)
{
    const struct seen_event *down = seen_find(s, XMPPFED_EVENT_STREAM_DOWN);

    return down ? down->code : 1;
}
