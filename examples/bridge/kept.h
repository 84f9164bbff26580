/*
 * kept.h - a presence as the ledger keeps it: what RFC 8048 maps of a stanza, and nothing else.
 */
#ifndef BRIDGE_KEPT_H
#define BRIDGE_KEPT_H

#include <xmppfed/element.h>

#include "translate/text.h"
#include "translate/translate.h"

/* Slices are in the text of whoever made it; empty ones stand for what is absent. */
struct kept_presence {
    bool known; /* false: nobody has told anything yet */
    bool open;
    xmppfed_slice resource;
    xmppfed_slice show;
    xmppfed_slice status; /* at most some hundred bytes; a longer one is left out */
    xmppfed_slice language;
    xmppfed_slice priority;
};

/* Of a stanza without type or of type unavailable. Failure is in text. */
struct kept_presence kept_of_stanza(const xmppfed_element *presence, struct translate_text *text);
/* Whether both say the same. */
bool kept_equal(const struct kept_presence *a, const struct kept_presence *b);
/*
 * The stanza again, from a bare address (and the resource) to another. NULL: out of memory.
 * Ownership: the caller frees it.
 */
xmppfed_element *kept_to_stanza(const struct translate_setup *setup,
                                const struct kept_presence *kept, xmppfed_slice from,
                                xmppfed_slice to, struct translate_text *text);

/*
 * A presence stanza of a type between bare addresses; type NULL is available. Ownership as above.
 */
xmppfed_element *kept_stanza(const struct translate_setup *setup, const char *type,
                             xmppfed_slice from, xmppfed_slice to, struct translate_text *text);

#endif
