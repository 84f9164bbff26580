/*
 * staple.c - fuzzes OCSP responses that a peer staples to its certificate, or a host to its own.
 *
 * Input: a letter, then DER: 's' a response, judged about fabrikam.pem of tests/data, which ca.pem
 * has issued, as a peer's and as our own; 'f' the value of a certificate's TLS feature extension
 * (RFC 7633), which may demand a staple.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmppfed/tls.h>

#include "fuzz.h"
#include "tls/session.h"
#include "tls/staple.h"

/* 2025-11-21 in Unix seconds, the time of the seeds. */
#define NOW INT64_C(1763683200)

enum { FILE_MAX = 16384, YEAR = 365 * 24 * 3600 };

/* What every input is judged by. */
static struct {
    gnutls_x509_crt_t leaf;
    gnutls_x509_crt_t issuer;
    gnutls_x509_crt_t stranger; /* has issued nothing of these */
    xmppfed_context *ctx;
    xmppfed_credentials *own; /* leaf and issuer */
} world;

/* ---- the fixed chain ------------------------------------------------------------------------ */

static size_t read_file(const char *name, char *ret)
{
    char path[1024];
    FILE *file;
    size_t len;

    snprintf(path, sizeof(path), "%s/%s", TEST_DATA, name);
    file = fopen(path, "rb");
    FUZZ_CHECK(file);
    len = fread(ret, 1, FILE_MAX, file);
    fclose(file);
    FUZZ_CHECK(len > 0 && len < FILE_MAX);
    return len;
}

static gnutls_x509_crt_t read_certificate(const char *name)
{
    char pem[FILE_MAX];
    gnutls_datum_t data = {(unsigned char *)pem, (unsigned)read_file(name, pem)};
    gnutls_x509_crt_t certificate;

    FUZZ_CHECK(gnutls_x509_crt_init(&certificate) == 0);
    FUZZ_CHECK(gnutls_x509_crt_import(certificate, &data, GNUTLS_X509_FMT_PEM) == 0);
    return certificate;
}

static void make_world(void)
{
    char chain[2 * FILE_MAX];
    char key[FILE_MAX];
    size_t chain_len = read_file("fabrikam.pem", chain);
    size_t key_len = read_file("fabrikam.key", key);

    chain_len += read_file("ca.pem", chain + chain_len);
    world.leaf = read_certificate("fabrikam.pem");
    world.issuer = read_certificate("ca.pem");
    world.stranger = read_certificate("unknown-ca.pem");
    FUZZ_CHECK(xmppfed_context_new(NULL, &world.ctx) == 0);
    FUZZ_CHECK(xmppfed_credentials_new(world.ctx, (xmppfed_slice){chain, chain_len},
                                       (xmppfed_slice){key, key_len}, NULL, &world.own) == 0);
}

/* ---- responses ------------------------------------------------------------------------------ */

static bool counts(struct xfed_staple s)
{
    return s.verdict == XFED_STAPLE_GOOD || s.verdict == XFED_STAPLE_REVOKED;
}

static bool same(struct xfed_staple a, struct xfed_staple b)
{
    return a.verdict == b.verdict && a.until == b.until && a.reason == b.reason;
}

static struct xfed_staple judge(const gnutls_datum_t *der, gnutls_x509_crt_t issuer, int64_t now)
{
    struct xfed_staple found = xfed_staple_judge(der, world.leaf, issuer, now);

    FUZZ_CHECK((found.verdict == XFED_STAPLE_NONE) == (der->size == 0));
    FUZZ_CHECK((found.verdict == XFED_STAPLE_UNUSABLE) == (found.reason != NULL));
    FUZZ_CHECK(found.verdict != XFED_STAPLE_GOOD || found.until >= now);
    FUZZ_CHECK(same(found, xfed_staple_judge(der, world.leaf, issuer, now)));
    return found;
}

/* What is good ends with its last second, unless another status in it goes on. */
static void check_end(const gnutls_datum_t *der, int64_t until)
{
    struct xfed_staple last = judge(der, NULL, until);
    struct xfed_staple late = judge(der, NULL, until + 1);

    FUZZ_CHECK(last.verdict == XFED_STAPLE_GOOD);
    FUZZ_CHECK(late.verdict == XFED_STAPLE_UNUSABLE || late.until > until);
}

/* A revocation is one at any time. */
static void check_revoked(const gnutls_datum_t *der)
{
    FUZZ_CHECK(judge(der, NULL, NOW - 10 * (int64_t)YEAR).verdict == XFED_STAPLE_REVOKED);
    FUZZ_CHECK(judge(der, NULL, NOW + 10 * (int64_t)YEAR).verdict == XFED_STAPLE_REVOKED);
}

/* Our own credentials take what a peer would take as good, for as long as that. */
static void check_own(const gnutls_datum_t *der, struct xfed_staple signed_one)
{
    xmppfed_credentials *made = NULL;
    xmppfed_slice bytes = {(const char *)der->data, der->size};
    int rc = xmppfed_credentials_staple(world.own, bytes, NOW, NULL, &made);

    switch (signed_one.verdict) {
    case XFED_STAPLE_GOOD:
        FUZZ_CHECK(rc == 0);
        FUZZ_CHECK(xfed_tls_credentials_at(made, signed_one.until) == made);
        FUZZ_CHECK(xfed_tls_credentials_at(made, signed_one.until + 1) == world.own);
        break;
    case XFED_STAPLE_REVOKED:
        FUZZ_CHECK(rc == XMPPFED_ERR_TLS_REVOKED);
        break;
    case XFED_STAPLE_NONE:
    case XFED_STAPLE_UNUSABLE:
        FUZZ_CHECK(rc == XMPPFED_ERR_TLS_STAPLE);
        break;
    }
    xmppfed_credentials_unref(made);
}

static void check_response(const gnutls_datum_t *der)
{
    struct xfed_staple any = judge(der, NULL, NOW);
    struct xfed_staple from_issuer = judge(der, world.issuer, NOW);

    /* A signature adds nothing to what a response says, and one signature is of one authority. */
    FUZZ_CHECK(!counts(from_issuer) || same(from_issuer, any));
    FUZZ_CHECK(!counts(from_issuer) || !counts(judge(der, world.stranger, NOW)));
    if (any.verdict == XFED_STAPLE_GOOD)
        check_end(der, any.until);
    if (any.verdict == XFED_STAPLE_REVOKED)
        check_revoked(der);
    check_own(der, from_issuer);
}

/* ---- the demand ----------------------------------------------------------------------------- */

/* The very bytes that demand a staple do so; an extension that is not there does not. */
static void check_feature(const gnutls_datum_t *value)
{
    static const unsigned char must[] = {0x30, 3, 2, 1, 5};
    gnutls_x509_crt_t certificate;
    bool demanded;

    /* GnuTLS takes a length of 0 for "a string with its NUL", so an empty value cannot be set. */
    if (value->size == 0)
        return;
    FUZZ_CHECK(gnutls_x509_crt_init(&certificate) == 0);
    FUZZ_CHECK(!xfed_staple_is_must(certificate));
    if (gnutls_x509_crt_set_extension_by_oid(certificate, "1.3.6.1.5.5.7.1.24", value->data,
                                             value->size, 0) == 0) {
        demanded = xfed_staple_is_must(certificate);
        FUZZ_CHECK(demanded == xfed_staple_is_must(certificate));
        if (value->size == sizeof(must) && memcmp(value->data, must, sizeof(must)) == 0)
            FUZZ_CHECK(demanded);
    }
    gnutls_x509_crt_deinit(certificate);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    uint8_t kind = fuzz_byte(&in);
    gnutls_datum_t der = {(unsigned char *)(uintptr_t)in.data, (unsigned)in.len};

    if (!world.own)
        make_world();
    if (kind == 'f')
        check_feature(&der);
    else
        check_response(&der);
    FUZZ_CHECK(xmppfed_context_memory_used(world.ctx) == 0);
    return 0;
}
