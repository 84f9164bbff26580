/* stapled.c - own credentials with the OCSP response that goes out beside the certificate. */
#include <gnutls/x509.h>
#include <string.h>

#include "base/fault.h"
#include "base/memory.h"
#include "tls/certificate.h"
#include "tls/credentials.h"
#include "tls/session.h"
#include "tls/staple.h"

/* Judges the response as a peer would. */
static int check(const xmppfed_credentials *c, const gnutls_datum_t *der, int64_t unix_seconds,
                 int64_t *ret_until, xmppfed_problem *why)
{
    struct xfed_tls_chain chain;
    struct xfed_staple staple;

    if (xfed_tls_chain_import(c->chain, c->chain_count, &chain) != XFED_TLS_CHAIN_OK)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CREDENTIALS,
                              "a certificate of the own chain is larger than %d bytes",
                              XFED_TLS_CERTIFICATE_MAX);
    staple = xfed_staple_judge(der, chain.certificates[0],
                               chain.count > 1 ? chain.certificates[1] : NULL, unix_seconds);
    xfed_tls_chain_fini(&chain);
    switch (staple.verdict) {
    case XFED_STAPLE_GOOD:
        *ret_until = staple.until;
        return 0;
    case XFED_STAPLE_REVOKED:
        return xfed_fault_set(why, XMPPFED_ERR_TLS_REVOKED,
                              "the OCSP response says that the own certificate was revoked; get "
                              "another certificate");
    case XFED_STAPLE_NONE:
    case XFED_STAPLE_UNUSABLE:
        break;
    }
    return xfed_fault_set(why, XMPPFED_ERR_TLS_STAPLE,
                          "the OCSP response %s; get the one for the own certificate, in DER",
                          staple.reason ? staple.reason : "is empty");
}

/* GnuTLS takes chain and key as copies, which it gives out of those of c. */
static int copy_key(const xmppfed_credentials *c, xmppfed_credentials *ret)
{
    gnutls_x509_privkey_t key = NULL;
    struct xfed_tls_chain chain;
    int rc;

    if (xfed_tls_chain_import(c->chain, c->chain_count, &chain) != XFED_TLS_CHAIN_OK)
        return XMPPFED_ERR_NOMEM; /* it was imported a moment ago */
    rc = gnutls_certificate_get_x509_key(c->certificate, 0, &key);
    if (rc == 0)
        rc = gnutls_certificate_set_x509_key(ret->certificate, chain.certificates, (int)chain.count,
                                             key);
    gnutls_x509_privkey_deinit(key);
    xfed_tls_chain_fini(&chain);
    return rc < 0 ? XMPPFED_ERR_NOMEM : 0;
}

static int copy_chain(const xmppfed_credentials *c, xmppfed_credentials *ret)
{
    ret->chain = xfed_zalloc(c->ctx, c->chain_count * sizeof(*ret->chain));
    if (!ret->chain)
        return XMPPFED_ERR_NOMEM;
    for (size_t i = 0; i < c->chain_count; i++) {
        gnutls_datum_t *copy = &ret->chain[i];

        copy->data = gnutls_malloc(c->chain[i].size);
        if (!copy->data)
            return XMPPFED_ERR_NOMEM;
        memcpy(copy->data, c->chain[i].data, c->chain[i].size);
        copy->size = c->chain[i].size;
        ret->chain_count++;
    }
    return 0;
}

/*
 * GnuTLS is told not to judge the response: it has no clock but the machine's. It keeps one that it
 * is given, where a callback would serve the server alone.
 */
static int install(xmppfed_credentials *c, const gnutls_datum_t *der)
{
    gnutls_certificate_set_flags(c->certificate, GNUTLS_CERTIFICATE_SKIP_OCSP_RESPONSE_CHECK);
    if (gnutls_certificate_set_ocsp_status_request_mem(c->certificate, der, 0,
                                                       GNUTLS_X509_FMT_DER) < 0)
        return XMPPFED_ERR_NOMEM;
    return 0;
}

int xmppfed_credentials_staple(xmppfed_credentials *c, xmppfed_slice response_der,
                               int64_t unix_seconds, xmppfed_problem *why,
                               xmppfed_credentials **ret)
{
    /* GnuTLS's inputs are not const, but it does not write to them. */
    gnutls_datum_t der = {(unsigned char *)(uintptr_t)response_der.data, 0};
    xmppfed_credentials *made = NULL;
    int64_t until = 0;
    int rc;

    if (!c || !ret || c->chain_count == 0)
        return xfed_fault_code(why, XMPPFED_ERR_ARGUMENT);
    if (c->bare)
        c = c->bare;
    /* What is too large is so after this as well. */
    der.size =
        response_der.len > XFED_STAPLE_MAX ? XFED_STAPLE_MAX + 1 : (unsigned)response_der.len;
    rc = check(c, &der, unix_seconds, &until, why);
    if (rc < 0)
        return rc;
    rc = xfed_tls_credentials_new_empty(c->ctx, &made);
    if (rc == 0)
        rc = copy_key(c, made);
    if (rc == 0)
        rc = copy_chain(c, made);
    if (rc == 0)
        rc = install(made, &der);
    if (rc < 0) {
        xmppfed_credentials_unref(made);
        return xfed_fault_code(why, rc);
    }
    made->bare = xmppfed_credentials_ref(c);
    made->staple_until = until;
    *ret = made;
    return 0;
}

xmppfed_credentials *xfed_tls_credentials_at(xmppfed_credentials *c, int64_t unix_seconds)
{
    return c && c->bare && unix_seconds > c->staple_until ? c->bare : c;
}
