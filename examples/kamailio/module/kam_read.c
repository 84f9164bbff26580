/* kam_read.c - requests and responses as Kamailio's parser reads them, for the bridge. */
#include "kamailio/module/sip_side.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <core/parser/msg_parser.h>
#include <core/parser/parse_content.h>
#include <core/parser/parse_cseq.h>
#include <core/parser/parse_from.h>
#include <core/parser/parse_to.h>
#include <core/msg_translator.h>

#include "kamailio/module/kam_handle.h"

/* A packet that has been read, and what was put together of several headers. */
struct packet {
    struct sip_msg msg;
    struct translate_text text;
};

static xmppfed_slice slice(str s)
{
    return (xmppfed_slice){s.s, s.s && s.len > 0 ? (size_t)s.len : 0};
}

static bool packet_read(struct packet *p, struct crossing *c)
{
    translate_text_init(&p->text, NULL);
    memset(&p->msg, 0, sizeof(p->msg));
    return build_sip_msg_from_buf(&p->msg, c->bytes + c->uri_len, (int)c->len, 1) == 0 &&
           parse_headers(&p->msg, HDR_EOH_F, 0) == 0 && p->msg.from && p->msg.to && p->msg.callid &&
           p->msg.cseq && parse_from_header(&p->msg) == 0;
}

static void packet_fini(struct packet *p)
{
    /* The bytes are the crossing's, not the parser's to free. */
    p->msg.buf = NULL;
    free_sip_msg(&p->msg);
    translate_text_fini(&p->text);
}

/* ---- headers ----------------------------------------------------------------------------- */

/* Whether a header has this name, or its short form if there is one (RFC 3261 7.3.3). */
static bool is_header(const struct hdr_field *h, const char *name, char compact)
{
    if (h->name.len == 1 && compact)
        return (h->name.s[0] | 0x20) == compact;
    return (size_t)h->name.len == strlen(name) && strncasecmp(h->name.s, name, strlen(name)) == 0;
}

static xmppfed_slice header(const struct packet *p, const char *name, char compact)
{
    const struct hdr_field *h;

    for (h = p->msg.headers; h; h = h->next)
        if (is_header(h, name, compact))
            return translate_slice_trim(slice(h->body));
    return (xmppfed_slice){NULL, 0};
}

/* The values of all headers of a name, with commas between them (RFC 3261 7.3.1). */
static xmppfed_slice headers(struct packet *p, const char *name)
{
    const struct hdr_field *h;

    for (h = p->msg.headers; h; h = h->next) {
        if (!is_header(h, name, '\0'))
            continue;
        if (translate_text_peek(&p->text).len > 0)
            translate_text_string(&p->text, ", ");
        translate_text_add(&p->text, translate_slice_trim(slice(h->body)));
    }
    return translate_text_end(&p->text);
}

/* Seconds of a header, or TRANSLATE_NO_EXPIRES. */
static long seconds(const struct packet *p, const char *name)
{
    xmppfed_slice value = header(p, name, '\0');
    long ret = 0;
    size_t i;

    for (i = 0; i < value.len && value.data[i] >= '0' && value.data[i] <= '9'; i++)
        ret = ret < INT32_MAX / 10 ? 10 * ret + (value.data[i] - '0') : INT32_MAX;
    return i > 0 ? ret : TRANSLATE_NO_EXPIRES;
}

static uint32_t cseq(const struct packet *p)
{
    return (uint32_t)strtoul(get_cseq(&p->msg)->number.s, NULL, 10);
}

static xmppfed_slice body(struct packet *p)
{
    xmppfed_slice ret = {get_body(&p->msg), 0};

    if (ret.data)
        ret.len = (size_t)(p->msg.buf + p->msg.len - ret.data);
    if (ret.len > 0 && p->msg.content_length && get_content_length(&p->msg) >= 0 &&
        (size_t)get_content_length(&p->msg) < ret.len)
        ret.len = (size_t)get_content_length(&p->msg);
    return ret;
}

/* ---- requests ---------------------------------------------------------------------------- */

static struct bridge_request request_of(struct packet *p, const struct crossing *c)
{
    struct bridge_request r = {
        .sip = translate_sip_empty(),
        .from_tag = slice(get_from(&p->msg)->tag_value),
        .to_tag = slice(get_to(&p->msg)->tag_value),
        .record_route = headers(p, "Record-Route"),
        .cseq = cseq(p),
    };

    r.sip.method = slice(p->msg.first_line.u.request.method);
    r.sip.uri = (xmppfed_slice){c->bytes, c->uri_len};
    r.sip.from = header(p, "From", 'f');
    r.sip.to = header(p, "To", 't');
    r.sip.contact = header(p, "Contact", 'm');
    r.sip.call_id = header(p, "Call-ID", 'i');
    r.sip.subject = header(p, "Subject", 's');
    r.sip.event = header(p, "Event", 'o');
    r.sip.accept = headers(p, "Accept");
    r.sip.subscription_state = header(p, "Subscription-State", '\0');
    r.sip.expires = seconds(p, "Expires");
    r.sip.content_type = header(p, "Content-Type", 'c');
    r.sip.content_language = header(p, "Content-Language", '\0');
    r.sip.body = body(p);
    return r;
}

static void refuse(void *handle, int status)
{
    struct bridge_answer answer = {.response.status = status, .expires = TRANSLATE_NO_EXPIRES};

    answer.response.reason = xmppfed_slice_of(translate_error_phrase(status));
    sip_side_answer(handle, &answer);
}

static void read_request(struct crossing *c, const struct sip_side_calls *calls)
{
    struct packet p;
    bool good = packet_read(&p, c);
    struct handle *handle =
        handle_new(c->hash, c->label, good && get_to(&p.msg)->tag_value.len > 0);
    struct bridge_request r;

    if (handle && !good) {
        refuse(handle, 400);
    } else if (handle && header(&p, "Content-Encoding", 'e').len > 0) {
        /* No content coding is undone here (RFC 3261 8.2.3). */
        refuse(handle, 415);
    } else if (handle) {
        r = request_of(&p, c);
        r.handle = handle;
        calls->on_request(&r, calls->user);
    }
    packet_fini(&p);
}

/* ---- responses --------------------------------------------------------------------------- */

static void read_response(struct crossing *c, const struct sip_side_calls *calls)
{
    struct bridge_response r = {.response.status = c->status,
                                .expires = TRANSLATE_NO_EXPIRES,
                                .min_expires = TRANSLATE_NO_EXPIRES};
    struct packet p;

    r.response.reason = xmppfed_slice_of(translate_error_phrase(c->status));
    if (c->len > 0 && packet_read(&p, c)) {
        r.response.reason = slice(p.msg.first_line.u.reply.reason);
        r.contact = header(&p, "Contact", 'm');
        r.response.contact = r.contact;
        r.to_tag = slice(get_to(&p.msg)->tag_value);
        r.record_route = headers(&p, "Record-Route");
        r.expires = seconds(&p, "Expires");
        r.min_expires = seconds(&p, "Min-Expires");
        calls->on_response(c->token, &r, calls->user);
        packet_fini(&p);
        return;
    }
    if (c->len > 0)
        packet_fini(&p);
    calls->on_response(c->token, &r, calls->user);
}

void sip_side_read(struct crossing *c, const struct sip_side_calls *calls)
{
    if (c->kind == CROSSING_REQUEST)
        read_request(c, calls);
    else
        read_response(c, calls);
    crossing_free(c);
}
