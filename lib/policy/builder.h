/* builder.h - the inside of a policy builder, for the files that fill, check and copy it. */
#ifndef XFED_POLICY_BUILDER_H
#define XFED_POLICY_BUILDER_H

#include "base/map.h"
#include "policy/access.h"
#include "policy/gateway.h"
#include "policy/partner.h"
#include "policy/user.h"

/* A record being edited. The strings of .record are the owned ones beside it. */
struct xmppfed_partner {
    struct xmppfed_policy_builder *builder;
    struct xfed_partner record;
    char *domain; /* "" for the open federation record */
    char *proxy_fqdn;
    char *description;
    struct xfed_partner_address *addresses; /* NULL, or room for XFED_PARTNER_ADDRESSES */
    uint8_t *pins;                          /* NULL, or room for XFED_PARTNER_PINS */
    char **domains;                         /* additional ones, prepared */
    size_t domain_count;
    size_t domain_capacity;
};

struct xmppfed_policy_builder {
    xmppfed_context *ctx;
    bool federation;
    bool strict;
    struct xfed_gateway gateway;
    struct xmppfed_partner **partners; /* in the order of adding */
    size_t partner_count;
    size_t partner_capacity;
    struct xmppfed_partner *open; /* the open federation record, or NULL */
    struct xfed_map domains;      /* every domain of every record -> struct xmppfed_partner */
    struct xfed_access access;
    struct xfed_users users;
    bool contacts; /* the host keeps contact lists */
    xmppfed_policy_note *notes;
    size_t note_count;
    size_t note_capacity;
};

/*
 * Makes room for one element more in an array of count elements; returns the array, perhaps moved,
 * or NULL when out of memory (the old array then stays).
 */
void *xfed_builder_room(xmppfed_context *ctx, void *array, size_t count, size_t element_size,
                        size_t *capacity);

/* A record with the defaults; NULL when out of memory. domain "" is the open federation record. */
struct xmppfed_partner *xfed_partner_new(struct xmppfed_policy_builder *b, const char *domain);
void xfed_partner_free(struct xmppfed_partner *p);

/* The warning about a valid record, or NULL: *ret_text says what is wrong and what to do. */
const char *xfed_record_warning(const struct xfed_partner *record, bool strict,
                                const char **ret_text);

/* The minimum proof that is in force: nothing but the shared secret where the record leaves it open.
 */
int xfed_partner_minimum(const struct xfed_partner *record);

/* Whether the domain of a record stands for all below it: "*.example.com". */
bool xfed_builder_is_wildcard(const char *domain);

/* Prepares the domain of a record, which may be a wildcard: XMPPFED_ERR_ADDRESS, or 0. */
int xfed_builder_prepare(const char *domain, char ret[XMPPFED_DOMAIN_SIZE]) XMPPFED_MUST_CHECK;

/* Enters a prepared domain for p: 0, XMPPFED_ERR_DUPLICATE naming both records, _NOMEM. */
int xfed_builder_claim(struct xmppfed_policy_builder *b, const char *domain,
                       struct xmppfed_partner *p, xmppfed_problem *why) XMPPFED_MUST_CHECK;

/*
 * Sets the methods of every record and writes the notes anew; 0, or the code of the first error
 * with its sentence in why, or XMPPFED_ERR_NOMEM.
 */
int xfed_builder_check(struct xmppfed_policy_builder *b, xmppfed_problem *why) XMPPFED_MUST_CHECK;

#endif
