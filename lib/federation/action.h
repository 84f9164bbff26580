/* action.h - what a stanza does, in the words of the policy. */
#ifndef XFED_FEDERATION_ACTION_H
#define XFED_FEDERATION_ACTION_H

#include <stdbool.h>
#include <xmppfed/element.h>

/* One of enum xmppfed_action, or 0 if the element is no stanza of federation. */
int xfed_action_of(const xmppfed_element *stanza);

#endif
