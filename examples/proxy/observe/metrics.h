/* metrics.h - the state of the proxy and its counters as Prometheus reads them. */
#ifndef PROXY_OBSERVE_METRICS_H
#define PROXY_OBSERVE_METRICS_H

#include "proxy/proxy.h"

/* Everything of metrics.def, to be freed; NULL when out of memory. */
char *metrics_text(const struct proxy *p, size_t *ret_len);

#endif
