/* heartbeat.h - lets the service manager see that the loop turns, and what it does. */
#ifndef PROXY_SERVICE_HEARTBEAT_H
#define PROXY_SERVICE_HEARTBEAT_H

#include "proxy/proxy.h"

/* Tells that the proxy is ready, and from then on as often as the manager's watchdog wants it. */
void heartbeat_start(struct proxy *p);
void heartbeat_stop(struct proxy *p);

#endif
