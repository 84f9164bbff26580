/*
 * gateway.h - moves messages between SIP and XMPP, and tells each sender what became of his.
 *
 * A message from SIP is answered 202 (RFC 3428 7) when no error came for the time of grace, for
 * XMPP has no word for success; an error that comes later is sent to its sender as a message. One
 * from XMPP has failed when its response says so.
 */
#ifndef SIP_GATEWAY_GATEWAY_H
#define SIP_GATEWAY_GATEWAY_H

#include "proxy/settings/complaint.h"
#include "sip-gateway/loops.h"
#include "sip-gateway/settings.h"

struct gateway;

/* Opens both sides; settings are borrowed. False with a sentence; then loops_run() ends at once. */
bool gateway_new(struct loops *loops, const struct settings *settings, struct gateway **ret,
                 struct complaint *why);
/* After loops_run(), before loops_fini(). */
void gateway_free(struct gateway *g);

/*
 * Ends in order: nothing new is taken, what is under way gets some seconds, what then remains is
 * reported as failed, and the link is closed. loops_run() ends afterwards.
 */
void gateway_end(struct gateway *g);

#endif
