/*
 * test_staple.c - what an OCSP response says of a certificate: who signed it, about whom, when.
 *
 *     test_tls_staple --seeds FOLDER    writes the responses of the rows for fuzz/staple.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/certs.h"
#include "support/ocsp.h"
#include "tls/staple.h"

#define HOUR 3600
#define DAY (24 * HOUR)

static const struct {
    const char *name;
    struct test_ocsp response;
    enum xfed_staple_verdict verdict;
    const char *reason;
    int life; /* seconds from TEST_TIME on to its last one; 0: not looked at */
} rows[] = {
    {"good", {0}, XFED_STAPLE_GOOD, NULL, 7 * DAY},
    {"revoked", {.status = TEST_OCSP_REVOKED}, XFED_STAPLE_REVOKED},
    {"unknown", {.status = TEST_OCSP_UNKNOWN}, XFED_STAPLE_UNUSABLE, "does not know"},
    /* Who signs (RFC 6960 4.2.2.2). */
    {"by a responder of the issuer", {.signer = "ocsp-responder"}, XFED_STAPLE_GOOD},
    {"revoked, by a responder",
     {.signer = "ocsp-responder", .status = TEST_OCSP_REVOKED},
     XFED_STAPLE_REVOKED},
    {"its certificate has expired",
     {.signer = "ocsp-responder-expired"},
     XFED_STAPLE_UNUSABLE,
     "not signed"},
    {"revoked, by one that has expired",
     {.signer = "ocsp-responder-expired", .status = TEST_OCSP_REVOKED},
     XFED_STAPLE_UNUSABLE,
     "not signed"},
    {"by a certificate not for that", {.signer = "fabrikam"}, XFED_STAPLE_UNUSABLE, "not signed"},
    {"by another authority", {.issuer = "unknown-ca"}, XFED_STAPLE_UNUSABLE, "not signed"},
    {"by another authority, enclosed",
     {.signer = "unknown-ca"},
     XFED_STAPLE_UNUSABLE,
     "not signed"},
    {"revoked, by another authority",
     {.issuer = "unknown-ca", .status = TEST_OCSP_REVOKED},
     XFED_STAPLE_UNUSABLE,
     "not signed"},
    {"signature changed", {.spoilt = true}, XFED_STAPLE_UNUSABLE, "not signed"},
    /* About whom. */
    {"about another", {.about = "contoso"}, XFED_STAPLE_UNUSABLE, "another certificate"},
    {"another revoked",
     {.about = "contoso", .status = TEST_OCSP_REVOKED},
     XFED_STAPLE_UNUSABLE,
     "another certificate"},
    {"another's first, then good", {.first = "contoso"}, XFED_STAPLE_GOOD},
    {"another's first, then revoked",
     {.first = "contoso", .status = TEST_OCSP_REVOKED},
     XFED_STAPLE_REVOKED},
    {"good first, then revoked",
     {.first = "fabrikam", .status = TEST_OCSP_REVOKED},
     XFED_STAPLE_REVOKED},
    {"good first, then unknown",
     {.first = "fabrikam", .status = TEST_OCSP_UNKNOWN},
     XFED_STAPLE_GOOD},
    /* When. */
    {"in its last second", {.age = 7 * DAY}, XFED_STAPLE_GOOD},
    {"a second later", {.age = 7 * DAY + 1}, XFED_STAPLE_UNUSABLE, "out of date"},
    {"revoked, long ago", {.age = 700 * DAY, .status = TEST_OCSP_REVOKED}, XFED_STAPLE_REVOKED},
    {"a clock five minutes ahead", {.age = -300}, XFED_STAPLE_GOOD},
    {"a second more", {.age = -301}, XFED_STAPLE_UNUSABLE, "future"},
    {"without an end", {.no_end = true, .age = HOUR}, XFED_STAPLE_GOOD, NULL, 23 * HOUR},
    {"a day old", {.no_end = true, .age = DAY}, XFED_STAPLE_GOOD},
    {"and a second", {.no_end = true, .age = DAY + 1}, XFED_STAPLE_UNUSABLE, "out of date"},
    /* What is none. */
    {"the responder had no answer", {.try_later = true}, XFED_STAPLE_UNUSABLE, "no answer"},
    {"much enclosed", {.signer = "ocsp-responder", .filling = 20}, XFED_STAPLE_GOOD},
    {"too much", {.signer = "ocsp-responder", .filling = 60}, XFED_STAPLE_UNUSABLE, "too large"},
};

static gnutls_x509_crt_t load(const char *file)
{
    xmppfed_slice data = test_data_read(file);
    gnutls_datum_t pem = {(unsigned char *)(uintptr_t)data.data, (unsigned)data.len};
    gnutls_x509_crt_t certificate;

    assert_int_equal(gnutls_x509_crt_init(&certificate), 0);
    assert_int_equal(gnutls_x509_crt_import(certificate, &pem, GNUTLS_X509_FMT_PEM), 0);
    test_data_free(data);
    return certificate;
}

static struct xfed_staple judge_at(xmppfed_slice response, const char *leaf_file, bool with_issuer,
                                   int64_t unix_seconds)
{
    gnutls_datum_t der = {(unsigned char *)(uintptr_t)response.data, (unsigned)response.len};
    gnutls_x509_crt_t leaf = load(leaf_file), issuer = load("ca.pem");
    struct xfed_staple found =
        xfed_staple_judge(&der, leaf, with_issuer ? issuer : NULL, unix_seconds);

    gnutls_x509_crt_deinit(leaf);
    gnutls_x509_crt_deinit(issuer);
    return found;
}

static struct xfed_staple judge(xmppfed_slice response, const char *leaf_file, bool with_issuer)
{
    return judge_at(response, leaf_file, with_issuer, TEST_TIME);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_slice response = test_ocsp(rows[i].response);
        struct xfed_staple found = judge(response, "fabrikam.pem", true);

        if (found.verdict != rows[i].verdict ||
            (rows[i].reason && !strstr(found.reason, rows[i].reason)) ||
            (rows[i].life && found.until != TEST_TIME + rows[i].life))
            fail_msg("%s: %d, until %lld, \"%s\"", rows[i].name, found.verdict,
                     (long long)found.until, found.reason ? found.reason : "");
        test_data_free(response);
    }
}

/* All goes by the time that is given, nothing by the clock of the machine. */
static void test_another_time(void **state)
{
    const int64_t then = INT64_C(1600000000);
    xmppfed_slice response = test_ocsp(
        (struct test_ocsp){.signer = "ocsp-responder-expired", .age = (int)(TEST_TIME - then)});

    (void)state;
    assert_int_equal(judge_at(response, "fabrikam.pem", true, then).verdict, XFED_STAPLE_GOOD);
    assert_int_equal(judge_at(response, "fabrikam.pem", true, then - 301).verdict,
                     XFED_STAPLE_UNUSABLE);
    test_data_free(response);
}

/* An own chain may come without its issuer: then all but the signature is looked at. */
static void test_without_issuer(void **state)
{
    xmppfed_slice foreign = test_ocsp((struct test_ocsp){.issuer = "unknown-ca"});
    xmppfed_slice spoilt = test_ocsp((struct test_ocsp){.spoilt = true});

    (void)state;
    assert_int_equal(judge(spoilt, "fabrikam.pem", false).verdict, XFED_STAPLE_GOOD);
    /* The issuer's name is part of what it is about. */
    assert_int_equal(judge(foreign, "fabrikam.pem", false).verdict, XFED_STAPLE_UNUSABLE);
    assert_int_equal(judge(spoilt, "contoso.pem", false).verdict, XFED_STAPLE_UNUSABLE);
    test_data_free(foreign);
    test_data_free(spoilt);
}

/* Nothing that a peer can send in place of a response is more than useless. */
static void test_rubbish(void **state)
{
    xmppfed_slice response = test_ocsp((struct test_ocsp){.signer = "ocsp-responder"});
    char *copy = malloc(response.len);

    (void)state;
    assert_non_null(copy);
    assert_int_equal(judge((xmppfed_slice){"", 0}, "fabrikam.pem", true).verdict, XFED_STAPLE_NONE);
    assert_int_equal(judge((xmppfed_slice){"x", 1}, "fabrikam.pem", true).verdict,
                     XFED_STAPLE_UNUSABLE);
    for (size_t i = 1; i < response.len; i++)
        assert_int_equal(judge((xmppfed_slice){response.data, i}, "fabrikam.pem", true).verdict,
                         XFED_STAPLE_UNUSABLE);
    for (size_t i = 0; i < response.len; i++) {
        memcpy(copy, response.data, response.len);
        copy[i] ^= 0x55;
        assert_int_not_equal(
            judge((xmppfed_slice){copy, response.len}, "fabrikam.pem", true).verdict,
            XFED_STAPLE_REVOKED);
    }
    free(copy);
    test_data_free(response);
}

static void test_must(void **state)
{
    static const struct {
        const char *file;
        bool must;
    } must_rows[] = {{"fabrikam.pem", false},
                     {"fabrikam-muststaple.pem", true},
                     {"fabrikam-badfeature.pem", true},
                     {"ca.pem", false}};

    (void)state;
    for (size_t i = 0; i < sizeof(must_rows) / sizeof(must_rows[0]); i++) {
        gnutls_x509_crt_t certificate = load(must_rows[i].file);

        if (xfed_staple_is_must(certificate) != must_rows[i].must)
            fail_msg("%s", must_rows[i].file);
        gnutls_x509_crt_deinit(certificate);
    }
}

/* The name of a row as that of a file. */
static void put_name(const char *name, char *ret)
{
    for (; *name; name++) {
        if (*name == ' ')
            *ret++ = '-';
        else if (isalnum((unsigned char)*name))
            *ret++ = *name;
    }
    *ret = '\0';
}

/* One file a row; what is large would but slow the fuzzer down. */
static void write_seeds(const char *folder)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_slice response = test_ocsp(rows[i].response);
        char name[64];
        char path[1024];
        FILE *file;

        assert_true(strlen(rows[i].name) < sizeof(name));
        put_name(rows[i].name, name);
        snprintf(path, sizeof(path), "%s/s-%s", folder, name);
        file = response.len < 4096 ? fopen(path, "wb") : NULL;
        if (file) {
            fputc('s', file);
            fwrite(response.data, 1, response.len, file);
            fclose(file);
        }
        test_data_free(response);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),           cmocka_unit_test(test_another_time),
        cmocka_unit_test(test_without_issuer), cmocka_unit_test(test_rubbish),
        cmocka_unit_test(test_must),
    };

    if (argc == 3 && strcmp(argv[1], "--seeds") == 0) {
        write_seeds(argv[2]);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
