/* predecessor.h - the process from which this one takes over; successor.h tells how. */
#ifndef PROXY_SERVICE_PREDECESSOR_H
#define PROXY_SERVICE_PREDECESSOR_H

#include "proxy/proxy.h"

/*
 * Fills p->secret, the secret of the dialback keys where the configuration has none: that of the
 * predecessor, so that its keys stay good, or a random one.
 */
bool predecessor_secret(struct proxy *p, struct complaint *why);
/* Tells it that this process serves, and takes what it has for hosts from then on. */
bool predecessor_relieve(struct proxy *p, struct complaint *why);
/* Whether it has not ended yet. */
bool predecessor_is_there(const struct proxy *p);
/* Whether host servers can be on their way from the predecessor to us. */
bool predecessor_sends_hosts(const struct proxy *p);
void predecessor_stop(struct proxy *p);

#endif
