/* sip_message.c - requests and responses of Sofia-SIP taken apart, and requests put together. */
#define NTA_OUTGOING_MAGIC_T void
#include "sip-gateway/sip_message.h"

#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_tag.h>

static xmppfed_slice slice_of(const char *text)
{
    return xmppfed_slice_of(text ? text : "");
}

/* A header's value as text; empty for none. */
static xmppfed_slice value_of(su_home_t *home, const void *header)
{
    return slice_of(header ? sip_header_as_string(home, header) : NULL);
}

struct translate_sip sip_message_read(su_home_t *home, const sip_t *sip)
{
    struct translate_sip ret = translate_sip_empty();

    ret.method = slice_of(sip->sip_request->rq_method_name);
    ret.uri = slice_of(url_as_string(home, sip->sip_request->rq_url));
    ret.from = value_of(home, sip->sip_from);
    ret.to = value_of(home, sip->sip_to);
    ret.contact = value_of(home, sip->sip_contact);
    ret.call_id = slice_of(sip->sip_call_id->i_id);
    ret.subject = slice_of(sip->sip_subject ? sip->sip_subject->g_string : NULL);
    ret.content_type = value_of(home, sip->sip_content_type);
    ret.content_language = value_of(home, sip->sip_content_language);
    if (sip->sip_payload)
        ret.body = (xmppfed_slice){sip->sip_payload->pl_data, sip->sip_payload->pl_len};
    return ret;
}

struct translate_response sip_message_read_response(su_home_t *home, const sip_t *sip)
{
    struct translate_response ret = {.status = sip->sip_status->st_status,
                                     .reason = slice_of(sip->sip_status->st_phrase)};

    ret.contact = value_of(home, sip->sip_contact);
    return ret;
}

/* NULL for an empty slice, so that its header is left out; texts of translate end with a NUL. */
static const char *text_of(xmppfed_slice slice)
{
    return slice.len > 0 ? slice.data : NULL;
}

nta_outgoing_t *sip_message_send(nta_agent_t *agent, nta_leg_t *leg, const char *next_hop,
                                 const struct translate_sip *sip, nta_response_f *on_response,
                                 void *magic)
{
    su_home_t home[1] = {SU_HOME_INIT(home)};
    sip_from_t *from = sip_from_make(home, sip->from.data);
    sip_to_t *to = sip_to_make(home, sip->to.data);
    url_t *uri = url_make(home, sip->uri.data);
    url_t *hop = url_make(home, next_hop);
    sip_payload_t *body = sip_payload_create(home, sip->body.data, (isize_t)sip->body.len);
    nta_outgoing_t *ret = NULL;

    if (from && to && uri && hop && body &&
        sip_from_tag(home, from, nta_agent_newtag(home, "tag=%s", agent)) == 0)
        ret = nta_outgoing_tcreate(leg, on_response, magic, (const url_string_t *)hop,
                                   SIP_METHOD_MESSAGE, (const url_string_t *)uri, SIPTAG_FROM(from),
                                   SIPTAG_TO(to), SIPTAG_CALL_ID_STR(text_of(sip->call_id)),
                                   SIPTAG_SUBJECT_STR(text_of(sip->subject)),
                                   SIPTAG_CONTENT_TYPE_STR(text_of(sip->content_type)),
                                   SIPTAG_CONTENT_LANGUAGE_STR(text_of(sip->content_language)),
                                   SIPTAG_PAYLOAD(body), TAG_END());
    su_home_deinit(home);
    return ret;
}
