/* staple.c - what an OCSP response that came in a TLS handshake says of a certificate. */
#include "tls/staple.h"

#include <gnutls/ocsp.h>

#include "tls/certificate.h"

enum {
    /* RFC 7633 4.1: the number of a TLS extension, here of RFC 6066 8. */
    FEATURE_STATUS_REQUEST = 5,
    FEATURES_MAX = 32,
    /* Seconds. Clocks differ; what is made a little later than now was made just now. */
    CLOCK_SLACK = 300,
    /* Without nextUpdate "newer information is available all the time" (RFC 6960 4.2.2.1). */
    LIFE_WITHOUT_END = 24 * 3600
};

/* GnuTLS reads the clock for its own date checks; ours are made against the host's time. */
static const unsigned int verify_flags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS |
                                         GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS |
                                         GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM);

static struct xfed_staple unusable(const char *reason)
{
    return (struct xfed_staple){.verdict = XFED_STAPLE_UNUSABLE, .reason = reason};
}

/*
 * Whether each enclosed certificate is within its dates. GnuTLS finds the one that has signed, and
 * sees to it that the issuer has issued it for this purpose (RFC 6960 4.2.2.2); responders enclose
 * no others, so that it need not be found again.
 */
static bool signers_are_valid(gnutls_ocsp_resp_t response, int64_t unix_seconds)
{
    gnutls_x509_crt_t *certificates = NULL;
    char date[XFED_TLS_DATE_SIZE];
    size_t count = 0;
    bool valid = true;
    int rc = gnutls_ocsp_resp_get_certs(response, &certificates, &count);

    if (rc < 0)
        return rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
    for (size_t i = 0; i < count; i++) {
        if (xfed_tls_certificate_validity(certificates[i], unix_seconds, date) != XFED_TLS_VALID)
            valid = false;
        gnutls_x509_crt_deinit(certificates[i]);
    }
    gnutls_free(certificates);
    return valid;
}

static bool is_signed(gnutls_ocsp_resp_t response, gnutls_x509_crt_t issuer)
{
    unsigned int faults = 0;

    return gnutls_ocsp_resp_verify_direct(response, issuer, &faults, verify_flags) == 0 &&
           faults == 0;
}

/* Judges one status about the certificate by its times. */
static struct xfed_staple judge_times(time_t made, time_t next, int64_t unix_seconds)
{
    struct xfed_staple good = {.verdict = XFED_STAPLE_GOOD};

    if (made == (time_t)-1 || (int64_t)made > unix_seconds + CLOCK_SLACK)
        return unusable("is from the future");
    good.until = next == (time_t)-1 ? (int64_t)made + LIFE_WITHOUT_END : (int64_t)next;
    return unix_seconds > good.until ? unusable("is out of date") : good;
}

/*
 * Finds the status of the leaf among those of the response. A revocation holds whatever the times:
 * forgetting it would bring the certificate back, as with lists (trust.c).
 */
static struct xfed_staple find_status(gnutls_ocsp_resp_t response, gnutls_x509_crt_t leaf,
                                      int64_t unix_seconds)
{
    struct xfed_staple found = unusable("is about another certificate");

    for (unsigned int i = 0; i < XFED_STAPLE_STATUSES_MAX; i++) {
        time_t made, next, revoked;
        unsigned int status, why;

        if (gnutls_ocsp_resp_get_single(response, i, NULL, NULL, NULL, NULL, &status, &made, &next,
                                        &revoked, &why) < 0)
            break;
        if (gnutls_ocsp_resp_check_crt(response, i, leaf) < 0)
            continue;
        if (status == GNUTLS_OCSP_CERT_REVOKED)
            return (struct xfed_staple){.verdict = XFED_STAPLE_REVOKED};
        if (found.verdict == XFED_STAPLE_GOOD)
            continue;
        found = status == GNUTLS_OCSP_CERT_GOOD ? judge_times(made, next, unix_seconds)
                                                : unusable("does not know the certificate");
    }
    return found;
}

struct xfed_staple xfed_staple_judge(const gnutls_datum_t *der, gnutls_x509_crt_t leaf,
                                     gnutls_x509_crt_t issuer, int64_t unix_seconds)
{
    gnutls_ocsp_resp_t response;
    struct xfed_staple found;

    if (der->size == 0)
        return (struct xfed_staple){.verdict = XFED_STAPLE_NONE};
    if (der->size > XFED_STAPLE_MAX)
        return unusable("is too large");
    if (gnutls_ocsp_resp_init(&response) < 0)
        return unusable("cannot be read");
    if (gnutls_ocsp_resp_import2(response, der, GNUTLS_X509_FMT_DER) < 0)
        found = unusable("cannot be read");
    else if (gnutls_ocsp_resp_get_status(response) != GNUTLS_OCSP_RESP_SUCCESSFUL)
        found = unusable("has no answer");
    else if (issuer && (!is_signed(response, issuer) || !signers_are_valid(response, unix_seconds)))
        found = unusable("is not signed by the issuer or a responder of its own");
    else
        found = find_status(response, leaf, unix_seconds);
    gnutls_ocsp_resp_deinit(response);
    return found;
}

bool xfed_staple_is_must(gnutls_x509_crt_t certificate)
{
    gnutls_x509_tlsfeatures_t features = NULL;
    unsigned int feature, critical;
    bool must = false;
    int rc;

    if (gnutls_x509_tlsfeatures_init(&features) < 0)
        return true;
    rc = gnutls_x509_crt_get_tlsfeatures(certificate, features, 0, &critical);
    /* What cannot be read may have said so. */
    if (rc < 0)
        must = rc != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
    for (unsigned int i = 0; rc == 0 && i < FEATURES_MAX; i++) {
        if (gnutls_x509_tlsfeatures_get(features, i, &feature) < 0)
            break;
        must = must || feature == FEATURE_STATUS_REQUEST;
    }
    gnutls_x509_tlsfeatures_deinit(features);
    return must;
}
