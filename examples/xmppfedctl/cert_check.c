/* cert_check.c - what partners would say about a certificate, before they do. */
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xmppfed/address.h>
#include <xmppfed/tls.h>

#include "proxy/settings/files.h"
#include "xmppfedctl/cert.h"

#define PATH_SIZE 4096

enum verdict { PASS, WARNING, FAIL };

/* A check as it goes on. */
struct check {
    const struct cert_options *options;
    xmppfed_context *ctx;
    json_t *findings;
    enum verdict worst;
    const char *file; /* of the certificate at hand */
};

static const char *const verdicts[] = {"pass", "warning", "fail"};

XMPPFED_PRINTF(4, 5)
static void find(struct check *c, enum verdict verdict, const char *domain, const char *format, ...)
{
    struct complaint text;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text.text, sizeof(text.text), format, arguments);
    va_end(arguments);
    c->worst = verdict > c->worst ? verdict : c->worst;
    json_array_append_new(c->findings,
                          json_pack("{s:s, s:s, s:s, s:s}", "result", verdicts[verdict], "domain",
                                    domain, "file", c->file, "text", text.text));
}

/* ---- the chain --------------------------------------------------------------------------- */

struct chain {
    gnutls_x509_crt_t *list;
    unsigned count;
};

static bool chain_read(const char *path, struct chain *ret, struct complaint *why)
{
    struct file_text text = {0};
    gnutls_datum_t pem;
    int rc;

    if (!file_read(path, "the certificate", &text, why))
        return false;
    pem.data = (unsigned char *)text.data;
    pem.size = (unsigned)text.len;
    rc = gnutls_x509_crt_list_import2(&ret->list, &ret->count, &pem, GNUTLS_X509_FMT_PEM, 0);
    file_text_fini(&text);
    return rc >= 0 ||
           complain(why,
                    "%.512s: no certificate can be read: %s; name a PEM file that begins with "
                    "the server's certificate",
                    path, gnutls_strerror(rc));
}

static void chain_fini(struct chain *chain)
{
    unsigned i;

    for (i = 0; i < chain->count; i++)
        gnutls_x509_crt_deinit(chain->list[i]);
    gnutls_free(chain->list);
}

/* Servers differ in what they mend of a wrong order; in the right one it works with all. */
static void check_order(struct check *c, const struct chain *chain)
{
    unsigned i;

    for (i = 0; i + 1 < chain->count; i++)
        if (gnutls_x509_crt_check_issuer(chain->list[i], chain->list[i + 1]) != 1)
            find(c, FAIL, "",
                 "certificate %u of the file did not issue number %u; put the server's first and "
                 "behind each the one of its issuer",
                 i + 2, i + 1);
}

/* Less than 112 bits (NIST SP 800-57: RSA 2048) is refused by authorities and TLS libraries. */
static void check_strength(struct check *c, const struct chain *chain)
{
    unsigned i;

    for (i = 0; i < chain->count; i++) {
        gnutls_x509_crt_t one = chain->list[i];
        bool root = gnutls_x509_crt_check_issuer(one, one) == 1;
        unsigned bits = 0;
        int algorithm = gnutls_x509_crt_get_pk_algorithm(one, &bits);
        int signature = gnutls_x509_crt_get_signature_algorithm(one);

        if (algorithm < 0 || gnutls_pk_bits_to_sec_param((gnutls_pk_algorithm_t)algorithm, bits) <
                                 GNUTLS_SEC_PARAM_MEDIUM)
            find(c, FAIL, "",
                 "the key of certificate %u of the file has %u bits, and partners refuse less than "
                 "RSA 2048 or a curve of 256; get another",
                 i + 1, bits);
        if (!root && (signature < 0 || !gnutls_sign_is_secure((gnutls_sign_algorithm_t)signature)))
            find(c, FAIL, "",
                 "certificate %u of the file is signed by %s, which is broken; get "
                 "another",
                 i + 1, signature < 0 ? "something unknown" : gnutls_sign_get_name(signature));
    }
}

/* ---- who believes it --------------------------------------------------------------------- */

static int add_trust(const struct check *c, gnutls_x509_trust_list_t list)
{
    return c->options->trust ? gnutls_x509_trust_list_add_trust_file(list, c->options->trust, NULL,
                                                                     GNUTLS_X509_FMT_PEM, 0, 0)
                             : gnutls_x509_trust_list_add_system_trust(list, 0, 0);
}

/* Dates are told by the findings of the library. */
static void judge(struct check *c, const struct chain *chain, unsigned status)
{
    gnutls_x509_crt_t leaf = chain->list[0];

    if (!(status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA)))
        return;
    if (gnutls_x509_crt_check_issuer(leaf, leaf) == 1)
        find(c, WARNING, "",
             "it is signed by itself: partners believe it only by a pin, DANE or POSH; others use "
             "dialback or refuse it");
    else
        find(c, WARNING, "",
             "it does not lead to an authority of %s: partners refuse it, or use dialback; put the "
             "issuer's certificates behind it in the file, or get one of a public authority",
             c->options->trust ? c->options->trust : "this system");
}

static bool check_trust(struct check *c, const struct chain *chain, struct complaint *why)
{
    gnutls_x509_trust_list_t list = NULL;
    unsigned status = 0;
    int rc = gnutls_x509_trust_list_init(&list, 0);
    bool ok;

    if (rc >= 0)
        rc = add_trust(c, list);
    ok = rc >= 0 ||
         complain(why,
                  "the authorities of %.512s cannot be read: %s; name a PEM file "
                  "with --trust",
                  c->options->trust ? c->options->trust : "this system", gnutls_strerror(rc));
    if (ok && gnutls_x509_trust_list_verify_crt2(list, chain->list, chain->count, NULL, 0, 0,
                                                 &status, NULL) >= 0)
        judge(c, chain, status);
    if (list)
        gnutls_x509_trust_list_deinit(list, 1);
    return ok;
}

/* ---- domains ----------------------------------------------------------------------------- */

/* What the library finds, which is what the proxy itself says of its own; a pass says what it is.
 */
static void check_domain(struct check *c, const xmppfed_credentials *own, const char *domain)
{
    int64_t now = (int64_t)time(NULL);
    xmppfed_certificate said = {.size = sizeof(said)};
    xmppfed_problem problem;
    bool good = xmppfed_credentials_check(own, domain, now, NULL) == 0;
    size_t i;

    if (good && xmppfed_credentials_certificate(own, &said) == 0)
        find(c, PASS, domain, "%s of %s", said.names, said.issuer);
    for (i = 0; xmppfed_credentials_finding(own, domain, now, i, &problem) == 1; i++)
        find(c, i == 0 && !good ? FAIL : WARNING, domain, "%s", problem.text);
}

/* Without domains its own names are taken, but for wildcards and those of SIP. */
static void check_own_names(struct check *c, const xmppfed_credentials *own,
                            const struct chain *chain)
{
    char name[XMPPFED_DOMAIN_SIZE];
    size_t size = sizeof(name);
    unsigned found = 0;
    unsigned i;
    int rc;

    for (i = 0; (rc = gnutls_x509_crt_get_subject_alt_name(chain->list[0], i, name, &size, NULL)) !=
                GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
         i++) {
        if (rc == GNUTLS_SAN_DNSNAME && strncmp(name, "*.", 2) != 0 &&
            strncmp(name, "sip.", 4) != 0) {
            check_domain(c, own, name);
            found++;
        }
        size = sizeof(name);
    }
    if (found == 0)
        find(c, FAIL, "",
             "it has no dNSName of a domain, and partners look at nothing else; get one that has, "
             "or name the domain to check for");
}

/* ---- a certificate ----------------------------------------------------------------------- */

/* The key: as told, else beside the certificate with the ending .key, else in the same file. */
static const char *key_beside(const char *certificate, char room[PATH_SIZE])
{
    const char *slash = strrchr(certificate, '/');
    const char *dot = strrchr(certificate, '.');
    int len = dot && (!slash || dot > slash) ? (int)(dot - certificate) : (int)strlen(certificate);

    snprintf(room, PATH_SIZE, "%.*s.key", len < PATH_SIZE - 5 ? len : 0, certificate);
    return access(room, F_OK) == 0 ? room : certificate;
}

static bool check_file(struct check *c, const char *certificate, const char *key,
                       const struct cert_domain *domains, size_t count, struct complaint *why)
{
    struct chain chain = {NULL, 0};
    xmppfed_credentials *own = NULL;
    struct complaint problem;
    char room[PATH_SIZE];
    bool ok;
    size_t i;

    c->file = certificate;
    if (!chain_read(certificate, &chain, why))
        return false;
    check_order(c, &chain);
    check_strength(c, &chain);
    ok = check_trust(c, &chain, why);
    if (!file_credentials(c->ctx, certificate, key ? key : key_beside(certificate, room),
                          certificate, &own, &problem)) {
        find(c, FAIL, "", "%s", problem.text);
    } else if (count == 0) {
        check_own_names(c, own, &chain);
    } else {
        for (i = 0; i < count; i++)
            check_domain(c, own, domains[i].name);
    }
    xmppfed_credentials_unref(own);
    chain_fini(&chain);
    return ok;
}

static bool check_configured(struct check *c, struct complaint *why)
{
    struct cert_domains domains;
    bool ok = cert_domains_collect(c->options->config, NULL, 0, &domains, why);
    size_t i;

    if (!ok)
        return false;
    for (i = 0; ok && i < domains.count; i++) {
        const struct cert_domain *d = &domains.list[i];

        ok = check_file(c, d->certificate, d->key, d, 1, why);
    }
    cert_domains_fini(&domains);
    return ok;
}

static bool check_named(struct check *c, char *const *words, size_t count, struct complaint *why)
{
    struct cert_domains domains;
    bool ok = cert_domains_collect(NULL, words + 1, count - 1, &domains, why);

    if (!ok)
        return false;
    ok = check_file(c, words[0], c->options->key, domains.list, domains.count, why);
    cert_domains_fini(&domains);
    return ok;
}

bool cert_check(const struct cert_options *o, char *const *words, size_t count, json_t *answer,
                struct complaint *why)
{
    struct check c = {.options = o, .findings = json_array()};
    bool ok;

    if ((count == 0) != (o->config != NULL)) {
        json_decref(c.findings);
        return complain(why, "name either the file of a certificate or a configuration with "
                             "--config");
    }
    if (!c.findings || xmppfed_context_new(NULL, &c.ctx) < 0) {
        json_decref(c.findings);
        return complain(why, "out of memory");
    }
    ok = count ? check_named(&c, words, count, why) : check_configured(&c, why);
    if (ok) {
        json_object_set(answer, "findings", c.findings);
        json_object_set_new(answer, "result", json_string(verdicts[c.worst]));
    }
    xmppfed_context_unref(c.ctx);
    json_decref(c.findings);
    return ok;
}
