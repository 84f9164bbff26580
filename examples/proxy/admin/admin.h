/* admin.h - the administration socket: who is connected, and lines in and out. */
#ifndef PROXY_ADMIN_ADMIN_H
#define PROXY_ADMIN_ADMIN_H

#include "proxy/proxy.h"

/* Listens if the configuration says where; only the proxy's own user may connect. */
bool admin_start(struct proxy *p, struct complaint *why);
/* Closes the listener; who is connected is served on. */
void admin_stop_listening(struct proxy *p);
/* Closes the listener and all connections. */
void admin_stop(struct proxy *p);
/* Frees what is left once the loop has ended. */
void admin_free(struct proxy *p);

#endif
