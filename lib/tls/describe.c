/* describe.c - a certificate for people: names, dates, purposes. */
#include "tls/describe.h"

#include <stdio.h>
#include <string.h>

#include "base/slice.h"
#include "crypto/digest.h"
#include "tls/certificate.h"
#include "tls/credentials.h"

/* What a peer wrote must not steer the terminal that it is shown on. */
static void disarm(char *text)
{
    for (unsigned char *p = (unsigned char *)text; *p; p++)
        if (*p < 0x20 || *p > 0x7e)
            *p = '?';
}

/* Appends what fits; a NUL inside a name is one of its bytes, and shows as such. */
static void add_name(char *list, size_t size, const struct xfed_tls_name *name)
{
    static const char *const types[] = {[XFED_TLS_NAME_DNS] = "DNS",
                                        [XFED_TLS_NAME_SRV] = "SRV",
                                        [XFED_TLS_NAME_XMPP_ADDR] = "XMPP"};
    size_t used = strlen(list);

    snprintf(list + used, size - used, "%s%s:", used ? ", " : "", types[name->type]);
    used = strlen(list);
    for (size_t i = 0; i < name->value.len && used + 1 < size; i++)
        list[used++] = name->value.data[i] ? name->value.data[i] : '?';
    list[used] = '\0';
}

static int add_names(xmppfed_context *ctx, gnutls_x509_crt_t certificate, xmppfed_certificate *ret)
{
    struct xfed_tls_name_list list = {.count = 0};
    struct xfed_arena arena;
    int rc;

    xfed_arena_init(&arena, ctx);
    rc = xfed_tls_certificate_names(certificate, &arena, &list);
    for (size_t i = 0; rc == 0 && i < list.count; i++)
        add_name(ret->names, sizeof(ret->names), &list.names[i]);
    xfed_arena_fini(&arena);
    return rc;
}

static int describe(xmppfed_context *ctx, gnutls_x509_crt_t certificate, const gnutls_datum_t *der,
                    xmppfed_certificate *ret)
{
    struct xfed_tls_purposes purposes;
    int rc = add_names(ctx, certificate, ret);

    if (rc == 0)
        rc = xfed_tls_certificate_purposes(certificate, &purposes);
    if (rc == 0)
        rc = xfed_sha256(der->data, der->size, ret->fingerprint);
    if (rc < 0)
        return rc;
    xfed_tls_certificate_subject(certificate, ret->subject);
    xfed_tls_certificate_issuer(certificate, ret->issuer);
    disarm(ret->subject);
    disarm(ret->issuer);
    disarm(ret->names);
    ret->not_before = (int64_t)gnutls_x509_crt_get_activation_time(certificate);
    ret->not_after = (int64_t)gnutls_x509_crt_get_expiration_time(certificate);
    ret->for_server = purposes.server;
    ret->for_client = purposes.client;
    return 0;
}

int xfed_tls_describe(xmppfed_context *ctx, const gnutls_datum_t *der, xmppfed_certificate *ret)
{
    xmppfed_certificate found = {.size = sizeof(found)};
    struct xfed_tls_chain chain;
    int rc;

    /* The first version of the struct is the only one; a later host may ask for more. */
    if (ret->size < sizeof(found))
        return XMPPFED_ERR_ARGUMENT;
    if (xfed_tls_chain_import(der, 1, &chain) != XFED_TLS_CHAIN_OK)
        return XMPPFED_ERR_TLS_CERTIFICATE;
    rc = describe(ctx, chain.certificates[0], der, &found);
    xfed_tls_chain_fini(&chain);
    if (rc == 0)
        memcpy(ret, &found, sizeof(found));
    return rc;
}

int xmppfed_credentials_certificate(const xmppfed_credentials *c, xmppfed_certificate *ret)
{
    if (!c || !ret || c->chain_count == 0)
        return XMPPFED_ERR_ARGUMENT;
    return xfed_tls_describe(c->ctx, &c->chain[0], ret);
}
