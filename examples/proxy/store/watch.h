/* watch.h - what other edges do to a shared store, put in force here. */
#ifndef PROXY_STORE_WATCH_H
#define PROXY_STORE_WATCH_H

#include "proxy/proxy.h"

/* Begins to look at the store, if it is shared. */
void store_watch_start(struct proxy *p);
/* Ends it; also if it has not begun. */
void store_watch_stop(struct proxy *p);

#endif
