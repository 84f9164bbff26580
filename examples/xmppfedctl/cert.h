/* cert.h - commands about certificates, which ask no proxy. */
#ifndef CTL_CERT_H
#define CTL_CERT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "proxy/settings/complaint.h"

/* Options of the two commands; text is NULL where none was given. */
struct cert_options {
    const char *config; /* a configuration of the proxy */
    const char *key;    /* check: the file of the key */
    const char *trust;  /* check: anchors in place of the system's */
    const char *out;    /* request: files are OUT.key and OUT.csr */
    const char *key_type;
    const char *organization;
    const char *unit;
    const char *country;
    const char *state;
    const char *locality;
    bool no_sip;
    bool srv_names;
    bool client_auth;
    bool force;
};

/* A domain that a certificate is to be for; the files are NULL unless a configuration names them.
 */
struct cert_domain {
    char *name; /* prepared */
    char *certificate;
    char *key;
};

struct cert_domains {
    struct cert_domain *list;
    size_t count;
};

/* The domains of the command line and of the configuration, each once. */
bool cert_domains_collect(const char *config, char *const *names, size_t count,
                          struct cert_domains *ret, struct complaint *why);
void cert_domains_fini(struct cert_domains *d);

/*
 * Makes a key and a request for a certificate and writes both; the answer tells where. Without
 * force no file that is there is touched.
 */
bool cert_request(const struct cert_options *o, char *const *names, size_t count, json_t *answer,
                  struct complaint *why);

/*
 * Checks the certificate of a file for domains, its own where none are named, or with a
 * configuration all that it names. The answer has the findings and a result: pass, warning, fail.
 */
bool cert_check(const struct cert_options *o, char *const *words, size_t count, json_t *answer,
                struct complaint *why);

#endif
