/*
 * document.h - the partner file as rows of the store, and back.
 *
 * A row has the name by which commands speak of it: a partner its domain, an access policy
 * "global", "site:NAME" or "tag:NAME" as in the original, an account its address, a rule
 * "user:ADDRESS" or "group:NAME", a block whom it blocks, with " for ADDRESS" if it is one user's.
 */
#ifndef PROXY_RECORDS_DOCUMENT_H
#define PROXY_RECORDS_DOCUMENT_H

#include <jansson.h>
#include <xmppfed/address.h>

#include "proxy/settings/complaint.h"

/* Room for any name: two addresses of which one has a resource. */
#define DOCUMENT_NAME_SIZE (2 * XMPPFED_BARE_SIZE + XMPPFED_PART_SIZE)

/* The rows of a partner file that partners_build() has accepted. */
bool document_to_rows(json_t *document, json_t **ret, struct complaint *why);
/* The partner file of rows, in the order of their names; NULL when out of memory. */
json_t *document_of_rows(json_t *rows);

/* The records of a table, made if there are none yet; NULL when out of memory. */
json_t *document_table(json_t *rows, const char *table);

/* Prepared forms of what somebody typed; false with a sentence if it is none. */
bool document_domain(const char *text, char ret[XMPPFED_DOMAIN_SIZE + 2], struct complaint *why);
bool document_address(const char *text, char ret[XMPPFED_BARE_SIZE], struct complaint *why);
/* "global", "site:x", "tag:x" of any of the original's spellings; "x" alone is "tag:x". */
bool document_policy(const char *text, char ret[DOCUMENT_NAME_SIZE], struct complaint *why);
/* The name of a block; user may be NULL. */
bool document_block(const char *address, const char *user, char ret[DOCUMENT_NAME_SIZE],
                    struct complaint *why);
/* "user:ADDRESS" or "group:NAME". */
bool document_rule(const char *text, char ret[DOCUMENT_NAME_SIZE], struct complaint *why);

#endif
