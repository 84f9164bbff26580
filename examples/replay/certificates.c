/*
 * certificates.c - certificates made for one replay: real ones, for names that are not ours.
 *
 * A recording says whether the peer's certificate proved its domain, not which one it was; its key
 * is the peer's alone. So that the same TLS, checks and state machine run again, a replay has an
 * authority of its own.
 */
#include "replay/certificates.h"

#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

enum { YEAR_2000 = 946684800 };
#define YEAR_2100 INT64_C(4102444800)

struct certificates {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t authority;
    unsigned char serial;
};

static bool make_key(gnutls_x509_privkey_t *ret)
{
    gnutls_x509_privkey_t key;

    if (gnutls_x509_privkey_init(&key) < 0)
        return false;
    if (gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) < 0) {
        gnutls_x509_privkey_deinit(key);
        return false;
    }
    *ret = key;
    return true;
}

/* What is in every certificate; unsigned as yet. */
static bool describe(struct certificates *c, gnutls_x509_crt_t crt, gnutls_x509_privkey_t key,
                     const char *name)
{
    unsigned char serial = ++c->serial;

    return gnutls_x509_crt_set_version(crt, 3) >= 0 &&
           gnutls_x509_crt_set_serial(crt, &serial, sizeof(serial)) >= 0 &&
           gnutls_x509_crt_set_activation_time(crt, YEAR_2000) >= 0 &&
           gnutls_x509_crt_set_expiration_time(crt, (time_t)YEAR_2100) >= 0 &&
           gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                         (unsigned)strlen(name)) >= 0 &&
           gnutls_x509_crt_set_key(crt, key) >= 0;
}

static bool make_authority(struct certificates *c)
{
    return make_key(&c->key) && gnutls_x509_crt_init(&c->authority) >= 0 &&
           describe(c, c->authority, c->key, "replay") &&
           gnutls_x509_crt_set_basic_constraints(c->authority, 1, -1) >= 0 &&
           gnutls_x509_crt_set_key_usage(c->authority, GNUTLS_KEY_KEY_CERT_SIGN) >= 0 &&
           gnutls_x509_crt_sign2(c->authority, c->authority, c->key, GNUTLS_DIG_SHA256, 0) >= 0;
}

struct certificates *certificates_new(void)
{
    struct certificates *c = calloc(1, sizeof(*c));

    if (c && !make_authority(c)) {
        certificates_free(c);
        c = NULL;
    }
    return c;
}

void certificates_free(struct certificates *c)
{
    if (!c)
        return;
    if (c->authority)
        gnutls_x509_crt_deinit(c->authority);
    if (c->key)
        gnutls_x509_privkey_deinit(c->key);
    free(c);
}

static xmppfed_slice slice_of(const gnutls_datum_t *pem)
{
    return (xmppfed_slice){(const char *)pem->data, pem->size};
}

xmppfed_trust *certificates_trust(struct certificates *c, xmppfed_context *ctx)
{
    xmppfed_trust *trust = NULL;
    gnutls_datum_t pem;

    if (gnutls_x509_crt_export2(c->authority, GNUTLS_X509_FMT_PEM, &pem) < 0)
        return NULL;
    if (xmppfed_trust_new(ctx, slice_of(&pem), (xmppfed_slice){NULL, 0}, NULL, &trust) < 0)
        trust = NULL;
    gnutls_free(pem.data);
    return trust;
}

static bool fill(struct certificates *c, gnutls_x509_crt_t crt, gnutls_x509_privkey_t key,
                 const char *const *domains, size_t count, bool trusted)
{
    if (!describe(c, crt, key, "replayed server") ||
        gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE) < 0 ||
        gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0) < 0 ||
        gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_CLIENT, 0) < 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, domains[i],
                                                 (unsigned)strlen(domains[i]),
                                                 i > 0 ? GNUTLS_FSAN_APPEND : GNUTLS_FSAN_SET) < 0)
            return false;
    return gnutls_x509_crt_sign2(crt, trusted ? c->authority : crt, trusted ? c->key : key,
                                 GNUTLS_DIG_SHA256, 0) >= 0;
}

static xmppfed_credentials *export(xmppfed_context *ctx, gnutls_x509_crt_t crt,
                                   gnutls_x509_privkey_t key)
{
    xmppfed_credentials *made = NULL;
    gnutls_datum_t chain = {NULL, 0};
    gnutls_datum_t secret = {NULL, 0};

    if (gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &chain) < 0 ||
        gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &secret) < 0 ||
        xmppfed_credentials_new(ctx, slice_of(&chain), slice_of(&secret), NULL, &made) < 0)
        made = NULL;
    gnutls_free(chain.data);
    gnutls_free(secret.data);
    return made;
}

xmppfed_credentials *certificates_make(struct certificates *c, xmppfed_context *ctx,
                                       const char *const *domains, size_t count, bool trusted)
{
    xmppfed_credentials *made = NULL;
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t crt;

    if (!make_key(&key))
        return NULL;
    if (gnutls_x509_crt_init(&crt) >= 0) {
        if (fill(c, crt, key, domains, count, trusted))
            made = export(ctx, crt, key);
        gnutls_x509_crt_deinit(crt);
    }
    gnutls_x509_privkey_deinit(key);
    return made;
}
