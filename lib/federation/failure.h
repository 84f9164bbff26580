/* failure.h - what a failed attempt to reach a partner means for those who wait. */
#ifndef XFED_FEDERATION_FAILURE_H
#define XFED_FEDERATION_FAILURE_H

#include <stdbool.h>

/*
 * Whether trying again soon is pointless: the domain does not exist or offers no federation, or
 * every allowed way of proof was refused.
 */
bool xfed_failure_is_final(int code);
/* Whether it says something of the server that was tried, and not of us. */
bool xfed_failure_is_of_server(int code);
/* The condition for the sender of a stanza that cannot be delivered (RFC 6120 8.3.3). */
const char *xfed_failure_stanza_condition(int code);
/*
 * The condition for an asker whose dialback key could not be checked (XEP-0220 2.5); peer_condition
 * is that of the stream error by which the authoritative server ended the stream, "" for none.
 */
const char *xfed_failure_dialback_condition(int code, const char *peer_condition);

#endif
