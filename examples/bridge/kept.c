/* kept.c - a presence as the ledger keeps it. */
#include "bridge/kept.h"

#include <string.h>

#include "translate/language.h"

/* What a user's note may have: a peer decides about it, and each watcher's is kept. */
#define STATUS_MAX 1000

static xmppfed_slice child_text(const xmppfed_element *e, const char *name,
                                struct translate_text *text)
{
    const xmppfed_element *child = xmppfed_element_child(e, name, xmppfed_element_ns(e));
    xmppfed_slice words = xmppfed_slice_of(child ? xmppfed_element_text(child) : NULL);

    /* The longest of show and priority that mean something: "away", "-128". */
    return translate_text_copy(text, words.len <= 8 ? words : (xmppfed_slice){NULL, 0});
}

struct kept_presence kept_of_stanza(const xmppfed_element *presence, struct translate_text *text)
{
    const xmppfed_element *status = translate_language_child(presence, "status");
    xmppfed_slice from = xmppfed_slice_of(xmppfed_element_attribute(presence, "from"));
    struct kept_presence kept = {.known = true};
    xmppfed_slice words;

    kept.open = !xmppfed_element_attribute(presence, "type");
    kept.resource =
        translate_text_copy(text, translate_slice_from(from, translate_slice_find(from, '/') + 1));
    if (kept.open) {
        kept.show = child_text(presence, "show", text);
        kept.priority = child_text(presence, "priority", text);
    }
    words = xmppfed_slice_of(status ? xmppfed_element_text(status) : NULL);
    if (words.len > 0 && words.len <= STATUS_MAX) {
        kept.status = translate_text_copy(text, words);
        kept.language = translate_text_copy(text, translate_language_of(presence, status));
    }
    return kept;
}

bool kept_equal(const struct kept_presence *a, const struct kept_presence *b)
{
    return a->known == b->known && a->open == b->open &&
           translate_slice_equal(a->resource, b->resource) &&
           translate_slice_equal(a->show, b->show) && translate_slice_equal(a->status, b->status) &&
           translate_slice_equal(a->language, b->language) &&
           translate_slice_equal(a->priority, b->priority);
}

xmppfed_element *kept_stanza(const struct translate_setup *setup, const char *type,
                             xmppfed_slice from, xmppfed_slice to, struct translate_text *text)
{
    xmppfed_element *made = xmppfed_element_new(setup->context, "presence", setup->ns);
    xmppfed_slice sender = translate_text_copy(text, from);
    xmppfed_slice recipient = translate_text_copy(text, to);

    xmppfed_element_set_attribute(made, "from", sender.data);
    xmppfed_element_set_attribute(made, "to", recipient.data);
    xmppfed_element_set_attribute(made, "type", type);
    if (translate_text_status(text) == 0 && xmppfed_element_status(made) == 0)
        return made;
    xmppfed_element_free(made);
    return NULL;
}

static void add_child(xmppfed_element *e, const char *name, xmppfed_slice words)
{
    if (words.len > 0)
        xmppfed_element_add_text(xmppfed_element_add_child(e, name, xmppfed_element_ns(e)),
                                 words.data);
}

xmppfed_element *kept_to_stanza(const struct translate_setup *setup,
                                const struct kept_presence *kept, xmppfed_slice from,
                                xmppfed_slice to, struct translate_text *text)
{
    xmppfed_element *made;

    if (kept->resource.len > 0) {
        translate_text_add(text, from);
        translate_text_byte(text, '/');
        translate_text_add(text, kept->resource);
        from = translate_text_end(text);
    }
    made = kept_stanza(setup, kept->open ? NULL : "unavailable", from, to, text);
    add_child(made, "show", kept->show);
    add_child(made, "status", kept->status);
    add_child(made, "priority", kept->priority);
    if (kept->language.len > 0)
        xmppfed_element_set_attribute_ns(made, "lang", XMPPFED_NS_XML, kept->language.data);
    if (xmppfed_element_status(made) == 0)
        return made;
    xmppfed_element_free(made);
    return NULL;
}
