/* ocsp.c - OCSP responses (RFC 6960) made for the certificates of tests/data. */
#include "support/ocsp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include "support/certs.h"
#include "tls/credentials.h"

enum { DER_MAX = 32 * 1024, SERIAL_MAX = 64, SHA1_SIZE = 20 };

/* DER (X.690) written forwards: what is inside first, then its tag and length are put before it. */
struct der {
    unsigned char *bytes;
    size_t len;
};

static const unsigned char oid_basic[] = {0x06, 0x09, 0x2b, 0x06, 0x01, 0x05,
                                          0x05, 0x07, 0x30, 0x01, 0x01};
static const unsigned char sha1_id[] = {0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
                                        0x03, 0x02, 0x1a, 0x05, 0x00};
static const unsigned char ecdsa_sha256_id[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                                0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};

static void put(struct der *d, const void *bytes, size_t len)
{
    assert_true(d->len + len <= DER_MAX);
    memcpy(d->bytes + d->len, bytes, len);
    d->len += len;
}

/* Makes what was written from start on the content of one value. */
static void wrap(struct der *d, unsigned char tag, size_t start)
{
    size_t len = d->len - start;
    unsigned char head[4] = {tag, (unsigned char)len};
    size_t size = 2;

    if (len > 255) {
        head[1] = 0x82;
        head[2] = (unsigned char)(len >> 8);
        head[3] = (unsigned char)len;
        size = 4;
    } else if (len > 127) {
        head[1] = 0x81;
        head[2] = (unsigned char)len;
        size = 3;
    }
    assert_true(d->len + size <= DER_MAX);
    memmove(d->bytes + start + size, d->bytes + start, len);
    memcpy(d->bytes + start, head, size);
    d->len += size;
}

static void put_value(struct der *d, unsigned char tag, const void *bytes, size_t len)
{
    size_t start = d->len;

    put(d, bytes, len);
    wrap(d, tag, start);
}

static void put_time(struct der *d, int64_t unix_seconds)
{
    time_t when = (time_t)unix_seconds;
    struct tm parts;
    char text[32];

    assert_non_null(gmtime_r(&when, &parts));
    assert_true(strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &parts) > 0);
    put_value(d, 0x18, text, strlen(text));
}

static gnutls_x509_crt_t load_certificate(const char *name)
{
    gnutls_x509_crt_t certificate;
    gnutls_datum_t pem;
    xmppfed_slice data;
    char file[128];

    snprintf(file, sizeof(file), "%s.pem", name);
    data = test_data_read(file);
    pem = (gnutls_datum_t){(unsigned char *)(uintptr_t)data.data, (unsigned)data.len};
    assert_int_equal(gnutls_x509_crt_init(&certificate), 0);
    assert_int_equal(gnutls_x509_crt_import(certificate, &pem, GNUTLS_X509_FMT_PEM), 0);
    test_data_free(data);
    return certificate;
}

/* CertID (RFC 6960 4.1.1). */
static void put_id(struct der *d, gnutls_x509_crt_t about, gnutls_x509_crt_t issuer)
{
    unsigned char hash[SHA1_SIZE], serial[SERIAL_MAX];
    gnutls_datum_t name = {NULL, 0};
    size_t start = d->len, len = sizeof(hash);

    put(d, sha1_id, sizeof(sha1_id));
    assert_int_equal(gnutls_x509_crt_get_raw_dn(issuer, &name), 0);
    assert_int_equal(gnutls_hash_fast(GNUTLS_DIG_SHA1, name.data, name.size, hash), 0);
    gnutls_free(name.data);
    put_value(d, 0x04, hash, sizeof(hash));
    /* make-certs.sh asks for subjectKeyIdentifier=hash, which is the very digest wanted here. */
    assert_int_equal(gnutls_x509_crt_get_subject_key_id(issuer, hash, &len, NULL), 0);
    assert_int_equal(len, sizeof(hash));
    put_value(d, 0x04, hash, len);
    len = sizeof(serial);
    assert_int_equal(gnutls_x509_crt_get_serial(about, serial, &len), 0);
    put_value(d, 0x02, serial, len);
    wrap(d, 0x30, start);
}

/* SingleResponse (RFC 6960 4.2.1). */
static void put_single(struct der *d, const struct test_ocsp *row, const char *about,
                       enum test_ocsp_status status, gnutls_x509_crt_t issuer)
{
    gnutls_x509_crt_t certificate = load_certificate(about);
    size_t start = d->len, inner;
    int64_t made = TEST_TIME - row->age;

    put_id(d, certificate, issuer);
    inner = d->len;
    if (status == TEST_OCSP_REVOKED)
        put_time(d, made - 3600);
    wrap(d, status == TEST_OCSP_REVOKED ? 0xa1 : (unsigned char)(0x80 + status), inner);
    put_time(d, made);
    inner = d->len;
    if (!row->no_end) {
        put_time(d, made + (row->life ? row->life : TEST_OCSP_LIFE));
        wrap(d, 0xa0, inner);
    }
    wrap(d, 0x30, start);
    gnutls_x509_crt_deinit(certificate);
}

/* ResponseData (RFC 6960 4.2.1). */
static void put_data(struct der *d, const struct test_ocsp *row, gnutls_x509_crt_t issuer,
                     gnutls_x509_crt_t signer)
{
    unsigned char hash[SHA1_SIZE];
    size_t start = d->len, list, len = sizeof(hash);

    assert_int_equal(gnutls_x509_crt_get_subject_key_id(signer, hash, &len, NULL), 0);
    put_value(d, 0x04, hash, len);
    wrap(d, 0xa2, start);
    put_time(d, TEST_TIME - row->age);
    list = d->len;
    if (row->first)
        put_single(d, row, row->first, TEST_OCSP_GOOD, issuer);
    put_single(d, row, row->about, row->status, issuer);
    wrap(d, 0x30, list);
    wrap(d, 0x30, start);
}

static void put_signature(struct der *d, const char *name, bool spoilt)
{
    gnutls_datum_t tbs = {d->bytes, (unsigned)d->len}, signature, pem;
    gnutls_privkey_t key;
    xmppfed_slice data;
    size_t start;
    char file[128];

    snprintf(file, sizeof(file), "%s.key", name);
    data = test_data_read(file);
    pem = (gnutls_datum_t){(unsigned char *)(uintptr_t)data.data, (unsigned)data.len};
    assert_int_equal(gnutls_privkey_init(&key), 0);
    assert_int_equal(gnutls_privkey_import_x509_raw(key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0), 0);
    assert_int_equal(gnutls_privkey_sign_data(key, GNUTLS_DIG_SHA256, 0, &tbs, &signature), 0);
    put(d, ecdsa_sha256_id, sizeof(ecdsa_sha256_id));
    start = d->len;
    put(d, "", 1); /* no unused bits */
    put(d, signature.data, signature.size);
    if (spoilt)
        d->bytes[d->len - 1] ^= 1;
    wrap(d, 0x03, start);
    gnutls_free(signature.data);
    gnutls_privkey_deinit(key);
    test_data_free(data);
}

static void put_certificates(struct der *d, const struct test_ocsp *row, gnutls_x509_crt_t signer,
                             gnutls_x509_crt_t issuer)
{
    gnutls_datum_t der = {NULL, 0};
    size_t start = d->len;

    if (!row->signer && row->filling == 0)
        return;
    for (size_t i = 0; i <= row->filling; i++) {
        if (i == 0 && !row->signer)
            continue;
        assert_int_equal(
            gnutls_x509_crt_export2(i == 0 ? signer : issuer, GNUTLS_X509_FMT_DER, &der), 0);
        put(d, der.data, der.size);
        gnutls_free(der.data);
    }
    wrap(d, 0x30, start);
    wrap(d, 0xa0, start);
}

static void put_answer(struct der *d, const struct test_ocsp *row)
{
    gnutls_x509_crt_t issuer = load_certificate(row->issuer);
    gnutls_x509_crt_t signer = load_certificate(row->signer ? row->signer : row->issuer);

    put_data(d, row, issuer, signer);
    put_signature(d, row->signer ? row->signer : row->issuer, row->spoilt);
    put_certificates(d, row, signer, issuer);
    wrap(d, 0x30, 0);
    wrap(d, 0x04, 0);
    /* The type of the answer comes before it. */
    memmove(d->bytes + sizeof(oid_basic), d->bytes, d->len);
    memcpy(d->bytes, oid_basic, sizeof(oid_basic));
    d->len += sizeof(oid_basic);
    wrap(d, 0x30, 0);
    wrap(d, 0xa0, 0);
    gnutls_x509_crt_deinit(issuer);
    gnutls_x509_crt_deinit(signer);
}

xmppfed_slice test_ocsp(struct test_ocsp row)
{
    static const unsigned char successful[] = {0x0a, 0x01, 0x00}, try_later[] = {0x0a, 0x01, 0x03};
    struct der d = {malloc(DER_MAX), 0};

    assert_non_null(d.bytes);
    if (!row.about)
        row.about = "fabrikam";
    if (!row.issuer)
        row.issuer = "ca";
    if (!row.try_later)
        put_answer(&d, &row);
    memmove(d.bytes + sizeof(successful), d.bytes, d.len);
    memcpy(d.bytes, row.try_later ? try_later : successful, sizeof(successful));
    d.len += sizeof(successful);
    wrap(&d, 0x30, 0);
    return (xmppfed_slice){(const char *)d.bytes, d.len};
}

xmppfed_credentials *test_credentials_stapled(xmppfed_context *ctx, const char *name,
                                              struct test_ocsp row)
{
    xmppfed_credentials *c = test_credentials(ctx, name);
    xmppfed_slice response;
    gnutls_datum_t der;

    if (!row.about)
        row.about = name;
    response = test_ocsp(row);
    der = (gnutls_datum_t){(unsigned char *)(uintptr_t)response.data, (unsigned)response.len};
    /* Past the library, which serves none that peers would not take. */
    gnutls_certificate_set_flags(c->certificate, GNUTLS_CERTIFICATE_SKIP_OCSP_RESPONSE_CHECK);
    assert_int_equal(gnutls_certificate_set_ocsp_status_request_mem(c->certificate, &der, 0,
                                                                    GNUTLS_X509_FMT_DER),
                     0);
    test_data_free(response);
    return c;
}
