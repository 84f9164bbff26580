/*
 * successor.h - the process that takes over: started, awaited, and given what is for hosts.
 *
 * It is the same program with the same arguments. It gets the listening sockets as a service
 * manager would pass them, and with them, under the name "handover", one end of a channel. This
 * process first writes a line on it, "secret " and the secret of the dialback keys in use; the new
 * one writes "ready" once it serves; then this one writes a stream of stanzas (RFC 6120 4) for the
 * host servers, which have gone over, until it ends.
 */
#ifndef PROXY_SERVICE_SUCCESSOR_H
#define PROXY_SERVICE_SUCCESSOR_H

#include "proxy/proxy.h"

/*
 * Starts a successor; once it is ready this process leaves (drain.h). Whatever goes wrong before
 * that is told in the log, and this process stays in service.
 */
void successor_start(struct proxy *p);
/* Gives a stanza for a host to the successor; false if there is none that is ready, or no room. */
bool successor_send(struct proxy *p, const xmppfed_element *stanza);
/* Lets the channel run empty and closes it. */
void successor_stop(struct proxy *p);

#endif
