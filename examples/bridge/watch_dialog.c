/* watch_dialog.c - a dialog's own state: begun, learnt, given to the stack. */
#include "bridge/watch_dialog.h"

#include "translate/uri.h"

static bool make_random(struct translate_text *text, xmppfed_slice *ret)
{
    char random[BRIDGE_RANDOM_SIZE];

    if (!bridge_random(random))
        return false;
    *ret = translate_text_copy(text, xmppfed_slice_of(random));
    return translate_text_status(text) == 0;
}

bool watch_dialog_begin(struct watch_dialog *d, struct translate_text *text)
{
    *d = (struct watch_dialog){.cseq = 0};
    return make_random(text, &d->call_id) && make_random(text, &d->local_tag);
}

/* The URI of a name-addr, empty if it is none. */
static xmppfed_slice uri_of(xmppfed_slice value, struct translate_text *text)
{
    xmppfed_slice uri, gr;

    if (value.len == 0 || translate_uri_of_header(value, &uri, &gr, NULL) < 0)
        return (xmppfed_slice){NULL, 0};
    return translate_text_copy(text, uri);
}

bool watch_dialog_accept(const struct bridge_request *request, struct translate_text *text,
                         struct watch_dialog *ret)
{
    struct watch_dialog d = {
        .call_id = translate_text_copy(text, request->sip.call_id),
        .remote_tag = translate_text_copy(text, request->from_tag),
        .local_uri = uri_of(request->sip.to, text),
        .remote_uri = uri_of(request->sip.from, text),
        .target = uri_of(request->sip.contact, text),
        .route = translate_text_copy(text, request->record_route),
        .remote_cseq = request->cseq,
    };

    if (!make_random(text, &d.local_tag) || d.remote_tag.len == 0 || d.target.len == 0)
        return false;
    *ret = d;
    return true;
}

bool watch_dialog_is_from(const struct watch_dialog *d, const struct bridge_request *request)
{
    xmppfed_slice uri, gr;

    return translate_uri_of_header(request->sip.from, &uri, &gr, NULL) == 0 &&
           translate_slice_equal(uri, d->remote_uri);
}

xmppfed_slice watch_dialog_reverse(xmppfed_slice route, struct translate_text *text)
{
    size_t end = route.len;
    bool quoted = false;
    int depth = 0;

    /* Commas stand within quotes and brackets too (RFC 3261 7.3.1). */
    for (size_t i = route.len; i > 0; i--) {
        char c = route.data[i - 1];

        if (c == ',' && !quoted && depth == 0) {
            translate_text_add(text, translate_slice_trim(translate_slice_from(
                                         translate_slice_until(route, end), i)));
            translate_text_string(text, ", ");
            end = i - 1;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted) {
            depth += (c == '>') - (c == '<');
        }
    }
    translate_text_add(text, translate_slice_trim(translate_slice_until(route, end)));
    return translate_text_end(text);
}

bool watch_dialog_learn(struct watch_dialog *d, xmppfed_slice tag, xmppfed_slice contact,
                        xmppfed_slice record_route, bool reversed, struct translate_text *text)
{
    xmppfed_slice target = uri_of(contact, text);

    if (tag.len == 0 || (d->remote_tag.len > 0 && !translate_slice_equal(d->remote_tag, tag)))
        return false;
    if (d->remote_tag.len == 0) {
        d->remote_tag = translate_text_copy(text, tag);
        d->route = reversed ? watch_dialog_reverse(record_route, text)
                            : translate_text_copy(text, record_route);
    }
    if (target.len > 0)
        d->target = target;
    return true;
}

struct bridge_dialog watch_dialog_of(const struct watch_dialog *d)
{
    return (struct bridge_dialog){
        .call_id = d->call_id,
        .local_tag = d->local_tag,
        .remote_tag = d->remote_tag,
        .target = d->target,
        .route = d->route,
        .cseq = d->cseq,
    };
}

xmppfed_slice watch_dialog_name_addr(xmppfed_slice uri, struct translate_text *text)
{
    translate_text_byte(text, '<');
    translate_text_add(text, uri);
    translate_text_byte(text, '>');
    return translate_text_end(text);
}
