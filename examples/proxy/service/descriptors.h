/* descriptors.h - as many file descriptors as the policy promises connections. */
#ifndef PROXY_SERVICE_DESCRIPTORS_H
#define PROXY_SERVICE_DESCRIPTORS_H

#include "proxy/proxy.h"

/*
 * Raises the soft limit as far as ConnectionLimit needs it; a line in the log if it cannot, the
 * first time with each value. Called whenever a policy has come into force.
 */
void descriptors_provide(struct proxy *p);

#endif
