/* sip.c - a SIP request as far as it is mapped: its addresses, its size, parameters of headers. */
#include "translate/sip.h"

#include <string.h>

#include "translate/address.h"

enum { HEADERS_OF_STACK = 320 };

struct translate_sip translate_sip_empty(void)
{
    struct translate_sip sip;

    memset(&sip, 0, sizeof(sip));
    sip.expires = TRANSLATE_NO_EXPIRES;
    return sip;
}

/* Adds the resource that Contact tells of the same user; keeps *from if it tells none. */
static int add_device(xmppfed_slice contact, struct translate_text *text, xmppfed_slice *from)
{
    xmppfed_slice jid;
    int rc;

    if (contact.len == 0 || translate_slice_find(*from, '/') < from->len)
        return 0;
    rc = translate_address_of_header(contact, text, &jid, NULL);
    /* Contacts are often addresses of machines, or "*": they only matter if they are a GRUU. */
    if (rc == 0 && translate_slice_equal(translate_address_bare(jid), *from))
        *from = jid;
    return rc == XMPPFED_ERR_NOMEM ? rc : 0;
}

int translate_sip_ends(const struct translate_sip *sip, struct translate_text *text,
                       xmppfed_slice *ret_from, xmppfed_slice *ret_to,
                       struct translate_problem *problem)
{
    xmppfed_slice from, to;
    int rc = translate_address_of_header(sip->from, text, &from, problem);

    if (rc == 0)
        rc = sip->uri.len > 0 ? translate_address_to_jid(sip->uri, text, &to, problem)
                              : translate_address_of_header(sip->to, text, &to, problem);
    if (rc < 0)
        return rc;
    /* RFC 7247 section 4 speaks of both. */
    if (sip->uri.len > 0 && sip->to.len > 0) {
        xmppfed_slice uri, gr;
        struct translate_uri parts;

        if (translate_uri_of_header(sip->to, &uri, &gr, NULL) == 0 &&
            translate_uri_split(uri, &parts, NULL) == 0 && parts.scheme == TRANSLATE_SIPS)
            return translate_refuse(problem, TRANSLATE_SECURE_ADDRESS,
                                    "To asks for TLS on every hop, which XMPP cannot promise");
    }
    rc = add_device(sip->contact, text, &from);
    if (rc < 0)
        return translate_made(text, NULL, problem);
    *ret_from = from;
    *ret_to = to;
    return 0;
}

static xmppfed_slice in_brackets(xmppfed_slice uri, struct translate_text *text)
{
    translate_text_byte(text, '<');
    translate_text_add(text, uri);
    translate_text_byte(text, '>');
    return translate_text_end(text);
}

int translate_sip_address(const xmppfed_element *stanza, struct translate_text *text,
                          struct translate_sip *sip, struct translate_problem *problem)
{
    const char *from = xmppfed_element_attribute(stanza, "from");
    const char *to = xmppfed_element_attribute(stanza, "to");
    xmppfed_slice from_uri, to_uri;
    int rc;

    if (!from || !to)
        return translate_refuse(problem, TRANSLATE_BAD_REQUEST, "the stanza lacks 'from' or 'to'");
    rc = translate_address_to_uri(from, TRANSLATE_SIP, TRANSLATE_FULL, text, &from_uri, problem);
    if (rc == 0)
        rc = translate_address_to_uri(to, TRANSLATE_SIP, TRANSLATE_FULL, text, &to_uri, problem);
    if (rc < 0)
        return rc;
    sip->uri = to_uri;
    sip->from = in_brackets(from_uri, text);
    sip->to = in_brackets(to_uri, text);
    if (translate_text_status(text) < 0)
        return translate_made(text, NULL, problem);
    return 0;
}

static size_t line_size(const char *name, xmppfed_slice value)
{
    return value.len > 0 ? strlen(name) + 2 + value.len + 2 : 0;
}

size_t translate_sip_size(const struct translate_sip *sip)
{
    return sip->method.len + 1 + sip->uri.len + strlen(" SIP/2.0\r\n") +
           line_size("From", sip->from) + line_size("To", sip->to) +
           line_size("Contact", sip->contact) + line_size("Call-ID", sip->call_id) +
           line_size("Subject", sip->subject) + line_size("Event", sip->event) +
           line_size("Accept", sip->accept) +
           line_size("Subscription-State", sip->subscription_state) +
           line_size("Content-Type", sip->content_type) +
           line_size("Content-Language", sip->content_language) + HEADERS_OF_STACK + 2 +
           sip->body.len;
}

xmppfed_slice translate_sip_media_type(xmppfed_slice content_type)
{
    size_t end = translate_slice_find(content_type, ';');

    return translate_slice_trim(translate_slice_until(content_type, end));
}

xmppfed_slice translate_sip_parameter(xmppfed_slice value, const char *name)
{
    xmppfed_slice none = {NULL, 0};
    xmppfed_slice rest = translate_slice_from(value, translate_slice_find(value, ';'));

    while (rest.len > 0) {
        xmppfed_slice param, found;
        size_t end, equals;

        rest = translate_slice_from(rest, 1);
        end = translate_slice_find(rest, ';');
        param = translate_slice_until(rest, end);
        equals = translate_slice_find(param, '=');
        if (translate_slice_is_nocase(translate_slice_trim(translate_slice_until(param, equals)),
                                      name)) {
            found = translate_slice_trim(translate_slice_from(param, equals + 1));
            if (found.len >= 2 && found.data[0] == '"' && found.data[found.len - 1] == '"')
                found = translate_slice_until(translate_slice_from(found, 1), found.len - 2);
            return found;
        }
        rest = translate_slice_from(rest, end);
    }
    return none;
}

xmppfed_slice translate_sip_first(xmppfed_slice list)
{
    size_t comma = translate_slice_find(list, ',');
    size_t end = translate_slice_find(list, ';');

    return translate_slice_trim(translate_slice_until(list, comma < end ? comma : end));
}
