/* store.h - what the host's users have done about remote users, kept in SQLite. */
#ifndef PROXY_STORE_H
#define PROXY_STORE_H

#include <stdint.h>
#include <xmppfed/policy.h>

#include "proxy/complaint.h"

struct store;

/* Gets one pair of a list. */
typedef void (*store_pair_fn)(const char *local, const char *remote, int contact, int64_t changed,
                              void *user);

/* Opens or makes the file. */
bool store_open(const char *path, struct store **ret, struct complaint *why);
/* NULL is fine. */
void store_close(struct store *s);

/* The state of a pair of bare addresses, one of enum xmppfed_contact; NONE if there is none. */
int store_contact(struct store *s, const char *local, const char *remote);

/*
 * Keeps a state that was learnt. A weaker one does not replace a stronger: a message to somebody on
 * the contact list changes nothing, and a block stays until store_set() lifts it.
 * False (with why) if it could not be written.
 */
bool store_learn(struct store *s, const char *local, const char *remote, int contact,
                 struct complaint *why);

/*
 * Puts a state in the place of whatever there is, as an administrator may: NONE takes the pair out,
 * also a block. False (with why) if it could not be written.
 */
bool store_set(struct store *s, const char *local, const char *remote, int contact,
               struct complaint *why);

/*
 * Hands out the pairs of a user of ours, or of all for "", in order, at most max of them.
 * False (with why) if they could not be read.
 */
bool store_list(struct store *s, const char *local, size_t max, store_pair_fn on_pair, void *user,
                struct complaint *why);

#endif
