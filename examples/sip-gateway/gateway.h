/* gateway.h - puts the bridge between the SIP side and the XMPP side. */
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
