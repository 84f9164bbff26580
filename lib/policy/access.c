/* access.c - external access policies by scope: global, site and user. */
#include "policy/access.h"

#include "base/fault.h"

#define ALL_FLAGS                                                                               \
    ((uint32_t)(XMPPFED_ACCESS_FEDERATION | XMPPFED_ACCESS_XMPP | XMPPFED_ACCESS_PUBLIC_CLOUD | \
                XMPPFED_ACCESS_PUBLIC_CLOUD_AV | XMPPFED_ACCESS_OUTSIDE))

/* The keys come from the administrator, so that the maps need no secret seed. */
enum { MAP_SEED = 0 };

void xfed_access_init(struct xfed_access *a, xmppfed_context *ctx)
{
    a->ctx = ctx;
    a->has_global = false;
    a->global = 0;
    xfed_map_init(&a->sites, ctx, MAP_SEED);
    xfed_map_init(&a->users, ctx, MAP_SEED);
}

static void free_flags(struct xfed_map *map)
{
    struct xfed_map_cursor cursor = {0};
    void *flags;

    while (xfed_map_next(map, &cursor, NULL, &flags))
        xfed_free(map->ctx, flags);
    xfed_map_fini(map);
}

void xfed_access_fini(struct xfed_access *a)
{
    free_flags(&a->sites);
    free_flags(&a->users);
}

static int add_named(struct xfed_map *map, const char *name, uint32_t flags)
{
    uint32_t *copy = xfed_alloc(map->ctx, sizeof(*copy));
    int rc;

    if (!copy)
        return XMPPFED_ERR_NOMEM;
    *copy = flags;
    rc = xfed_map_put_text(map, name, copy);
    if (rc < 0)
        xfed_free(map->ctx, copy);
    return rc;
}

int xfed_access_add(struct xfed_access *a, int scope, const char *name, uint32_t flags,
                    xmppfed_problem *why)
{
    struct xfed_map *map = scope == XMPPFED_SCOPE_SITE ? &a->sites : &a->users;
    int rc;

    if (scope < XMPPFED_SCOPE_GLOBAL || scope > XMPPFED_SCOPE_USER || (flags & ~ALL_FLAGS) != 0)
        return xfed_fault_set(why, XMPPFED_ERR_ARGUMENT,
                              "access policy '%s': the scope or a flag is unknown", name);
    if ((scope == XMPPFED_SCOPE_GLOBAL) != (name[0] == '\0'))
        return xfed_fault_set(why, XMPPFED_ERR_ARGUMENT,
                              "access policy '%s': the global policy has no name, a site or user "
                              "policy needs one",
                              name);
    if (scope == XMPPFED_SCOPE_GLOBAL ? a->has_global : xfed_map_get_text(map, name) != NULL)
        return xfed_fault_set(why, XMPPFED_ERR_DUPLICATE,
                              "access policy '%s' exists already in its scope: change that one",
                              scope == XMPPFED_SCOPE_GLOBAL ? "global" : name);
    if (scope == XMPPFED_SCOPE_GLOBAL) {
        a->has_global = true;
        a->global = flags;
        return 0;
    }
    rc = add_named(map, name, flags);
    return rc < 0 ? xfed_fault_code(why, rc) : 0;
}

bool xfed_access_has_policy(const struct xfed_access *a, const char *policy)
{
    return xfed_map_get_text(&a->users, policy) != NULL;
}

/*
 * User before site before global. The nearest policy replaces the others as a whole: flags are
 * never merged, so that a user policy can also take away what the site gives.
 */
uint32_t xfed_access_nearest(const struct xfed_access *a, const char *site, const char *policy)
{
    const uint32_t *flags = policy[0] ? xfed_map_get_text(&a->users, policy) : NULL;

    if (!flags && site[0])
        flags = xfed_map_get_text(&a->sites, site);
    return flags ? *flags : a->global;
}
