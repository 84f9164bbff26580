/* inside.h - the listeners for host servers and the links with them. */
#ifndef PROXY_INSIDE_H
#define PROXY_INSIDE_H

#include "proxy/proxy.h"

/* Listens where the configuration says; ret_list gets "ADDRESS:PORT,PATH,..." with real ports. */
bool inside_start(struct proxy *p, char *ret_list, size_t size, struct complaint *why);
/* Closes the links of hosts that a new configuration does not have any more. */
void inside_reloaded(struct proxy *p);
/* How many links there are, in any state. */
size_t inside_links(const struct proxy *p);
/* Closes the listeners and sends the hosts away; what they still say is heard. */
void inside_leave(struct proxy *p);
/* Closes the listeners and, after telling the hosts, the links. */
void inside_stop(struct proxy *p);
/* Frees what is left once the loop has ended. */
void inside_free(struct proxy *p);

#endif
