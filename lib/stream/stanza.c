/* stanza.c - what kind of stanza an element is, and whether it may be answered with an error. */
#include "stream/stanza.h"

#include "base/slice.h"

static const struct {
    const char *name;
    enum xfed_stanza_kind kind;
} kinds[] = {
    {"message", XFED_STANZA_MESSAGE},
    {"presence", XFED_STANZA_PRESENCE},
    {"iq", XFED_STANZA_IQ},
};

enum xfed_stanza_kind xfed_stanza_kind_of(const xmppfed_element *e, const char *content_ns)
{
    /* What only looks like a stanza, in another namespace, is none: RFC 6120 4.8.4. */
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (xmppfed_element_is(e, kinds[i].name, content_ns))
            return kinds[i].kind;
    }
    return XFED_STANZA_NONE;
}

bool xfed_stanza_may_bounce(const xmppfed_element *e)
{
    const char *type = xmppfed_element_attribute(e, "type");

    return !type || (!xfed_text_equal(type, "error") && !xfed_text_equal(type, "result"));
}
