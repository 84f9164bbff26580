/*
 * policy_world.h - a random world of partners, users, rules and blocks, and what an oracle says of
 * it.
 *
 * The oracle is written from the original's tables and the header's words alone: it walks lists,
 * compares strings and shares no code with the engine.
 */
#ifndef TESTS_SUPPORT_POLICY_WORLD_H
#define TESTS_SUPPORT_POLICY_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <xmppfed/policy.h>

enum {
    WORLD_RECORDS = 6,
    WORLD_USERS = 4, /* one more is asked for, who is declared nowhere */
    WORLD_RULES = 6,
    WORLD_BLOCKS = 6,
    WORLD_ADDRESS_SIZE = 64
};

struct a_record {
    const char *names[2]; /* primary and additional; "" for the open one */
    int type;
    int minimum;
    int permits[3][10]; /* [direction][switch] */
};

struct a_user {
    bool declared, branch;
    unsigned site, policy, group;
};

struct world {
    bool on, contacts, open, has_global;
    uint32_t global, site_flags[3], policy_flags[3];
    bool has_site[3];
    struct a_record records[WORLD_RECORDS + 1]; /* the last is the open one */
    unsigned record_count;
    struct a_user users[WORLD_USERS];
    struct {
        int scope;
        unsigned subject; /* user or group */
        const char *domain;
        bool allow;
    } rules[WORLD_RULES];
    unsigned rule_count;
    struct {
        int user; /* -1: all */
        char jid[WORLD_ADDRESS_SIZE];
        int64_t expires;
    } blocks[WORLD_BLOCKS];
    unsigned block_count;
};

struct world_answer {
    int verdict;
    int rule; /* the one that failed; 0 for none */
    uint32_t effects;
    const char *condition;
};

/* Equal seeds make equal worlds and ask equal questions. */
void world_seed(uint64_t seed);
/* A number below n. */
unsigned world_below(unsigned n);

void world_make(struct world *ret);
/* The policy that says what the world says; what is said twice leaves both. */
xmppfed_policy *world_policy(xmppfed_context *ctx, struct world *w);
/* A remote address, with or without user and resource. */
void world_remote(char ret[WORLD_ADDRESS_SIZE]);
/* A user of ours by number, of contoso.example. */
const char *world_local(unsigned user);

/* What the standards and the original's tables say to a question of the user with this number. */
struct world_answer world_oracle(const struct world *w, const xmppfed_question *q, unsigned user);
/* The primary domain of the record that holds for an address, "" for the open one; NULL: none. */
const char *world_record(const struct world *w, const char *remote);

#endif
