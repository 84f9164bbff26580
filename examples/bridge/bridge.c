/* bridge.c - opening a bridge, whose part each thing is that arrives, and the ports. */
#include "bridge/bridge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xmppfed/stream.h>

#include "bridge/members.h"
#include "bridge/messages.h"
#include "bridge/parts.h"
#include "bridge/presence.h"
#include "bridge/reports.h"

/* A token: the run, a number of the part, and the part. */
#define PART_BITS 2
#define RUN_SHIFT 40
#define RUN_MASK 0xffffffU
#define NUMBER_MASK ((UINT64_C(1) << (RUN_SHIFT - PART_BITS)) - 1)

/* ---- ports ------------------------------------------------------------------------------- */

int bridge_send(struct bridge *b, const xmppfed_element *stanza, uint64_t *ret_number)
{
    return b->ports.send_stanza(stanza, ret_number, b->ports.user);
}

bool bridge_request(struct bridge *b, enum bridge_part part, uint64_t number,
                    const struct translate_sip *sip, const struct bridge_dialog *dialog)
{
    uint64_t token =
        (uint64_t)b->run << RUN_SHIFT | (number & NUMBER_MASK) << PART_BITS | (uint64_t)part;

    return b->ports.send_request(sip, dialog, token, b->ports.user);
}

void bridge_answer(struct bridge *b, void *handle, int status, const char *reason)
{
    struct bridge_answer answer = {.response = {.status = status}, .expires = TRANSLATE_NO_EXPIRES};

    if (reason)
        answer.response.reason = xmppfed_slice_of(reason);
    /* RFC 3261 21.5.4: with it the caller knows that it is for a while. */
    if (status == 503)
        answer.retry_after = 30;
    b->ports.answer(handle, &answer, b->ports.user);
}

void bridge_refuse(struct bridge *b, const xmppfed_element *stanza, const char *condition,
                   const char *text)
{
    reports_add(b, xmppfed_stanza_error(stanza, condition, text));
}

void bridge_tell(struct bridge *b, const char *format, ...)
{
    char sentence[512];
    va_list args;

    va_start(args, format);
    vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    b->ports.tell(sentence, b->ports.user);
}

bool bridge_random(char ret[BRIDGE_RANDOM_SIZE])
{
    unsigned char bytes[(BRIDGE_RANDOM_SIZE - 1) / 2];
    size_t i;

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return false;
    for (i = 0; i < sizeof(bytes); i++)
        snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

/* ---- opening and closing ----------------------------------------------------------------- */

bool bridge_adopt(struct bridge *b, const char *member)
{
    return reports_adopt(b, member) && messages_adopt(b, member) && presence_adopt(b, member);
}

static bool open_parts(struct bridge *b, struct complaint *why)
{
    if (getrandom(&b->run, sizeof(b->run), 0) != (ssize_t)sizeof(b->run))
        return complain(why, "the system has no randomness");
    b->run &= RUN_MASK;
    if (!ledger_open(b->settings->ledger, &b->ledger, why) || !members_new(b, why) ||
        !reports_new(b, why) || !messages_new(b, why) || !presence_new(b, why))
        return false;
    if (!ledger_begin(b->ledger) || !ledger_finish(b->ledger, bridge_adopt(b, b->settings->member)))
        return complain(why, "the ledger: %s", ledger_problem(b->ledger));
    return true;
}

bool bridge_new(xmppfed_context *ctx, const struct bridge_settings *settings,
                const struct bridge_ports *ports, uint64_t now, struct bridge **ret,
                struct complaint *why)
{
    struct bridge *b = calloc(1, sizeof(*b));

    if (!b)
        return complain(why, "%s", xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    b->ctx = ctx;
    b->settings = settings;
    b->ports = *ports;
    b->now = now;
    translate_setup_init(&b->setup, ctx);
    if (settings->profile)
        b->setup.profile = settings->profile;
    if (!open_parts(b, why)) {
        bridge_free(b);
        return false;
    }
    *ret = b;
    return true;
}

void bridge_free(struct bridge *b)
{
    if (!b)
        return;
    presence_free(b);
    messages_free(b);
    reports_free(b);
    members_free(b);
    ledger_close(b->ledger);
    free(b);
}

/* ---- what arrives ------------------------------------------------------------------------ */

static void enter(struct bridge *b, uint64_t now)
{
    b->busy = true;
    b->now = now;
}

/* What was recorded is sent; the link may acknowledge it at once. */
static void leave(struct bridge *b)
{
    uint64_t seen;

    do {
        seen = b->acknowledged;
        reports_acknowledged(b);
        reports_send(b);
    } while (seen != b->acknowledged);
    b->busy = false;
}

void bridge_link(struct bridge *b, bool up, uint64_t now)
{
    if (b->up == up)
        return;
    enter(b, now);
    b->up = up;
    reports_link(b);
    messages_link(b);
    presence_link(b);
    b->acknowledged = 0;
    leave(b);
}

void bridge_acknowledged(struct bridge *b, uint64_t number, uint64_t now)
{
    if (number <= b->acknowledged)
        return;
    b->acknowledged = number;
    /* From within a port: leave() sees to it. */
    if (b->busy)
        return;
    enter(b, now);
    leave(b);
}

static void dispatch_stanza(struct bridge *b, xmppfed_element *stanza)
{
    const char *name = xmppfed_element_name(stanza);
    const char *type = xmppfed_element_attribute(stanza, "type");

    type = type ? type : "";
    if (strcmp(name, "message") == 0)
        messages_take_stanza(b, stanza);
    else if (strcmp(name, "presence") == 0)
        presence_take_stanza(b, stanza);
    else if (strcmp(name, "iq") == 0 && (strcmp(type, "get") == 0 || strcmp(type, "set") == 0))
        bridge_refuse(b, stanza, "service-unavailable", NULL);
}

void bridge_take_stanza(struct bridge *b, xmppfed_element *stanza, uint64_t now)
{
    enter(b, now);
    dispatch_stanza(b, stanza);
    leave(b);
}

void bridge_take_request(struct bridge *b, const struct bridge_request *request, uint64_t now)
{
    static const char *const of_presence[] = {"SUBSCRIBE", "NOTIFY", "PUBLISH"};
    xmppfed_slice method = request->sip.method;
    size_t i;

    enter(b, now);
    if (translate_slice_is(method, "MESSAGE")) {
        messages_take_request(b, request);
    } else {
        for (i = 0; i < 3 && !translate_slice_is(method, of_presence[i]); i++)
            continue;
        if (i < 3)
            presence_take_request(b, request);
        else
            bridge_answer(b, request->handle, 405, NULL);
    }
    leave(b);
}

void bridge_take_response(struct bridge *b, uint64_t token, const struct bridge_response *response,
                          uint64_t now)
{
    uint64_t number = token >> PART_BITS & NUMBER_MASK;

    if (token >> RUN_SHIFT != b->run)
        return;
    enter(b, now);
    switch (token & ((1U << PART_BITS) - 1)) {
    case BRIDGE_MESSAGES:
        messages_take_response(b, number, &response->response);
        break;
    case BRIDGE_REPORTS:
        reports_take_response(b, number, response->response.status);
        break;
    case BRIDGE_PRESENCE:
        presence_take_response(b, number, response);
        break;
    default:
        break;
    }
    leave(b);
}

void bridge_tick(struct bridge *b, uint64_t now)
{
    enter(b, now);
    members_tick(b);
    messages_tick(b);
    presence_tick(b);
    leave(b);
}

/* ---- the end ----------------------------------------------------------------------------- */

void bridge_end(struct bridge *b)
{
    b->ending = true;
}

bool bridge_idle(const struct bridge *b)
{
    return messages_idle(b);
}

void bridge_give_up(struct bridge *b, uint64_t now)
{
    enter(b, now);
    b->ending = true;
    messages_give_up(b);
    leave(b);
}
