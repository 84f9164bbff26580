/* dane.c - whether a peer's chain is the one that TLSA records promise (RFC 6698, 7671, 7673). */
#include "tls/dane.h"

#include <string.h>

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>

#include "base/buffer.h"
#include "base/fault.h"
#include "tls/certificate.h"
#include "tls/trust.h"

enum { SHA512_SIZE = 64, ANCHORS_SIZE = 1024 * 1024 };

/* What is being compared; the records in use are those that are understood and not outdone. */
struct comparison {
    const struct xfed_dane_question *q;
    const xmppfed_tlsa *records;
    size_t count;
    bool used[XFED_TLSA_MAX];
    const gnutls_datum_t *der;
    struct xfed_tls_chain chain;
    xmppfed_problem *why;
};

static gnutls_datum_t datum_of(const xmppfed_tlsa *r)
{
    return (gnutls_datum_t){(unsigned char *)(uintptr_t)r->data.data, (unsigned int)r->data.len};
}

/* ---- certificates ------------------------------------------------------------------------ */

/* Whether the octets are those of the record, in full or by their digest. */
static bool has_octets(const xmppfed_tlsa *r, const gnutls_datum_t *octets)
{
    gnutls_digest_algorithm_t algorithm =
        r->matching == XFED_TLSA_SHA512 ? GNUTLS_DIG_SHA512 : GNUTLS_DIG_SHA256;
    uint8_t digest[SHA512_SIZE];

    if (r->matching == XFED_TLSA_FULL)
        return r->data.len == octets->size && memcmp(r->data.data, octets->data, octets->size) == 0;
    return gnutls_hash_fast(algorithm, octets->data, octets->size, digest) == 0 &&
           memcmp(r->data.data, digest, r->data.len) == 0;
}

static bool has_key(const xmppfed_tlsa *r, gnutls_x509_crt_t certificate)
{
    gnutls_datum_t octets = {NULL, 0};
    gnutls_pubkey_t key = NULL;
    bool same = false;

    if (gnutls_pubkey_init(&key) < 0)
        return false;
    if (gnutls_pubkey_import_x509(key, certificate, 0) == 0 &&
        gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &octets) == 0)
        same = has_octets(r, &octets);
    gnutls_free(octets.data);
    gnutls_pubkey_deinit(key);
    return same;
}

/* Whether a record is about the certificate at i of the chain. */
static bool is_about(const struct comparison *c, const xmppfed_tlsa *r, size_t i)
{
    return r->selector == XFED_TLSA_KEY ? has_key(r, c->chain.certificates[i])
                                        : has_octets(r, &c->der[i]);
}

/* The first record in use of a usage that is about the leaf; count if there is none. */
static size_t find_leaf_record(const struct comparison *c, enum xfed_tlsa_usage usage)
{
    size_t i = 0;

    while (i < c->count &&
           !(c->used[i] && c->records[i].usage == usage && is_about(c, &c->records[i], 0)))
        i++;
    return i;
}

/* Whether the chain leads to an anchor and has one of the names: 1, 0 or XMPPFED_ERR_NOMEM. */
static int is_valid(const struct comparison *c, const struct xmppfed_trust *trust)
{
    struct xfed_tls_question question = c->q->tls;

    question.trust = trust;
    for (size_t i = 0; i < c->q->name_count; i++) {
        int rc;

        question.domain = c->q->names[i];
        rc = xfed_tls_verify(&question, c->der, c->chain.count, c->why);
        if (rc == 0 || rc == XMPPFED_ERR_NOMEM)
            return rc == 0 ? 1 : rc;
    }
    return 0;
}

/* ---- usage 2 ----------------------------------------------------------------------------- */

static int add_pem(struct xfed_buffer *pem, gnutls_datum_t der)
{
    gnutls_datum_t text = {NULL, 0};
    int rc = XMPPFED_ERR_NOMEM;

    if (gnutls_pem_base64_encode2("CERTIFICATE", &der, &text) == 0)
        rc = xfed_buffer_append(pem, text.data, text.size);
    gnutls_free(text.data);
    return rc;
}

/*
 * Collects the certificates that a record of usage 2 names: those above the leaf, and one that the
 * record itself carries, for then the server need not send it (RFC 7671 5.2).
 */
static int add_anchors(const struct comparison *c, const xmppfed_tlsa *r, struct xfed_buffer *pem)
{
    int rc = 0;

    if (r->selector == XFED_TLSA_CERTIFICATE && r->matching == XFED_TLSA_FULL)
        return add_pem(pem, datum_of(r));
    for (size_t i = 1; i < c->chain.count && rc == 0; i++) {
        if (is_about(c, r, i))
            rc = add_pem(pem, c->der[i]);
    }
    return rc;
}

/* The certificates that all records of usage 2 name; *ret_record is the first that names any. */
static int collect_anchors(const struct comparison *c, struct xfed_buffer *pem, size_t *ret_record)
{
    for (size_t i = 0; i < c->count; i++) {
        bool none_yet = xfed_buffer_length(pem) == 0;
        int rc = 0;

        if (c->used[i] && c->records[i].usage == XFED_TLSA_DANE_TA)
            rc = add_anchors(c, &c->records[i], pem);
        if (rc < 0)
            return rc;
        if (none_yet && xfed_buffer_length(pem) > 0)
            *ret_record = i;
    }
    return 0;
}

/* Validates the chain once, with those certificates as the only anchors. */
static int check_anchors(const struct comparison *c, size_t *ret_record)
{
    struct xfed_account account;
    struct xfed_buffer pem;
    xmppfed_trust *trust = NULL;
    int rc;

    xfed_account_init(&account, c->q->tls.ctx, ANCHORS_SIZE);
    xfed_buffer_init(&pem, &account, ANCHORS_SIZE);
    rc = collect_anchors(c, &pem, ret_record);
    if (rc == 0 && xfed_buffer_length(&pem) > 0) {
        rc = xmppfed_trust_new(c->q->tls.ctx, xfed_buffer_bytes(&pem), (xmppfed_slice){NULL, 0},
                               c->why, &trust);
        if (rc == 0)
            rc = is_valid(c, trust);
    }
    xmppfed_trust_unref(trust);
    xfed_buffer_fini(&pem);
    return rc;
}

/* ---- the verdict ------------------------------------------------------------------------- */

/* Finds the record that is kept, cheapest usage first: 1 with *ret, 0 or XMPPFED_ERR_NOMEM. */
static int find_kept(const struct comparison *c, size_t *ret)
{
    size_t i = find_leaf_record(c, XFED_TLSA_DANE_EE);
    int rc = 0;

    if (i < c->count) {
        *ret = i;
        return 1;
    }
    i = find_leaf_record(c, XFED_TLSA_PKIX_EE);
    if (i < c->count)
        rc = is_valid(c, c->q->tls.trust);
    if (rc == 0)
        rc = check_anchors(c, &i);
    if (rc == 1)
        *ret = i;
    return rc < 0 ? XMPPFED_ERR_NOMEM : rc;
}

static const char *peer_name(const struct xfed_dane_question *q)
{
    return q->tls.domain ? q->tls.domain : "the peer";
}

int xfed_dane_match(const struct xfed_dane_question *q, const xmppfed_tlsa *records, size_t count,
                    const gnutls_datum_t *der, size_t der_count, size_t *ret_record,
                    xmppfed_problem *why)
{
    struct comparison c = {.q = q, .records = records, .der = der, .why = why};
    size_t usable;
    int rc;

    c.count = count < XFED_TLSA_MAX ? count : XFED_TLSA_MAX;
    usable = xfed_tlsa_choose(records, c.count, c.used);
    if (usable == 0) {
        (void)xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                             "none of the %zu TLSA records of %s can be used", count, peer_name(q));
        return XFED_DANE_UNUSABLE;
    }
    if (der_count == 0 || xfed_tls_chain_import(der, der_count, &c.chain) != XFED_TLS_CHAIN_OK) {
        (void)xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                             "%s sent no chain that can be compared with its TLSA records",
                             peer_name(q));
        return XFED_DANE_NO_MATCH;
    }
    (void)xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                         "certificate of %s is not the one of its TLSA records; its operator must "
                         "publish what the server has, or somebody else answers there",
                         peer_name(q));
    rc = find_kept(&c, ret_record);
    xfed_tls_chain_fini(&c.chain);
    if (rc < 0)
        return rc;
    return rc == 1 ? XFED_DANE_MATCH : XFED_DANE_NO_MATCH;
}
