/* messages.c - messages both ways, from their arrival until their sender knows what became of them.
 */
#include "bridge/messages.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/addresses.h"
#include "bridge/message_store.h"
#include "bridge/pending.h"
#include "bridge/reports.h"
#include "translate/address.h"
#include "translate/message.h"

#define SECOND 1000
/* Bytes of what names a request; a Call-ID has a fraction of it. */
#define KEY_MAX 2048
/* Reports of lost messages that are made in one turn. */
#define LOST_AT_ONCE 64
#define NOT_DELIVERED "Your message was not delivered: "

struct messages {
    struct pending_table *pending;
    uint64_t look;  /* when the ledger is looked at again for what other members did */
    uint64_t prune; /* ... and for what is due in it */
    bool lost;      /* there may be rows of MESSAGE_LOST */
};

/* Whether the message arrived is not known: it must not be sent again (not 503, RFC 3261 21.5.4).
 */
static struct translate_response unknown(void)
{
    return (struct translate_response){
        .status = 480, .reason = xmppfed_slice_of("It is not known whether it was delivered")};
}

bool messages_new(struct bridge *b, struct complaint *why)
{
    char random[BRIDGE_RANDOM_SIZE];

    b->messages = calloc(1, sizeof(*b->messages));
    if (!b->messages)
        return complain(why, "%s", xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    if (!bridge_random(random))
        return complain(why, "the system has no randomness");
    b->messages->pending = pending_table_new(b->settings->limit, random);
    if (!b->messages->pending)
        return complain(why, "%s", xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    return message_store_new(b) || complain(why, "the ledger: %s", ledger_problem(b->ledger));
}

void messages_free(struct bridge *b)
{
    if (b->messages)
        pending_table_free(b->messages->pending);
    free(b->messages);
    b->messages = NULL;
}

static void answer(struct bridge *b, void *handle, const struct translate_response *response)
{
    struct bridge_answer a = {.response = *response, .expires = TRANSLATE_NO_EXPIRES};

    b->ports.answer(handle, &a, b->ports.user);
}

/* Answers the request of an entry, which has its answer on record, and ends it. */
static void finish(struct bridge *b, struct pending *p, const struct translate_response *response)
{
    void *handle = p->handle;

    pending_release(p);
    answer(b, handle, response);
}

static xmppfed_slice id_of(struct bridge *b, const struct pending *p, char room[PENDING_ID_SIZE])
{
    pending_id(b->messages->pending, p, room);
    return xmppfed_slice_of(room);
}

/* The stanza of a row without what is in it: enough to make the error for it. */
static xmppfed_element *head_of(struct bridge *b, const struct message *m)
{
    xmppfed_element *head = xmppfed_element_new(b->ctx, "message", b->setup.ns);

    xmppfed_element_set_attribute(head, "from", m->sender.data);
    xmppfed_element_set_attribute(head, "to", m->recipient.data);
    if (m->stanza_id.len > 0)
        xmppfed_element_set_attribute(head, "id", m->stanza_id.data);
    if (m->type.len > 0)
        xmppfed_element_set_attribute(head, "type", m->type.data);
    return head;
}

static xmppfed_slice attribute(const xmppfed_element *stanza, const char *name)
{
    const char *value = xmppfed_element_attribute(stanza, name);

    return value ? xmppfed_slice_of(value) : (xmppfed_slice){NULL, 0};
}

/* ---- from SIP to XMPP -------------------------------------------------------------------- */

/* The same request has come before, on another way or again. */
static void take_again(struct bridge *b, const struct bridge_request *request, xmppfed_slice key)
{
    struct translate_response response = unknown();
    struct translate_text text;
    struct message m;

    translate_text_init(&text, NULL);
    if (!message_store_find_key(b, key, &text, &m)) {
        response = (struct translate_response){.status = 500};
    } else if (m.state == MESSAGE_TO_XMPP || m.state == MESSAGE_FAILED) {
        /* RFC 3261 8.2.2.2: the first of the two gets the answer. */
        response = (struct translate_response){.status = 482};
    } else {
        response.status = m.status;
        response.reason = m.reason;
    }
    answer(b, request->handle, &response);
    translate_text_fini(&text);
}

/* Sends the stanza of an entry that is on record; the answer to its request follows. */
static void send_stanza(struct bridge *b, const struct bridge_request *request, struct pending *p,
                        const xmppfed_element *stanza, xmppfed_slice id)
{
    uint64_t number = 0;
    int rc = bridge_send(b, stanza, &number);

    if (rc < 0) {
        /* It is known that it was not sent: it may be tried again. */
        message_store_remove(b, id);
        pending_release(p);
        bridge_answer(b, request->handle, rc == XMPPFED_ERR_NOMEM ? 500 : 503, NULL);
        return;
    }
    p->state = PENDING_TO_XMPP;
    p->handle = request->handle;
    p->number = number;
    p->due = b->now + (uint64_t)b->settings->grace * SECOND;
}

/* What names a request (RFC 3261 8.2.2.2): empty if it is too long, or memory is short. */
static xmppfed_slice key_of(const struct bridge_request *request, const xmppfed_element *stanza,
                            struct translate_text *text)
{
    static const xmppfed_slice none = {NULL, 0};
    xmppfed_slice key;

    translate_text_number(text, request->cseq);
    translate_text_byte(text, ' ');
    translate_text_add(text, request->from_tag);
    translate_text_byte(text, ' ');
    translate_text_add(text, request->sip.call_id);
    translate_text_byte(text, ' ');
    translate_text_add(text, translate_address_bare(attribute(stanza, "to")));
    key = translate_text_end(text);
    return translate_text_status(text) == 0 && key.len <= KEY_MAX ? key : none;
}

/* A request that was translated; p is NULL if no more can be taken. */
static void take_translated(struct bridge *b, const struct bridge_request *request,
                            struct pending *p, const xmppfed_element *stanza,
                            struct translate_text *text)
{
    char room[PENDING_ID_SIZE];
    struct message m = {.key = key_of(request, stanza, text),
                        .sender = attribute(stanza, "from"),
                        .recipient = attribute(stanza, "to"),
                        .state = MESSAGE_TO_XMPP};
    struct message before;
    bool is_new = false;

    if (m.key.len == 0) {
        bridge_answer(b, request->handle, 400, NULL);
    } else if (message_store_find_key(b, m.key, text, &before)) {
        take_again(b, request, m.key);
    } else if (!p || !b->up || b->ending || reports_full(b)) {
        /* 503 makes the sender use another gateway (RFC 3261 21.5.4), 480 does not. */
        bridge_answer(b, request->handle, 503, NULL);
    } else {
        m.id = id_of(b, p, room);
        if (!message_store_add(b, &m, &is_new))
            bridge_answer(b, request->handle, 500, NULL);
        else if (!is_new)
            take_again(b, request, m.key);
        else
            send_stanza(b, request, p, stanza, m.id);
    }
}

void messages_take_request(struct bridge *b, const struct bridge_request *request)
{
    struct pending *p = pending_take(b->messages->pending);
    struct translate_sip named = request->sip;
    struct translate_problem problem;
    struct translate_text text;
    xmppfed_element *stanza = NULL;
    char room[PENDING_ID_SIZE];
    int rc;

    named.transaction = p ? id_of(b, p, room) : (xmppfed_slice){NULL, 0};
    translate_text_init(&text, NULL);
    rc = translate_message_to_xmpp(&b->setup, &named, TRANSLATE_PAGER, &text, &stanza, &problem);
    if (rc < 0)
        bridge_answer(b, request->handle, problem.status, problem.text);
    else if (rc == 0)
        bridge_answer(b, request->handle, 200, NULL);
    else if (!addresses_from_sip(b->settings, stanza))
        /* Whoever may send speaks for our own users alone. */
        bridge_answer(b, request->handle, 403, NULL);
    else
        take_translated(b, request, p, stanza, &text);
    if (p && p->state == PENDING_FREE)
        pending_release(p);
    xmppfed_element_free(stanza);
    translate_text_fini(&text);
}

/* ---- errors from XMPP -------------------------------------------------------------------- */

/* A user of SIP, who was answered 202, learns that his message failed after all. */
static bool add_notice(struct bridge *b, const struct message *m,
                       const struct translate_response *why, struct translate_text *text)
{
    xmppfed_element *address = xmppfed_element_new(b->ctx, "message", b->setup.ns);
    xmppfed_slice body;
    bool ok;

    xmppfed_element_set_attribute(address, "to", m->sender.data);
    ok = addresses_to_sip(b->settings, address);
    translate_text_string(text, NOT_DELIVERED);
    translate_text_add(text, why->reason);
    body = translate_text_end(text);
    ok = ok && translate_text_status(text) == 0 &&
         reports_add_notice(b, m->recipient.data, xmppfed_element_attribute(address, "to"),
                            body.data);
    xmppfed_element_free(address);
    return ok;
}

/*
 * Within a transaction: what the error does to its row. *ret_answer is the entry whose request is
 * to be answered, NULL for none. False: it cannot be recorded.
 */
static bool record_error(struct bridge *b, const struct message *m,
                         const struct translate_response *why, struct translate_text *text,
                         struct pending **ret_answer)
{
    struct pending *p = m->ours ? pending_find(b->messages->pending, m->id.data) : NULL;

    if (m->state == MESSAGE_TO_XMPP && p) {
        *ret_answer = p;
        return message_store_move(b, m->id, m->state, MESSAGE_OVER, why);
    }
    /* The member that has the request answers it; messages_tick() sees to that there. */
    if (m->state == MESSAGE_TO_XMPP)
        return message_store_move(b, m->id, m->state, MESSAGE_FAILED, why);
    if (m->state != MESSAGE_TOLD)
        return true;
    return message_store_move(b, m->id, m->state, MESSAGE_OVER,
                              &(struct translate_response){.status = m->status}) &&
           add_notice(b, m, why, text);
}

/* Whether an error is for a message of ours or another member's, from whom that went to. */
static bool find_of_error(struct bridge *b, const xmppfed_element *stanza,
                          struct translate_text *text, struct message *ret)
{
    xmppfed_slice id = attribute(stanza, "id");

    return id.len > 0 && message_store_find(b, id, text, ret) &&
           addresses_answer(ret->sender.data, ret->recipient.data, stanza);
}

static void take_error(struct bridge *b, const xmppfed_element *stanza)
{
    struct translate_response response;
    struct translate_text text;
    struct pending *p = NULL;
    struct message m;
    bool ok;

    translate_text_init(&text, NULL);
    /* Any peer may send errors: those for nothing shall not cost the lock of writers. */
    if (find_of_error(b, stanza, &text, &m)) {
        if (translate_error_to_sip(stanza, false, &text, &response, NULL) < 0)
            response = (struct translate_response){.status = 500};
        ok = ledger_begin(b->ledger);
        /* Its state may have changed before the lock. */
        ok = ok && ledger_finish(b->ledger, message_store_find(b, m.id, &text, &m) &&
                                                record_error(b, &m, &response, &text, &p));
        if (!ok)
            bridge_tell(b, "an error was not recorded: %s", ledger_problem(b->ledger));
        if (p)
            finish(b, p, &response);
    }
    translate_text_fini(&text);
}

/* ---- from XMPP to SIP -------------------------------------------------------------------- */

/* Makes the error for a row's stanza a report, and removes the row. */
static bool report(struct bridge *b, const struct message *m,
                   const struct translate_response *response, struct translate_text *text)
{
    xmppfed_element *head = head_of(b, m);
    struct translate_problem problem;
    xmppfed_element *error = NULL;
    bool ok;

    if (!ledger_begin(b->ledger)) {
        xmppfed_element_free(head);
        return false;
    }
    ok = translate_error_to_xmpp(head, response, text, &error, &problem) == 0;
    if (!ok)
        bridge_tell(b, "an error was not told: %s", problem.text);
    ok = message_store_remove(b, m->id) && (!ok || reports_add(b, error));
    xmppfed_element_free(head);
    return ledger_finish(b->ledger, ok);
}

void messages_take_response(struct bridge *b, uint64_t number,
                            const struct translate_response *response)
{
    struct pending *p = pending_of_number(b->messages->pending, number);
    char room[PENDING_ID_SIZE];
    struct translate_text text;
    struct message m;
    xmppfed_slice id;
    bool ok;

    if (!p || p->state != PENDING_TO_SIP)
        return;
    id = id_of(b, p, room);
    translate_text_init(&text, NULL);
    if (response->status < 300)
        ok = message_store_remove(b, id);
    else
        ok = message_store_find(b, id, &text, &m) && report(b, &m, response, &text);
    /* The row stays then, and the next process reports that it does not know. */
    if (!ok)
        bridge_tell(b, "a response was not recorded: %s", ledger_problem(b->ledger));
    pending_release(p);
    translate_text_fini(&text);
}

/* Sends the request for a stanza, after it is on record; head is the stanza as it came. */
static bool send_request(struct bridge *b, struct pending *p, const xmppfed_element *head,
                         const struct translate_sip *sip)
{
    char room[PENDING_ID_SIZE];
    struct message m = {.id = id_of(b, p, room),
                        .sender = attribute(head, "from"),
                        .recipient = attribute(head, "to"),
                        .stanza_id = attribute(head, "id"),
                        .type = attribute(head, "type"),
                        .state = MESSAGE_TO_SIP};
    bool is_new;

    if (!message_store_add(b, &m, &is_new)) {
        bridge_refuse(b, head, "internal-server-error", NULL);
        return false;
    }
    p->state = PENDING_TO_SIP;
    if (bridge_request(b, BRIDGE_MESSAGES, pending_number(b->messages->pending, p), sip, NULL))
        return true;
    p->state = PENDING_FREE;
    message_store_remove(b, m.id);
    bridge_refuse(b, head, "recipient-unavailable", NULL);
    return false;
}

/* The stanza without what is in it, as it came: the recipient is replaced below. */
static xmppfed_element *copy_head(struct bridge *b, const xmppfed_element *stanza)
{
    struct message m = {.sender = attribute(stanza, "from"),
                        .recipient = attribute(stanza, "to"),
                        .stanza_id = attribute(stanza, "id"),
                        .type = attribute(stanza, "type")};

    return head_of(b, &m);
}

static void take_message(struct bridge *b, xmppfed_element *stanza, struct pending *p)
{
    xmppfed_element *head = copy_head(b, stanza);
    struct translate_problem problem;
    struct translate_text text;
    struct translate_sip sip;
    xmppfed_element *error = NULL;
    int rc = xmppfed_element_status(head);

    translate_text_init(&text, NULL);
    if (rc < 0 || !addresses_to_sip(b->settings, stanza)) {
        bridge_refuse(b, stanza, rc < 0 ? "resource-constraint" : "jid-malformed", NULL);
    } else if ((rc = translate_message_to_sip(&b->setup, stanza, TRANSLATE_PAGER, &text, &sip,
                                              &problem)) < 0) {
        if (translate_error_of_problem(head, &problem, &error, NULL) == 0)
            reports_add(b, error);
    } else if (rc == 1) {
        send_request(b, p, head, &sip);
    }
    xmppfed_element_free(head);
    translate_text_fini(&text);
}

void messages_take_stanza(struct bridge *b, xmppfed_element *stanza)
{
    const char *type = xmppfed_element_attribute(stanza, "type");
    struct pending *p;

    if (type && strcmp(type, "error") == 0) {
        take_error(b, stanza);
        return;
    }
    p = b->ending || reports_full(b) ? NULL : pending_take(b->messages->pending);
    if (!p) {
        bridge_refuse(b, stanza, "resource-constraint", NULL);
        return;
    }
    take_message(b, stanza, p);
    if (p->state == PENDING_FREE)
        pending_release(p);
}

/* ---- the link and time ------------------------------------------------------------------- */

/* The request of an entry is answered that nobody knows, and so it is on record. */
static void fail(struct bridge *b, struct pending *p)
{
    struct translate_response response = unknown();
    char room[PENDING_ID_SIZE];

    message_store_move(b, id_of(b, p, room), MESSAGE_TO_XMPP, MESSAGE_OVER, &response);
    finish(b, p, &response);
}

void messages_link(struct bridge *b)
{
    struct pending *p;
    size_t i;

    for (i = 0; !b->up && (p = pending_at(b->messages->pending, i)) != NULL; i++) {
        if (p->state != PENDING_TO_XMPP)
            continue;
        if (p->number > b->acknowledged)
            fail(b, p);
        else
            p->number = 0;
    }
}

/* An error came to another member, which has it on record. */
static void finish_failed(struct bridge *b, struct pending *p)
{
    struct translate_response response = unknown();
    char room[PENDING_ID_SIZE];
    struct translate_text text;
    struct message m;

    translate_text_init(&text, NULL);
    if (message_store_find(b, id_of(b, p, room), &text, &m) && m.state == MESSAGE_FAILED) {
        response.status = m.status;
        response.reason = m.reason;
        message_store_move(b, m.id, MESSAGE_FAILED, MESSAGE_OVER, &response);
    }
    finish(b, p, &response);
    translate_text_fini(&text);
}

/* Records 202 for all whose grace is over, and then answers them. */
static void end_graces(struct bridge *b)
{
    static const struct translate_response accepted = {.status = 202};
    struct pending_table *t = b->messages->pending;
    char room[PENDING_ID_SIZE];
    struct pending *p;
    size_t due = 0;
    size_t i;
    bool ok;

    for (i = 0; (p = pending_at(t, i)) != NULL; i++)
        due += p->state == PENDING_TO_XMPP && p->due <= b->now;
    if (due == 0)
        return;
    ok = ledger_begin(b->ledger);
    for (i = 0; ok && (p = pending_at(t, i)) != NULL; i++)
        if (p->state == PENDING_TO_XMPP && p->due <= b->now)
            p->told =
                message_store_move(b, id_of(b, p, room), MESSAGE_TO_XMPP, MESSAGE_TOLD, &accepted);
    ok = ok && ledger_commit(b->ledger);
    for (i = 0; (p = pending_at(t, i)) != NULL; i++) {
        if (p->state != PENDING_TO_XMPP || p->due > b->now)
            continue;
        if (ok && p->told)
            finish(b, p,
                   &(struct translate_response){.status = 202,
                                                .reason = xmppfed_slice_of("Accepted")});
        else
            finish_failed(b, p);
    }
}

/* Errors that came to other members for requests that we have. */
static void look_for_errors(struct bridge *b)
{
    struct translate_text text;
    struct message m;
    bool found = true;

    while (found) {
        struct pending *p;

        translate_text_init(&text, NULL);
        found = message_store_first(b, MESSAGE_FAILED, &text, &m);
        p = found ? pending_find(b->messages->pending, m.id.data) : NULL;
        if (p)
            finish_failed(b, p);
        else if (found)
            found = message_store_move(
                b, m.id, MESSAGE_FAILED, MESSAGE_OVER,
                &(struct translate_response){.status = m.status, .reason = m.reason});
        translate_text_fini(&text);
    }
}

/* Reports messages that died with a process, as far as reports may wait. */
static void report_lost(struct bridge *b)
{
    struct translate_response response = {.status = 504, .reason = unknown().reason};
    struct translate_text text;
    struct message m;
    unsigned n;

    for (n = 0; n < LOST_AT_ONCE && b->messages->lost && !reports_full(b); n++) {
        translate_text_init(&text, NULL);
        b->messages->lost =
            message_store_first(b, MESSAGE_LOST, &text, &m) && report(b, &m, &response, &text);
        translate_text_fini(&text);
    }
}

void messages_tick(struct bridge *b)
{
    struct messages *ms = b->messages;

    end_graces(b);
    report_lost(b);
    if (ms->look <= b->now) {
        ms->look = b->now + SECOND;
        look_for_errors(b);
    }
    if (ms->prune <= b->now) {
        ms->prune = b->now + 10 * SECOND;
        message_store_prune(b);
    }
}

bool messages_adopt(struct bridge *b, const char *member)
{
    struct translate_response response = unknown();

    b->messages->lost = true;
    return message_store_adopt(b, member, &response);
}

/* ---- the end ----------------------------------------------------------------------------- */

bool messages_idle(const struct bridge *b)
{
    return pending_count(b->messages->pending) == 0;
}

void messages_give_up(struct bridge *b)
{
    static const struct translate_response none = {0};
    char room[PENDING_ID_SIZE];
    struct pending *p;
    size_t i;

    for (i = 0; (p = pending_at(b->messages->pending, i)) != NULL; i++) {
        if (p->state == PENDING_TO_XMPP) {
            fail(b, p);
        } else if (p->state == PENDING_TO_SIP) {
            message_store_move(b, id_of(b, p, room), MESSAGE_TO_SIP, MESSAGE_LOST, &none);
            pending_release(p);
            b->messages->lost = true;
        }
    }
    while (b->messages->lost && !reports_full(b))
        report_lost(b);
}
