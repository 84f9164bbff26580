/* user.h - what a builder was told of our users and their groups, beside the access policies. */
#ifndef XFED_POLICY_USER_H
#define XFED_POLICY_USER_H

#include "base/map.h"

#include <xmppfed/error.h>
#include <xmppfed/policy.h>

/* Of whom rules and blocks speak: a user or a group. */
struct xfed_subject {
    uint32_t number; /* from 1; 0 stands for all our users */
    bool has_rules;
    bool has_allow; /* one of the rules allows: then all others are refused */
    bool has_blocks;
};

/* One user of ours, from the first time that one was named. */
struct xfed_user {
    struct xfed_subject self;
    char *address; /* prepared bare address */
    char *site;    /* "" until add_user() */
    char *policy;
    bool declared; /* by add_user() */
    bool branch;
    struct xfed_subject *group; /* NULL for none */
};

/* One rule: whether a subject may speak with the partner that has a domain. */
struct xfed_rule {
    struct xfed_subject *subject;
    const char *name; /* of the subject, for a remark */
    char *domain;     /* prepared */
    bool allow;
};

/* One entry of a block list. */
struct xfed_block {
    uint32_t owner;  /* number of a subject; 0: all our users */
    char *jid;       /* prepared: full, bare, domain with resource, or domain (XEP-0191 7) */
    int64_t expires; /* Unix seconds; 0: never */
};

struct xfed_users {
    xmppfed_context *ctx;
    struct xfed_user **users; /* in the order of naming */
    size_t user_count;
    size_t user_capacity;
    struct xfed_map by_address; /* -> struct xfed_user */
    struct xfed_map groups;     /* name -> struct xfed_group of user.c */
    struct xfed_rule *rules;
    size_t rule_count;
    size_t rule_capacity;
    struct xfed_block *blocks;
    size_t block_count;
    size_t block_capacity;
    struct xfed_map known; /* keys of the rules and blocks so far; the values mean nothing */
    uint32_t last_number;
    bool blocks_all;      /* some block is of all our users */
    bool reads_resources; /* some block has a resource */
};

void xfed_users_init(struct xfed_users *u, xmppfed_context *ctx);
void xfed_users_fini(struct xfed_users *u);

/* The contracts of the builder's functions of the same names, for arguments that are not NULL. */
int xfed_users_add(struct xfed_users *u, const char *address, const char *site, const char *policy,
                   bool branch, xmppfed_problem *why) XMPPFED_MUST_CHECK;
int xfed_users_add_member(struct xfed_users *u, const char *group, const char *address,
                          xmppfed_problem *why) XMPPFED_MUST_CHECK;
int xfed_users_add_rule(struct xfed_users *u, int scope, const char *name, const char *domain,
                        bool allow, xmppfed_problem *why) XMPPFED_MUST_CHECK;
int xfed_users_add_block(struct xfed_users *u, const char *address, const char *jid,
                         int64_t expires, xmppfed_problem *why) XMPPFED_MUST_CHECK;

#endif
