/* verify.c - whether a peer's chain leads to an anchor, is in its dates and covers a domain. */
#include "tls/verify.h"

#include "base/fault.h"
#include "tls/certificate.h"
#include "tls/staple.h"
#include "tls/trust.h"

/* The part of the sent certificates that leads from the leaf to an anchor. */
struct path {
    gnutls_x509_crt_t certificates[XFED_TLS_CHAIN_MAX];
    unsigned int count;
    gnutls_x509_crt_t anchor; /* borrowed from the trust store; NULL: none issued the last one */
    bool constrained;         /* an authority on the path limits the names under it */
};

/* GnuTLS reads the clock for its own date checks; ours are made against the host's time. */
static const unsigned int verify_flags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS |
                                         GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS |
                                         GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM);

/* How a sentence calls the peer. */
static const char *peer_name(const struct xfed_tls_question *q)
{
    return q->domain ? q->domain : "the peer";
}

/*
 * What bounds the work of the verification itself: name constraints are checked name by name
 * (CVE-2025-14831), and so are purposes.
 */
static int check_shape(const struct xfed_tls_question *q, const struct xfed_tls_chain *chain,
                       struct xfed_arena *arena, struct xfed_tls_name_list *ret_leaf_names,
                       xmppfed_problem *why)
{
    struct xfed_tls_name_list names = {NULL, 0};
    struct xfed_tls_purposes purposes;
    int rc;

    /* Backwards, so that the leaf's names are the last ones read. */
    for (size_t i = chain->count; i-- > 0;) {
        rc = xfed_tls_certificate_names(chain->certificates[i], arena, &names);
        if (rc == 0)
            rc = xfed_tls_certificate_purposes(chain->certificates[i], &purposes);
        if (rc == XMPPFED_ERR_NOMEM)
            return xfed_fault_code(why, rc);
        if (rc < 0)
            return xfed_fault_set(why, rc,
                                  "certificate %zu in the chain of %s has damaged extensions, or "
                                  "more than %d names or %d purposes; its operator must replace it",
                                  i + 1, peer_name(q), XFED_TLS_NAMES_MAX, XFED_TLS_PURPOSES_MAX);
    }
    *ret_leaf_names = names;
    return 0;
}

/* The next certificate up, one within its dates if there is a choice; NULL at the end. */
static gnutls_x509_crt_t find_issuer(const struct xfed_tls_question *q,
                                     const struct xfed_tls_chain *chain, bool *used,
                                     gnutls_x509_crt_t certificate)
{
    char date[XFED_TLS_DATE_SIZE];
    size_t found = chain->count;

    for (size_t i = 1; i < chain->count; i++) {
        gnutls_x509_crt_t candidate = chain->certificates[i];
        bool valid;

        if (used[i] || !gnutls_x509_crt_check_issuer(certificate, candidate))
            continue;
        valid = xfed_tls_certificate_validity(candidate, q->unix_seconds, date) == XFED_TLS_VALID;
        if (valid || found == chain->count)
            found = i;
        if (valid)
            break;
    }
    if (found == chain->count)
        return NULL;
    used[found] = true;
    return chain->certificates[found];
}

/*
 * Walks from the leaf upwards and stops at the first anchor. So superfluous certificates do no harm
 * (a cross-signed root that has expired is still sent by many), nor does their order, and each is
 * used once at most, which ends cycles (CVE-2024-0567).
 */
static void find_path(const struct xfed_tls_question *q, const struct xfed_tls_chain *chain,
                      struct path *ret)
{
    bool used[XFED_TLS_CHAIN_MAX] = {false};
    gnutls_x509_crt_t next = chain->certificates[0];

    ret->count = 0;
    ret->anchor = NULL;
    ret->constrained = false;
    while (next && !ret->anchor) {
        ret->certificates[ret->count++] = next;
        ret->constrained = ret->constrained || xfed_tls_certificate_constrains(next);
        ret->anchor = xfed_tls_trust_issuer(q->trust, next, q->unix_seconds);
        if (!ret->anchor)
            next = find_issuer(q, chain, used, next);
    }
    if (ret->anchor && xfed_tls_certificate_constrains(ret->anchor))
        ret->constrained = true;
}

static int fail_unknown_issuer(const struct xfed_tls_question *q, const struct path *path,
                               xmppfed_problem *why)
{
    gnutls_x509_crt_t last = path->certificates[path->count - 1];
    char issuer[XFED_TLS_DN_SIZE];

    if (path->count == 1 && gnutls_x509_crt_check_issuer(last, last))
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                              "certificate of %s is self-signed; add it to the trust anchors, or "
                              "let its operator get one from a known authority",
                              peer_name(q));
    xfed_tls_certificate_issuer(last, issuer);
    return xfed_fault_set(
        why, XMPPFED_ERR_TLS_CERTIFICATE,
        "certificate of %s is signed by an unknown issuer \"%s\"; add that "
        "authority to the trust anchors, or let its operator send the whole chain",
        peer_name(q), issuer);
}

/* What a sentence calls one certificate of the path; the anchor is at path->count. */
static const char *role_on_path(const struct path *path, unsigned int i)
{
    if (i == 0)
        return "certificate of";
    return i == path->count ? "trust anchor for" : "issuing certificate in the chain of";
}

static int check_dates(const struct xfed_tls_question *q, const struct path *path,
                       xmppfed_problem *why)
{
    char date[XFED_TLS_DATE_SIZE];

    for (unsigned int i = 0; i <= path->count; i++) {
        gnutls_x509_crt_t c = i == path->count ? path->anchor : path->certificates[i];

        switch (xfed_tls_certificate_validity(c, q->unix_seconds, date)) {
        case XFED_TLS_VALID:
            break;
        case XFED_TLS_EXPIRED:
            return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                                  "%s %s expired on %s; it must be renewed", role_on_path(path, i),
                                  peer_name(q), date);
        case XFED_TLS_NOT_YET_VALID:
            return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                                  "%s %s is not valid before %s; check the clock of this host",
                                  role_on_path(path, i), peer_name(q), date);
        }
    }
    return 0;
}

/* The end of the path's first certificate to expire; all were found to be within their dates. */
static int64_t end_of(const struct path *path)
{
    int64_t end = XFED_TLS_FOREVER;

    for (unsigned int i = 0; i <= path->count; i++) {
        gnutls_x509_crt_t c = i == path->count ? path->anchor : path->certificates[i];
        int64_t until = (int64_t)gnutls_x509_crt_get_expiration_time(c);

        if (until < end)
            end = until;
    }
    return end;
}

/* The cryptographic verdict on the path for one key purpose, as GnuTLS's status bits. */
static int ask_gnutls(const struct xfed_tls_question *q, struct path *path, const char *purpose,
                      unsigned int *ret_status)
{
    gnutls_typed_vdata_st data = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
                                  .data = (unsigned char *)(uintptr_t)purpose};

    return gnutls_x509_trust_list_verify_crt2(q->trust->list, path->certificates, path->count,
                                              &data, 1, verify_flags, ret_status, NULL);
}

static int fail_purpose(const struct xfed_tls_question *q, const struct path *path,
                        const char *wanted, xmppfed_problem *why)
{
    struct xfed_tls_purposes purposes = {false, false};
    const char *found = "other purposes";

    /* The shape was checked before, so this cannot fail for what the peer sent. */
    if (xfed_tls_certificate_purposes(path->certificates[0], &purposes) < 0)
        return xfed_fault_code(why, XMPPFED_ERR_TLS_CERTIFICATE);
    if (purposes.server && purposes.client)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                              "an issuing certificate in the chain of %s does not allow %s; its "
                              "operator must use another authority",
                              peer_name(q), wanted);
    if (purposes.client)
        found = "clientAuth";
    else if (purposes.server)
        found = "serverAuth";
    return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                          "certificate of %s is for %s only and %s is asked for; its operator must "
                          "get another one, or change the eku rule of the partner",
                          peer_name(q), found, wanted);
}

static int fail_revoked(const struct xfed_tls_question *q, xmppfed_problem *why)
{
    return xfed_fault_set(why, XMPPFED_ERR_TLS_REVOKED,
                          "certificate of %s was revoked by its authority; its operator must "
                          "replace it",
                          peer_name(q));
}

/* Turns GnuTLS's status bits into a sentence, the gravest first. */
static int fail_status(const struct xfed_tls_question *q, const struct path *path,
                       unsigned int status, const char *wanted, xmppfed_problem *why)
{
    static const struct {
        unsigned int bit;
        const char *sentence;
    } rows[] = {
        {GNUTLS_CERT_SIGNATURE_FAILURE, "has a wrong signature in its chain; somebody changed it"},
        {GNUTLS_CERT_INSECURE_ALGORITHM,
         "uses a key or signature that is too weak; its operator must replace it"},
        {GNUTLS_CERT_SIGNER_NOT_CA, "is signed by a certificate that is no authority"},
        {GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE,
         "breaks a constraint of its authority, on names or on the length of the chain"},
        {GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS, "has a critical extension that is not known"},
        {GNUTLS_CERT_SIGNER_NOT_FOUND, "is signed by an unknown issuer"},
    };

    if (status & GNUTLS_CERT_REVOKED)
        return fail_revoked(q, why);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (status & rows[i].bit)
            return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE, "certificate of %s %s",
                                  peer_name(q), rows[i].sentence);
    }
    if (status & GNUTLS_CERT_PURPOSE_MISMATCH)
        return fail_purpose(q, path, wanted, why);
    return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                          "certificate of %s was not accepted (GnuTLS status 0x%x)", peer_name(q),
                          status);
}

/*
 * Both ends of a federation are servers and public authorities issue for serverAuth only, so that
 * is asked of who dialled as well (XEP-0178 2); a clientAuth-only certificate, which some
 * authorities give to anybody, does not pass by that.
 */
static int check_signatures(const struct xfed_tls_question *q, struct path *path,
                            xmppfed_problem *why)
{
    bool client_only = q->eku == XMPPFED_EKU_STRICT_ROLE && !q->peer_accepted;
    const char *purpose = client_only ? GNUTLS_KP_TLS_WWW_CLIENT : GNUTLS_KP_TLS_WWW_SERVER;
    const char *wanted = client_only ? "clientAuth" : "serverAuth";
    unsigned int status = 0;
    int rc;

    rc = ask_gnutls(q, path, purpose, &status);
    if (rc == 0 && (status & GNUTLS_CERT_PURPOSE_MISMATCH) && q->eku == XMPPFED_EKU_ANY) {
        wanted = "serverAuth or clientAuth";
        rc = ask_gnutls(q, path, GNUTLS_KP_TLS_WWW_CLIENT, &status);
    }
    if (rc == GNUTLS_E_MEMORY_ERROR)
        return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
    if (rc < 0)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                              "certificate of %s could not be verified (%s)", peer_name(q),
                              gnutls_strerror(rc));
    return status == 0 ? 0 : fail_status(q, path, status, wanted, why);
}

/*
 * What the authority said of the leaf lately (RFC 6066 8). GnuTLS would judge the staple by the
 * clock of the machine, and only in a verification of its own that we do not use. Where a staple is
 * due, the proof ends with it.
 */
static int check_staple(const struct xfed_tls_question *q, const struct path *path,
                        struct xfed_tls_standing *standing, xmppfed_problem *why)
{
    gnutls_x509_crt_t leaf = path->certificates[0];
    gnutls_x509_crt_t issuer = path->count > 1 ? path->certificates[1] : path->anchor;
    bool due = q->ocsp == XMPPFED_OCSP_REQUIRE;
    struct xfed_staple staple;

    if (q->ocsp == XMPPFED_OCSP_IGNORE)
        return 0;
    due = due || xfed_staple_is_must(leaf);
    staple = xfed_staple_judge(&q->staple, leaf, issuer, q->unix_seconds);
    switch (staple.verdict) {
    case XFED_STAPLE_REVOKED:
        return fail_revoked(q, why);
    case XFED_STAPLE_GOOD:
        standing->staple = XMPPFED_STAPLE_GOOD;
        if (due && staple.until < standing->until)
            standing->until = staple.until;
        return 0;
    case XFED_STAPLE_UNUSABLE:
        standing->staple = XMPPFED_STAPLE_UNUSABLE;
        break;
    case XFED_STAPLE_NONE:
        break;
    }
    if (!due)
        return 0;
    return xfed_fault_set(
        why, XMPPFED_ERR_TLS_STAPLE,
        "certificate of %s is good only with an OCSP response beside it (%s), and "
        "%s%s; its operator must have its server staple one",
        peer_name(q),
        q->ocsp == XMPPFED_OCSP_REQUIRE ? "the partner record asks for one"
                                        : "it says so itself, RFC 7633",
        staple.reason ? "the one that came " : "none came", staple.reason ? staple.reason : "");
}

static int check_identity(const struct xfed_tls_question *q, const struct path *path,
                          const struct xfed_tls_name_list *names, xmppfed_problem *why)
{
    size_t kept = names->count;

    /*
     * A constraint on dNSName says nothing about SRVName and xmppAddr, and GnuTLS checks none for
     * those: an authority held to its customer's domain could name any other by them. So under a
     * constraint only the type that was checked counts.
     */
    if (path->constrained) {
        kept = 0;
        for (size_t i = 0; i < names->count; i++) {
            if (names->names[i].type == XFED_TLS_NAME_DNS)
                names->names[kept++] = names->names[i];
        }
    }
    if (xfed_tls_names_cover(names->names, kept, q->domain))
        return 0;
    if (kept == 0)
        return xfed_fault_set(
            why, XMPPFED_ERR_TLS_IDENTITY,
            "certificate of %s carries no dNSName, SRVName or xmppAddr that may be "
            "used; its operator must get one with the domain as dNSName",
            q->domain);
    return xfed_fault_set(why, XMPPFED_ERR_TLS_IDENTITY,
                          "certificate does not cover %s but other names, the first is \"%.*s\"; "
                          "its operator must add the domain as dNSName",
                          q->domain,
                          names->names[0].value.len > 128 ? 128 : (int)names->names[0].value.len,
                          names->names[0].value.data);
}

static int import_chain(const struct xfed_tls_question *q, const gnutls_datum_t *der, size_t count,
                        struct xfed_tls_chain *ret, xmppfed_problem *why)
{
    switch (xfed_tls_chain_import(der, count, ret)) {
    case XFED_TLS_CHAIN_OK:
        return 0;
    case XFED_TLS_CHAIN_TOO_LONG:
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                              "%s sent %zu certificates and at most %d are looked at; its operator "
                              "must shorten the chain",
                              peer_name(q), count, XFED_TLS_CHAIN_MAX);
    case XFED_TLS_CHAIN_TOO_LARGE:
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                              "%s sent a certificate of more than %d bytes; its operator must "
                              "replace it",
                              peer_name(q), XFED_TLS_CERTIFICATE_MAX);
    case XFED_TLS_CHAIN_UNREADABLE:
        break;
    }
    return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                          "%s sent a certificate that cannot be read; its operator must replace it",
                          peer_name(q));
}

int xfed_tls_verify(const struct xfed_tls_question *q, const gnutls_datum_t *der, size_t count,
                    xmppfed_problem *why)
{
    struct xfed_tls_standing standing;

    return xfed_tls_verify_standing(q, der, count, &standing, why);
}

int xfed_tls_verify_standing(const struct xfed_tls_question *q, const gnutls_datum_t *der,
                             size_t count, struct xfed_tls_standing *ret, xmppfed_problem *why)
{
    struct xfed_tls_standing standing = {.staple = XMPPFED_STAPLE_NONE};
    struct xfed_tls_name_list names = {0};
    struct xfed_tls_chain chain;
    struct xfed_arena arena;
    struct path path;
    int rc;

    if (count == 0)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                              "%s sent no certificate; only dialback can prove it", peer_name(q));
    if (!q->trust)
        return xfed_fault_set(why, XMPPFED_ERR_TLS_CERTIFICATE,
                              "certificate of %s cannot be judged without a trust store; set one",
                              peer_name(q));
    rc = import_chain(q, der, count, &chain, why);
    if (rc < 0)
        return rc;
    xfed_arena_init(&arena, q->ctx);
    rc = check_shape(q, &chain, &arena, &names, why);
    if (rc < 0)
        goto out;
    find_path(q, &chain, &path);
    rc = path.anchor ? check_dates(q, &path, why) : fail_unknown_issuer(q, &path, why);
    if (rc == 0)
        rc = check_signatures(q, &path, why);
    if (rc == 0) {
        standing.until = end_of(&path);
        rc = check_staple(q, &path, &standing, why);
    }
    if (rc == 0 && q->domain)
        rc = check_identity(q, &path, &names, why);
    if (rc == 0)
        *ret = standing;
out:
    xfed_arena_fini(&arena);
    xfed_tls_chain_fini(&chain);
    return rc;
}
