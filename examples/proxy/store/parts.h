/* parts.h - what the files of the store share. */
#ifndef PROXY_STORE_PARTS_H
#define PROXY_STORE_PARTS_H

#include "proxy/store/database.h"
#include "proxy/store/recent.h"
#include "proxy/store/store.h"

#define STORE_NUMBER_SIZE 32

/* What edges tell one another: that records have changed, or a pair "LOCAL REMOTE" of contacts. */
#define STORE_RECORDS "records"
#define STORE_CONTACT "contact "

struct store {
    struct database *db;
    struct database *mirror; /* contacts of a server, in memory: no stanza waits for the network */
    struct recent recent;    /* of the contacts: no stanza waits for a file, either */
};

/* Where the store is a server, reads all contacts into the mirror, which is made at first. */
bool store_mirror(struct store *s, struct complaint *why);
/* Reads one pair into it. */
void store_mirror_pair(struct store *s, const char *pair);

/* The time of day as the database has it. */
void store_now(char ret[STORE_NUMBER_SIZE]);

/* Adds a change to the audit, in the transaction of the change; NULL where there is no record. */
bool store_note(struct store *s, const struct store_author *by, const char *kind, const char *name,
                const json_t *before, const json_t *after, struct complaint *why);

#endif
