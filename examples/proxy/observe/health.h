/* health.h - whether the proxy can do its work, for who has to decide that by machine. */
#ifndef PROXY_OBSERVE_HEALTH_H
#define PROXY_OBSERVE_HEALTH_H

#include <jansson.h>

#include "proxy/proxy.h"

/*
 * Whether the proxy should get traffic: it listens, has a store or what was last read of it, and a
 * host server for a stanza. ret_report (may be NULL) gets the reasons, for the caller to free.
 */
bool health_ready(const struct proxy *p, json_t **ret_report);
/* How many host servers are connected for a domain. */
size_t health_hosts(const struct proxy *p, const char *domain);
/* Whether the loop turns. That there is an answer at all says most of it. */
bool health_alive(const struct proxy *p, json_t **ret_report);

#endif
