/* http.h - /metrics, /healthz and /readyz over HTTP, for the machine that watches. */
#ifndef PROXY_OBSERVE_HTTP_H
#define PROXY_OBSERVE_HTTP_H

#include "proxy/proxy.h"

/* Listens where the configuration says, if it does; list gets the address. */
bool http_start(struct proxy *p, char *ret_list, size_t size, struct complaint *why);
/* Closes everything; the rest is done as the loop runs out. */
void http_stop(struct proxy *p);

/* How late the loop came to its last tick, in microseconds; 0 for NULL. */
uint64_t http_delay(const struct http *h);

#endif
