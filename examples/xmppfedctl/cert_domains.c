/* cert_domains.c - which domains a certificate is to be for. */
#include <stdlib.h>
#include <string.h>
#include <xmppfed/address.h>

#include "proxy/settings/config.h"
#include "xmppfedctl/cert.h"

/* NULL stays NULL. */
static bool copy(const char *text, char **ret)
{
    *ret = text ? strdup(text) : NULL;
    return !text || *ret;
}

static bool is_there(const struct cert_domains *d, const char *name)
{
    size_t i;

    for (i = 0; i < d->count; i++)
        if (strcmp(d->list[i].name, name) == 0)
            return true;
    return false;
}

static bool add(struct cert_domains *d, const char *name, const char *certificate, const char *key,
                struct complaint *why)
{
    struct cert_domain *bigger;
    struct cert_domain *one;
    char prepared[XMPPFED_DOMAIN_SIZE];

    if (xmppfed_domain_prepare(name, prepared) < 0)
        return complain(why, "\"%.64s\" is not a domain; write one like contoso.example", name);
    if (is_there(d, prepared))
        return true;
    bigger = realloc(d->list, (d->count + 1) * sizeof(*bigger));
    if (!bigger)
        return complain(why, "out of memory");
    d->list = bigger;
    one = &bigger[d->count++];
    *one = (struct cert_domain){.name = NULL};
    return (copy(prepared, &one->name) && copy(certificate, &one->certificate) &&
            copy(key, &one->key)) ||
           complain(why, "out of memory");
}

static bool add_configured(struct cert_domains *d, const char *path, struct complaint *why)
{
    struct config *config;
    bool ok = config_load(path, &config, why);
    size_t i;

    if (!ok)
        return false;
    for (i = 0; ok && i < config->domain_count; i++) {
        const struct config_domain *one = &config->domains[i];

        ok = add(d, one->name, one->certificate, one->key, why);
    }
    config_free(config);
    return ok;
}

bool cert_domains_collect(const char *config, char *const *names, size_t count,
                          struct cert_domains *ret, struct complaint *why)
{
    struct cert_domains d = {.count = 0};
    bool ok = true;
    size_t i;

    for (i = 0; ok && i < count; i++)
        ok = add(&d, names[i], NULL, NULL, why);
    if (ok && config)
        ok = add_configured(&d, config, why);
    if (ok)
        *ret = d;
    else
        cert_domains_fini(&d);
    return ok;
}

void cert_domains_fini(struct cert_domains *d)
{
    size_t i;

    for (i = 0; i < d->count; i++) {
        free(d->list[i].name);
        free(d->list[i].certificate);
        free(d->list[i].key);
    }
    free(d->list);
    *d = (struct cert_domains){.count = 0};
}
