/* media.h - telling files and calls from other queries. */
#ifndef XFED_FEDERATION_MEDIA_H
#define XFED_FEDERATION_MEDIA_H

#include <stdbool.h>
#include <xmppfed/element.h>

/* XMPPFED_ACTION_FILE or _CALL for an IQ that offers or carries such, else XMPPFED_ACTION_IQ. */
int xfed_media_of_iq(const xmppfed_element *iq);

/* Whether a message proposes a call, or speaks of one (XEP-0353). */
bool xfed_media_is_call_message(const xmppfed_element *message);

#endif
