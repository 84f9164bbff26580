/* cert_request.c - a key and a request for a certificate (PKCS #10), for an authority to sign. */
#include <errno.h>
#include <fcntl.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xmppfedctl/cert.h"

#define PATH_SIZE 4096
#define NAME_SIZE 512
/* The longest common name (RFC 5280 A.1, ub-common-name). */
#define COMMON_NAME_MAX 64
#define OID_SRV_NAME "1.3.6.1.5.5.7.8.7" /* id-on-dnsSRV, RFC 4985 2 */
#define DER_IA5_STRING 0x16
#define DER_LONG_FORM 0x80

/* The first is taken if none is named: every TLS 1.2 has it (RFC 8422), and it signs the fastest.
 */
static const struct key_type {
    const char *name;
    gnutls_pk_algorithm_t algorithm;
    unsigned bits;
} key_types[] = {
    {"ecdsa256", GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)},
    {"ecdsa384", GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1)},
    {"rsa2048", GNUTLS_PK_RSA, 2048},
    {"rsa3072", GNUTLS_PK_RSA, 3072},
    {"rsa4096", GNUTLS_PK_RSA, 4096},
};

/* What is being made. */
struct request {
    const struct cert_options *options;
    const struct key_type *type;
    struct cert_domains domains;
    gnutls_x509_privkey_t key;
    gnutls_x509_crq_t crq;
    json_t *names; /* for the answer */
    char key_path[PATH_SIZE];
    char request_path[PATH_SIZE];
};

static bool check(int rc, const char *what, struct complaint *why)
{
    return rc >= 0 ||
           complain(why, "%s: %s; correct what was given and try again", what, gnutls_strerror(rc));
}

/* ---- names ------------------------------------------------------------------------------- */

static bool add_name(struct request *r, const char *name, struct complaint *why)
{
    json_array_append_new(r->names, json_string(name));
    return check(gnutls_x509_crq_set_subject_alt_name(r->crq, GNUTLS_SAN_DNSNAME, name,
                                                      (unsigned)strlen(name), GNUTLS_FSAN_APPEND),
                 name, why);
}

/* Of a domain the bare name is what partners compare; sip. is that of the original's access edge.
 */
static bool add_dns_names(struct request *r, const char *domain, struct complaint *why)
{
    char name[NAME_SIZE];

    snprintf(name, sizeof(name), "sip.%s", domain);
    return add_name(r, domain, why) && (r->options->no_sip || add_name(r, name, why));
}

/* SRV-ID (RFC 6120 13.7.1.2.1, RFC 4985): an IA5String, here in DER as GnuTLS wants it. */
static bool add_srv_name(struct request *r, const char *domain, struct complaint *why)
{
    unsigned char der[NAME_SIZE] = {DER_IA5_STRING};
    char name[NAME_SIZE - 4];
    size_t len = (size_t)snprintf(name, sizeof(name), "_xmpp-server.%s", domain);
    size_t head = 1;

    if (len >= 0x100)
        der[head++] = DER_LONG_FORM | 2;
    else if (len >= DER_LONG_FORM)
        der[head++] = DER_LONG_FORM | 1;
    if (len >= 0x100)
        der[head++] = (unsigned char)(len >> 8);
    der[head++] = (unsigned char)len;
    memcpy(der + head, name, len);
    json_array_append_new(r->names, json_string(name));
    return check(gnutls_x509_crq_set_subject_alt_othername(
                     r->crq, OID_SRV_NAME, der, (unsigned)(head + len), GNUTLS_FSAN_APPEND),
                 name, why);
}

static bool add_names(struct request *r, struct complaint *why)
{
    bool ok = true;
    size_t i;

    for (i = 0; ok && i < r->domains.count; i++)
        ok = add_dns_names(r, r->domains.list[i].name, why);
    for (i = 0; ok && r->options->srv_names && i < r->domains.count; i++)
        ok = add_srv_name(r, r->domains.list[i].name, why);
    return ok;
}

/* ---- the rest of the request ------------------------------------------------------------- */

static bool add_subject(struct request *r, struct complaint *why)
{
    const struct cert_options *o = r->options;
    const char *first = r->domains.list[0].name;
    const struct {
        const char *oid;
        const char *value;
    } parts[] = {
        {GNUTLS_OID_X520_COUNTRY_NAME, o->country},
        {GNUTLS_OID_X520_STATE_OR_PROVINCE_NAME, o->state},
        {GNUTLS_OID_X520_LOCALITY_NAME, o->locality},
        {GNUTLS_OID_X520_ORGANIZATION_NAME, o->organization},
        {GNUTLS_OID_X520_ORGANIZATIONAL_UNIT_NAME, o->unit},
        /* For authorities that want one; nobody compares it (RFC 6125 6.4.4). */
        {GNUTLS_OID_X520_COMMON_NAME, strlen(first) <= COMMON_NAME_MAX ? first : NULL},
    };
    bool ok = true;
    size_t i;

    if (o->country && strlen(o->country) != 2)
        return complain(why, "\"%.32s\" is no country; write the two letters of ISO 3166, as DE",
                        o->country);
    for (i = 0; ok && i < sizeof(parts) / sizeof(parts[0]); i++)
        ok = !parts[i].value ||
             check(gnutls_x509_crq_set_dn_by_oid(r->crq, parts[i].oid, 0, parts[i].value,
                                                 (unsigned)strlen(parts[i].value)),
                   parts[i].value, why);
    return ok;
}

/* What TLS 1.2 and 1.3 do with the key: sign; with RSA old authorities want the second as well. */
static bool add_usages(struct request *r, struct complaint *why)
{
    unsigned usage = GNUTLS_KEY_DIGITAL_SIGNATURE;

    if (r->type->algorithm == GNUTLS_PK_RSA)
        usage |= GNUTLS_KEY_KEY_ENCIPHERMENT;
    return check(gnutls_x509_crq_set_key_usage(r->crq, usage), "key usage", why) &&
           check(gnutls_x509_crq_set_key_purpose_oid(r->crq, GNUTLS_KP_TLS_WWW_SERVER, 0),
                 "serverAuth", why) &&
           (!r->options->client_auth ||
            check(gnutls_x509_crq_set_key_purpose_oid(r->crq, GNUTLS_KP_TLS_WWW_CLIENT, 0),
                  "clientAuth", why));
}

static bool build(struct request *r, struct complaint *why)
{
    return check(gnutls_x509_privkey_init(&r->key), "the key", why) &&
           check(gnutls_x509_privkey_generate(r->key, r->type->algorithm, r->type->bits, 0),
                 "the key", why) &&
           check(gnutls_x509_crq_init(&r->crq), "the request", why) &&
           /* Version 1 of PKCS #10 (RFC 2986 4.1). */
           check(gnutls_x509_crq_set_version(r->crq, 1), "the request", why) &&
           add_subject(r, why) && add_names(r, why) && add_usages(r, why) &&
           check(gnutls_x509_crq_set_key(r->crq, r->key), "the request", why) &&
           check(gnutls_x509_crq_sign2(r->crq, r->key, GNUTLS_DIG_SHA256, 0), "the request", why);
}

/* ---- files ------------------------------------------------------------------------------- */

static bool write_all(int fd, const unsigned char *data, size_t len)
{
    while (len > 0) {
        ssize_t written = write(fd, data, len);

        if (written < 0 && errno != EINTR)
            return false;
        data += written > 0 ? written : 0;
        len -= written > 0 ? (size_t)written : 0;
    }
    return fsync(fd) == 0;
}

static bool cannot_write(const char *path, struct complaint *why)
{
    return complain(why, "%.1024s: cannot be written: %s; name another place with --out%s", path,
                    strerror(errno),
                    errno == EEXIST ? ", or replace what is there with --force" : "");
}

/* A new file, whose mode no umask widens; through a symbolic link nothing is written. */
static bool create(const char *path, mode_t mode, const gnutls_datum_t *data, struct complaint *why)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    bool ok;

    if (fd < 0)
        return cannot_write(path, why);
    ok = write_all(fd, data->data, data->size) || cannot_write(path, why);
    close(fd);
    if (!ok)
        unlink(path);
    return ok;
}

/* In place of what is there, which stays whole until the new file is. */
static bool replace(const char *path, mode_t mode, const gnutls_datum_t *data,
                    struct complaint *why)
{
    char fresh[PATH_SIZE + 8];

    snprintf(fresh, sizeof(fresh), "%s.new", path);
    unlink(fresh);
    if (!create(fresh, mode, data, why))
        return false;
    if (rename(fresh, path) == 0)
        return true;
    cannot_write(path, why);
    unlink(fresh);
    return false;
}

/* The request first: without it the key is worth nothing, and no key is left lying about. */
static bool save(const struct request *r, const gnutls_datum_t *key, const gnutls_datum_t *crq,
                 struct complaint *why)
{
    if (r->options->force)
        return replace(r->request_path, 0644, crq, why) && replace(r->key_path, 0600, key, why);
    if (!create(r->request_path, 0644, crq, why))
        return false;
    if (create(r->key_path, 0600, key, why))
        return true;
    unlink(r->request_path);
    return false;
}

static bool write_files(const struct request *r, struct complaint *why)
{
    gnutls_datum_t key = {NULL, 0};
    gnutls_datum_t crq = {NULL, 0};
    bool ok =
        check(gnutls_x509_privkey_export2_pkcs8(r->key, GNUTLS_X509_FMT_PEM, NULL,
                                                GNUTLS_PKCS_PLAIN, &key),
              "the key", why) &&
        check(gnutls_x509_crq_export2(r->crq, GNUTLS_X509_FMT_PEM, &crq), "the request", why) &&
        save(r, &key, &crq, why);

    if (key.data)
        gnutls_memset(key.data, 0, key.size);
    gnutls_free(key.data);
    gnutls_free(crq.data);
    return ok;
}

/* ---- the command ------------------------------------------------------------------------- */

static bool choose_type(struct request *r, struct complaint *why)
{
    const char *name = r->options->key_type ? r->options->key_type : key_types[0].name;
    size_t i;

    for (i = 0; i < sizeof(key_types) / sizeof(key_types[0]); i++) {
        if (strcmp(key_types[i].name, name) == 0) {
            r->type = &key_types[i];
            return true;
        }
    }
    return complain(why,
                    "\"%.32s\" is no type of a key; name one of ecdsa256, ecdsa384, rsa2048, "
                    "rsa3072, rsa4096",
                    name);
}

static bool choose_paths(struct request *r, struct complaint *why)
{
    const char *base = r->options->out ? r->options->out : r->domains.list[0].name;

    return ((size_t)snprintf(r->key_path, PATH_SIZE, "%s.key", base) < PATH_SIZE &&
            (size_t)snprintf(r->request_path, PATH_SIZE, "%s.csr", base) < PATH_SIZE) ||
           complain(why, "--out is too long; name a shorter path");
}

static void tell(const struct request *r, json_t *answer)
{
    json_object_set_new(answer, "key", json_string(r->key_path));
    json_object_set_new(answer, "request", json_string(r->request_path));
    json_object_set_new(answer, "key_type", json_string(r->type->name));
    json_object_set(answer, "names", r->names);
}

bool cert_request(const struct cert_options *o, char *const *names, size_t count, json_t *answer,
                  struct complaint *why)
{
    struct request r = {.options = o, .names = json_array()};
    bool ok = (r.names || complain(why, "out of memory")) &&
              cert_domains_collect(o->config, names, count, &r.domains, why);

    if (ok && r.domains.count == 0)
        ok = complain(why, "no domain is named; write those that the certificate is to be for, or "
                           "a configuration with --config");
    ok = ok && choose_type(&r, why) && choose_paths(&r, why) && build(&r, why) &&
         write_files(&r, why);
    if (ok)
        tell(&r, answer);
    gnutls_x509_crq_deinit(r.crq);
    gnutls_x509_privkey_deinit(r.key);
    cert_domains_fini(&r.domains);
    json_decref(r.names);
    return ok;
}
