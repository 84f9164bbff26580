/* kam_send.c - answers and requests, through Kamailio's transactions. */
#include "kamailio/module/sip_side.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "kamailio/module/kam.h"
#include "kamailio/module/kam_handle.h"

/* Digits of a tag or Call-ID: 128 bits, so that nobody guesses one (RFC 3261 19.3). */
#define NAME_SIZE 33
/* What may be subscribed to here. */
#define EVENTS "presence"

static str str_of(xmppfed_slice s)
{
    /* tm only reads; its types do not say so. */
    return (str){(char *)(uintptr_t)s.data, (int)s.len};
}

static bool make_name(char ret[NAME_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[(NAME_SIZE - 1) / 2];
    size_t i;

    if (uv_random(NULL, NULL, bytes, sizeof(bytes), 0, NULL) != 0)
        return false;
    for (i = 0; i < sizeof(bytes); i++) {
        ret[2 * i] = digits[bytes[i] >> 4];
        ret[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret[NAME_SIZE - 1] = '\0';
    return true;
}

static void add_header(struct translate_text *text, const char *name, xmppfed_slice value)
{
    if (value.len == 0)
        return;
    translate_text_string(text, name);
    translate_text_string(text, ": ");
    translate_text_add(text, value);
    translate_text_string(text, "\r\n");
}

static void add_number(struct translate_text *text, const char *name, unsigned long value)
{
    translate_text_string(text, name);
    translate_text_string(text, ": ");
    translate_text_number(text, value);
    translate_text_string(text, "\r\n");
}

/* A URI, in the brackets that its parameters need (RFC 3261 20). */
static void add_uri(struct translate_text *text, const char *name, xmppfed_slice uri)
{
    if (uri.len == 0)
        return;
    translate_text_string(text, name);
    translate_text_string(text, ": <");
    translate_text_add(text, uri);
    translate_text_string(text, ">\r\n");
}

/* ---- answers ----------------------------------------------------------------------------- */

struct handle *handle_new(unsigned hash, unsigned label, bool in_dialog)
{
    struct handle *h = malloc(sizeof(*h));

    if (h)
        *h = (struct handle){hash, label, in_dialog};
    return h;
}

static xmppfed_slice answer_headers(struct translate_text *text, const struct bridge_answer *a)
{
    add_header(text, "Contact", a->response.contact);
    add_uri(text, "Contact", a->contact);
    if (a->expires != TRANSLATE_NO_EXPIRES)
        add_number(text, a->response.status == 423 ? "Min-Expires" : "Expires",
                   (unsigned long)a->expires);
    if (a->response.status == 489)
        add_header(text, "Allow-Events", xmppfed_slice_of(EVENTS)); /* RFC 6665 8.3.2 */
    if (a->retry_after)
        add_number(text, "Retry-After", a->retry_after);
    return translate_text_end(text);
}

/* The phrase of a status, where the bridge has none of its own. */
static xmppfed_slice phrase_of(const struct translate_response *response)
{
    if (response->reason.len > 0)
        return response->reason;
    if (response->status >= 300)
        return xmppfed_slice_of(translate_error_phrase(response->status));
    return xmppfed_slice_of(response->status == 202 ? "Accepted" : "OK");
}

static bool reply(struct cell *cell, bool in_dialog, const struct bridge_answer *a)
{
    struct translate_text text;
    char name[NAME_SIZE] = "";
    str reason = str_of(phrase_of(&a->response));
    str headers;
    str tag = {NULL, 0};
    bool ok;

    translate_text_init(&text, NULL);
    headers = str_of(answer_headers(&text, a));
    if (!in_dialog && a->to_tag.len > 0)
        tag = str_of(a->to_tag);
    else if (!in_dialog && make_name(name))
        tag = str_of(xmppfed_slice_of(name));
    ok = translate_text_status(&text) == 0 &&
         kam_tm.t_reply_with_body(cell, (unsigned)a->response.status, &reason, NULL, &headers,
                                  &tag) >= 0;
    translate_text_fini(&text);
    return ok;
}

void sip_side_answer(void *handle, const struct bridge_answer *answer)
{
    struct handle *h = handle;
    struct cell *cell;

    /* Both reference the transaction and let go of it. */
    if (kam_tm.t_lookup_ident(&cell, h->hash, h->label) < 0 || !reply(cell, h->in_dialog, answer))
        LM_NOTICE("a request was not answered in time\n");
    free(h);
}

/* ---- requests ---------------------------------------------------------------------------- */

static xmppfed_slice request_headers(struct translate_text *text, const char *contact,
                                     const struct translate_sip *sip,
                                     const struct bridge_dialog *dialog)
{
    if (dialog)
        add_header(text, "Route", dialog->route);
    if (sip->contact.len > 0)
        add_header(text, "Contact", sip->contact);
    else if (dialog)
        add_uri(text, "Contact", xmppfed_slice_of(contact));
    add_header(text, "Subject", sip->subject);
    add_header(text, "Event", sip->event);
    if (translate_slice_is(sip->method, "SUBSCRIBE"))
        add_header(text, "Allow-Events", xmppfed_slice_of(EVENTS));
    add_header(text, "Accept", sip->accept);
    add_header(text, "Subscription-State", sip->subscription_state);
    if (sip->expires != TRANSLATE_NO_EXPIRES)
        add_number(text, "Expires", (unsigned long)sip->expires);
    add_header(text, "Content-Type", sip->content_type);
    add_header(text, "Content-Language", sip->content_language);
    return translate_text_end(text);
}

/* The dialog of tm's for one request; new_id names what the bridge has left open. */
static dlg_t dialog_of(const struct translate_sip *sip, const struct bridge_dialog *dialog,
                       char *outbound, const char *new_id)
{
    dlg_t d = {.loc_uri = str_of(sip->from),
               .rem_uri = str_of(sip->to),
               .rem_target = str_of(sip->uri),
               .dst_uri = str_of(xmppfed_slice_of(outbound)),
               .loc_seq = {1, 1},
               .state = DLG_CONFIRMED};

    d.id.call_id = str_of(sip->call_id.len > 0 ? sip->call_id : xmppfed_slice_of(new_id));
    d.id.loc_tag = str_of(xmppfed_slice_of(new_id));
    if (!dialog)
        return d;
    d.id.call_id = str_of(dialog->call_id);
    d.id.loc_tag = str_of(dialog->local_tag);
    d.id.rem_tag = str_of(dialog->remote_tag);
    d.loc_seq.value = dialog->cseq;
    if (dialog->target.len > 0)
        d.rem_target = str_of(dialog->target);
    return d;
}

/* Sends with tm, which has the crossing from then on; false: it has not. */
static bool send_by_tm(dlg_t *d, const struct translate_sip *sip, str headers, struct crossing *c)
{
    str method = str_of(sip->method);
    str body = str_of(sip->body);
    uac_req_t request;

    set_uac_req(&request, &method, &headers, body.len > 0 ? &body : NULL, d, TMCB_LOCAL_COMPLETED,
                kam_completed, c);
    return kam_tm.t_uac(&request) > 0;
}

bool sip_side_send(const struct module_settings *settings, const struct translate_sip *sip,
                   const struct bridge_dialog *dialog, uint64_t token)
{
    struct crossing *c = crossing_new(CROSSING_RESPONSE, 0, 0);
    struct translate_text text;
    char name[NAME_SIZE];
    str headers;
    dlg_t d;
    bool ok = c && make_name(name);

    translate_text_init(&text, NULL);
    if (ok) {
        c->token = token;
        headers = str_of(request_headers(&text, settings->contact, sip, dialog));
        d = dialog_of(sip, dialog, settings->outbound, name);
        ok = translate_text_status(&text) == 0 && send_by_tm(&d, sip, headers, c);
    }
    if (c && !ok)
        crossing_free(c);
    translate_text_fini(&text);
    return ok;
}

void sip_side_tell(const char *sentence)
{
    LM_NOTICE("%s\n", sentence);
}
