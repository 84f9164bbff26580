/* gateway.c - messages between both sides, and what becomes of them. */
#include "sip-gateway/gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip-gateway/addresses.h"
#include "sip-gateway/pending.h"
#include "sip-gateway/sip_side.h"
#include "sip-gateway/xmpp_side.h"
#include "translate/message.h"

/* Milliseconds. */
#define TICK 100
/* Longer than a message may wait in the proxy for a stream: 60 s by default. */
#define LATE_ERRORS 120000
#define LAST_WAIT 5000

struct gateway {
    const struct settings *settings;
    xmppfed_context *ctx;
    struct loops *loops;
    struct translate_setup setup;
    struct sip_side *sip;
    struct xmpp_side *xmpp;
    struct pending_table *pending;
    uv_timer_t tick;
    uint64_t end; /* when gateway_end() waits no longer; 0: it was not called */
    bool closed;
};

static void answer(struct sip_request *request, int status, const char *reason)
{
    struct translate_response response = {.status = status};

    if (reason)
        response.reason = xmppfed_slice_of(reason);
    sip_request_answer(request, &response);
}

/* The stanza without what is in it: enough to make the error for it. */
static xmppfed_element *head_of(struct gateway *g, const xmppfed_element *stanza)
{
    static const char *const names[] = {"from", "to", "id", "type"};
    xmppfed_element *head =
        xmppfed_element_new(g->ctx, xmppfed_element_name(stanza), xmppfed_element_ns(stanza));
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = xmppfed_element_attribute(stanza, names[i]);

        if (value)
            xmppfed_element_set_attribute(head, names[i], value);
    }
    return head;
}

/* ---- from SIP to XMPP -------------------------------------------------------------------- */

/* Sends the stanza of an entry; the reply to the request follows. */
static void send_stanza(struct gateway *g, struct sip_request *request, struct pending *p,
                        const xmppfed_element *stanza)
{
    int rc;

    p->head = head_of(g, stanza);
    rc = xmppfed_element_status(p->head);
    if (rc == 0)
        rc = xmpp_side_send(g->xmpp, stanza);
    if (rc < 0) {
        answer(request, rc == XMPPFED_ERR_NOMEM ? 500 : 480, NULL);
        pending_release(p);
        return;
    }
    p->state = PENDING_TO_XMPP;
    p->request = request;
    p->due = uv_now(&g->loops->uv) + (uint64_t)g->settings->grace * 1000;
}

static void take_request(struct gateway *g, struct sip_request *request,
                         const struct translate_sip *sip, struct pending *p)
{
    struct translate_sip named = *sip;
    struct translate_problem problem;
    struct translate_text text;
    xmppfed_element *stanza = NULL;
    char id[PENDING_ID_SIZE];
    int rc;

    pending_id(g->pending, p, id);
    named.transaction = xmppfed_slice_of(id);
    translate_text_init(&text, NULL);
    rc = translate_message_to_xmpp(&g->setup, &named, TRANSLATE_PAGER, &text, &stanza, &problem);
    if (rc < 0)
        answer(request, problem.status, problem.text);
    else if (rc == 0)
        answer(request, 200, NULL);
    else if (!addresses_from_sip(g->settings, stanza))
        /* Whoever may send speaks for our own users alone. */
        answer(request, 403, NULL);
    else
        send_stanza(g, request, p, stanza);
    if (p->state == PENDING_FREE)
        pending_release(p);
    xmppfed_element_free(stanza);
    translate_text_fini(&text);
}

static void on_request(struct sip_request *request, const struct translate_sip *sip, void *user)
{
    struct gateway *g = user;
    struct pending *p;

    /* 503 makes the sender use another gateway (RFC 3261 21.5.4), 480 does not. */
    if (g->end || !xmpp_side_is_up(g->xmpp)) {
        answer(request, 503, NULL);
        return;
    }
    p = pending_take(g->pending);
    if (p)
        take_request(g, request, sip, p);
    else
        answer(request, 503, NULL);
}

/* Tells a SIP user, who was answered 202, that his message failed after all. */
static void send_notice(struct gateway *g, const struct pending *p,
                        const struct translate_response *why)
{
    struct translate_text text;
    struct translate_sip sip;
    xmppfed_element *notice = xmppfed_element_new(g->ctx, "message", g->setup.ns);
    xmppfed_element *body = xmppfed_element_add_child(notice, "body", g->setup.ns);
    bool sent;

    translate_text_init(&text, NULL);
    xmppfed_element_set_attribute(notice, "from", xmppfed_element_attribute(p->head, "to"));
    xmppfed_element_set_attribute(notice, "to", xmppfed_element_attribute(p->head, "from"));
    xmppfed_element_add_text(body, "Your message was not delivered: ");
    xmppfed_element_add_text(body, why->reason.data);
    sent = addresses_to_sip(g->settings, notice) &&
           translate_message_to_sip(&g->setup, notice, TRANSLATE_PAGER, &text, &sip, NULL) == 1 &&
           sip_side_send(g->sip, &sip, NULL);
    if (!sent)
        fprintf(stderr, "sip-gateway: a late error was not told\n");
    xmppfed_element_free(notice);
    translate_text_fini(&text);
}

/* An error stanza: for a message that came from SIP, or for nothing that is known. */
static void take_error(struct gateway *g, const xmppfed_element *stanza)
{
    struct pending *p = pending_find(g->pending, xmppfed_element_attribute(stanza, "id"));
    struct translate_response response;
    struct translate_text text;

    if (!p || !addresses_answer(p->head, stanza))
        return;
    translate_text_init(&text, NULL);
    if (translate_error_to_sip(stanza, false, &text, &response, NULL) < 0)
        response = (struct translate_response){.status = 500, .reason = xmppfed_slice_of("Error")};
    if (p->state == PENDING_TO_XMPP)
        sip_request_answer(p->request, &response);
    else
        send_notice(g, p, &response);
    pending_release(p);
    translate_text_fini(&text);
}

/* ---- from XMPP to SIP -------------------------------------------------------------------- */

/* Reports the response to the sender of the entry's stanza. */
static void report(struct gateway *g, const struct pending *p,
                   const struct translate_response *response)
{
    struct translate_problem problem;
    struct translate_text text;
    xmppfed_element *error = NULL;

    translate_text_init(&text, NULL);
    if (translate_error_to_xmpp(p->head, response, &text, &error, &problem) < 0)
        fprintf(stderr, "sip-gateway: an error was not told: %s\n", problem.text);
    else
        xmpp_side_report(g->xmpp, error);
    translate_text_fini(&text);
}

static void on_response(void *sent, const struct translate_response *response, void *user)
{
    struct gateway *g = user;
    struct pending *p = sent;

    /* A notice of send_notice() is nobody's message. */
    if (!p)
        return;
    if (response->status >= 300)
        report(g, p, response);
    pending_release(p);
}

static void refuse(struct gateway *g, const xmppfed_element *stanza, const char *condition)
{
    xmppfed_element *error = xmppfed_stanza_error(stanza, condition, NULL);

    if (error)
        xmpp_side_report(g->xmpp, error);
}

static void take_message(struct gateway *g, xmppfed_element *stanza)
{
    struct pending *p = g->end ? NULL : pending_take(g->pending);
    struct translate_problem problem;
    struct translate_text text;
    struct translate_sip sip;
    xmppfed_element *error = NULL;
    int rc;

    if (!p) {
        refuse(g, stanza, "resource-constraint");
        return;
    }
    translate_text_init(&text, NULL);
    p->head = head_of(g, stanza);
    rc = xmppfed_element_status(p->head);
    if (rc < 0 || !addresses_to_sip(g->settings, stanza)) {
        refuse(g, stanza, rc < 0 ? "resource-constraint" : "jid-malformed");
    } else if ((rc = translate_message_to_sip(&g->setup, stanza, TRANSLATE_PAGER, &text, &sip,
                                              &problem)) < 0) {
        if (translate_error_of_problem(p->head, &problem, &error, NULL) == 0)
            xmpp_side_report(g->xmpp, error);
    } else if (rc == 1) {
        if (sip_side_send(g->sip, &sip, p))
            p->state = PENDING_TO_SIP;
        else
            refuse(g, p->head, "recipient-unavailable");
    }
    if (p->state == PENDING_FREE)
        pending_release(p);
    translate_text_fini(&text);
}

static void on_stanza(xmppfed_element *stanza, void *user)
{
    struct gateway *g = user;
    const char *name = xmppfed_element_name(stanza);
    const char *type = xmppfed_element_attribute(stanza, "type");

    type = type ? type : "";
    if (strcmp(name, "message") == 0 && strcmp(type, "error") == 0)
        take_error(g, stanza);
    else if (strcmp(name, "message") == 0)
        take_message(g, stanza);
    else if (strcmp(name, "iq") == 0 && (strcmp(type, "get") == 0 || strcmp(type, "set") == 0))
        refuse(g, stanza, "service-unavailable");
    else if (strcmp(name, "presence") == 0 && strcmp(type, "subscribe") == 0)
        refuse(g, stanza, "feature-not-implemented");
    xmppfed_element_free(stanza);
}

/* ---- time, and the end ------------------------------------------------------------------- */

/* The link went down: whether the messages on it arrived is not known, so they count as failed. */
static void fail_requests(struct gateway *g)
{
    struct pending *p;
    size_t i;

    for (i = 0; (p = pending_at(g->pending, i)) != NULL; i++) {
        if (p->state != PENDING_TO_XMPP)
            continue;
        answer(p->request, 480, NULL);
        pending_release(p);
    }
}

static void on_link(const char *why, void *user)
{
    struct gateway *g = user;

    if (!why) {
        fprintf(stderr, "{\"event\": \"UP\", \"domain\": \"%s\"}\n", g->settings->domain);
        return;
    }
    fail_requests(g);
    if (!g->closed)
        fprintf(stderr, "sip-gateway: the link with the proxy is down: %s\n", why);
}

static void close_all(struct gateway *g)
{
    static const struct translate_response unknown = {.status = 480};
    struct pending *p;
    size_t i;

    if (g->closed)
        return;
    g->closed = true;
    fail_requests(g);
    for (i = 0; (p = pending_at(g->pending, i)) != NULL; i++)
        if (p->state == PENDING_TO_SIP)
            report(g, p, &unknown);
    xmpp_side_close(g->xmpp);
    uv_close((uv_handle_t *)&g->tick, NULL);
}

static void on_tick(uv_timer_t *timer)
{
    struct gateway *g = timer->data;
    uint64_t now = uv_now(timer->loop);
    struct pending *p;
    size_t i;

    for (i = 0; (p = pending_at(g->pending, i)) != NULL; i++) {
        if (p->state == PENDING_TO_XMPP && p->due <= now) {
            answer(p->request, 202, "Accepted");
            p->request = NULL;
            p->state = PENDING_TOLD;
            p->due = now + LATE_ERRORS;
        } else if (p->state == PENDING_TOLD && p->due <= now) {
            pending_release(p);
        }
    }
    if (g->end && (now >= g->end || pending_count(g->pending) == 0))
        close_all(g);
}

void gateway_end(struct gateway *g)
{
    if (!g->end)
        g->end = uv_now(&g->loops->uv) + LAST_WAIT;
}

static bool open_sides(struct gateway *g, struct complaint *why)
{
    struct sip_side_calls sip = {on_request, on_response, g};
    struct xmpp_side_calls xmpp = {on_stanza, on_link, g};
    unsigned char random[8];
    char prefix[2 * sizeof(random) + 1];
    size_t i;

    if (uv_random(NULL, NULL, random, sizeof(random), 0, NULL) < 0)
        return complain(why, "the system has no randomness");
    for (i = 0; i < sizeof(random); i++)
        snprintf(prefix + 2 * i, 3, "%02x", random[i]);
    if (xmppfed_context_new(NULL, &g->ctx) < 0 ||
        !(g->pending = pending_table_new(g->settings->limit, prefix)))
        return complain(why, "%s", xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    translate_setup_init(&g->setup, g->ctx);
    return sip_side_new(g->loops->root, g->settings, &sip, &g->sip, why) &&
           xmpp_side_new(&g->loops->uv, g->ctx, g->settings, &xmpp, &g->xmpp, why);
}

bool gateway_new(struct loops *loops, const struct settings *settings, struct gateway **ret,
                 struct complaint *why)
{
    struct gateway *g = calloc(1, sizeof(*g));

    if (!g)
        return complain(why, "%s", xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    g->settings = settings;
    g->loops = loops;
    if (!open_sides(g, why)) {
        gateway_free(g);
        return false;
    }
    uv_timer_init(&loops->uv, &g->tick);
    g->tick.data = g;
    uv_timer_start(&g->tick, on_tick, TICK, TICK);
    *ret = g;
    return true;
}

void gateway_free(struct gateway *g)
{
    if (!g)
        return;
    sip_side_free(g->sip);
    xmpp_side_free(g->xmpp);
    pending_table_free(g->pending);
    xmppfed_context_unref(g->ctx);
    free(g);
}
