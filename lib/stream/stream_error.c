/* stream_error.c - stream errors (RFC 6120 4.9): read a peer's, write ours. */
#include "stream/stream_error.h"

#include "base/slice.h"
#include "xml/ns.h"

/* RFC 6120 4.9.3.1 to 4.9.3.25, in that order. */
static const char *const conditions[] = {
    "bad-format",
    "bad-namespace-prefix",
    "conflict",
    "connection-timeout",
    "host-gone",
    "host-unknown",
    "improper-addressing",
    "internal-server-error",
    "invalid-from",
    "invalid-namespace",
    "invalid-xml",
    "not-authorized",
    "not-well-formed",
    "policy-violation",
    "remote-connection-failed",
    "reset",
    "resource-constraint",
    "restricted-xml",
    "see-other-host",
    "system-shutdown",
    "undefined-condition",
    "unsupported-encoding",
    "unsupported-feature",
    "unsupported-stanza-type",
    "unsupported-version",
};

/* Our own string for a condition, or NULL. */
static const char *find(const char *condition)
{
    for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
        if (xfed_text_equal(conditions[i], condition))
            return conditions[i];
    }
    /* As it was called in RFC 3920; RFC 6120 4.9.3.13. */
    if (xfed_text_equal(condition, "xml-not-well-formed"))
        return "not-well-formed";
    return NULL;
}

bool xfed_stream_error_known(const char *condition)
{
    return xfed_text_equal(find(condition), condition) && condition;
}

xmppfed_element *xfed_stream_error_write(xmppfed_context *ctx, const char *condition,
                                         const char *text)
{
    xmppfed_element *e = xmppfed_element_new(ctx, "error", XFED_NS_STREAM);

    if (!e)
        return NULL;
    xmppfed_element_add_child(e, condition, XFED_NS_STREAM_ERROR);
    if (text) {
        xmppfed_element *child = xmppfed_element_add_child(e, "text", XFED_NS_STREAM_ERROR);

        xmppfed_element_set_attribute_ns(child, "lang", XMPPFED_NS_XML, "en");
        xmppfed_element_add_text(child, text);
    }
    if (xmppfed_element_status(e) == 0)
        return e;
    xmppfed_element_free(e);
    return NULL;
}

bool xfed_stream_error_read(const xmppfed_element *e, const char **ret_condition,
                            const char **ret_text)
{
    const char *condition = NULL;
    const xmppfed_element *text;
    const xmppfed_element *child;

    if (!xmppfed_element_is(e, "error", XFED_NS_STREAM))
        return false;
    for (child = xmppfed_element_first(e); child && !condition;
         child = xmppfed_element_next(child)) {
        if (xfed_text_equal(xmppfed_element_ns(child), XFED_NS_STREAM_ERROR))
            condition = find(xmppfed_element_name(child));
    }
    text = xmppfed_element_child(e, "text", XFED_NS_STREAM_ERROR);
    /* What we do not know we must treat as undefined: RFC 6120 4.9.2. */
    *ret_condition = condition ? condition : "undefined-condition";
    *ret_text = text ? xmppfed_element_text(text) : "";
    return true;
}

const xmppfed_element *xfed_stream_error_application(const xmppfed_element *e)
{
    const xmppfed_element *child = xmppfed_element_first(e);

    while (child && xfed_text_equal(xmppfed_element_ns(child), XFED_NS_STREAM_ERROR))
        child = xmppfed_element_next(child);
    return child;
}
