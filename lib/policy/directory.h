/* directory.h - what a snapshot knows of our users: access, partners they may have, blocks. */
#ifndef XFED_POLICY_DIRECTORY_H
#define XFED_POLICY_DIRECTORY_H

#include "base/map.h"
#include "policy/access.h"
#include "policy/partner.h"
#include "policy/user.h"

/* What a decision needs to know of one of our users. */
struct xfed_user_access {
    uint32_t flags;        /* OR of enum xmppfed_access, of the nearest policy */
    bool branch;           /* homed on a survivable branch */
    bool only_allowed;     /* partners that no rule of the list names are refused */
    uint32_t list;         /* number of the subject whose rules hold; 0: none */
    uint64_t rule_filter;  /* bits of the records that rules of the list name */
    uint64_t block_filter; /* ... and in whose domains own blocks are */
    uint32_t own_blocks;   /* number of the user as the owner of blocks; 0: has none */
};

/* Immutable once made. */
struct xfed_directory {
    struct xfed_user_access everybody; /* for who was never named */
    struct xfed_user_access *users;
    struct xfed_map by_address; /* -> struct xfed_user_access in users */
    bool *rules;
    struct xfed_map by_rule; /* list and record -> bool in rules */
    int64_t *expiries;
    struct xfed_map by_block; /* owner and address -> int64_t in expiries */
    uint64_t all_filter;      /* as block_filter, of the blocks of all our users */
    bool blocks_all;          /* some block is of all our users */
    bool reads_resources;     /* some block has a resource */
};

void xfed_directory_init(struct xfed_directory *d, xmppfed_context *ctx);
void xfed_directory_fini(struct xfed_directory *d);

/*
 * Copies what was collected for a policy whose records are in place; every rule names one of them.
 * XMPPFED_ERR_NOMEM, else 0.
 */
int xfed_directory_fill(struct xfed_directory *d, const struct xfed_users *users,
                        const struct xfed_access *access,
                        const xmppfed_policy *policy) XMPPFED_MUST_CHECK;

/* What holds for a prepared bare address. */
const struct xfed_user_access *xfed_directory_user(const struct xfed_directory *d,
                                                   xmppfed_slice address);

/* Whether the rules that hold for a user, who has some, let it speak with a partner. */
bool xfed_directory_permits(const struct xfed_directory *d, const struct xfed_user_access *user,
                            const struct xfed_partner *partner);

/* Whether there is any block that a user's stanzas can meet. */
bool xfed_directory_has_blocks(const struct xfed_directory *d, const struct xfed_user_access *user);

/*
 * Whether a remote address, split from one text, is blocked at a time (Unix seconds; 0: as if no
 * block had ended): by its full form, bare, domain with resource, or domain (XEP-0191 7).
 * partner is the record of its domain.
 */
bool xfed_directory_blocks(const struct xfed_directory *d, const struct xfed_user_access *user,
                           const struct xfed_partner *partner, const xmppfed_jid *remote,
                           int64_t time);

#endif
