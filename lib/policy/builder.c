/* builder.c - collecting partner records, access policies, users and settings. */
#include "policy/builder.h"

#include <stdio.h>
#include <string.h>

#include "address/domain.h"
#include "base/fault.h"
#include "base/slice.h"
#include "policy/snapshot.h"

/* The keys come from the administrator, so that the maps need no secret seed. */
enum { MAP_SEED = 0, FIRST_ROOM = 8 };

void *xfed_builder_room(xmppfed_context *ctx, void *array, size_t count, size_t element_size,
                        size_t *capacity)
{
    size_t wanted = *capacity ? *capacity * 2 : FIRST_ROOM;
    size_t bytes;
    void *grown;

    if (count < *capacity)
        return array;
    if (!xfed_size_mul(wanted, element_size, &bytes))
        return NULL;
    grown = xfed_realloc(ctx, array, bytes);
    if (grown)
        *capacity = wanted;
    return grown;
}

int xmppfed_policy_builder_new(xmppfed_context *ctx, xmppfed_policy_builder **ret)
{
    struct xmppfed_policy_builder *b;

    if (!ctx || !ret)
        return XMPPFED_ERR_ARGUMENT;
    b = xfed_zalloc(ctx, sizeof(*b));
    if (!b)
        return XMPPFED_ERR_NOMEM;
    b->ctx = xmppfed_context_ref(ctx);
    xfed_gateway_init(&b->gateway);
    xfed_map_init(&b->domains, ctx, MAP_SEED);
    xfed_users_init(&b->users, ctx);
    xfed_access_init(&b->access, ctx);
    *ret = b;
    return 0;
}

void xmppfed_policy_builder_free(xmppfed_policy_builder *b)
{
    xmppfed_context *ctx;

    if (!b)
        return;
    ctx = b->ctx;
    for (size_t i = 0; i < b->partner_count; i++)
        xfed_partner_free(b->partners[i]);
    xfed_partner_free(b->open);
    xfed_free(ctx, b->partners);
    xfed_free(ctx, b->notes);
    xfed_map_fini(&b->domains);
    xfed_users_fini(&b->users);
    xfed_access_fini(&b->access);
    xfed_free(ctx, b);
    xmppfed_context_unref(ctx);
}

void xmppfed_policy_builder_set_federation(xmppfed_policy_builder *b, int on)
{
    b->federation = on != 0;
}

void xmppfed_policy_builder_set_contacts(xmppfed_policy_builder *b, int on)
{
    b->contacts = on != 0;
}

void xmppfed_policy_builder_set_strict(xmppfed_policy_builder *b, int on)
{
    b->strict = on != 0;
}

int xmppfed_policy_builder_set_gateway(xmppfed_policy_builder *b, int setting, uint32_t value,
                                       xmppfed_problem *why)
{
    return b ? xfed_gateway_set(&b->gateway, setting, value, why) : XMPPFED_ERR_ARGUMENT;
}

int xfed_builder_claim(struct xmppfed_policy_builder *b, const char *domain,
                       struct xmppfed_partner *p, xmppfed_problem *why)
{
    const struct xmppfed_partner *holder = xfed_map_get_text(&b->domains, domain);
    int rc;

    if (holder && xfed_text_equal(holder->domain, p->domain))
        return xfed_fault_set(why, XMPPFED_ERR_DUPLICATE,
                              "domain %s is in the partner record %s already", domain,
                              holder->domain);
    if (holder)
        return xfed_fault_set(why, XMPPFED_ERR_DUPLICATE,
                              "domain %s cannot stand in the partner record %s, because it is in "
                              "the record %s: take it out there first",
                              domain, p->domain, holder->domain);
    rc = xfed_map_put_text(&b->domains, domain, p);
    return rc < 0 ? xfed_fault_code(why, rc) : 0;
}

bool xfed_builder_is_wildcard(const char *domain)
{
    return domain[0] == '*' && domain[1] == '.';
}

/*
 * A wildcard for a whole top level ("*.com")
 * would be open federation by another name, and an address of the network has nothing below it.
 */
int xfed_builder_prepare(const char *domain, char ret[XMPPFED_DOMAIN_SIZE])
{
    char base[XMPPFED_DOMAIN_SIZE];
    int rc;

    if (!xfed_builder_is_wildcard(domain))
        return xmppfed_domain_prepare(domain, ret);
    rc = xmppfed_domain_prepare(domain + 2, base);
    if (rc == 0 &&
        (!strchr(base, '.') || xfed_domain_is_ip(base) || strlen(base) + 3 > XMPPFED_DOMAIN_SIZE))
        rc = XMPPFED_ERR_ADDRESS;
    if (rc == 0)
        (void)snprintf(ret, XMPPFED_DOMAIN_SIZE, "*.%s", base);
    return rc;
}

int xmppfed_policy_builder_add_partner(xmppfed_policy_builder *b, const char *domain,
                                       xmppfed_problem *why, xmppfed_partner **ret)
{
    char prepared[XMPPFED_DOMAIN_SIZE];
    struct xmppfed_partner **partners;
    struct xmppfed_partner *p;
    int rc;

    if (!b || !domain || !ret)
        return XMPPFED_ERR_ARGUMENT;
    rc = xfed_builder_prepare(domain, prepared);
    if (rc < 0)
        return xfed_fault_set(
            why, rc, "'%s' is not a domain, nor a wildcard like *.fabrikam.example", domain);
    partners = xfed_builder_room(b->ctx, b->partners, b->partner_count,
                                 sizeof(struct xmppfed_partner *), &b->partner_capacity);
    if (!partners)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    b->partners = partners;
    p = xfed_partner_new(b, prepared);
    if (!p)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    rc = xfed_builder_claim(b, prepared, p, why);
    if (rc < 0) {
        xfed_partner_free(p);
        return rc;
    }
    b->partners[b->partner_count++] = p;
    *ret = p;
    return 0;
}

int xmppfed_policy_builder_open_federation(xmppfed_policy_builder *b, xmppfed_partner **ret)
{
    if (!b || !ret)
        return XMPPFED_ERR_ARGUMENT;
    if (!b->open)
        b->open = xfed_partner_new(b, "");
    if (!b->open)
        return XMPPFED_ERR_NOMEM;
    *ret = b->open;
    return 0;
}

int xmppfed_policy_builder_add_access(xmppfed_policy_builder *b, int scope, const char *name,
                                      uint32_t flags, xmppfed_problem *why)
{
    if (!b || !name)
        return XMPPFED_ERR_ARGUMENT;
    return xfed_access_add(&b->access, scope, name, flags, why);
}

int xmppfed_policy_builder_add_user(xmppfed_policy_builder *b, const char *address,
                                    const char *site, const char *policy, int branch,
                                    xmppfed_problem *why)
{
    if (!b || !address || !site || !policy)
        return XMPPFED_ERR_ARGUMENT;
    return xfed_users_add(&b->users, address, site, policy, branch != 0, why);
}

int xmppfed_policy_builder_add_member(xmppfed_policy_builder *b, const char *group,
                                      const char *address, xmppfed_problem *why)
{
    if (!b || !group || !group[0] || !address)
        return XMPPFED_ERR_ARGUMENT;
    return xfed_users_add_member(&b->users, group, address, why);
}

int xmppfed_policy_builder_add_rule(xmppfed_policy_builder *b, int scope, const char *name,
                                    const char *domain, int allow, xmppfed_problem *why)
{
    if (!b || !name || !name[0] || !domain)
        return XMPPFED_ERR_ARGUMENT;
    return xfed_users_add_rule(&b->users, scope, name, domain, allow != 0, why);
}

int xmppfed_policy_builder_add_block(xmppfed_policy_builder *b, const char *address,
                                     const char *jid, int64_t expires, xmppfed_problem *why)
{
    if (!b || !address || !jid)
        return XMPPFED_ERR_ARGUMENT;
    return xfed_users_add_block(&b->users, address, jid, expires, why);
}

int xmppfed_policy_builder_finish(xmppfed_policy_builder *b, xmppfed_problem *why,
                                  xmppfed_policy **ret)
{
    int rc;

    if (!b || !ret)
        return XMPPFED_ERR_ARGUMENT;
    rc = xfed_builder_check(b, why);
    if (rc < 0)
        return rc;
    rc = xfed_snapshot_new(b, ret);
    return rc < 0 ? xfed_fault_code(why, rc) : 0;
}

const xmppfed_policy_note *xmppfed_policy_builder_note(const xmppfed_policy_builder *b,
                                                       size_t index)
{
    return b && index < b->note_count ? &b->notes[index] : NULL;
}
