/*
 * store.h - what administrators and users have laid down, kept in a database.
 *
 * The records of the partner file are rows of seven tables, {"partner": {"fabrikam.example":
 * {...}}, ...}; document.h makes a partner file of them. Contacts are what the host's users have
 * done about remote users.
 */
#ifndef PROXY_STORE_STORE_H
#define PROXY_STORE_STORE_H

#include <jansson.h>
#include <stdint.h>
#include <xmppfed/policy.h>

#include "proxy/settings/complaint.h"

struct store;

/* Who changes something, for the audit. */
struct store_author {
    uint32_t uid;
    const char *name;
    const char *command;
};

/* One change as the audit has it; before or after is NULL where there was or is nothing. */
struct store_change {
    int64_t at; /* seconds since 1970 */
    const char *uid;
    const char *who;
    const char *command;
    const char *kind; /* the table */
    const char *name;
    const char *before; /* JSON */
    const char *after;
};

/* Gets one pair of a list. */
typedef void (*store_pair_fn)(const char *local, const char *remote, int contact, int64_t changed,
                              void *user);
typedef void (*store_change_fn)(const struct store_change *change, void *user);

/* What a look at a shared store has found. */
enum store_news {
    STORE_QUIET = 0,
    STORE_CHANGED, /* another edge has changed records */
    STORE_LOST,    /* the server is gone; it is tried again with growing rests */
    STORE_BACK     /* ... and there again: records may have changed */
};

/*
 * Opens the store at an address, "postgresql://..." or the path of a file that is made if missing,
 * and brings it up to date.
 */
bool store_open(const char *address, struct store **ret, struct complaint *why);
/* NULL is fine. */
void store_close(struct store *s);
/* Asks the database anew for every contact: another process has changed some. */
void store_forget_recent(struct store *s);
/*
 * The rows of a store that is only looked at: nothing is made or brought up to date. A store that
 * is not there yet, or is older than its rows, has none.
 */
bool store_peek(const char *address, json_t **ret, struct complaint *why);

/* Whether other edges may change the store: then it is to be looked at, a few times a second. */
bool store_is_shared(const struct store *s);
/* Takes over what others have done about contacts, and tells the rest. It does not wait. */
enum store_news store_look(struct store *s);

/* ---- contacts ---------------------------------------------------------------------------- */

/*
 * The state of a pair of bare addresses, one of enum xmppfed_contact; NONE if there is none. Of a
 * shared store it is what was last known, also while the server is gone.
 */
int store_contact(struct store *s, const char *local, const char *remote);

/*
 * Keeps a state that was learnt. A weaker one does not replace a stronger: a message to somebody on
 * the contact list changes nothing, a block stays until store_set() lifts it, and PENDING is the
 * weakest. The audit has none of this: it is what administrators do. False (with why) if it could
 * not be written.
 */
bool store_learn(struct store *s, const char *local, const char *remote, int contact,
                 struct complaint *why);

/*
 * Puts a state in the place of whatever there is, as an administrator may: NONE takes the pair out,
 * also a block. False (with why) if it could not be written; then nothing was.
 */
bool store_set(struct store *s, const struct store_author *by, const char *local,
               const char *remote, int contact, struct complaint *why);

/*
 * Hands out the pairs of a user of ours, or of all for "", in order, at most max of them.
 * False (with why) if they could not be read.
 */
bool store_list(struct store *s, const char *local, size_t max, store_pair_fn on_pair, void *user,
                struct complaint *why);

/* ---- rows -------------------------------------------------------------------------------- */

/* All rows: an object of tables, each an object of records by name. The caller owns it. */
bool store_rows(struct store *s, json_t **ret, struct complaint *why);

/*
 * A change of rows: begin, read, write what differs between two sets of rows and its audit, commit.
 * Between begin and end nobody else writes. Where anything fails, store_cancel() undoes all.
 */
bool store_begin(struct store *s, struct complaint *why);
bool store_write(struct store *s, const struct store_author *by, json_t *before, json_t *after,
                 struct complaint *why);
bool store_commit(struct store *s, struct complaint *why);
void store_cancel(struct store *s);

/* Adds to the audit what was done or said (or NULL), where no record has changed. */
bool store_audit_add(struct store *s, const struct store_author *by, const char *kind,
                     const char *name, const json_t *record, struct complaint *why);

/* Hands out the latest changes, the last one first, at most max of them. */
bool store_audit(struct store *s, size_t max, store_change_fn on_change, void *user,
                 struct complaint *why);

#endif
