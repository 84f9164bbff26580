/* partner_trust.c - the trust stores that partner records name for themselves. */
#include "proxy/records/partner_trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/settings/files.h"

bool partner_trusts_add(struct partner_trusts *list, xmppfed_context *ctx, const char *domain,
                        const char *file, struct complaint *why)
{
    struct partner_trust *items = realloc(list->items, (list->count + 1) * sizeof(*items));
    struct partner_trust item = {.domain = strdup(domain)};
    char what[384];

    if (items)
        list->items = items;
    if (!items || !item.domain) {
        free(item.domain);
        return complain(why, "%s: out of memory", file);
    }
    snprintf(what, sizeof(what), "the trust anchors for %.300s", domain);
    if (!file_trust(ctx, file, NULL, what, &item.trust, why)) {
        free(item.domain);
        return false;
    }
    list->items[list->count++] = item;
    return true;
}

int partner_trusts_apply(const struct partner_trusts *list, xmppfed_site *site)
{
    int rc = 0;
    size_t i;

    for (i = 0; i < list->count && rc == 0; i++)
        rc = xmppfed_site_set_partner_trust(site, list->items[i].domain, list->items[i].trust);
    return rc;
}

static bool has(const struct partner_trusts *list, const char *domain)
{
    size_t i;

    for (i = 0; i < list->count; i++)
        if (strcmp(list->items[i].domain, domain) == 0)
            return true;
    return false;
}

void partner_trusts_remove(const struct partner_trusts *of, const struct partner_trusts *without,
                           xmppfed_site *site)
{
    size_t i;

    for (i = 0; i < of->count; i++)
        if (!has(without, of->items[i].domain))
            (void)!xmppfed_site_set_partner_trust(site, of->items[i].domain, NULL);
}

void partner_trusts_fini(struct partner_trusts *list)
{
    size_t i;

    for (i = 0; i < list->count; i++) {
        xmppfed_trust_unref(list->items[i].trust);
        free(list->items[i].domain);
    }
    free(list->items);
    *list = (struct partner_trusts){NULL, 0};
}
