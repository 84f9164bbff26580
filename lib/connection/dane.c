/* dane.c - what a peer's certificate is worth: by TLSA records that DNSSEC has proved, or PKIX. */
#include "connection/recording.h"

#include <string.h>

#include "base/fault.h"
#include "base/slice.h"
#include "tls/session.h"

enum {
    NAMES = 3,
    /* Seconds. A short life of records says that they may change, not that streams should end. */
    TLSA_TIME_MIN = 3600
};

/* One allocation, charged to the stream's account: this, the records, their octets and bases. */
struct xfed_connection_dns {
    size_t size;
    char host[XMPPFED_DOMAIN_SIZE]; /* a name that DNSSEC gives the server dialled; "" for none */
    xmppfed_tlsa *records;
    size_t count;
    bool usable;   /* some record is understood */
    int64_t until; /* Unix seconds: the last in which the records prove anything */
};

/* ---- keeping ----------------------------------------------------------------------------- */

static bool keeps(const xmppfed_connection *c, const xmppfed_tlsa *r)
{
    /* Who dials in is no server here: only its very certificate says who it is, not its issuer. */
    return c->negotiation.role == XFED_INITIATOR || r->usage == XFED_TLSA_DANE_EE;
}

static const char *base_of(const xmppfed_tlsa *r)
{
    return r->base ? r->base : "";
}

/* A domain may have many servers, and a peer that dials in is any one of them. */
static size_t most(const xmppfed_connection *c)
{
    return c->negotiation.role == XFED_INITIATOR ? XFED_TLSA_MAX : (size_t)4 * XFED_TLSA_MAX;
}

/* How many octets the records need that are kept, and how many of them those are. */
static bool measure(const xmppfed_connection *c, const xmppfed_tlsa *records, size_t count,
                    size_t *ret_count, size_t *ret_size)
{
    size_t size = sizeof(struct xfed_connection_dns);
    size_t kept = 0;

    for (size_t i = 0; i < count && kept < most(c); i++) {
        if (!keeps(c, &records[i]))
            continue;
        kept++;
        if (!xfed_size_add(size, sizeof(*records) + strlen(base_of(&records[i])) + 1, &size) ||
            !xfed_size_add(size, records[i].data.len, &size))
            return false;
    }
    *ret_count = kept;
    *ret_size = size;
    return true;
}

static void copy(const xmppfed_connection *c, const xmppfed_tlsa *records,
                 struct xfed_connection_dns *dns, size_t kept)
{
    char *octets = (char *)(dns->records + kept);

    for (size_t i = 0; dns->count < kept; i++) {
        xmppfed_tlsa *r = &dns->records[dns->count];
        const char *base = base_of(&records[i]);

        if (!keeps(c, &records[i]))
            continue;
        dns->count++;
        *r = records[i];
        r->data.data = octets;
        if (r->data.len > 0)
            memcpy(octets, records[i].data.data, r->data.len);
        octets += r->data.len;
        r->base = octets;
        memcpy(octets, base, strlen(base) + 1);
        octets += strlen(base) + 1;
    }
}

/* When the first of the records ends, as far as that is known. */
static int64_t end_of(const xmppfed_connection *c, const struct xfed_connection_dns *dns)
{
    uint32_t least = UINT32_MAX;

    for (size_t i = 0; i < dns->count; i++)
        if (dns->records[i].ttl > 0 && dns->records[i].ttl < least)
            least = dns->records[i].ttl;
    if (least == UINT32_MAX)
        return INT64_MAX;
    return xfed_site_wall(c->site, c->now) + (least > TLSA_TIME_MIN ? least : TLSA_TIME_MIN);
}

/* How many records from the first one on are about one server. */
static size_t group(const xmppfed_tlsa *records, size_t count)
{
    size_t i = 1;

    while (i < count && i < XFED_TLSA_MAX && strcmp(records[i].base, records[0].base) == 0)
        i++;
    return i;
}

void xfed_connection_forget_dns(xmppfed_connection *c)
{
    if (!c->dns)
        return;
    xfed_account_give(&c->account, c->dns->size);
    xfed_free(c->ctx, c->dns);
    c->dns = NULL;
}

int xfed_connection_keep_dns(xmppfed_connection *c, const char *host, const xmppfed_tlsa *records,
                             size_t count)
{
    struct xfed_connection_dns *dns;
    bool used[XFED_TLSA_MAX];
    size_t kept;
    size_t size;
    int rc;

    if (!measure(c, records, count, &kept, &size))
        return XMPPFED_ERR_NOMEM;
    rc = xfed_account_take(&c->account, size);
    if (rc < 0)
        return rc;
    dns = xfed_zalloc(c->ctx, size);
    if (!dns) {
        xfed_account_give(&c->account, size);
        return XMPPFED_ERR_NOMEM;
    }
    dns->size = size;
    dns->records = (xmppfed_tlsa *)(dns + 1);
    (void)xfed_text_copy(dns->host, sizeof(dns->host), host);
    copy(c, records, dns, kept);
    dns->usable = xfed_tlsa_choose(dns->records, kept, used) > 0;
    dns->until = end_of(c, dns);
    xfed_connection_forget_dns(c);
    c->dns = dns;
    return 0;
}

/* Who dials knows before it begins, who was dialled when its host has answered. */
bool xfed_connection_takes_evidence(const xmppfed_connection *c)
{
    if (c->down || c->negotiation.role == XFED_RECEIVER)
        return xfed_connection_awaits_evidence(c);
    return (c->negotiation.state == XFED_STATE_I_HEADER || c->direct) &&
           c->negotiation.certificate == XFED_CERTIFICATE_UNCHECKED;
}

int xmppfed_connection_set_tlsa(xmppfed_connection *c, const char *host,
                                const xmppfed_tlsa *records, size_t count)
{
    char prepared[XMPPFED_DOMAIN_SIZE] = "";
    int rc = 0;

    if (!c || (!records && count > 0) || (host && c->negotiation.role == XFED_RECEIVER))
        return XMPPFED_ERR_ARGUMENT;
    if (!xfed_connection_takes_evidence(c))
        return XMPPFED_ERR_STATE;
    if (count > 0)
        xfed_recording_call(c, "tlsa %zu", count);
    if (host)
        rc = xmppfed_domain_prepare(host, prepared);
    return rc < 0 ? rc : xfed_connection_keep_dns(c, prepared, records, count);
}

/* ---- judging ----------------------------------------------------------------------------- */

static bool heeds_dns(const xmppfed_connection *c, const struct xfed_partner *partner)
{
    return c->dns && partner->dane != XMPPFED_DANE_OFF;
}

bool xfed_connection_is_bound(const xmppfed_connection *c, const struct xfed_partner *partner)
{
    return c->negotiation.role == XFED_INITIATOR && heeds_dns(c, partner) && c->dns->usable;
}

struct xfed_tls_demand xfed_connection_demand(const xmppfed_connection *c,
                                              const struct xfed_partner *partner)
{
    return (struct xfed_tls_demand){
        .trust = partner ? xfed_site_trust_for(c->site, partner->domain) : c->site->trust,
        .eku = partner ? partner->eku : XMPPFED_EKU_SERVER,
        .ocsp = partner ? partner->ocsp : XMPPFED_OCSP_USE,
        .unix_seconds = xfed_site_wall(c->site, c->now),
    };
}

static int verify(xmppfed_connection *c, const char *domain, const struct xfed_partner *partner,
                  xmppfed_problem *why)
{
    const struct xfed_tls_demand demand = xfed_connection_demand(c, partner);
    struct xfed_tls_standing standing;
    int rc = xfed_tls_session_prove(c->tls, &demand, domain, &standing, why);

    if (rc < 0)
        return rc;
    c->proof_until = standing.until;
    c->staple = standing.staple;
    return 0;
}

/* Whether what DNS said of the peer was long ago; whoever dials asks DNS again. */
static bool is_past(const xmppfed_connection *c)
{
    return xfed_site_wall(c->site, c->now) > c->dns->until;
}

/* A secure delegation makes the server's own name as good as the domain's (RFC 7673 4.1). */
static enum xfed_certificate judge_pkix(xmppfed_connection *c, const char *domain,
                                        const struct xfed_partner *partner, xmppfed_problem *why)
{
    int rc;

    if (partner->pin_only) {
        c->proof_until = INT64_MAX;
        return XFED_CERTIFICATE_PKIX;
    }
    rc = verify(c, domain, partner, why);
    if (rc == XMPPFED_ERR_TLS_IDENTITY && heeds_dns(c, partner) && c->dns->host[0])
        rc = verify(c, c->dns->host, partner, NULL);
    return rc == 0 ? XFED_CERTIFICATE_PKIX : XFED_CERTIFICATE_FAILS;
}

/* The verdict of the records of one server. */
static int match(const xmppfed_connection *c, const char *domain,
                 const struct xfed_partner *partner, const xmppfed_tlsa *records, size_t count,
                 xmppfed_problem *why)
{
    /* RFC 7673 4.1 and 6; the base is where CNAME has led (RFC 7671 7). */
    const char *names[NAMES] = {domain};
    size_t name_count = 1;

    if (c->dns->host[0])
        names[name_count++] = c->dns->host;
    if (records[0].base[0])
        names[name_count++] = records[0].base;
    return xfed_tls_session_match(c->tls,
                                  &(struct xfed_tls_promise){
                                      .records = records,
                                      .count = count,
                                      .names = names,
                                      .name_count = name_count,
                                      .demand = xfed_connection_demand(c, partner),
                                      .domain = domain,
                                  },
                                  why);
}

/* Whether the peer has the certificate of one of the domain's servers. */
static bool is_a_server(const xmppfed_connection *c, const char *domain,
                        const struct xfed_partner *partner)
{
    const xmppfed_tlsa *records = c->dns->records;
    size_t count;

    for (size_t i = 0; i < c->dns->count; i += count) {
        count = group(records + i, c->dns->count - i);
        if (match(c, domain, partner, records + i, count, NULL) == XFED_DANE_MATCH)
            return true;
    }
    return false;
}

/* Pins are asked for besides whatever else speaks for a certificate. */
bool xfed_connection_lacks_pin(const xmppfed_connection *c, const char *domain,
                               const struct xfed_partner *partner, xmppfed_problem *why)
{
    const struct xfed_tls_pins pins = {partner->pins, partner->pin_count};

    return pins.count > 0 && xfed_tls_session_check_pins(c->tls, &pins, domain, why) < 0;
}

/*
 * Nothing that was found out for the stream's own peer counts: no TLSA record, no host name of DNS,
 * no fingerprint from the web (doc/threat-model.md, row 5).
 */
static bool judge_other(const xmppfed_connection *c, const char *domain,
                        const struct xfed_partner *partner, int64_t *ret_until)
{
    const struct xfed_tls_demand demand = xfed_connection_demand(c, partner);
    struct xfed_tls_standing standing;
    xmppfed_problem why;

    if (partner->dane == XMPPFED_DANE_REQUIRED ||
        xfed_connection_lacks_pin(c, domain, partner, &why))
        return false;
    if (partner->pin_only) {
        *ret_until = INT64_MAX;
        return true;
    }
    if (xfed_tls_session_prove(c->tls, &demand, domain, &standing, &why) < 0)
        return false;
    *ret_until = standing.until;
    return true;
}

bool xfed_connection_proves_other(xmppfed_connection *c, const char *domain,
                                  const struct xfed_partner *partner, struct xfed_pair_proof *proof)
{
    if (!c->tls)
        return false;
    if (proof->valid && proof->generation == c->site->generation &&
        xfed_site_wall(c->site, c->now) <= proof->until)
        return true;
    proof->generation = c->site->generation;
    proof->valid = judge_other(c, domain, partner, &proof->until);
    return proof->valid;
}

enum xfed_certificate xfed_connection_judge(xmppfed_connection *c, const char *domain,
                                            const struct xfed_partner *partner,
                                            xmppfed_problem *why)
{
    enum xfed_certificate worth;
    bool bound = xfed_connection_is_bound(c, partner);

    c->staple = XMPPFED_STAPLE_NONE;
    if (xfed_connection_lacks_pin(c, domain, partner, why))
        return bound ? XFED_CERTIFICATE_REFUTED : XFED_CERTIFICATE_FAILS;
    if (bound && is_past(c)) {
        (void)xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                             "the TLSA records that proved it have had their time; DNS is asked "
                             "again for the next stream");
        return XFED_CERTIFICATE_FAILS;
    }
    if (bound) {
        int rc = match(c, domain, partner, c->dns->records, c->dns->count, why);

        /* Usable records end in a match or in refusal, also without the memory to compare. */
        if (rc < 0)
            (void)xfed_fault_code(why, rc);
        c->proof_until = c->dns->until;
        return rc == XFED_DANE_MATCH ? XFED_CERTIFICATE_DANE : XFED_CERTIFICATE_REFUTED;
    }
    worth = judge_pkix(c, domain, partner, why);
    if (worth == XFED_CERTIFICATE_PKIX && partner->dane != XMPPFED_DANE_REQUIRED)
        return worth;
    if (c->negotiation.role == XFED_RECEIVER && heeds_dns(c, partner) && !is_past(c) &&
        is_a_server(c, domain, partner)) {
        c->proof_until = c->dns->until;
        return XFED_CERTIFICATE_DANE;
    }
    if (partner->dane != XMPPFED_DANE_REQUIRED &&
        xfed_connection_is_published(c, domain, partner, why))
        return XFED_CERTIFICATE_POSH;
    if (partner->dane == XMPPFED_DANE_REQUIRED)
        (void)xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                             "no TLSA record that DNSSEC proves is for its certificate, and the "
                             "partner record takes nothing else");
    return XFED_CERTIFICATE_FAILS;
}
