/* directory.c - what a snapshot knows of our users, each question one look-up or a few. */
#include "policy/directory.h"

#include <string.h>

#include "policy/snapshot.h"

/* The keys come from the administrator, so that the maps need no secret seed. */
enum { MAP_SEED = 0 };

/* A rule is found by whose it is and for whom. Without padding, which would hold any octet. */
struct rule_key {
    const struct xfed_partner *partner;
    uintptr_t list;
};

/* A block is found by an owner's number in front of an address. */
enum {
    OWNER_SIZE = sizeof(uint32_t),
    KEY_SIZE = OWNER_SIZE + XMPPFED_BARE_SIZE + XMPPFED_PART_SIZE
};

/*
 * One bit of 64 for each record. Most users neither have a rule for the partner in question nor
 * block anybody there: the bits tell that without a look-up, which in a large policy is a miss of
 * the CPU's caches.
 */
static uint64_t bit_of(const struct xfed_partner *partner)
{
    return UINT64_C(1) << (uintptr_t)partner / sizeof(*partner) % 64;
}

void xfed_directory_init(struct xfed_directory *d, xmppfed_context *ctx)
{
    *d = (struct xfed_directory){.users = NULL};
    xfed_map_init(&d->by_address, ctx, MAP_SEED);
    xfed_map_init(&d->by_rule, ctx, MAP_SEED);
    xfed_map_init(&d->by_block, ctx, MAP_SEED);
}

void xfed_directory_fini(struct xfed_directory *d)
{
    xmppfed_context *ctx = d->by_address.ctx;

    xfed_map_fini(&d->by_address);
    xfed_map_fini(&d->by_rule);
    xfed_map_fini(&d->by_block);
    xfed_free(ctx, d->users);
    xfed_free(ctx, d->rules);
    xfed_free(ctx, d->expiries);
}

/* ---- filling ----------------------------------------------------------------------------- */

/* The rules of a user replace those of the group as a whole, as access policies do. */
static const struct xfed_subject *list_of(const struct xfed_user *user)
{
    if (user->self.has_rules)
        return &user->self;
    return user->group && user->group->has_rules ? user->group : NULL;
}

/* The bits of the records that the rules and the blocks of each subject are about, by number. */
struct filters {
    uint64_t rules;
    uint64_t blocks;
};

/* Scopes are resolved here once, so that a decision is one look-up whatever the policies are. */
static int fill_users(struct xfed_directory *d, const struct xfed_users *users,
                      const struct xfed_access *access, const struct filters *filters)
{
    int rc = 0;

    d->everybody.flags = xfed_access_nearest(access, "", "");
    for (size_t i = 0; i < users->user_count && rc == 0; i++) {
        const struct xfed_user *from = users->users[i];
        const struct xfed_subject *list = list_of(from);

        d->users[i] = (struct xfed_user_access){
            .flags = xfed_access_nearest(access, from->site, from->policy),
            .branch = from->branch,
            .only_allowed = list && list->has_allow,
            .list = list ? list->number : 0,
            .rule_filter = list ? filters[list->number].rules : 0,
            .block_filter = filters[from->self.number].blocks,
            .own_blocks = from->self.has_blocks ? from->self.number : 0,
        };
        rc = xfed_map_put_text(&d->by_address, from->address, &d->users[i]);
    }
    return rc;
}

static xmppfed_slice key_of_rule(const struct rule_key *key)
{
    return (xmppfed_slice){(const char *)key, sizeof(*key)};
}

static int fill_rules(struct xfed_directory *d, const struct xfed_users *users,
                      const xmppfed_policy *policy, struct filters *filters)
{
    int rc = 0;

    for (size_t i = 0; i < users->rule_count && rc == 0; i++) {
        const struct xfed_rule *rule = &users->rules[i];
        struct rule_key key = {xfed_policy_record_of(policy, rule->domain), rule->subject->number};

        d->rules[i] = rule->allow;
        filters[rule->subject->number].rules |= bit_of(key.partner);
        rc = xfed_map_put(&d->by_rule, key_of_rule(&key), &d->rules[i]);
    }
    return rc;
}

static int fill_blocks(struct xfed_directory *d, const struct xfed_users *users,
                       const xmppfed_policy *policy, struct filters *filters)
{
    int rc = 0;

    d->blocks_all = users->blocks_all;
    d->reads_resources = users->reads_resources;
    for (size_t i = 0; i < users->block_count && rc == 0; i++) {
        const struct xfed_block *block = &users->blocks[i];
        size_t len = strlen(block->jid);
        char key[KEY_SIZE];
        xmppfed_jid jid;

        memcpy(key, &block->owner, OWNER_SIZE);
        memcpy(key + OWNER_SIZE, block->jid, len);
        d->expiries[i] = block->expires;
        if (xmppfed_jid_split(block->jid, &jid) == 0)
            filters[block->owner].blocks |= bit_of(xfed_policy_find_slice(policy, jid.domain));
        rc = xfed_map_put(&d->by_block, (xmppfed_slice){key, OWNER_SIZE + len}, &d->expiries[i]);
    }
    d->all_filter = filters[0].blocks;
    return rc;
}

int xfed_directory_fill(struct xfed_directory *d, const struct xfed_users *users,
                        const struct xfed_access *access, const xmppfed_policy *policy)
{
    struct filters *filters =
        xfed_zalloc(users->ctx, ((size_t)users->last_number + 1) * sizeof(*filters));
    int rc = XMPPFED_ERR_NOMEM;

    d->users = xfed_alloc(users->ctx, users->user_count * sizeof(*d->users));
    d->rules = xfed_alloc(users->ctx, users->rule_count * sizeof(*d->rules));
    d->expiries = xfed_alloc(users->ctx, users->block_count * sizeof(*d->expiries));
    if (!filters || !d->users || !d->rules || !d->expiries)
        goto out;
    rc = fill_rules(d, users, policy, filters);
    if (rc == 0)
        rc = fill_blocks(d, users, policy, filters);
    if (rc == 0)
        rc = fill_users(d, users, access, filters);
out:
    xfed_free(users->ctx, filters);
    return rc;
}

/* ---- asking ------------------------------------------------------------------------------ */

const struct xfed_user_access *xfed_directory_user(const struct xfed_directory *d,
                                                   xmppfed_slice address)
{
    const struct xfed_user_access *user = xfed_map_get(&d->by_address, address);

    return user ? user : &d->everybody;
}

bool xfed_directory_permits(const struct xfed_directory *d, const struct xfed_user_access *user,
                            const struct xfed_partner *partner)
{
    struct rule_key key = {partner, user->list};
    const bool *allow = NULL;

    if (user->rule_filter & bit_of(partner))
        allow = xfed_map_get(&d->by_rule, key_of_rule(&key));
    return allow ? *allow : !user->only_allowed;
}

bool xfed_directory_has_blocks(const struct xfed_directory *d, const struct xfed_user_access *user)
{
    return user->own_blocks || d->blocks_all;
}

/* Whether a block of one owner holds for len octets of an address that stand behind the owner. */
static bool holds(const struct xfed_directory *d, char *key, uint32_t owner, size_t len,
                  int64_t time)
{
    const int64_t *expires;

    memcpy(key, &owner, OWNER_SIZE);
    expires = xfed_map_get(&d->by_block, (xmppfed_slice){key, OWNER_SIZE + len});
    return expires && (*expires == 0 || time < *expires);
}

/* ... of either owner. */
static bool form_blocked(const struct xfed_directory *d, const struct xfed_user_access *user,
                         xmppfed_slice form, int64_t time)
{
    char key[KEY_SIZE];

    if (form.len > sizeof(key) - OWNER_SIZE)
        return false;
    memcpy(key + OWNER_SIZE, form.data, form.len);
    return (d->blocks_all && holds(d, key, 0, form.len, time)) ||
           (user->own_blocks && holds(d, key, user->own_blocks, form.len, time));
}

bool xfed_directory_blocks(const struct xfed_directory *d, const struct xfed_user_access *user,
                           const struct xfed_partner *partner, const xmppfed_jid *remote,
                           int64_t time)
{
    const char *start = remote->local.len > 0 ? remote->local.data : remote->domain.data;
    const char *end = remote->domain.data + remote->domain.len;
    size_t tail = remote->resource.len > 0 ? remote->resource.len + 1 : 0;

    if (!((user->block_filter | d->all_filter) & bit_of(partner)))
        return false;
    if (form_blocked(d, user, remote->domain, time))
        return true;
    if (start != remote->domain.data &&
        form_blocked(d, user, (xmppfed_slice){start, (size_t)(end - start)}, time))
        return true;
    if (!d->reads_resources || tail == 0)
        return false;
    return form_blocked(d, user, (xmppfed_slice){start, (size_t)(end - start) + tail}, time) ||
           form_blocked(d, user, (xmppfed_slice){remote->domain.data, remote->domain.len + tail},
                        time);
}
