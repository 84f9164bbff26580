/* listing.c - partner records as they are in force, for people who look at them. */
#include <string.h>

#include "policy/matrix.h"
#include "policy/snapshot.h"

static void describe(const xmppfed_policy *policy, const struct xfed_partner *record,
                     xmppfed_partner_info *ret)
{
    bool strict = xfed_policy_is_strict(policy);
    xmppfed_partner_info info = {
        .size = sizeof(info),
        .domain = record->domain,
        .description = record->description,
        .proxy_fqdn = record->proxy_fqdn,
#define FIELD(type, name, initial) .name = record->name,
#include "policy/partner_fields.def"
#undef FIELD
        .row = xfed_matrix(record->tls, record->sasl, record->dialback, strict).number,
        .methods = record->methods,
        .note_text = "",
        .domain_count = record->domain_count,
        .address_count = record->address_count,
        .record = record,
        .pin_count = record->pin_count,
    };

    info.note_code = xfed_record_warning(record, strict, &info.note_text);
    if (!info.note_code)
        info.note_code = "";
    memcpy(ret, &info, sizeof(info));
}

/* A larger struct is that of a host which was built with a later header. */
static bool is_usable(const xmppfed_policy *policy, const xmppfed_partner_info *ret)
{
    return policy && ret && ret->size >= sizeof(*ret);
}

int xmppfed_policy_partner(const xmppfed_policy *policy, size_t index, xmppfed_partner_info *ret)
{
    const struct xfed_partner *record;

    if (!is_usable(policy, ret))
        return XMPPFED_ERR_ARGUMENT;
    record = xfed_policy_at(policy, index);
    if (!record)
        return XMPPFED_ERR_UNKNOWN_HANDLE;
    describe(policy, record, ret);
    return 0;
}

int xmppfed_policy_find_partner(const xmppfed_policy *policy, const char *domain,
                                xmppfed_partner_info *ret)
{
    const struct xfed_partner *record;
    char prepared[XMPPFED_DOMAIN_SIZE];
    int rc;

    if (!is_usable(policy, ret) || !domain)
        return XMPPFED_ERR_ARGUMENT;
    rc = xmppfed_domain_prepare(domain, prepared);
    if (rc < 0)
        return rc;
    record = xfed_policy_find(policy, prepared);
    if (!record)
        return XMPPFED_ERR_POLICY_UNKNOWN_PARTNER;
    describe(policy, record, ret);
    return 0;
}

const char *xmppfed_partner_info_domain(const xmppfed_partner_info *p, size_t index)
{
    const struct xfed_partner *record = p ? p->record : NULL;
    const char *domain;

    if (!record || index >= record->domain_count)
        return NULL;
    domain = record->domains;
    while (index-- > 0)
        domain += strlen(domain) + 1;
    return domain;
}

int xmppfed_partner_info_switch(const xmppfed_partner_info *p, int direction, int which)
{
    const struct xfed_partner *record = p ? p->record : NULL;

    if (!record || !xfed_switch_is_known(direction, which))
        return 0;
    return record->permits.of[direction - XMPPFED_INBOUND][which];
}

const char *xmppfed_partner_info_address(const xmppfed_partner_info *p, size_t index,
                                         uint16_t *ret_port)
{
    const struct xfed_partner *record = p ? p->record : NULL;

    if (!record || index >= record->address_count)
        return NULL;
    if (ret_port)
        *ret_port = record->addresses[index].port;
    return record->addresses[index].address;
}

int xmppfed_policy_federation(const xmppfed_policy *policy)
{
    return policy && xfed_policy_is_on(policy);
}

int xmppfed_policy_strict(const xmppfed_policy *policy)
{
    return policy && xfed_policy_is_strict(policy);
}
