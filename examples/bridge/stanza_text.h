/* stanza_text.h - stanzas as text and back, for the ledger. */
#ifndef BRIDGE_STANZA_TEXT_H
#define BRIDGE_STANZA_TEXT_H

#include <xmppfed/element.h>

/* The text of a stanza in jabber:server, freed with xmppfed_element_free_text(); NULL: no memory.
 */
char *stanza_text_write(const xmppfed_element *stanza);
/* The stanza of such a text, which the caller frees; NULL: no memory, or it is none. */
xmppfed_element *stanza_text_read(xmppfed_context *ctx, xmppfed_slice text);

#endif
