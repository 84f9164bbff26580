/* partner.h - a partner record as the other layers read it, and the look-up by domain. */
#ifndef XFED_POLICY_PARTNER_H
#define XFED_POLICY_PARTNER_H

#include <stdbool.h>
#include <xmppfed/address.h>
#include <xmppfed/policy.h>

#include "policy/gateway.h"
#include "policy/switch.h"

#define XFED_PARTNER_ADDRESSES 8
#define XFED_PARTNER_PINS 8
#define XFED_PARTNER_PIN_SIZE 32 /* SHA-256 of a SubjectPublicKeyInfo */

struct xfed_partner_address {
    char address[48]; /* as inet_ntop writes it */
    uint16_t port;
};

/*
 * The fields of a record with their ranges checked; inside a snapshot never changed. Strings are
 * borrowed from the snapshot: fixed arrays would cost a kilobyte a record.
 */
struct xfed_partner {
    /* Prepared primary domain, "*.example.com" of a wildcard, "" of open federation. */
    const char *domain;
    struct xfed_permits permits; /* resolved: never BY_TYPE in a snapshot */
#define FIELD(type, name, initial) type name;
#include "policy/partner_fields.def"
#undef FIELD
    struct xfed_gateway settings; /* of its own; 0: the gateway's */
    uint32_t methods;             /* OR of enum xmppfed_method, from the matrix */
    const char *proxy_fqdn;       /* prepared, "" for none */
    const char *description;      /* free text, "" for none */
    const char *domains;          /* additional ones, one behind the other with their NULs */
    size_t domain_count;
    const struct xfed_partner_address *addresses;
    size_t address_count; /* at most XFED_PARTNER_ADDRESSES */
    const uint8_t *pins;  /* one behind the other, XFED_PARTNER_PIN_SIZE octets each */
    size_t pin_count;     /* at most XFED_PARTNER_PINS */
};

/* Whether a resource can change a decision: some block names one. */
bool xfed_policy_reads_resources(const xmppfed_policy *policy);

/* The setting that holds for a record, which may be NULL: its own, or the gateway's. */
uint32_t xfed_policy_setting(const xmppfed_policy *policy, const struct xfed_partner *partner,
                             int setting);

/* The record for a prepared domain (the open federation record if there is one), or NULL. */
const struct xfed_partner *xfed_policy_find(const xmppfed_policy *policy, const char *domain);

#endif
