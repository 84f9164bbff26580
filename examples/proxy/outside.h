/* outside.h - the listeners for partners. */
#ifndef PROXY_OUTSIDE_H
#define PROXY_OUTSIDE_H

#include "proxy/proxy.h"

/* Listens where the configuration says; ret_list gets "ADDRESS:PORT,..." with real ports. */
bool outside_start(struct proxy *p, char *ret_list, size_t size, struct complaint *why);
/* Stops listening; streams go on. */
void outside_stop(struct proxy *p);

#endif
