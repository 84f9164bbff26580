/* credentials.c - the own certificate chain and key, built once and shared by reference count. */
#include "tls/credentials.h"

#include <gnutls/x509.h>
#include <limits.h>

#include "base/fault.h"
#include "base/memory.h"
#include "tls/certificate.h"
#include "tls/priority.h"

int xfed_tls_credentials_new_empty(xmppfed_context *ctx, xmppfed_credentials **ret)
{
    xmppfed_credentials *c = xfed_zalloc(ctx, sizeof(*c));

    if (!c)
        return XMPPFED_ERR_NOMEM;
    c->ctx = xmppfed_context_ref(ctx);
    atomic_init(&c->references, 1);
    if (gnutls_certificate_allocate_credentials(&c->certificate) < 0 ||
        xfed_tls_priority_new(&c->priority) < 0) {
        xmppfed_credentials_unref(c);
        return XMPPFED_ERR_NOMEM;
    }
    *ret = c;
    return 0;
}

static gnutls_datum_t borrow(xmppfed_slice s)
{
    /* GnuTLS's inputs are not const, but it does not write to them. */
    return (gnutls_datum_t){(unsigned char *)(uintptr_t)s.data, (unsigned int)s.len};
}

static int load_chain(xmppfed_slice pem, gnutls_x509_crt_t **ret, unsigned int *ret_count,
                      xmppfed_problem *why)
{
    gnutls_datum_t data = borrow(pem);
    gnutls_x509_crt_t *chain = NULL;
    unsigned int count = 0;
    int rc;

    /* Sorted, for peers need not cope with issuers in a wrong order (RFC 8446 4.4.2). */
    rc = gnutls_x509_crt_list_import2(&chain, &count, &data, GNUTLS_X509_FMT_PEM,
                                      GNUTLS_X509_CRT_LIST_SORT);
    if (rc == GNUTLS_E_MEMORY_ERROR)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    if (rc == GNUTLS_E_CERTIFICATE_LIST_UNSORTED)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CREDENTIALS,
                              "the certificates are not one chain; give the own certificate first, "
                              "then each issuer");
    if (rc < 0)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CREDENTIALS,
                              "the certificate chain cannot be read (%s); give it in PEM, the own "
                              "certificate first",
                              gnutls_strerror(rc));
    *ret = chain;
    *ret_count = count;
    return 0;
}

static int load_key(xmppfed_slice pem, gnutls_x509_privkey_t *ret, xmppfed_problem *why)
{
    gnutls_datum_t data = borrow(pem);
    gnutls_x509_privkey_t key;
    int rc;

    if (gnutls_x509_privkey_init(&key) < 0)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    rc = gnutls_x509_privkey_import2(key, &data, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN);
    if (rc == 0) {
        *ret = key;
        return 0;
    }
    gnutls_x509_privkey_deinit(key);
    if (rc == GNUTLS_E_MEMORY_ERROR)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    if (rc == GNUTLS_E_DECRYPTION_FAILED)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CREDENTIALS,
                              "the private key is encrypted; give it without a pass phrase");
    return xfed_fault_set(why, XMPPFED_ERR_TLS_CREDENTIALS,
                          "the private key cannot be read (%s); give it in PEM",
                          gnutls_strerror(rc));
}

/* Keeps the chain in DER: checks import it anew, so that threads share no GnuTLS certificate. */
static int keep_chain(xmppfed_credentials *c, gnutls_x509_crt_t *chain, unsigned int count)
{
    c->chain = xfed_zalloc(c->ctx, count * sizeof(*c->chain));
    if (!c->chain)
        return XMPPFED_ERR_NOMEM;
    for (unsigned int i = 0; i < count; i++) {
        if (gnutls_x509_crt_export2(chain[i], GNUTLS_X509_FMT_DER, &c->chain[i]) < 0)
            return XMPPFED_ERR_NOMEM;
        c->chain_count++;
    }
    return 0;
}

static int install(xmppfed_credentials *c, gnutls_x509_crt_t *chain, unsigned int count,
                   gnutls_x509_privkey_t key, xmppfed_problem *why)
{
    int rc;

    if (count > XFED_TLS_CHAIN_MAX)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CREDENTIALS,
                              "the chain has %u certificates and at most %d are of use to peers",
                              count, XFED_TLS_CHAIN_MAX);
    rc = gnutls_certificate_set_x509_key(c->certificate, chain, (int)count, key);
    if (rc == GNUTLS_E_MEMORY_ERROR)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    if (rc == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CREDENTIALS,
                              "the private key does not belong to the first certificate of the "
                              "chain");
    if (rc < 0)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CREDENTIALS,
                              "the certificate and its key cannot be used (%s)",
                              gnutls_strerror(rc));
    rc = keep_chain(c, chain, count);
    return rc < 0 ? xfed_fault_code(why, rc) : 0;
}

int xmppfed_credentials_new(xmppfed_context *ctx, xmppfed_slice chain_pem, xmppfed_slice key_pem,
                            xmppfed_problem *why, xmppfed_credentials **ret)
{
    xmppfed_credentials *c = NULL;
    gnutls_x509_crt_t *chain = NULL;
    gnutls_x509_privkey_t key = NULL;
    unsigned int count = 0;
    int rc;

    if (!ctx || !ret || chain_pem.len > UINT_MAX || key_pem.len > UINT_MAX)
        return xfed_fault_code(why, XMPPFED_ERR_ARGUMENT);
    rc = xfed_tls_credentials_new_empty(ctx, &c);
    if (rc < 0)
        return xfed_fault_code(why, rc);
    rc = load_chain(chain_pem, &chain, &count, why);
    if (rc < 0)
        goto out;
    rc = load_key(key_pem, &key, why);
    if (rc < 0)
        goto out;
    rc = install(c, chain, count, key, why);
    if (rc < 0)
        goto out;
    *ret = c;
    c = NULL;
out:
    gnutls_x509_privkey_deinit(key);
    for (unsigned int i = 0; i < count; i++)
        gnutls_x509_crt_deinit(chain[i]);
    gnutls_free(chain);
    xmppfed_credentials_unref(c);
    return rc;
}

xmppfed_credentials *xmppfed_credentials_ref(xmppfed_credentials *c)
{
    if (c)
        atomic_fetch_add_explicit(&c->references, 1, memory_order_relaxed);
    return c;
}

void xmppfed_credentials_unref(xmppfed_credentials *c)
{
    xmppfed_context *ctx;

    /* Release and acquire: what other threads did with the key happens before it is freed. */
    if (!c || atomic_fetch_sub_explicit(&c->references, 1, memory_order_acq_rel) != 1)
        return;
    ctx = c->ctx;
    if (c->certificate)
        gnutls_certificate_free_credentials(c->certificate);
    if (c->priority)
        gnutls_priority_deinit(c->priority);
    for (size_t i = 0; i < c->chain_count; i++)
        gnutls_free(c->chain[i].data);
    xfed_free(ctx, c->chain);
    xmppfed_credentials_unref(c->bare);
    xfed_free(ctx, c);
    xmppfed_context_unref(ctx);
}

/* Whether every certificate of the own chain is within its dates, and the leaf for both roles. */
static int check_use(const struct xfed_tls_chain *chain, const char *domain, int64_t unix_seconds,
                     xmppfed_problem *why)
{
    struct xfed_tls_purposes purposes;
    char date[XFED_TLS_DATE_SIZE];
    int rc;

    for (size_t i = 0; i < chain->count; i++) {
        const char *what = i == 0 ? "own certificate" : "issuing certificate in the own chain";

        switch (xfed_tls_certificate_validity(chain->certificates[i], unix_seconds, date)) {
        case XFED_TLS_VALID:
            break;
        case XFED_TLS_EXPIRED:
            return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                                  "%s for %s expired on %s; install a renewed one", what, domain,
                                  date);
        case XFED_TLS_NOT_YET_VALID:
            return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                                  "%s for %s is not valid before %s; check the clock of this host",
                                  what, domain, date);
        }
    }
    rc = xfed_tls_certificate_purposes(chain->certificates[0], &purposes);
    if (rc < 0)
        return xfed_fault_code(why, rc);
    if (!purposes.server)
        return xfed_fault_set(
            why, XMPPFED_ERR_TLS_CERTIFICATE,
            "own certificate for %s is not for serverAuth, which peers ask for in "
            "both directions; get one that is",
            domain);
    return 0;
}

static int check_names(xmppfed_context *ctx, gnutls_x509_crt_t leaf, const char *domain,
                       xmppfed_problem *why)
{
    struct xfed_tls_name_list names;
    struct xfed_arena arena;
    int rc;

    xfed_arena_init(&arena, ctx);
    rc = xfed_tls_certificate_names(leaf, &arena, &names);
    if (rc < 0)
        xfed_fault_code(why, rc);
    else if (!xfed_tls_names_cover(names.names, names.count, domain))
        rc = xfed_fault_set(why, XMPPFED_ERR_TLS_IDENTITY,
                            "own certificate does not cover %s by a dNSName, SRVName or xmppAddr; "
                            "get one with the domain as dNSName",
                            domain);
    xfed_arena_fini(&arena);
    return rc;
}

int xmppfed_credentials_check(const xmppfed_credentials *c, const char *domain,
                              int64_t unix_seconds, xmppfed_problem *why)
{
    char prepared[XMPPFED_DOMAIN_SIZE];
    struct xfed_tls_chain chain;
    int rc;

    if (!c || !domain || c->chain_count == 0)
        return xfed_fault_code(why, XMPPFED_ERR_ARGUMENT);
    if (xmppfed_domain_prepare(domain, prepared) < 0)
        return xfed_fault_set(why, XMPPFED_ERR_ADDRESS, "\"%.128s\" is not a domain", domain);
    if (xfed_tls_chain_import(c->chain, c->chain_count, &chain) != XFED_TLS_CHAIN_OK)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                              "own certificate for %s is larger than %d bytes; get a smaller one",
                              prepared, XFED_TLS_CERTIFICATE_MAX);
    rc = check_names(c->ctx, chain.certificates[0], prepared, why);
    if (rc == 0)
        rc = check_use(&chain, prepared, unix_seconds, why);
    xfed_tls_chain_fini(&chain);
    return rc;
}
