/* partner.c - editing one partner record: defaults, ranges, owned strings. */
#include <arpa/inet.h>
#include <string.h>
#include <xmppfed/tls.h>

#include "base/fault.h"
#include "base/memory.h"
#include "base/slice.h"
#include "policy/builder.h"
#include "policy/proof.h"

enum { CONNECTION_LIMIT_MAX = 100000 };

struct xmppfed_partner *xfed_partner_new(struct xmppfed_policy_builder *b, const char *domain)
{
    struct xmppfed_partner *p = xfed_zalloc(b->ctx, sizeof(*p));

    if (!p)
        return NULL;
    p->builder = b;
    p->domain = xfed_strdup(b->ctx, domain);
    if (!p->domain) {
        xfed_free(b->ctx, p);
        return NULL;
    }
    p->record = (struct xfed_partner){
        .domain = p->domain,
#define FIELD(type, name, initial) .name = (initial),
#include "policy/partner_fields.def"
#undef FIELD
        .proxy_fqdn = "",
        .description = "",
    };
    return p;
}

void xfed_partner_free(struct xmppfed_partner *p)
{
    xmppfed_context *ctx;

    if (!p)
        return;
    ctx = p->builder->ctx;
    for (size_t i = 0; i < p->domain_count; i++)
        xfed_free(ctx, p->domains[i]);
    xfed_free(ctx, p->domains);
    xfed_free(ctx, p->addresses);
    xfed_free(ctx, p->pins);
    xfed_free(ctx, p->description);
    xfed_free(ctx, p->proxy_fqdn);
    xfed_free(ctx, p->domain);
    xfed_free(ctx, p);
}

int xmppfed_partner_add_domain(xmppfed_partner *p, const char *domain, xmppfed_problem *why)
{
    char prepared[XMPPFED_DOMAIN_SIZE];
    struct xmppfed_policy_builder *b;
    char **domains;
    char *copy;
    int rc;

    /* The open federation record stands for every domain; a list would contradict it. */
    if (!p || !domain || p == p->builder->open)
        return XMPPFED_ERR_ARGUMENT;
    rc = xmppfed_domain_prepare(domain, prepared);
    if (rc < 0)
        return xfed_fault_set(why, rc, "partner %s: '%s' is not a domain", p->domain, domain);
    b = p->builder;
    domains =
        xfed_builder_room(b->ctx, p->domains, p->domain_count, sizeof(char *), &p->domain_capacity);
    if (!domains)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    p->domains = domains;
    rc = xfed_builder_claim(b, prepared, p, why);
    if (rc < 0)
        return rc;
    copy = xfed_strdup(b->ctx, prepared);
    if (!copy) {
        xfed_map_remove_text(&b->domains, prepared);
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    }
    p->domains[p->domain_count++] = copy;
    return 0;
}

/* Replaces an owned string and what the record shows of it. */
static int replace(struct xmppfed_partner *p, const char *text, char **owned, const char **shown)
{
    char *copy = xfed_strdup(p->builder->ctx, text);

    if (!copy)
        return XMPPFED_ERR_NOMEM;
    xfed_free(p->builder->ctx, *owned);
    *owned = copy;
    *shown = copy;
    return 0;
}

int xmppfed_partner_set_description(xmppfed_partner *p, const char *text)
{
    if (!p || !text)
        return XMPPFED_ERR_ARGUMENT;
    return replace(p, text, &p->description, &p->record.description);
}

int xmppfed_partner_set_type(xmppfed_partner *p, int type)
{
    if (!p || type < XMPPFED_PARTNER_FEDERATED || type > XMPPFED_PARTNER_PUBLIC_UNVERIFIED)
        return XMPPFED_ERR_ARGUMENT;
    /* Nobody vouches for domains that nobody has listed. */
    if (p == p->builder->open && type != XMPPFED_PARTNER_PUBLIC_UNVERIFIED)
        return XMPPFED_ERR_ARGUMENT;
    p->record.type = type;
    return 0;
}

int xmppfed_partner_set_switch(xmppfed_partner *p, int direction, int which, int permit)
{
    if (!p || !xfed_switch_is_known(direction, which) || permit < XMPPFED_PERMIT_BY_TYPE ||
        permit > XMPPFED_PERMIT_ALWAYS)
        return XMPPFED_ERR_ARGUMENT;
    p->record.permits.of[direction - XMPPFED_INBOUND][which] = (uint8_t)permit;
    return 0;
}

static bool is_negotiation(int negotiation)
{
    return negotiation >= XMPPFED_REQUIRED && negotiation <= XMPPFED_NOT_SUPPORTED;
}

int xmppfed_partner_set_tls(xmppfed_partner *p, int negotiation)
{
    if (!p || !is_negotiation(negotiation))
        return XMPPFED_ERR_ARGUMENT;
    p->record.tls = negotiation;
    return 0;
}

int xmppfed_partner_set_sasl(xmppfed_partner *p, int negotiation)
{
    if (!p || !is_negotiation(negotiation))
        return XMPPFED_ERR_ARGUMENT;
    p->record.sasl = negotiation;
    return 0;
}

void xmppfed_partner_set_dialback(xmppfed_partner *p, int on)
{
    p->record.dialback = on != 0;
}

void xmppfed_partner_set_keep_alive(xmppfed_partner *p, int on)
{
    p->record.keep_alive = on != 0;
}

int xmppfed_partner_set_connection_limit(xmppfed_partner *p, uint32_t limit)
{
    if (!p || limit > CONNECTION_LIMIT_MAX)
        return XMPPFED_ERR_ARGUMENT;
    p->record.connection_limit = limit;
    return 0;
}

int xmppfed_partner_set_minimum_proof(xmppfed_partner *p, int proof)
{
    if (!p || !xfed_proof_is_known(proof))
        return XMPPFED_ERR_ARGUMENT;
    p->record.minimum_proof = proof;
    return 0;
}

void xmppfed_partner_set_shared_secret(xmppfed_partner *p, int on)
{
    p->record.shared_secret = on != 0;
}

int xmppfed_partner_set_gateway(xmppfed_partner *p, int setting, uint32_t value,
                                xmppfed_problem *why)
{
    /* What all have together is no partner's affair; both ways, it has a field of its own. */
    if (!p || setting == XMPPFED_GATEWAY_CONNECTION_LIMIT || setting == XMPPFED_GATEWAY_BIDI)
        return XMPPFED_ERR_ARGUMENT;
    return xfed_gateway_set(&p->record.settings, setting, value, why);
}

int xmppfed_partner_set_proxy_fqdn(xmppfed_partner *p, const char *fqdn, xmppfed_problem *why)
{
    char prepared[XMPPFED_DOMAIN_SIZE];
    int rc;

    if (!p || !fqdn)
        return XMPPFED_ERR_ARGUMENT;
    rc = xmppfed_domain_prepare(fqdn, prepared);
    if (rc < 0)
        return xfed_fault_set(why, rc, "partner %s: proxy '%s' is not the name of a host",
                              p->domain, fqdn);
    rc = replace(p, prepared, &p->proxy_fqdn, &p->record.proxy_fqdn);
    return rc < 0 ? xfed_fault_code(why, rc) : 0;
}

/* Writes an address the one way in which inet_ntop does; false for what is none. */
static bool normalise_address(const char *address, struct xfed_partner_address *ret)
{
    struct in6_addr binary; /* the larger of the two */
    int family = strchr(address, ':') ? AF_INET6 : AF_INET;

    return inet_pton(family, address, &binary) == 1 &&
           inet_ntop(family, &binary, ret->address, sizeof(ret->address)) != NULL;
}

int xmppfed_partner_add_address(xmppfed_partner *p, const char *address, uint16_t port,
                                xmppfed_problem *why)
{
    struct xfed_partner_address entry = {.port = port};

    if (!p || !address)
        return XMPPFED_ERR_ARGUMENT;
    if (!normalise_address(address, &entry))
        return xfed_fault_set(why, XMPPFED_ERR_ADDRESS,
                              "partner %s: '%s' is not an IPv4 or IPv6 address", p->domain,
                              address);
    if (port == 0)
        return xfed_fault_set(why, XMPPFED_ERR_ARGUMENT, "partner %s: port 0 cannot be dialled",
                              p->domain);
    if (p->record.address_count == XFED_PARTNER_ADDRESSES)
        return xfed_fault_set(why, XMPPFED_ERR_ARGUMENT, "partner %s: at most %d fixed addresses",
                              p->domain, XFED_PARTNER_ADDRESSES);
    if (!p->addresses) {
        p->addresses = xfed_alloc(p->builder->ctx, XFED_PARTNER_ADDRESSES * sizeof(*p->addresses));
        if (!p->addresses)
            return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
        p->record.addresses = p->addresses;
    }
    p->addresses[p->record.address_count++] = entry;
    return 0;
}

int xmppfed_partner_set_eku(xmppfed_partner *p, int rule)
{
    if (!p || rule < XMPPFED_EKU_SERVER || rule > XMPPFED_EKU_STRICT_ROLE)
        return XMPPFED_ERR_ARGUMENT;
    p->record.eku = rule;
    return 0;
}

int xmppfed_partner_set_bidi(xmppfed_partner *p, int when)
{
    if (!p || when < XMPPFED_BIDI_NEVER || when > XMPPFED_BIDI_ANY_PROOF)
        return XMPPFED_ERR_ARGUMENT;
    p->record.bidi = when;
    return 0;
}

void xmppfed_partner_set_allow_plaintext(xmppfed_partner *p, int on)
{
    p->record.allow_plaintext = on != 0;
}

int xmppfed_partner_set_dane(xmppfed_partner *p, int rule)
{
    if (!p || rule < XMPPFED_DANE_OPPORTUNISTIC || rule > XMPPFED_DANE_REQUIRED)
        return XMPPFED_ERR_ARGUMENT;
    p->record.dane = rule;
    return 0;
}
