/* sip_message.c - requests and responses of Sofia-SIP taken apart and put together. */
#define NTA_OUTGOING_MAGIC_T void
#include "sip-gateway/sip_message.h"

#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/su_strlst.h>
#include <stdio.h>

#define NUMBER_SIZE 16
/* RFC 6665 8.3.2: a 489 names what there is instead, a SUBSCRIBE what may come back. */
#define EVENTS "presence"

/* ---- reading ----------------------------------------------------------------------------- */

static xmppfed_slice slice_of(const char *text)
{
    return xmppfed_slice_of(text ? text : "");
}

/* A header's value as text; empty for none. */
static xmppfed_slice value_of(su_home_t *home, const void *header)
{
    return slice_of(header ? sip_header_as_string(home, header) : NULL);
}

/* All headers of a name as one list; empty for none. */
static xmppfed_slice list_of(su_home_t *home, const void *first)
{
    const msg_header_t *header = first;
    char *list = NULL;

    for (; header; header = header->sh_next) {
        char *value = sip_header_as_string(home, (const sip_header_t *)header);

        list = list ? su_strcat_all(home, list, ", ", value, NULL) : value;
        if (!list || !value)
            break;
    }
    return slice_of(list);
}

static long seconds_of(const sip_expires_t *expires)
{
    return expires ? (long)expires->ex_delta : TRANSLATE_NO_EXPIRES;
}

static struct translate_sip read_request(su_home_t *home, const sip_t *sip)
{
    struct translate_sip ret = translate_sip_empty();

    ret.method = slice_of(sip->sip_request->rq_method_name);
    ret.uri = slice_of(url_as_string(home, sip->sip_request->rq_url));
    ret.from = value_of(home, sip->sip_from);
    ret.to = value_of(home, sip->sip_to);
    ret.contact = value_of(home, sip->sip_contact);
    ret.call_id = slice_of(sip->sip_call_id->i_id);
    ret.subject = slice_of(sip->sip_subject ? sip->sip_subject->g_string : NULL);
    ret.event = value_of(home, sip->sip_event);
    ret.accept = list_of(home, sip->sip_accept);
    ret.subscription_state = value_of(home, sip->sip_subscription_state);
    ret.expires = seconds_of(sip->sip_expires);
    ret.content_type = value_of(home, sip->sip_content_type);
    ret.content_language = value_of(home, sip->sip_content_language);
    if (sip->sip_payload)
        ret.body = (xmppfed_slice){sip->sip_payload->pl_data, sip->sip_payload->pl_len};
    return ret;
}

struct bridge_request sip_message_read(su_home_t *home, const sip_t *sip)
{
    return (struct bridge_request){.sip = read_request(home, sip),
                                   .from_tag = slice_of(sip->sip_from->a_tag),
                                   .to_tag = slice_of(sip->sip_to->a_tag),
                                   .record_route = list_of(home, sip->sip_record_route),
                                   .cseq = sip->sip_cseq->cs_seq};
}

struct bridge_response sip_message_read_response(su_home_t *home, const sip_t *sip)
{
    struct bridge_response ret = {
        .response = {.status = sip->sip_status->st_status,
                     .reason = slice_of(sip->sip_status->st_phrase)},
        .contact = value_of(home, sip->sip_contact),
        .record_route = list_of(home, sip->sip_record_route),
        .expires = seconds_of(sip->sip_expires),
        .min_expires =
            sip->sip_min_expires ? (long)sip->sip_min_expires->me_delta : TRANSLATE_NO_EXPIRES,
    };

    ret.response.contact = ret.contact;
    if (sip->sip_to)
        ret.to_tag = slice_of(sip->sip_to->a_tag);
    return ret;
}

/* ---- sending ----------------------------------------------------------------------------- */

/* NULL for an empty slice, so that its header is left out. */
static const char *text_of(su_home_t *home, xmppfed_slice slice)
{
    return slice.len > 0 ? su_strndup(home, slice.data, (isize_t)slice.len) : NULL;
}

/* What the dialog says of a request; outside of any, From alone gets a tag. */
struct place {
    sip_from_t *from;
    sip_to_t *to;
    const char *uri;
    const char *call_id;
    const char *route;
    const char *cseq;
};

static bool tag(su_home_t *home, sip_addr_t *address, xmppfed_slice value)
{
    return value.len == 0 || sip_from_tag(home, address, text_of(home, value)) == 0;
}

static bool find_place(su_home_t *home, nta_agent_t *agent, const struct translate_sip *sip,
                       const struct bridge_dialog *dialog, struct place *ret)
{
    struct place p = {.from = sip_from_make(home, text_of(home, sip->from)),
                      .to = sip_to_make(home, text_of(home, sip->to)),
                      .uri = text_of(home, sip->uri),
                      .call_id = text_of(home, sip->call_id)};
    bool ok = p.from && p.to;

    if (ok && !dialog)
        ok = sip_from_tag(home, p.from, nta_agent_newtag(home, "tag=%s", agent)) == 0;
    if (ok && dialog) {
        ok = tag(home, p.from, dialog->local_tag) && tag(home, p.to, dialog->remote_tag);
        p.call_id = text_of(home, dialog->call_id);
        p.route = text_of(home, dialog->route);
        p.cseq = su_sprintf(home, "%u %.*s", (unsigned)dialog->cseq, (int)sip->method.len,
                            sip->method.data);
        if (dialog->target.len > 0)
            p.uri = text_of(home, dialog->target);
    }
    *ret = p;
    return ok && p.uri;
}

nta_outgoing_t *sip_message_send(nta_agent_t *agent, nta_leg_t *leg, const char *next_hop,
                                 const struct translate_sip *sip,
                                 const struct bridge_dialog *dialog, nta_response_f *on_response,
                                 void *magic)
{
    su_home_t home[1] = {SU_HOME_INIT(home)};
    const char *method = text_of(home, sip->method);
    sip_payload_t *body = sip_payload_create(home, sip->body.data, (isize_t)sip->body.len);
    url_t *hop = url_make(home, next_hop);
    nta_outgoing_t *ret = NULL;
    char expires[NUMBER_SIZE];
    struct place p;

    snprintf(expires, sizeof(expires), "%ld", sip->expires);
    if (method && body && hop && find_place(home, agent, sip, dialog, &p))
        ret = nta_outgoing_tcreate(
            leg, on_response, magic, (const url_string_t *)hop, sip_method_code(method), method,
            (const url_string_t *)p.uri, SIPTAG_FROM(p.from), SIPTAG_TO(p.to),
            SIPTAG_CALL_ID_STR(p.call_id), SIPTAG_CSEQ_STR(p.cseq), SIPTAG_ROUTE_STR(p.route),
            SIPTAG_CONTACT_STR(text_of(home, sip->contact)),
            SIPTAG_SUBJECT_STR(text_of(home, sip->subject)),
            SIPTAG_EVENT_STR(text_of(home, sip->event)),
            TAG_IF(translate_slice_is(sip->method, "SUBSCRIBE"), SIPTAG_ALLOW_EVENTS_STR(EVENTS)),
            SIPTAG_ACCEPT_STR(text_of(home, sip->accept)),
            SIPTAG_SUBSCRIPTION_STATE_STR(text_of(home, sip->subscription_state)),
            TAG_IF(sip->expires != TRANSLATE_NO_EXPIRES, SIPTAG_EXPIRES_STR(expires)),
            SIPTAG_CONTENT_TYPE_STR(text_of(home, sip->content_type)),
            SIPTAG_CONTENT_LANGUAGE_STR(text_of(home, sip->content_language)), SIPTAG_PAYLOAD(body),
            TAG_END());
    su_home_deinit(home);
    return ret;
}

/* ---- answering --------------------------------------------------------------------------- */

/* The Contact of an answer: where to go instead, or where the dialog's requests are to come. */
static const char *contact_of(su_home_t *home, const struct bridge_answer *answer)
{
    if (answer->response.contact.len > 0)
        return text_of(home, answer->response.contact);
    if (answer->contact.len > 0)
        return su_sprintf(home, "<%.*s>", (int)answer->contact.len, answer->contact.data);
    return NULL;
}

bool sip_message_answer(nta_incoming_t *incoming, const struct bridge_answer *answer,
                        const char *methods)
{
    msg_t *msg = nta_incoming_create_response(incoming, 0, NULL);
    int status = answer->response.status;
    const char *phrase = translate_error_phrase(status);
    char expires[NUMBER_SIZE];
    char retry_after[NUMBER_SIZE];
    su_home_t *home;

    if (!msg)
        return false;
    home = msg_home(msg);
    /* Sofia keeps the phrase by reference, as long as the message may be sent again. */
    if (answer->response.reason.len > 0)
        phrase = text_of(home, answer->response.reason);
    else if (status < 300)
        phrase = status == 202 ? "Accepted" : "OK";
    if (answer->to_tag.len > 0)
        nta_incoming_tag(incoming, text_of(home, answer->to_tag));
    snprintf(expires, sizeof(expires), "%ld", answer->expires);
    snprintf(retry_after, sizeof(retry_after), "%u", answer->retry_after);
    return nta_incoming_complete_response(
               incoming, msg, status, phrase, SIPTAG_CONTACT_STR(contact_of(home, answer)),
               TAG_IF(answer->expires != TRANSLATE_NO_EXPIRES && status != 423,
                      SIPTAG_EXPIRES_STR(expires)),
               TAG_IF(answer->expires != TRANSLATE_NO_EXPIRES && status == 423,
                      SIPTAG_MIN_EXPIRES_STR(expires)),
               TAG_IF(answer->retry_after > 0, SIPTAG_RETRY_AFTER_STR(retry_after)),
               TAG_IF(status == 405, SIPTAG_ALLOW_STR(methods)),
               TAG_IF(status == 489, SIPTAG_ALLOW_EVENTS_STR(EVENTS)), TAG_END()) >= 0 &&
           nta_incoming_mreply(incoming, msg) >= 0;
}
