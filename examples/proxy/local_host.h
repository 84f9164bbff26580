/*
 * local_host.h - a host server in the proxy's own process, in place of links or beside them.
 *
 * A program that is made of the proxy's parts, as the module for Kamailio, serves the domains of
 * the configuration itself: it is given what comes for them and sends with relay_from_local().
 */
#ifndef PROXY_LOCAL_HOST_H
#define PROXY_LOCAL_HOST_H

#include "proxy/proxy.h"

struct local_host {
    /*
     * Takes a stanza for a domain of the configuration, borrowed; 0, or an error as of link_send().
     * It must not send from within: the relay is not done yet.
     */
    int (*take)(const xmppfed_element *stanza, void *user);
    void *user;
    /*
     * Puts into the store what the host knows better, before a reload makes a policy of it; may be
     * NULL. False with a sentence: then nothing is reloaded.
     */
    bool (*refresh)(void *user, struct complaint *why);
};

/* Has all domains of the configuration routed to p->local, if there is one; also after a reload. */
bool local_host_route(struct proxy *p);

#endif
