/*
 * xmppfed/policy.h - who the partners are, how they must prove themselves, what their users may do.
 *
 * Purpose: a builder collects partner records, access policies and gateway settings, checks them
 * and yields an immutable snapshot. Decisions are pure: (snapshot, question) -> (verdict, effects,
 * reasons). Deny by default: a domain that is in no record is refused. A NULL where a call does not
 * speak of one is XMPPFED_ERR_ARGUMENT; why may always be NULL. A builder belongs to one thread.
 *
 *     xmppfed_policy_builder *b;
 *     xmppfed_partner *p;
 *     xmppfed_policy *policy;
 *     xmppfed_problem why;
 *     xmppfed_policy_builder_new(ctx, &b);
 *     xmppfed_policy_builder_set_federation(b, 1);
 *     xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_GLOBAL, "",
 *                                       XMPPFED_ACCESS_FEDERATION | XMPPFED_ACCESS_XMPP, &why);
 *     xmppfed_policy_builder_add_partner(b, "fabrikam.example", &why, &p);
 *     xmppfed_partner_set_type(p, XMPPFED_PARTNER_FEDERATED);
 *     xmppfed_policy_builder_finish(b, &why, &policy);
 *     xmppfed_policy_builder_free(b);
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_POLICY_H
#define XMPPFED_POLICY_H

#include <xmppfed/common.h>
#include <xmppfed/context.h>

XMPPFED_BEGIN_DECLS

typedef struct xmppfed_policy_builder xmppfed_policy_builder;
/* A partner record inside a builder; borrowed from it. */
typedef struct xmppfed_partner xmppfed_partner;
/* A finished snapshot: immutable, shared by reference count, usable by any thread. */
typedef struct xmppfed_policy xmppfed_policy;

/* How far a partner's users are trusted. */
enum xmppfed_partner_type {
    XMPPFED_PARTNER_FEDERATED = 1,
    XMPPFED_PARTNER_PUBLIC_VERIFIED = 2,
    XMPPFED_PARTNER_PUBLIC_UNVERIFIED = 3 /* default */
};

/*
 * What users may do, each a switch of a record for each direction: XMPPFED_INBOUND is what the
 * partner's users may do towards ours, XMPPFED_OUTBOUND what ours may do towards theirs. So that
 * the partner's users never see notes of ours is SEE_NOTES, inbound.
 */
enum xmppfed_switch {
    XMPPFED_SWITCH_ADD = 1,
    XMPPFED_SWITCH_SEE_PRESENCE = 2,
    XMPPFED_SWITCH_SEE_NOTES = 3,          /* status texts, mood, activity, tune, location, nick */
    XMPPFED_SWITCH_START_CONVERSATION = 4, /* NEVER lets no message by, not even an answer */
    XMPPFED_SWITCH_TYPING = 5,
    XMPPFED_SWITCH_RECEIPTS = 6,
    XMPPFED_SWITCH_GROUP_CHAT = 7,
    XMPPFED_SWITCH_FILES = 8,
    XMPPFED_SWITCH_CALLS = 9
};

/* What a switch is set to. The contact list is that of our user, whoever acts. */
enum xmppfed_permit {
    XMPPFED_PERMIT_BY_TYPE = 0, /* what the partner type sets it to */
    XMPPFED_PERMIT_NEVER = 1,
    XMPPFED_PERMIT_IF_ADDED = 2,    /* our user has the other one on the contact list */
    XMPPFED_PERMIT_IF_MESSAGED = 3, /* ... or has written to the other one */
    XMPPFED_PERMIT_ALWAYS = 4
};

/* TlsNegotiation and SaslNegotiation of a record. */
enum xmppfed_negotiation { XMPPFED_REQUIRED = 1, XMPPFED_OPTIONAL = 2, XMPPFED_NOT_SUPPORTED = 3 };

/* What DNS may prove of a partner's certificate (RFC 7673), if the name servers are trusted. */
enum xmppfed_dane_rule {
    XMPPFED_DANE_OPPORTUNISTIC = 0, /* TLSA records count where there are any (default) */
    XMPPFED_DANE_OFF = 1,           /* nothing that DNS says of certificates counts */
    XMPPFED_DANE_REQUIRED = 2       /* nothing but TLSA records proves the partner */
};

/* Ways to prove a domain; a set is an OR. SCRAM goes first, then preference is in this order. */
enum xmppfed_method {
    XMPPFED_METHOD_EXTERNAL = 1,     /* SASL EXTERNAL over TLS */
    XMPPFED_METHOD_DIALBACK_TLS = 2, /* dialback inside TLS */
    XMPPFED_METHOD_DIALBACK_TCP = 4, /* dialback without TLS */
    XMPPFED_METHOD_SCRAM = 8         /* SASL SCRAM-SHA-256-PLUS over TLS, by a shared secret */
};

/* How a domain was proved. */
enum xmppfed_proof_kind {
    XMPPFED_PROOF_NONE = 0,
    XMPPFED_PROOF_PKIX = 1, /* certificate, SASL EXTERNAL or our own check as initiator */
    XMPPFED_PROOF_DANE = 2,
    XMPPFED_PROOF_DIALBACK_TLS = 3, /* dialback inside TLS */
    XMPPFED_PROOF_DIALBACK_TCP = 4,
    XMPPFED_PROOF_POSH = 5, /* certificate whose fingerprint its domain publishes (RFC 7711) */
    XMPPFED_PROOF_SHARED_SECRET = 6 /* a secret that both know, over this very TLS session */
};

/* Gateway-wide settings with the defaults of the original. */
enum xmppfed_gateway_setting {
    XMPPFED_GATEWAY_CONNECTION_LIMIT = 1,         /* connections, default 1000, 1..1000000 */
    XMPPFED_GATEWAY_PARTNER_CONNECTION_LIMIT = 2, /* connections, default 20, 1..100000 */
    XMPPFED_GATEWAY_ESTABLISHMENT_TIMEOUT = 3,    /* seconds, default 60, 1..3600 */
    XMPPFED_GATEWAY_INACTIVITY_TIMEOUT = 4,       /* seconds, default 600, 10..604800 */
    XMPPFED_GATEWAY_KEEP_ALIVE_INTERVAL = 5,      /* seconds, default 300, 10..86400 */
    XMPPFED_GATEWAY_SUBSCRIPTION_REFRESH = 6,     /* seconds, default 28800, 60..2592000 */
    XMPPFED_GATEWAY_INVITATION_RATE = 7,          /* an hour and domain, default 1000, 1..1000000 */
    XMPPFED_GATEWAY_BIDI = 8,                     /* 1: as the records say, 0: never; default 1 */
    XMPPFED_GATEWAY_KEEP_ALIVE_PING = 9           /* enum xmppfed_ping_rule, default ON_STREAM */
};

/*
 * On which streams that we have opened a silent peer is asked whether it is there, after half of
 * KEEP_ALIVE_INTERVAL, by a ping (XEP-0199) that any byte of it answers within 30 seconds; else the
 * stream counts as dead. On streams with acknowledgements <r/> is asked instead (XEP-0198); on all
 * others white space only shows that we are there (RFC 6120 4.6.1).
 */
enum xmppfed_ping_rule {
    XMPPFED_PING_NEVER = 1,
    XMPPFED_PING_ON_STREAM = 2, /* where the answer comes on the same stream (XEP-0288) */
    /* Also where it comes on one that the partner has opened, or opens to answer; a federation sees
     * it, a connection of one's own does not and keeps to ON_STREAM. */
    XMPPFED_PING_ALWAYS = 3
};

/* On which proof one stream carries stanzas both ways (XEP-0288); without TLS it never does. */
enum xmppfed_bidi {
    XMPPFED_BIDI_NEVER = 1,
    XMPPFED_BIDI_CERTIFICATE = 2, /* the certificate or a secret proves the partner; default */
    XMPPFED_BIDI_ANY_PROOF = 3    /* also dialback, on streams that the partner has opened */
};

/* Where an external access policy applies; the nearest one replaces the others whole. */
enum xmppfed_scope {
    XMPPFED_SCOPE_GLOBAL = 1,
    XMPPFED_SCOPE_SITE = 2,
    XMPPFED_SCOPE_USER = 3,
    XMPPFED_SCOPE_GROUP = 4 /* of partner rules alone */
};

/* Which way a stanza goes, and whose users act. */
enum xmppfed_direction { XMPPFED_INBOUND = 1, XMPPFED_OUTBOUND = 2 };

/* Flags of an external access policy. XMPP works only with both of the first two. */
enum xmppfed_access {
    XMPPFED_ACCESS_FEDERATION = 1,
    XMPPFED_ACCESS_XMPP = 2,
    XMPPFED_ACCESS_PUBLIC_CLOUD = 4,
    XMPPFED_ACCESS_PUBLIC_CLOUD_AV = 8,
    XMPPFED_ACCESS_OUTSIDE = 16
};

/* ---- building ---------------------------------------------------------------------------- */

/* Makes an empty builder: no partner, federation off. Errors: XMPPFED_ERR_ARGUMENT, _NOMEM. */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_policy_builder_new(xmppfed_context *ctx,
                                                              xmppfed_policy_builder **ret);
/* Frees a builder with its records; NULL is fine. Snapshots made of it live on. */
XMPPFED_API void xmppfed_policy_builder_free(xmppfed_policy_builder *b);

/* The master switch (AllowFederatedUsers), default 0. Errors: none. */
XMPPFED_API void xmppfed_policy_builder_set_federation(xmppfed_policy_builder *b, int on);
/*
 * Takes "SASL Required" literally: rows 3 and 5 of the matrix lose dialback. Default 0.
 */
XMPPFED_API void xmppfed_policy_builder_set_strict(xmppfed_policy_builder *b, int on);
/*
 * Says that the host keeps contact lists: every stanza that is otherwise allowed then waits for the
 * contact state, so that a block by a user holds whatever the partner type. Default 0: only what a
 * switch makes depend on it waits, and a host without contacts answers nothing.
 */
XMPPFED_API void xmppfed_policy_builder_set_contacts(xmppfed_policy_builder *b, int on);
/* Sets a gateway setting. Errors: XMPPFED_ERR_POLICY_RECORD (out of its range), _ARGUMENT. */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_policy_builder_set_gateway(xmppfed_policy_builder *b,
                                                                      int setting, uint32_t value,
                                                                      xmppfed_problem *why);

/*
 * Adds a partner record with its defaults: TLS Required, SASL Optional, dialback True (row 7),
 * PublicUnverified, keep-alive on. *ret borrows from the builder. A domain "*.example.com" is a
 * wildcard: it stands for all domains below example.com that are in no other record, not for
 * example.com itself. Of several wildcards the longest holds.
 * Errors: XMPPFED_ERR_ADDRESS, XMPPFED_ERR_DUPLICATE (the domain is in a record already), _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_policy_builder_add_partner(xmppfed_policy_builder *b,
                                                                      const char *domain,
                                                                      xmppfed_problem *why,
                                                                      xmppfed_partner **ret);
/*
 * The record for every domain that is in no other: open federation, always PublicUnverified. It
 * exists once this was called. Errors: XMPPFED_ERR_NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_policy_builder_open_federation(xmppfed_policy_builder *b,
                                                                          xmppfed_partner **ret);

/* Adds an additional domain (no wildcard, no implied subdomain). Errors as add_partner. */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_partner_add_domain(xmppfed_partner *p, const char *domain, xmppfed_problem *why);
/* Free text. Errors: XMPPFED_ERR_NOMEM. */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_partner_set_description(xmppfed_partner *p,
                                                                   const char *text);
/* One of enum xmppfed_partner_type. Errors: XMPPFED_ERR_ARGUMENT (also for open federation). */
XMPPFED_API int xmppfed_partner_set_type(xmppfed_partner *p, int type);
/*
 * Sets one switch (enum xmppfed_switch, enum xmppfed_direction) to one of enum xmppfed_permit,
 * whatever the partner type says. Errors: XMPPFED_ERR_ARGUMENT.
 */
XMPPFED_API int xmppfed_partner_set_switch(xmppfed_partner *p, int direction, int which,
                                           int permit);
/* One of enum xmppfed_negotiation each. Errors: XMPPFED_ERR_ARGUMENT. */
XMPPFED_API int xmppfed_partner_set_tls(xmppfed_partner *p, int negotiation);
XMPPFED_API int xmppfed_partner_set_sasl(xmppfed_partner *p, int negotiation);
/* Whether dialback is supported (SupportDialbackNegotiation). Errors: none. */
XMPPFED_API void xmppfed_partner_set_dialback(xmppfed_partner *p, int on);
/* Whether the partner must keep its streams alive (EnableKeepAlive). Errors: none. */
XMPPFED_API void xmppfed_partner_set_keep_alive(xmppfed_partner *p, int on);
/* Connections at a time, 1..100000; 0 takes the gateway's. Errors: XMPPFED_ERR_ARGUMENT. */
XMPPFED_API int xmppfed_partner_set_connection_limit(xmppfed_partner *p, uint32_t limit);
/* The server to connect to in place of an SRV look-up. Errors: XMPPFED_ERR_ADDRESS, _NOMEM. */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_partner_set_proxy_fqdn(xmppfed_partner *p, const char *fqdn, xmppfed_problem *why);
/*
 * Adds a fixed address (IPv4 or IPv6 text) and port, tried in the order of adding; no DNS is then
 * asked for this partner. At most 8. Errors: XMPPFED_ERR_ADDRESS, XMPPFED_ERR_ARGUMENT.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_partner_add_address(xmppfed_partner *p,
                                                               const char *address, uint16_t port,
                                                               xmppfed_problem *why);
/* One of enum xmppfed_eku_rule (tls.h). Errors: XMPPFED_ERR_ARGUMENT. */
XMPPFED_API int xmppfed_partner_set_eku(xmppfed_partner *p, int rule);
/* One of enum xmppfed_dane_rule. Errors: XMPPFED_ERR_ARGUMENT. */
XMPPFED_API int xmppfed_partner_set_dane(xmppfed_partner *p, int rule);
/* One of enum xmppfed_bidi. Errors: XMPPFED_ERR_ARGUMENT. */
XMPPFED_API int xmppfed_partner_set_bidi(xmppfed_partner *p, int when);
/*
 * Takes what the partner's domain publishes about its certificate over HTTPS (RFC 7711) for a proof
 * where neither an authority nor DNS gives one, if the host can fetch it (XMPPFED_OPTION_POSH);
 * default 0. Whoever controls the web server of the domain, or a certificate for it, can then speak
 * for the partner. Errors: none.
 */
XMPPFED_API void xmppfed_partner_set_posh(xmppfed_partner *p, int on);
/*
 * Takes a certificate that proves the domain of a dialback key for the proof of that key, without
 * asking the domain's servers (XEP-0344 2.4), where the record allows EXTERNAL and dialback over
 * TLS; default 0: a key is always asked about. Errors: none.
 */
XMPPFED_API void xmppfed_partner_set_key_by_certificate(xmppfed_partner *p, int on);
/*
 * Adds a pinned key: the SHA-256 of a SubjectPublicKeyInfo as 64 hexadecimal digits, colons between
 * octets allowed. At most 8. The partner's certificate must then have one of the keys, besides all
 * that is asked of it anyway, and dialback proves this partner no more. Pin the next key before the
 * partner changes to it. Errors, with a sentence in why: XMPPFED_ERR_ARGUMENT (no pin, too many,
 * open federation), _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_partner_add_pin(xmppfed_partner *p, const char *pin,
                                                           xmppfed_problem *why);
/*
 * Lets a pin stand in for the chain: authorities, names, dates and purposes of the certificate are
 * then not asked about, as with DANE-EE (RFC 7671 5.1). Errors: none; finish() refuses it without a
 * pin.
 */
XMPPFED_API void xmppfed_partner_set_pin_only(xmppfed_partner *p, int on);
/*
 * What is asked of the OCSP response that comes with the partner's certificate, one of enum
 * xmppfed_ocsp_rule (tls.h), default USE. It is asked where an authority proves the partner, also
 * by TLSA records of usage 1 or 2. Errors: XMPPFED_ERR_ARGUMENT.
 */
XMPPFED_API int xmppfed_partner_set_ocsp(xmppfed_partner *p, int rule);
/*
 * The least version of TLS in which the partner can be proved, one of enum xmppfed_tls_version
 * (tls.h), default 1.2. Errors: XMPPFED_ERR_ARGUMENT.
 */
XMPPFED_API int xmppfed_partner_set_tls_minimum(xmppfed_partner *p, int version);
/*
 * The weakest proof that is enough (enum xmppfed_proof_kind; NONE, the default: any that
 * the matrix permits, or nothing but SHARED_SECRET in a record that has one). From weak to strong:
 * DIALBACK_TCP, DIALBACK_TLS, POSH, PKIX, DANE, SHARED_SECRET. Errors: XMPPFED_ERR_ARGUMENT.
 */
XMPPFED_API int xmppfed_partner_set_minimum_proof(xmppfed_partner *p, int proof);
/*
 * Says that the partner and we share a secret, by which each proves itself to the other with SASL
 * SCRAM-SHA-256-PLUS (RFC 7677) bound to the TLS session (RFC 9266); default 0. The secret itself is
 * given to the site, xmppfed_site_set_partner_secret(): no snapshot has it. Nothing else then proves
 * the partner, not even a certificate, unless the minimum proof names what else is enough; and a
 * secret that is refused is a failure, which nothing takes the place of. Pins are asked for besides.
 * Errors: none; finish() refuses it for a wildcard and open federation, as a secret that several
 * know proves none of them, without TLS or SASL, and where DANE is required.
 */
XMPPFED_API void xmppfed_partner_set_shared_secret(xmppfed_partner *p, int on);
/*
 * A gateway setting of the partner's own, in place of the gateway's. Errors:
 * XMPPFED_ERR_POLICY_RECORD (out of its range), _ARGUMENT (also for CONNECTION_LIMIT and BIDI).
 */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_partner_set_gateway(xmppfed_partner *p, int setting, uint32_t value, xmppfed_problem *why);
/* The second, explicit consent to methods that run without TLS. Errors: none. */
XMPPFED_API void xmppfed_partner_set_allow_plaintext(xmppfed_partner *p, int on);

/*
 * Adds an external access policy. name is "" for global, the site or the policy name otherwise;
 * flags an OR of enum xmppfed_access. Without a global one nobody may use XMPP.
 * Errors: XMPPFED_ERR_DUPLICATE, XMPPFED_ERR_ARGUMENT, XMPPFED_ERR_NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_policy_builder_add_access(xmppfed_policy_builder *b,
                                                                     int scope, const char *name,
                                                                     uint32_t flags,
                                                                     xmppfed_problem *why);
/*
 * Says of one user of ours: the site ("" for none), the granted user policy ("" for none), and
 * whether the user is homed on a survivable branch (then XMPP is refused).
 * Errors: XMPPFED_ERR_ADDRESS, XMPPFED_ERR_DUPLICATE, XMPPFED_ERR_NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_policy_builder_add_user(xmppfed_policy_builder *b, const char *address, const char *site,
                                const char *policy, int branch, xmppfed_problem *why);

/*
 * Puts a user of ours into a group; a user is in one group at most.
 * Errors: XMPPFED_ERR_ADDRESS, XMPPFED_ERR_DUPLICATE, XMPPFED_ERR_ARGUMENT, XMPPFED_ERR_NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_policy_builder_add_member(xmppfed_policy_builder *b,
                                                                     const char *group,
                                                                     const char *address,
                                                                     xmppfed_problem *why);
/*
 * A rule for the partner whose record names a domain, of a user (XMPPFED_SCOPE_USER, by address) or
 * a group (XMPPFED_SCOPE_GROUP). With rules that only deny all other partners are permitted; with
 * one that allows only those that are allowed. The rules of a user replace those of its group as a
 * whole. Errors: XMPPFED_ERR_ADDRESS, _DUPLICATE, _ARGUMENT, _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_policy_builder_add_rule(xmppfed_policy_builder *b,
                                                                   int scope, const char *name,
                                                                   const char *domain, int allow,
                                                                   xmppfed_problem *why);
/*
 * Blocks a remote address for a user of ours, or for all of them (address ""), until a time in Unix
 * seconds (0: for ever). jid is a full address, a bare one, a domain with a resource, or a domain
 * (XEP-0191 7). Errors: XMPPFED_ERR_ADDRESS, _DUPLICATE, _ARGUMENT, _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int
xmppfed_policy_builder_add_block(xmppfed_policy_builder *b, const char *address, const char *jid,
                                 int64_t expires, xmppfed_problem *why);

/* A remark on a record, found by finish(): errors E1 E2 P1 ..., warnings W1 W2 .... */
typedef struct xmppfed_policy_note {
    int is_error;
    const char *code;   /* "E1" */
    const char *domain; /* the record */
    const char *text;   /* what is wrong and what to do */
} xmppfed_policy_note;

/*
 * Checks everything and makes a snapshot. The notes are there afterwards, also on success.
 * Errors: XMPPFED_ERR_POLICY_RECORD, _E1, _E2, _PLAINTEXT (the first failing record, in why), also
 * for a grant of a policy that does not exist; XMPPFED_ERR_NOMEM. Ownership: one reference in *ret.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_policy_builder_finish(xmppfed_policy_builder *b,
                                                                 xmppfed_problem *why,
                                                                 xmppfed_policy **ret);
/* Note number index, or NULL past the last. Ownership: borrowed from the builder. */
XMPPFED_API const xmppfed_policy_note *xmppfed_policy_builder_note(const xmppfed_policy_builder *b,
                                                                   size_t index);

/* ---- asking ------------------------------------------------------------------------------ */

/* One more reference; NULL stays NULL. Threads: any. */
XMPPFED_API xmppfed_policy *xmppfed_policy_ref(xmppfed_policy *policy);
/* One reference less; NULL is fine. Threads: any. */
XMPPFED_API void xmppfed_policy_unref(xmppfed_policy *policy);

/* The value of a gateway setting; 0 for an unknown one. */
XMPPFED_API uint32_t xmppfed_policy_gateway(const xmppfed_policy *policy, int setting);

/*
 * The methods (OR of enum xmppfed_method) by which a domain may be proved; 0 if it is no partner.
 * *ret_type, if not NULL, gets the partner type or 0.
 */
XMPPFED_API uint32_t xmppfed_policy_methods(const xmppfed_policy *policy, const char *domain,
                                            int *ret_type);

/* The master switch, and whether "SASL Required" is taken literally: 1 or 0; 0 for NULL. */
XMPPFED_API int xmppfed_policy_federation(const xmppfed_policy *policy);
XMPPFED_API int xmppfed_policy_strict(const xmppfed_policy *policy);

/*
 * A partner record as it is in force. Set size to sizeof(xmppfed_partner_info); the library fills
 * in no more than that and sets size to what it filled in. Pointers borrow from the policy.
 */
typedef struct xmppfed_partner_info {
    size_t size;
    const char *domain; /* the primary one, "" of the record for open federation */
    const char *description;
    const char *proxy_fqdn;
    int type; /* enum xmppfed_partner_type */
    int tls;  /* enum xmppfed_negotiation */
    int sasl;
    int dialback;
    int keep_alive;
    int allow_plaintext;
    int eku;                   /* enum xmppfed_eku_rule */
    uint32_t connection_limit; /* the gateway's if the record has none of its own */
    uint32_t row;              /* of the documented matrix, 1..18 */
    uint32_t methods;          /* OR of enum xmppfed_method */
    const char *note_code;     /* "W1" or "W2", "" for none */
    const char *note_text;     /* ... what is wrong and what to do */
    size_t domain_count;       /* additional domains, and fixed addresses */
    size_t address_count;
    const void *record; /* the library's own, for the calls below */
    int dane;           /* enum xmppfed_dane_rule */
    int bidi;           /* enum xmppfed_bidi; NEVER if the gateway says so */
    size_t pin_count;
    int pin_only;
    int tls_minimum;   /* enum xmppfed_tls_version */
    int minimum_proof; /* enum xmppfed_proof_kind; SHARED_SECRET where that follows */
    int posh;
    int ocsp; /* enum xmppfed_ocsp_rule */
    int shared_secret;
    int key_by_certificate;
} xmppfed_partner_info;

/*
 * Record number index, in the order of adding; that of open federation is the last.
 * Errors: XMPPFED_ERR_UNKNOWN_HANDLE (past the last), XMPPFED_ERR_ARGUMENT (NULL, or size too
 * small).
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_policy_partner(const xmppfed_policy *policy,
                                                          size_t index, xmppfed_partner_info *ret);
/*
 * The record that applies to a domain: its own, or that of open federation.
 * Errors: XMPPFED_ERR_POLICY_UNKNOWN_PARTNER, XMPPFED_ERR_ADDRESS (not a domain), _ARGUMENT,
 * _NOMEM.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_policy_find_partner(const xmppfed_policy *policy,
                                                               const char *domain,
                                                               xmppfed_partner_info *ret);
/* Additional domain number index, or NULL past the last. Ownership: borrowed from the policy. */
XMPPFED_API const char *xmppfed_partner_info_domain(const xmppfed_partner_info *p, size_t index);
/* What a switch is in force at: never BY_TYPE, but 0 for an unknown direction or switch. */
XMPPFED_API int xmppfed_partner_info_switch(const xmppfed_partner_info *p, int direction,
                                            int which);
/*
 * Fixed address number index, or NULL past the last; *ret_port (may be NULL) gets its port.
 * Ownership: borrowed from the policy.
 */
XMPPFED_API const char *xmppfed_partner_info_address(const xmppfed_partner_info *p, size_t index,
                                                     uint16_t *ret_port);

/* What a stanza does, as far as policy is concerned. */
enum xmppfed_action {
    XMPPFED_ACTION_ADD = 1,    /* presence subscribe */
    XMPPFED_ACTION_ANSWER_ADD, /* presence subscribed or unsubscribed */
    XMPPFED_ACTION_PRESENCE,   /* available, unavailable */
    XMPPFED_ACTION_PROBE,      /* presence probe */
    XMPPFED_ACTION_MESSAGE,    /* a message to be read by a person */
    XMPPFED_ACTION_CHAT_STATE, /* typing and the like, without a body */
    XMPPFED_ACTION_NOTE,       /* PEP events: mood, activity, tune, location, nick */
    XMPPFED_ACTION_GROUP_CHAT, /* type groupchat and MUC presence */
    XMPPFED_ACTION_IQ,         /* request or answer */
    XMPPFED_ACTION_REMOVE,     /* presence unsubscribe */
    XMPPFED_ACTION_ERROR,      /* type error of any kind */
    XMPPFED_ACTION_RECEIPT,    /* delivered and displayed, without a body (XEP-0184, XEP-0333) */
    XMPPFED_ACTION_FILE,       /* offers of files and their bytes (XEP-0234, 0096, 0065, 0047) */
    XMPPFED_ACTION_CALL        /* audio and video (XEP-0166, 0353) */
};

/* What the host's user has done about the remote user. */
enum xmppfed_contact {
    XMPPFED_CONTACT_UNKNOWN = 0, /* not looked up: the verdict may be "need contact" */
    XMPPFED_CONTACT_NONE = 1,
    XMPPFED_CONTACT_MESSAGED = 2, /* wrote first: replies pass, presence does not */
    XMPPFED_CONTACT_ADDED = 3,    /* put on the contact list */
    XMPPFED_CONTACT_BLOCKED = 4,
    XMPPFED_CONTACT_PENDING = 5 /* has asked to be added, not answered: permits no more than NONE */
};

/* A question to the policy. local and remote are prepared bare addresses (or domains). */
typedef struct xmppfed_question {
    int direction;
    int action;
    int contact;
    const char *local;
    const char *remote; /* may have a resource, which only a block can ask for */
    int64_t time;       /* Unix seconds, by which blocks end; 0: as if none had ended */
    int proof;          /* enum xmppfed_proof_kind of the stream; NONE: not judged */
} xmppfed_question;

enum xmppfed_verdict {
    XMPPFED_VERDICT_ALLOW = 1,
    XMPPFED_VERDICT_REFUSE = 2,
    XMPPFED_VERDICT_NEED_CONTACT = 3 /* ask again with the contact state */
};

/* What is to be done along with an allowed or refused stanza; a set is an OR. */
enum xmppfed_effect {
    XMPPFED_EFFECT_STRIP_NOTES = 1,       /* take status notes out before it goes on */
    XMPPFED_EFFECT_AUTO_ACCEPT = 2,       /* answer the subscription with "subscribed" at once */
    XMPPFED_EFFECT_REMEMBER_ADDED = 4,    /* the host's user has added the contact */
    XMPPFED_EFFECT_REMEMBER_MESSAGED = 8, /* the host's user has written to the contact */
    XMPPFED_EFFECT_FORGET = 16,           /* the host's user has removed it (also if refused) */
    XMPPFED_EFFECT_SILENT = 32            /* refuse without an answer */
};

/* The conditions of a decision, in the order in which they are checked. */
enum xmppfed_rule {
    XMPPFED_RULE_FEDERATION_ON = 1, /* the master switch */
    XMPPFED_RULE_PARTNER,           /* the domain is in a partner record */
    XMPPFED_RULE_PROOF,             /* the stream's proof is as strong as the record asks */
    XMPPFED_RULE_BRANCH,            /* the user is not on a survivable branch */
    XMPPFED_RULE_ACCESS_FEDERATION, /* EnableFederationAccess in the nearest policy */
    XMPPFED_RULE_ACCESS_XMPP,       /* EnableXmppAccess in the same */
    XMPPFED_RULE_PARTNER_LIST,      /* the rules of the user or its group permit the partner */
    XMPPFED_RULE_BLOCK_LIST,        /* no block list of the policy names the remote address */
    XMPPFED_RULE_BLOCKED,           /* the host's user has not blocked the contact */
    XMPPFED_RULE_TYPE,              /* the partner type permits the action */
    XMPPFED_RULE_CONTACT,           /* ... to someone on the contact list */
    XMPPFED_RULE_RATE               /* the federation: not too many invitations of the domain */
};

#define XMPPFED_REASON_MAX 12

/*
 * A verdict with every condition that was checked, in order; one that did not pass is the last one
 * and decided. A contact state or proof that is not known is not checked, nor rules and blocks
 * where there are none.
 *
 * A refusal with a condition is answered by a stanza error (of an IQ, only a request is answered);
 * one with XMPPFED_EFFECT_SILENT not at all; one with neither by presence of type unsubscribed,
 * which is the case for inbound ADD and PROBE (RFC 6121 3.1.3, 4.3.2).
 */
typedef struct xmppfed_decision {
    int verdict;
    uint32_t effects;
    const char *condition; /* refusal: the error's condition (RFC 6120 8.3.3), else "" */
    size_t reason_count;
    struct {
        int rule;
        int passed;
    } reasons[XMPPFED_REASON_MAX];
} xmppfed_decision;

/*
 * Decides. Pure: no I/O, no memory, the same answer for the same arguments. A resource in an
 * address is ignored. Errors: XMPPFED_ERR_ARGUMENT (NULL, an unknown direction, action, proof or
 * contact state, a time before 1970, or an address that cannot be split); *ret is then untouched.
 * Threads: any.
 */
XMPPFED_API int xmppfed_policy_decide(const xmppfed_policy *policy, const xmppfed_question *q,
                                      xmppfed_decision *ret);

/* Stable name ("ACCESS_XMPP") and sentence of a rule; "UNKNOWN" and "" for others. Static. */
XMPPFED_API const char *xmppfed_rule_name(int rule);
XMPPFED_API const char *xmppfed_rule_sentence(int rule);

XMPPFED_END_DECLS

#endif
