/* snapshot.c - the immutable, counted policy: records, users and their indexes by hash. */
#include "policy/snapshot.h"

#include <stdatomic.h>
#include <string.h>

/* The keys come from the administrator, so that the maps need no secret seed. */
enum { MAP_SEED = 0 };

struct xmppfed_policy {
    atomic_size_t references;
    xmppfed_context *ctx;
    bool federation;
    bool strict;
    struct xfed_gateway gateway;
    bool contacts;
    struct xfed_partner *partners; /* the open federation record last */
    size_t partner_count;          /* with it */
    const struct xfed_partner *open;
    struct xfed_partner_address *addresses; /* of all records together */
    uint8_t *pins;                          /* likewise */
    char *text;                             /* every string of every record */
    struct xfed_map by_domain;              /* -> struct xfed_partner in partners */
    struct xfed_map by_suffix;              /* ".example.com" of a wildcard -> the same */
    struct xfed_directory directory;
};

/* Where the next record's strings, addresses and pins go. */
struct cursor {
    char *text;
    struct xfed_partner_address *address;
    uint8_t *pin;
};

static void snapshot_free(struct xmppfed_policy *policy)
{
    xmppfed_context *ctx = policy->ctx;

    xfed_map_fini(&policy->by_domain);
    xfed_map_fini(&policy->by_suffix);
    xfed_directory_fini(&policy->directory);
    xfed_free(ctx, policy->partners);
    xfed_free(ctx, policy->addresses);
    xfed_free(ctx, policy->pins);
    xfed_free(ctx, policy->text);
    xfed_free(ctx, policy);
    xmppfed_context_unref(ctx);
}

static void measure(const struct xmppfed_partner *p, size_t *text, size_t *addresses, size_t *pins)
{
    *text += strlen(p->domain) + 1 + strlen(p->record.proxy_fqdn) + 1 +
             strlen(p->record.description) + 1;
    for (size_t i = 0; i < p->domain_count; i++)
        *text += strlen(p->domains[i]) + 1;
    *addresses += p->record.address_count;
    *pins += p->record.pin_count;
}

static const char *copy_text(const char *text, struct cursor *cursor)
{
    size_t size = strlen(text) + 1;
    char *copy = cursor->text;

    memcpy(copy, text, size);
    cursor->text += size;
    return copy;
}

static void copy_partner(const struct xmppfed_policy_builder *b, const struct xmppfed_partner *p,
                         struct cursor *cursor, struct xfed_partner *ret)
{
    size_t count = p->record.address_count;
    size_t pin_bytes = p->record.pin_count * XFED_PARTNER_PIN_SIZE;

    *ret = p->record;
    ret->domain = copy_text(p->domain, cursor);
    ret->proxy_fqdn = copy_text(p->record.proxy_fqdn, cursor);
    ret->description = copy_text(p->record.description, cursor);
    ret->domains = cursor->text;
    ret->domain_count = p->domain_count;
    for (size_t i = 0; i < p->domain_count; i++)
        (void)copy_text(p->domains[i], cursor);
    ret->addresses = cursor->address;
    if (count > 0)
        memcpy(cursor->address, p->addresses, count * sizeof(*p->addresses));
    cursor->address += count;
    ret->permits = xfed_switch_resolve(ret->type, &p->record.permits);
    ret->pins = cursor->pin;
    if (pin_bytes > 0)
        memcpy(cursor->pin, p->pins, pin_bytes);
    cursor->pin += pin_bytes;
    if (ret->connection_limit == 0)
        ret->connection_limit =
            xfed_gateway_get(&ret->settings, XMPPFED_GATEWAY_PARTNER_CONNECTION_LIMIT);
    if (ret->connection_limit == 0)
        ret->connection_limit =
            xfed_gateway_get(&b->gateway, XMPPFED_GATEWAY_PARTNER_CONNECTION_LIMIT);
    ret->minimum_proof = xfed_partner_minimum(&p->record);
    if (!xfed_gateway_get(&b->gateway, XMPPFED_GATEWAY_BIDI))
        ret->bidi = XMPPFED_BIDI_NEVER;
}

/* Makes room for all records: the strings in one block, so that a record costs little. */
static int reserve_partners(struct xmppfed_policy *policy, const struct xmppfed_policy_builder *b,
                            struct cursor *ret)
{
    size_t text = 0;
    size_t addresses = 0;
    size_t pins = 0;

    for (size_t i = 0; i < b->partner_count; i++)
        measure(b->partners[i], &text, &addresses, &pins);
    if (b->open)
        measure(b->open, &text, &addresses, &pins);
    policy->partners = xfed_alloc(b->ctx, (b->partner_count + 1) * sizeof(*policy->partners));
    policy->addresses = xfed_alloc(b->ctx, addresses * sizeof(*policy->addresses));
    policy->pins = xfed_alloc(b->ctx, pins * XFED_PARTNER_PIN_SIZE);
    policy->text = xfed_alloc(b->ctx, text);
    if (!policy->partners || !policy->addresses || !policy->pins || !policy->text)
        return XMPPFED_ERR_NOMEM;
    ret->text = policy->text;
    ret->address = policy->addresses;
    ret->pin = policy->pins;
    return 0;
}

static int index_partner(struct xmppfed_policy *policy, const struct xmppfed_partner *p,
                         struct xfed_partner *record)
{
    bool wildcard = xfed_builder_is_wildcard(record->domain);
    int rc = xfed_map_put_text(wildcard ? &policy->by_suffix : &policy->by_domain,
                               record->domain + (wildcard ? 1 : 0), record);

    for (size_t i = 0; i < p->domain_count && rc == 0; i++)
        rc = xfed_map_put_text(&policy->by_domain, p->domains[i], record);
    return rc;
}

static int copy_partners(struct xmppfed_policy *policy, const struct xmppfed_policy_builder *b)
{
    struct cursor cursor;
    int rc = reserve_partners(policy, b, &cursor);

    for (size_t i = 0; i < b->partner_count && rc == 0; i++) {
        copy_partner(b, b->partners[i], &cursor, &policy->partners[i]);
        rc = index_partner(policy, b->partners[i], &policy->partners[i]);
    }
    if (rc == 0 && b->open) {
        copy_partner(b, b->open, &cursor, &policy->partners[b->partner_count]);
        policy->open = &policy->partners[b->partner_count];
    }
    policy->partner_count = b->partner_count + (b->open ? 1 : 0);
    return rc;
}

int xfed_snapshot_new(const struct xmppfed_policy_builder *b, xmppfed_policy **ret)
{
    struct xmppfed_policy *policy = xfed_zalloc(b->ctx, sizeof(*policy));
    int rc;

    if (!policy)
        return XMPPFED_ERR_NOMEM;
    atomic_init(&policy->references, 1);
    policy->ctx = xmppfed_context_ref(b->ctx);
    policy->federation = b->federation;
    policy->strict = b->strict;
    policy->contacts = b->contacts;
    policy->gateway = b->gateway;
    xfed_map_init(&policy->by_domain, b->ctx, MAP_SEED);
    xfed_map_init(&policy->by_suffix, b->ctx, MAP_SEED);
    xfed_directory_init(&policy->directory, b->ctx);
    rc = copy_partners(policy, b);
    if (rc == 0)
        rc = xfed_directory_fill(&policy->directory, &b->users, &b->access, policy);
    if (rc < 0) {
        snapshot_free(policy);
        return rc;
    }
    *ret = policy;
    return 0;
}

xmppfed_policy *xmppfed_policy_ref(xmppfed_policy *policy)
{
    if (policy)
        atomic_fetch_add(&policy->references, 1);
    return policy;
}

void xmppfed_policy_unref(xmppfed_policy *policy)
{
    if (policy && atomic_fetch_sub(&policy->references, 1) == 1)
        snapshot_free(policy);
}

const struct xfed_partner *xfed_policy_at(const xmppfed_policy *policy, size_t index)
{
    return index < policy->partner_count ? &policy->partners[index] : NULL;
}

bool xfed_policy_is_strict(const xmppfed_policy *policy)
{
    return policy->strict;
}

bool xfed_policy_is_on(const xmppfed_policy *policy)
{
    return policy->federation;
}

uint32_t xmppfed_policy_gateway(const xmppfed_policy *policy, int setting)
{
    return policy ? xfed_gateway_get(&policy->gateway, setting) : 0;
}

/* The wildcard with the longest suffix of a domain; it does not stand for the suffix itself. */
static const struct xfed_partner *find_wildcard(const xmppfed_policy *policy, xmppfed_slice domain)
{
    const struct xfed_partner *record = NULL;

    if (policy->by_suffix.count == 0)
        return NULL;
    for (size_t i = 1; i < domain.len && !record; i++)
        if (domain.data[i] == '.')
            record =
                xfed_map_get(&policy->by_suffix, (xmppfed_slice){domain.data + i, domain.len - i});
    return record;
}

const struct xfed_partner *xfed_policy_record_of(const xmppfed_policy *policy, const char *domain)
{
    return xfed_builder_is_wildcard(domain) ? xfed_map_get_text(&policy->by_suffix, domain + 1)
                                            : xfed_map_get_text(&policy->by_domain, domain);
}

const struct xfed_partner *xfed_policy_find_slice(const xmppfed_policy *policy,
                                                  xmppfed_slice domain)
{
    const struct xfed_partner *record = xfed_map_get(&policy->by_domain, domain);

    if (!record)
        record = find_wildcard(policy, domain);
    return record ? record : policy->open;
}

const struct xfed_partner *xfed_policy_find(const xmppfed_policy *policy, const char *domain)
{
    return xfed_policy_find_slice(policy, xmppfed_slice_of(domain));
}

bool xfed_policy_keeps_contacts(const xmppfed_policy *policy)
{
    return policy->contacts;
}

const struct xfed_directory *xfed_policy_directory(const xmppfed_policy *policy)
{
    return &policy->directory;
}

bool xfed_policy_reads_resources(const xmppfed_policy *policy)
{
    return policy->directory.reads_resources;
}

uint32_t xfed_policy_setting(const xmppfed_policy *policy, const struct xfed_partner *partner,
                             int setting)
{
    uint32_t own = partner ? xfed_gateway_get(&partner->settings, setting) : 0;

    return own ? own : xfed_gateway_get(&policy->gateway, setting);
}

uint32_t xmppfed_policy_methods(const xmppfed_policy *policy, const char *domain, int *ret_type)
{
    char prepared[XMPPFED_DOMAIN_SIZE];
    const struct xfed_partner *record = NULL;

    if (policy && domain && xmppfed_domain_prepare(domain, prepared) == 0)
        record = xfed_policy_find(policy, prepared);
    if (ret_type)
        *ret_type = record ? record->type : 0;
    return record ? record->methods : 0;
}
