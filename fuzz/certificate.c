/*
 * certificate.c - fuzzes certificate -> names, purposes, dates, and which domains they cover.
 *
 * Input: a letter, then DER: 'c' a certificate, 'n' the value of a subjectAltName extension, 'p'
 * that of extendedKeyUsage; the last two are put into an otherwise empty certificate, so that no
 * signature and no other field stands in the way.
 */
#include <string.h>

#include "fuzz.h"
#include "tls/certificate.h"

static bool covers(const struct xfed_tls_name_list *names, const char *domain)
{
    return xfed_tls_names_cover(names->names, names->count, domain);
}

/* One name can stand for one domain, or with a wildcard for one level; never for an address. */
static void check_cover(const struct xfed_tls_name_list *names)
{
    FUZZ_CHECK(!covers(names, "192.0.2.1") && !covers(names, "[2001:db8::1]"));
    for (size_t i = 0; i < names->count; i++) {
        struct xfed_tls_name_list one = {&names->names[i], 1};
        bool nul = one.names->value.len > 0 &&
                   memchr(one.names->value.data, '\0', one.names->value.len) != NULL;
        bool exact = covers(&one, "fabrikam.example");
        bool below = covers(&one, "im.fabrikam.example");

        FUZZ_CHECK(!(exact && below));
        FUZZ_CHECK(!nul || (!exact && !below));
        FUZZ_CHECK(!covers(&one, "example"));
        FUZZ_CHECK(!(below && covers(&one, "a.im.fabrikam.example")));
        FUZZ_CHECK(!exact || covers(names, "fabrikam.example"));
    }
}

static void read_names(xmppfed_context *ctx, gnutls_x509_crt_t certificate)
{
    struct xfed_arena arena;
    struct xfed_tls_name_list names;
    struct xfed_tls_purposes purposes;
    int rc;

    xfed_arena_init(&arena, ctx);
    rc = xfed_tls_certificate_names(certificate, &arena, &names);
    FUZZ_CHECK(rc == 0 || rc == XMPPFED_ERR_TLS_CERTIFICATE);
    if (rc == 0) {
        FUZZ_CHECK(names.count <= XFED_TLS_NAMES_MAX);
        check_cover(&names);
    }
    rc = xfed_tls_certificate_purposes(certificate, &purposes);
    FUZZ_CHECK(rc == 0 || rc == XMPPFED_ERR_TLS_CERTIFICATE);
    xfed_arena_fini(&arena);
}

static void read_rest(gnutls_x509_crt_t certificate)
{
    char date[XFED_TLS_DATE_SIZE];
    char dn[XFED_TLS_DN_SIZE];

    (void)xfed_tls_certificate_constrains(certificate);
    (void)xfed_tls_certificate_validity(certificate, INT64_C(1750000000), date);
    FUZZ_CHECK(memchr(date, '\0', sizeof(date)));
    xfed_tls_certificate_subject(certificate, dn);
    FUZZ_CHECK(memchr(dn, '\0', sizeof(dn)));
    xfed_tls_certificate_issuer(certificate, dn);
    FUZZ_CHECK(memchr(dn, '\0', sizeof(dn)));
}

static void read_chain(xmppfed_context *ctx, const gnutls_datum_t *der)
{
    struct xfed_tls_chain chain;

    if (xfed_tls_chain_import(der, 1, &chain) != XFED_TLS_CHAIN_OK)
        return;
    read_names(ctx, chain.certificates[0]);
    read_rest(chain.certificates[0]);
    xfed_tls_chain_fini(&chain);
}

static void read_extension(xmppfed_context *ctx, const char *oid, const gnutls_datum_t *value)
{
    gnutls_x509_crt_t certificate;

    /* GnuTLS takes a length of 0 for "a string with its NUL", so an empty value cannot be set. */
    if (value->size == 0)
        return;
    FUZZ_CHECK(gnutls_x509_crt_init(&certificate) == 0);
    if (gnutls_x509_crt_set_extension_by_oid(certificate, oid, value->data, value->size, 0) == 0)
        read_names(ctx, certificate);
    gnutls_x509_crt_deinit(certificate);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    uint8_t kind = fuzz_byte(&in);
    gnutls_datum_t der = {(unsigned char *)(uintptr_t)in.data, (unsigned)in.len};
    xmppfed_context *ctx = fuzz_context();

    if (kind == 'n' || kind == 'p')
        read_extension(ctx, kind == 'n' ? "2.5.29.17" : "2.5.29.37", &der);
    else
        read_chain(ctx, &der);
    fuzz_context_end(ctx);
    return 0;
}
