/* stanza_error.c - stanza errors (RFC 6120 8.3): the table of conditions, read and write them. */
#include "stream/stanza.h"

#include "base/slice.h"
#include "xml/ns.h"
#include "xml/tree.h"

/* RFC 6120 8.3.3.1 to 8.3.3.22 in that order, each with the first type recommended there. */
static const struct xfed_stanza_error errors[] = {
    {"bad-request", "modify"},
    {"conflict", "cancel"},
    {"feature-not-implemented", "cancel"},
    {"forbidden", "auth"},
    {"gone", "cancel"},
    {"internal-server-error", "cancel"},
    {"item-not-found", "cancel"},
    {"jid-malformed", "modify"},
    {"not-acceptable", "modify"},
    {"not-allowed", "cancel"},
    {"not-authorized", "auth"},
    {"policy-violation", "modify"},
    {"recipient-unavailable", "wait"},
    {"redirect", "modify"},
    {"registration-required", "auth"},
    {"remote-server-not-found", "cancel"},
    {"remote-server-timeout", "wait"},
    {"resource-constraint", "wait"},
    {"service-unavailable", "cancel"},
    {"subscription-required", "auth"},
    {"undefined-condition", "cancel"}, /* any type will do */
    {"unexpected-request", "wait"},
};

const struct xfed_stanza_error *xfed_stanza_error_find(const char *condition)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (xfed_text_equal(errors[i].condition, condition))
            return &errors[i];
    }
    return NULL;
}

/* Adds <error/> with its condition and text, in the stanza's own namespace. */
static void add_error(xmppfed_element *answer, const struct xfed_stanza_error *row,
                      const char *text)
{
    xmppfed_element *error = xmppfed_element_add_child(answer, "error", xmppfed_element_ns(answer));

    xmppfed_element_set_attribute(error, "type", row->type);
    xmppfed_element_add_child(error, row->condition, XFED_NS_STANZA_ERROR);
    if (text) {
        xmppfed_element *child = xmppfed_element_add_child(error, "text", XFED_NS_STANZA_ERROR);

        xmppfed_element_set_attribute_ns(child, "lang", XMPPFED_NS_XML, "en");
        xmppfed_element_add_text(child, text);
    }
}

xmppfed_element *xfed_stanza_error_answer(const xmppfed_element *stanza, const char *condition,
                                          const char *text)
{
    const struct xfed_stanza_error *row = xfed_stanza_error_find(condition);
    const char *name = xmppfed_element_name(stanza);
    const char *id = xmppfed_element_attribute(stanza, "id");
    xmppfed_element *answer;

    if (!row)
        return NULL;
    answer = xmppfed_element_new(stanza->tree->arena.ctx, name, xmppfed_element_ns(stanza));
    if (!answer)
        return NULL;
    /* An iq must have an id, an empty one if the request forgot it: RFC 6120 8.3.1. */
    if (!id && xfed_text_equal(name, "iq"))
        id = "";
    xmppfed_element_set_attribute(answer, "from", xmppfed_element_attribute(stanza, "to"));
    xmppfed_element_set_attribute(answer, "id", id);
    xmppfed_element_set_attribute(answer, "to", xmppfed_element_attribute(stanza, "from"));
    xmppfed_element_set_attribute(answer, "type", "error");
    add_error(answer, row, text);
    if (xmppfed_element_status(answer) == 0)
        return answer;
    xmppfed_element_free(answer);
    return NULL;
}

/* The <error/> of a stanza, or NULL. */
static const xmppfed_element *error_of(const xmppfed_element *stanza)
{
    return xmppfed_element_child(stanza, "error", xmppfed_element_ns(stanza));
}

const char *xfed_stanza_error_condition(const xmppfed_element *stanza)
{
    const xmppfed_element *error = error_of(stanza);
    const xmppfed_element *child = error ? xmppfed_element_first(error) : NULL;

    for (; child; child = xmppfed_element_next(child)) {
        const struct xfed_stanza_error *row = xfed_stanza_error_find(xmppfed_element_name(child));

        if (row && xfed_text_equal(xmppfed_element_ns(child), XFED_NS_STANZA_ERROR))
            return row->condition;
    }
    /* What we do not know we must treat as undefined: RFC 6120 8.3.2. */
    return "undefined-condition";
}

const char *xfed_stanza_error_text(const xmppfed_element *stanza)
{
    const xmppfed_element *error = error_of(stanza);
    const xmppfed_element *text =
        error ? xmppfed_element_child(error, "text", XFED_NS_STANZA_ERROR) : NULL;

    return text ? xmppfed_element_text(text) : "";
}

const xmppfed_element *xfed_stanza_error_application(const xmppfed_element *stanza)
{
    const xmppfed_element *error = error_of(stanza);
    const xmppfed_element *child = error ? xmppfed_element_first(error) : NULL;

    while (child && xfed_text_equal(xmppfed_element_ns(child), XFED_NS_STANZA_ERROR))
        child = xmppfed_element_next(child);
    return child;
}
