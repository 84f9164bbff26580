/* trust.c - trust anchors and revocation lists, read once and shared by reference count. */
#include "tls/trust.h"

#include <limits.h>

#include "base/fault.h"
#include "base/memory.h"
#include "tls/certificate.h"

gnutls_x509_crt_t xfed_tls_trust_issuer(const struct xmppfed_trust *t,
                                        gnutls_x509_crt_t certificate, int64_t unix_seconds)
{
    char date[XFED_TLS_DATE_SIZE];
    gnutls_x509_crt_t found = NULL;

    /* An authority that renewed its root has two anchors of one name, and one of them expires. */
    for (size_t i = 0; i < t->anchor_count; i++) {
        if (!gnutls_x509_crt_check_issuer(certificate, t->anchors[i]))
            continue;
        if (xfed_tls_certificate_validity(t->anchors[i], unix_seconds, date) == XFED_TLS_VALID)
            return t->anchors[i];
        if (!found)
            found = t->anchors[i];
    }
    return found;
}

static int load_anchors(struct xmppfed_trust *t, xmppfed_slice pem, xmppfed_problem *why)
{
    gnutls_datum_t data = {(unsigned char *)(uintptr_t)pem.data, (unsigned int)pem.len};
    gnutls_x509_crt_t *anchors = NULL;
    unsigned int count = 0;
    int rc;

    rc = gnutls_x509_crt_list_import2(&anchors, &count, &data, GNUTLS_X509_FMT_PEM, 0);
    if (rc == GNUTLS_E_MEMORY_ERROR)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    if (rc < 0 || count == 0)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CREDENTIALS,
                              "the trust anchors hold no readable certificate (%s); give at least "
                              "one in PEM",
                              rc < 0 ? gnutls_strerror(rc) : "empty");
    t->anchors = anchors;
    rc = gnutls_x509_trust_list_add_cas(t->list, anchors, count, 0);
    /* What was added belongs to the list now, the rest is still ours. */
    for (unsigned int i = rc < 0 ? 0 : (unsigned int)rc; i < count; i++)
        gnutls_x509_crt_deinit(anchors[i]);
    t->anchor_count = rc < 0 ? 0 : (size_t)rc;
    if (t->anchor_count < count)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    return 0;
}

/*
 * The lists come from the host's configuration as the anchors do, so their signatures are not asked
 * for: that of an intermediate authority could not be checked without its certificate. A list past
 * its nextUpdate goes on to revoke, for forgetting it would bring revoked certificates back.
 */
static int load_crls(struct xmppfed_trust *t, xmppfed_slice pem, xmppfed_problem *why)
{
    gnutls_datum_t data = {(unsigned char *)(uintptr_t)pem.data, (unsigned int)pem.len};
    gnutls_x509_crl_t *crls = NULL;
    unsigned int count = 0;
    int rc;

    rc = gnutls_x509_crl_list_import2(&crls, &count, &data, GNUTLS_X509_FMT_PEM, 0);
    if (rc == GNUTLS_E_MEMORY_ERROR)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    if (rc < 0 || count == 0)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CREDENTIALS,
                              "the revocation lists cannot be read (%s); give them in PEM, or "
                              "nothing",
                              rc < 0 ? gnutls_strerror(rc) : "empty");
    rc = gnutls_x509_trust_list_add_crls(t->list, crls, count, 0, 0);
    for (unsigned int i = rc < 0 ? 0 : (unsigned int)rc; i < count; i++)
        gnutls_x509_crl_deinit(crls[i]);
    gnutls_free(crls);
    if (rc < 0 || (unsigned int)rc < count)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    return 0;
}

int xmppfed_trust_new(xmppfed_context *ctx, xmppfed_slice anchors_pem, xmppfed_slice crls_pem,
                      xmppfed_problem *why, xmppfed_trust **ret)
{
    xmppfed_trust *t;
    int rc;

    if (!ctx || !ret || anchors_pem.len > UINT_MAX || crls_pem.len > UINT_MAX)
        return xfed_fault_code(why, XMPPFED_ERR_ARGUMENT);
    t = xfed_zalloc(ctx, sizeof(*t));
    if (!t)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    t->ctx = xmppfed_context_ref(ctx);
    atomic_init(&t->references, 1);
    if (gnutls_x509_trust_list_init(&t->list, 0) < 0) {
        rc = xfed_fault_code(why, XMPPFED_ERR_NOMEM);
        goto fail;
    }
    rc = load_anchors(t, anchors_pem, why);
    if (rc < 0)
        goto fail;
    if (crls_pem.len > 0)
        rc = load_crls(t, crls_pem, why);
    if (rc < 0)
        goto fail;
    *ret = t;
    return 0;
fail:
    xmppfed_trust_unref(t);
    return rc;
}

xmppfed_trust *xmppfed_trust_ref(xmppfed_trust *t)
{
    if (t)
        atomic_fetch_add_explicit(&t->references, 1, memory_order_relaxed);
    return t;
}

void xmppfed_trust_unref(xmppfed_trust *t)
{
    xmppfed_context *ctx;

    /* Release and acquire: what other threads read of the store happens before it is freed. */
    if (!t || atomic_fetch_sub_explicit(&t->references, 1, memory_order_acq_rel) != 1)
        return;
    ctx = t->ctx;
    if (t->list)
        gnutls_x509_trust_list_deinit(t->list, 1);
    gnutls_free(t->anchors);
    xfed_free(ctx, t);
    xmppfed_context_unref(ctx);
}
