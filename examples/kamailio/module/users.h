/* users.h - users of a table put where the proxy's policy looks for users: its store. */
#ifndef KAMAILIO_MODULE_USERS_H
#define KAMAILIO_MODULE_USERS_H

#include <jansson.h>

#include "proxy/proxy.h"

/*
 * Has the store hold these users, a list as "Users" of a partner file, in place of those that it
 * held, and puts the policy in force; what has changed is in the audit. False with a sentence: then
 * all is as it was.
 */
bool users_put(struct proxy *p, json_t *users, struct complaint *why);

#endif
