/* load.c - everything that one reading of the configuration and its files yields. */
#include "proxy/settings/load.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proxy/records/document.h"
#include "proxy/records/partners.h"
#include "proxy/posh/posh.h"
#include "proxy/validator.h"

static void warn(const struct log *log, const char *domain, const char *file,
                 const xmppfed_problem *problem)
{
    log_event(log, EVENT_CERTIFICATE_WARNING, LOG_TEXT("domain", domain), LOG_TEXT("file", file),
              LOG_TEXT("code", xmppfed_error_name(problem->code)), LOG_TEXT("text", problem->text));
}

/*
 * A program fetches the OCSP response from time to time. When it has not, the certificate is shown
 * without: that is for partners to judge, and no reason not to start.
 */
static void load_staple(struct loaded *l, size_t i, const struct log *log)
{
    const struct config_domain *d = &l->config->domains[i];
    xmppfed_problem problem;

    if (d->ocsp && !file_staple(d->ocsp, &l->domains[i], &problem))
        warn(log, d->name, d->ocsp, &problem);
}

/* What peers do not like, now or soon, is worth a line each, but no reason not to start. */
static void check_own(const struct loaded *l, size_t i, const struct log *log)
{
    const struct config_domain *d = &l->config->domains[i];
    const int64_t now = (int64_t)time(NULL);
    xmppfed_problem problem;
    size_t n;

    for (n = 0; xmppfed_credentials_finding(l->domains[i], d->name, now, n, &problem) == 1; n++)
        warn(log, d->name, d->certificate, &problem);
}

static bool load_domains(xmppfed_context *ctx, struct loaded *l, const struct log *log,
                         struct complaint *why)
{
    const struct config *c = l->config;
    size_t i;

    l->domains = calloc(c->domain_count, sizeof(*l->domains));
    if (!l->domains)
        return complain(why, "out of memory");
    for (i = 0; i < c->domain_count; i++) {
        const struct config_domain *d = &c->domains[i];

        if (!file_credentials(ctx, d->certificate, d->key, d->name, &l->domains[i], why))
            return false;
        load_staple(l, i, log);
        check_own(l, i, log);
    }
    return true;
}

static bool load_secrets(struct loaded *l, struct complaint *why)
{
    const struct config *c = l->config;
    size_t i;

    l->secrets = calloc(c->host_count, sizeof(*l->secrets));
    if (!l->secrets)
        return complain(why, "out of memory");
    for (i = 0; i < c->host_count; i++)
        if (!file_read_secret(c->hosts[i].secret, "the secret of a host", &l->secrets[i], why))
            return false;
    if (!c->dialback_secret)
        return true;
    if (!file_read_secret(c->dialback_secret, "the dialback secret", &l->dialback_secret, why))
        return false;
    if (l->dialback_secret.len < 16)
        return complain(why, "%s: the dialback secret is under 16 bytes; write a longer one",
                        c->dialback_secret);
    return true;
}

static bool load_inside(xmppfed_context *ctx, struct loaded *l, struct complaint *why)
{
    const struct config *c = l->config;

    if (!c->inside_certificate)
        return true;
    return file_credentials(ctx, c->inside_certificate, c->inside_key, "the inside listener",
                            &l->inside_credentials, why) &&
           file_trust(ctx, c->inside_trust, NULL, "the trust anchors of the inside listener",
                      &l->inside_trust, why);
}

static void log_note(const xmppfed_policy_note *note, void *user)
{
    const struct log *log = user;

    log_event(log, note->is_error ? EVENT_PARTNER_ERROR : EVENT_PARTNER_NOTE,
              LOG_TEXT("code", note->code), LOG_TEXT("domain", note->domain),
              LOG_TEXT("text", note->text));
}

static bool load_partners(xmppfed_context *ctx, struct loaded *l, const struct log *log,
                          struct complaint *why)
{
    struct log notes = *log;

    return !l->config->partners || partners_load(ctx, l->config->partners, log_note, &notes,
                                                 &l->policy, &l->partner_trusts, why);
}

bool load_policy(xmppfed_context *ctx, struct loaded *l, json_t *rows, const struct log *log,
                 struct complaint *why)
{
    json_t *document = document_of_rows(rows);
    struct log notes = *log;
    bool ok = document ? partners_build(ctx, "the store", document, log_note, &notes, &l->policy,
                                        &l->partner_trusts, why)
                       : complain(why, "the store: out of memory");

    json_decref(document);
    return ok;
}

bool load_all(xmppfed_context *ctx, struct config *config, const struct log *log,
              struct loaded **ret, struct complaint *why)
{
    struct loaded *l = calloc(1, sizeof(*l));
    bool ok;

    if (!l) {
        config_free(config);
        return complain(why, "out of memory");
    }
    l->config = config;
    ok = load_domains(ctx, l, log, why) &&
         file_trust(ctx, config->trust, config->crl, "the trust anchors", &l->trust, why) &&
         load_partners(ctx, l, log, why) && load_inside(ctx, l, why) && load_secrets(l, why) &&
         validator_check(config, why) && posh_check(config, why);
    if (ok)
        *ret = l;
    else
        loaded_free(l);
    return ok;
}

void loaded_free(struct loaded *l)
{
    size_t i;

    if (!l)
        return;
    for (i = 0; l->domains && i < l->config->domain_count; i++)
        xmppfed_credentials_unref(l->domains[i]);
    for (i = 0; l->secrets && i < l->config->host_count; i++)
        file_text_fini(&l->secrets[i]);
    free(l->domains);
    free(l->secrets);
    file_text_fini(&l->dialback_secret);
    xmppfed_trust_unref(l->trust);
    xmppfed_policy_unref(l->policy);
    partner_trusts_fini(&l->partner_trusts);
    xmppfed_credentials_unref(l->inside_credentials);
    xmppfed_trust_unref(l->inside_trust);
    config_free(l->config);
    free(l);
}

const char *loaded_secret(const struct loaded *l, const char *name)
{
    size_t i;

    for (i = 0; i < l->config->host_count; i++)
        if (strcmp(l->config->hosts[i].name, name) == 0)
            return l->secrets[i].data;
    return NULL;
}
