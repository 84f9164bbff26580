/* ocsp.h - OCSP responses (RFC 6960) made for the certificates of tests/data. */
#ifndef TESTS_SUPPORT_OCSP_H
#define TESTS_SUPPORT_OCSP_H

#include <stdbool.h>
#include <xmppfed/common.h>
#include <xmppfed/tls.h>

enum test_ocsp_status { TEST_OCSP_GOOD = 0, TEST_OCSP_REVOKED = 1, TEST_OCSP_UNKNOWN = 2 };

/* What a response says; certificates are named without ".pem", and NULL or 0 is the default. */
struct test_ocsp {
    const char *about;  /* whose status it is; "fabrikam" */
    const char *issuer; /* who signs, or has let others sign; "ca" */
    const char *signer; /* who signs in the issuer's place, its certificate enclosed */
    const char *first;  /* another certificate, good, whose status comes before */
    enum test_ocsp_status status;
    int age;        /* seconds since it was made; negative: it is yet to come */
    int life;       /* seconds for which it is good; 7 days */
    bool no_end;    /* it does not say for how long */
    bool spoilt;    /* its signature is wrong */
    bool try_later; /* the responder had no answer (RFC 6960 4.2.1) */
    size_t filling; /* more certificates enclosed, of no use */
};

/* Seconds: for how long a response is good unless a row says otherwise. */
enum { TEST_OCSP_LIFE = 7 * 24 * 3600 };

/* The response in DER, made at TEST_TIME; free it with test_data_free(). */
xmppfed_slice test_ocsp(struct test_ocsp row);

/* Credentials of <name>.pem and <name>.key that serve this response, about them unless it says
 * otherwise, whatever it is worth. */
xmppfed_credentials *test_credentials_stapled(xmppfed_context *ctx, const char *name,
                                              struct test_ocsp row);

#endif
