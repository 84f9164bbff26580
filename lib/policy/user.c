/* user.c - our users and their groups, the partners they may speak with, and whom they block. */
#include "policy/user.h"

#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/slice.h"
#include "policy/builder.h"

/* The keys come from the administrator, so that the maps need no secret seed. */
enum { MAP_SEED = 0 };

struct xfed_group {
    struct xfed_subject self;
    char *name;
};

void xfed_users_init(struct xfed_users *u, xmppfed_context *ctx)
{
    *u = (struct xfed_users){.ctx = ctx};
    xfed_map_init(&u->by_address, ctx, MAP_SEED);
    xfed_map_init(&u->groups, ctx, MAP_SEED);
    xfed_map_init(&u->known, ctx, MAP_SEED);
}

static void free_user(xmppfed_context *ctx, struct xfed_user *user)
{
    if (!user)
        return;
    xfed_free(ctx, user->address);
    xfed_free(ctx, user->site);
    xfed_free(ctx, user->policy);
    xfed_free(ctx, user);
}

static void free_group(xmppfed_context *ctx, struct xfed_group *group)
{
    if (!group)
        return;
    xfed_free(ctx, group->name);
    xfed_free(ctx, group);
}

void xfed_users_fini(struct xfed_users *u)
{
    struct xfed_map_cursor cursor = {0};
    void *group;

    while (xfed_map_next(&u->groups, &cursor, NULL, &group))
        free_group(u->ctx, group);
    for (size_t i = 0; i < u->user_count; i++)
        free_user(u->ctx, u->users[i]);
    for (size_t i = 0; i < u->rule_count; i++)
        xfed_free(u->ctx, u->rules[i].domain);
    for (size_t i = 0; i < u->block_count; i++)
        xfed_free(u->ctx, u->blocks[i].jid);
    xfed_free(u->ctx, u->users);
    xfed_free(u->ctx, u->rules);
    xfed_free(u->ctx, u->blocks);
    xfed_map_fini(&u->by_address);
    xfed_map_fini(&u->groups);
    xfed_map_fini(&u->known);
}

/* ---- users and groups -------------------------------------------------------------------- */

/* Makes the user of an address that is in no record yet; NULL when out of memory. */
static struct xfed_user *make_user(struct xfed_users *u, const char *address)
{
    struct xfed_user **users =
        xfed_builder_room(u->ctx, u->users, u->user_count, sizeof(*users), &u->user_capacity);
    struct xfed_user *user;

    if (!users)
        return NULL;
    u->users = users;
    user = xfed_zalloc(u->ctx, sizeof(*user));
    if (!user)
        return NULL;
    user->address = xfed_strdup(u->ctx, address);
    user->site = xfed_strdup(u->ctx, "");
    user->policy = xfed_strdup(u->ctx, "");
    if (!user->address || !user->site || !user->policy ||
        xfed_map_put_text(&u->by_address, address, user) < 0) {
        free_user(u->ctx, user);
        return NULL;
    }
    user->self.number = ++u->last_number;
    u->users[u->user_count++] = user;
    return user;
}

/* The user of an address, made if need be: XMPPFED_ERR_ADDRESS, _NOMEM, or 0. */
static int find_user(struct xfed_users *u, const char *address, struct xfed_user **ret,
                     xmppfed_problem *why)
{
    char prepared[XMPPFED_BARE_SIZE];
    struct xfed_user *user;
    int rc = xmppfed_jid_prepare_bare(address, XMPPFED_STRICT, prepared);

    if (rc < 0)
        return xfed_fault_set(why, rc, "'%s' is not the address of a user", address);
    user = xfed_map_get_text(&u->by_address, prepared);
    if (!user)
        user = make_user(u, prepared);
    if (!user)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    *ret = user;
    return 0;
}

int xfed_users_add(struct xfed_users *u, const char *address, const char *site, const char *policy,
                   bool branch, xmppfed_problem *why)
{
    struct xfed_user *user;
    char *own_site;
    char *own_policy;
    int rc = find_user(u, address, &user, why);

    if (rc < 0)
        return rc;
    if (user->declared)
        return xfed_fault_set(why, XMPPFED_ERR_DUPLICATE,
                              "user %s was added already: a user has one site and one granted "
                              "policy",
                              user->address);
    own_site = xfed_strdup(u->ctx, site);
    own_policy = xfed_strdup(u->ctx, policy);
    if (!own_site || !own_policy) {
        xfed_free(u->ctx, own_site);
        xfed_free(u->ctx, own_policy);
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    }
    xfed_free(u->ctx, user->site);
    xfed_free(u->ctx, user->policy);
    user->site = own_site;
    user->policy = own_policy;
    user->branch = branch;
    user->declared = true;
    return 0;
}

/* The group of a name, made if need be; NULL when out of memory. */
static struct xfed_group *find_group(struct xfed_users *u, const char *name)
{
    struct xfed_group *group = xfed_map_get_text(&u->groups, name);

    if (group)
        return group;
    group = xfed_zalloc(u->ctx, sizeof(*group));
    if (!group)
        return NULL;
    group->name = xfed_strdup(u->ctx, name);
    if (!group->name || xfed_map_put_text(&u->groups, name, group) < 0) {
        free_group(u->ctx, group);
        return NULL;
    }
    group->self.number = ++u->last_number;
    return group;
}

int xfed_users_add_member(struct xfed_users *u, const char *group, const char *address,
                          xmppfed_problem *why)
{
    struct xfed_group *found;
    struct xfed_user *user;
    int rc = find_user(u, address, &user, why);

    if (rc < 0)
        return rc;
    if (user->group)
        return xfed_fault_set(why, XMPPFED_ERR_DUPLICATE,
                              "user %s is in a group already: a user is in one group, as at one "
                              "site",
                              user->address);
    found = find_group(u, group);
    if (!found)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    user->group = &found->self;
    return 0;
}

/* ---- rules and blocks -------------------------------------------------------------------- */

/* Room for the key of a rule or a block: a kind, a number and a text. */
enum { KEY_SIZE = XMPPFED_BARE_SIZE + XMPPFED_PART_SIZE + 16 };

/* Remembers a rule or block: XMPPFED_ERR_DUPLICATE if it was said already, _NOMEM, or 0. */
static int remember(struct xfed_users *u, char kind, uint32_t number, const char *text)
{
    char key[KEY_SIZE];

    (void)snprintf(key, sizeof(key), "%c%lu %s", kind, (unsigned long)number, text);
    if (xfed_map_get_text(&u->known, key))
        return XMPPFED_ERR_DUPLICATE;
    return xfed_map_put_text(&u->known, key, u);
}

/* The subject of a rule, made if need be, and its own name. */
static int find_subject(struct xfed_users *u, int scope, const char *name,
                        struct xfed_subject **ret, const char **ret_name, xmppfed_problem *why)
{
    struct xfed_group *group;
    struct xfed_user *user;
    int rc;

    if (scope != XMPPFED_SCOPE_USER && scope != XMPPFED_SCOPE_GROUP)
        return xfed_fault_set(why, XMPPFED_ERR_ARGUMENT,
                              "a partner rule is for the scope user or group");
    if (scope == XMPPFED_SCOPE_USER) {
        rc = find_user(u, name, &user, why);
        if (rc < 0)
            return rc;
        *ret = &user->self;
        *ret_name = user->address;
        return 0;
    }
    group = find_group(u, name);
    if (!group)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    *ret = &group->self;
    *ret_name = group->name;
    return 0;
}

int xfed_users_add_rule(struct xfed_users *u, int scope, const char *name, const char *domain,
                        bool allow, xmppfed_problem *why)
{
    char prepared[XMPPFED_DOMAIN_SIZE];
    struct xfed_rule rule = {.allow = allow};
    struct xfed_rule *rules;
    int rc = find_subject(u, scope, name, &rule.subject, &rule.name, why);

    if (rc < 0)
        return rc;
    rc = xfed_builder_prepare(domain, prepared);
    if (rc < 0)
        return xfed_fault_set(why, rc, "partner rule of %s: '%s' is not a domain", rule.name,
                              domain);
    rules = xfed_builder_room(u->ctx, u->rules, u->rule_count, sizeof(*rules), &u->rule_capacity);
    if (!rules)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    u->rules = rules;
    rule.domain = xfed_strdup(u->ctx, prepared);
    rc = rule.domain ? remember(u, 'r', rule.subject->number, prepared) : XMPPFED_ERR_NOMEM;
    if (rc < 0) {
        xfed_free(u->ctx, rule.domain);
        return rc == XMPPFED_ERR_DUPLICATE
                   ? xfed_fault_set(why, rc,
                                    "%s has a partner rule for %s already: change that one",
                                    rule.name, prepared)
                   : xfed_fault_code(why, rc);
    }
    rule.subject->has_rules = true;
    rule.subject->has_allow |= allow;
    u->rules[u->rule_count++] = rule;
    return 0;
}

/* Prepares an address with its resource, which is compared octet by octet. */
static int prepare_full(const char *jid, char *ret, size_t size, bool *ret_resource)
{
    char bare[XMPPFED_BARE_SIZE];
    xmppfed_jid parts;
    int rc = xmppfed_jid_split(jid, &parts);

    if (rc == 0)
        rc = xmppfed_jid_prepare_bare(jid, XMPPFED_LENIENT, bare);
    if (rc < 0)
        return rc;
    *ret_resource = parts.resource.len > 0;
    (void)snprintf(ret, size, "%s%s%.*s", bare, *ret_resource ? "/" : "", (int)parts.resource.len,
                   parts.resource.len > 0 ? parts.resource.data : "");
    return 0;
}

int xfed_users_add_block(struct xfed_users *u, const char *address, const char *jid,
                         int64_t expires, xmppfed_problem *why)
{
    char prepared[XMPPFED_BARE_SIZE + XMPPFED_PART_SIZE];
    struct xfed_block block = {.expires = expires};
    struct xfed_user *user = NULL;
    struct xfed_block *blocks;
    bool resource = false;
    int rc = address[0] ? find_user(u, address, &user, why) : 0;

    if (rc < 0)
        return rc;
    rc = expires < 0 ? XMPPFED_ERR_ARGUMENT
                     : prepare_full(jid, prepared, sizeof(prepared), &resource);
    if (rc < 0)
        return xfed_fault_set(why, rc,
                              "block of '%s': name an address or a domain, and no end or one "
                              "after 1970",
                              jid);
    blocks =
        xfed_builder_room(u->ctx, u->blocks, u->block_count, sizeof(*blocks), &u->block_capacity);
    if (!blocks)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    u->blocks = blocks;
    block.owner = user ? user->self.number : 0;
    block.jid = xfed_strdup(u->ctx, prepared);
    rc = block.jid ? remember(u, 'b', block.owner, prepared) : XMPPFED_ERR_NOMEM;
    if (rc < 0) {
        xfed_free(u->ctx, block.jid);
        return rc == XMPPFED_ERR_DUPLICATE
                   ? xfed_fault_set(why, rc, "%s is blocked already by %s: change that one",
                                    prepared, user ? user->address : "all users")
                   : xfed_fault_code(why, rc);
    }
    if (user)
        user->self.has_blocks = true;
    u->blocks_all |= !user;
    u->reads_resources |= resource;
    u->blocks[u->block_count++] = block;
    return 0;
}
