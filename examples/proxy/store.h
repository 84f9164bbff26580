/* store.h - what the host's users have done about remote users, kept in SQLite. */
#ifndef PROXY_STORE_H
#define PROXY_STORE_H

#include <xmppfed/policy.h>

#include "proxy/complaint.h"

struct store;

/* Opens or makes the file. */
bool store_open(const char *path, struct store **ret, struct complaint *why);
/* NULL is fine. */
void store_close(struct store *s);

/* The state of a pair of bare addresses, one of enum xmppfed_contact; NONE if there is none. */
int store_contact(struct store *s, const char *local, const char *remote);

/*
 * Keeps a state that was learnt. A weaker one does not replace a stronger: a message to somebody on
 * the contact list changes nothing, and a block stays until somebody lifts it in the file.
 * False (with why) if it could not be written.
 */
bool store_learn(struct store *s, const char *local, const char *remote, int contact,
                 struct complaint *why);

#endif
