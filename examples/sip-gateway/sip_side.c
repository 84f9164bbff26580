/* sip_side.c - one agent of Sofia-SIP: who may send, which methods there are, and transactions. */
#define NTA_LEG_MAGIC_T struct sip_side
#define NTA_OUTGOING_MAGIC_T void
#include "sip-gateway/sip_side.h"

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/nta_tag.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/tport_tag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip-gateway/sip_message.h"

#define METHODS "MESSAGE, SUBSCRIBE, NOTIFY, OPTIONS"
#define REQUEST_MAX 65536

struct sip_side {
    struct sip_side_calls calls;
    const struct settings *settings;
    nta_agent_t *agent;
    nta_leg_t *leg;     /* takes all requests */
    struct sent *first; /* of those without a response */
};

/* A request that was sent. */
struct sent {
    struct sent *next;
    struct sent **place; /* what points to this one */
    struct sip_side *side;
    nta_outgoing_t *outgoing;
    uint64_t token;
};

/* Whether the request came from an address of --sip-allow. */
static bool is_allowed(const struct sip_side *s, nta_incoming_t *incoming)
{
    msg_t *msg = nta_incoming_getrequest(incoming);
    char address[64] = "";
    su_sockaddr_t *from = msg ? msg_addr(msg) : NULL;
    size_t i;

    if (from)
        su_inet_ntop(from->su_family, SU_ADDR(from), address, sizeof(address));
    msg_destroy(msg);
    for (i = 0; i < s->settings->allowed_count; i++)
        if (strcmp(s->settings->allowed[i], address) == 0)
            return true;
    return false;
}

static int on_mapped(struct sip_side *s, nta_incoming_t *incoming, const sip_t *sip)
{
    su_home_t home[1] = {SU_HOME_INIT(home)};
    struct bridge_request request;

    /* No content coding is undone here (RFC 3261 8.2.3). */
    if (sip->sip_content_encoding)
        return 415;
    request = sip_message_read(home, sip);
    request.handle = incoming;
    s->calls.on_request(&request, s->calls.user);
    su_home_deinit(home);
    return 0;
}

static int on_incoming(struct sip_side *s, nta_leg_t *leg, nta_incoming_t *incoming,
                       const sip_t *sip)
{
    (void)leg;
    if (!is_allowed(s, incoming))
        return 403;
    switch ((int)sip->sip_request->rq_method) {
    case sip_method_message:
    case sip_method_subscribe:
    case sip_method_notify:
    case sip_method_publish:
        return on_mapped(s, incoming, sip);
    case sip_method_options:
        nta_incoming_treply(incoming, SIP_200_OK, SIPTAG_ALLOW_STR(METHODS), TAG_END());
        break;
    case sip_method_ack:
        break;
    default:
        nta_incoming_treply(incoming, SIP_405_METHOD_NOT_ALLOWED, SIPTAG_ALLOW_STR(METHODS),
                            TAG_END());
        break;
    }
    nta_incoming_destroy(incoming);
    return 0;
}

static struct sent *sent_new(struct sip_side *s, uint64_t token)
{
    struct sent *sent = calloc(1, sizeof(*sent));

    if (!sent)
        return NULL;
    *sent = (struct sent){.next = s->first, .place = &s->first, .side = s, .token = token};
    if (sent->next)
        sent->next->place = &sent->next;
    s->first = sent;
    return sent;
}

static void sent_free(struct sent *sent)
{
    *sent->place = sent->next;
    if (sent->next)
        sent->next->place = sent->place;
    if (sent->outgoing)
        nta_outgoing_destroy(sent->outgoing);
    free(sent);
}

static int on_response(void *magic, nta_outgoing_t *outgoing, const sip_t *sip)
{
    struct sent *sent = magic;
    su_home_t home[1] = {SU_HOME_INIT(home)};
    struct bridge_response response = {.response = {.status = nta_outgoing_status(outgoing)},
                                       .expires = TRANSLATE_NO_EXPIRES,
                                       .min_expires = TRANSLATE_NO_EXPIRES};

    if (response.response.status < 200)
        return 0;
    if (sip && sip->sip_status)
        response = sip_message_read_response(home, sip);
    sent->side->calls.on_response(sent->token, &response, sent->side->calls.user);
    su_home_deinit(home);
    sent_free(sent);
    return 0;
}

static void say_nothing(void *stream, const char *format, va_list args)
{
    (void)stream;
    (void)format;
    (void)args;
}

bool sip_side_new(su_root_t *root, const struct settings *settings,
                  const struct sip_side_calls *calls, struct sip_side **ret, struct complaint *why)
{
    struct sip_side *s = calloc(1, sizeof(*s));

    if (!s)
        return complain(why, "%s", xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    s->calls = *calls;
    s->settings = settings;
    if (!settings->sip_trace)
        su_log_redirect(NULL, say_nothing, NULL);
    s->agent = nta_agent_create(root, URL_STRING_MAKE(settings->sip_listen), NULL, NULL,
                                NTATAG_MAXSIZE(REQUEST_MAX), NTATAG_UA(1),
                                TPTAG_LOG(settings->sip_trace), TAG_END());
    s->leg =
        s->agent ? nta_leg_tcreate(s->agent, on_incoming, s, NTATAG_NO_DIALOG(1), TAG_END()) : NULL;
    if (!s->leg) {
        sip_side_free(s);
        return complain(why,
                        "--sip-listen: %s cannot be opened: is it a SIP URI with an address "
                        "of this host, and is the port free?",
                        settings->sip_listen);
    }
    *ret = s;
    return true;
}

void sip_side_free(struct sip_side *s)
{
    if (!s)
        return;
    while (s->first)
        sent_free(s->first);
    if (s->leg)
        nta_leg_destroy(s->leg);
    if (s->agent)
        nta_agent_destroy(s->agent);
    free(s);
}

bool sip_side_send(struct sip_side *s, const struct translate_sip *sip,
                   const struct bridge_dialog *dialog, uint64_t token)
{
    struct sent *sent = sent_new(s, token);

    if (!sent)
        return false;
    sent->outgoing = sip_message_send(s->agent, s->leg, s->settings->sip_next_hop, sip, dialog,
                                      on_response, sent);
    if (sent->outgoing)
        return true;
    sent_free(sent);
    return false;
}

void sip_side_answer(void *handle, const struct bridge_answer *answer)
{
    nta_incoming_t *incoming = handle;

    if (!sip_message_answer(incoming, answer, METHODS))
        fprintf(stderr, "sip-gateway: a request was not answered\n");
    nta_incoming_destroy(incoming);
}
