/* language.c - xml:lang and Content-Language, and the choice among texts in several languages. */
#include "translate/language.h"

#include <string.h>

enum { TAG_MAX = 35 };

bool translate_language_valid(xmppfed_slice tag)
{
    size_t run = 0;

    for (size_t i = 0; i < tag.len; i++) {
        char c = tag.data[i];

        if (c == '-') {
            if (run == 0)
                return false;
            run = 0;
        } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
            run++;
        } else {
            return false;
        }
    }
    return run > 0 && tag.len <= TAG_MAX;
}

static xmppfed_slice own_language(const xmppfed_element *e)
{
    return xmppfed_slice_of(e ? xmppfed_element_attribute_ns(e, "lang", XMPPFED_NS_XML) : NULL);
}

const xmppfed_element *translate_language_child(const xmppfed_element *stanza, const char *name)
{
    const char *ns = xmppfed_element_ns(stanza);
    const xmppfed_element *first = xmppfed_element_child(stanza, name, ns);
    xmppfed_slice wanted = own_language(stanza);

    for (const xmppfed_element *e = first; e; e = xmppfed_element_next(e)) {
        xmppfed_slice own = own_language(e);

        if (xmppfed_element_is(e, name, ns) && (own.len == 0 || translate_slice_equal(own, wanted)))
            return e;
    }
    return first;
}

xmppfed_slice translate_language_of(const xmppfed_element *stanza, const xmppfed_element *child)
{
    xmppfed_slice none = {NULL, 0};
    xmppfed_slice tag = own_language(child);

    if (tag.len == 0)
        tag = own_language(stanza);
    return translate_language_valid(tag) ? tag : none;
}

void translate_language_set(xmppfed_element *e, xmppfed_slice content_language,
                            struct translate_text *text)
{
    xmppfed_slice tag = content_language;

    tag = translate_slice_trim(translate_slice_until(tag, translate_slice_find(tag, ',')));
    if (!translate_language_valid(tag))
        return;
    tag = translate_text_copy(text, tag);
    if (tag.data)
        xmppfed_element_set_attribute_ns(e, "lang", XMPPFED_NS_XML, tag.data);
}
