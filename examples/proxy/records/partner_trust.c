/* partner_trust.c - the trust stores and the secrets that partner records name for themselves. */
#include "proxy/records/partner_trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What site.h asks of a secret. */
enum { SECRET_MIN = 16, SECRET_MAX = 256 };

/* Takes over what is in item but its domain; frees it when it fails. */
static bool add(struct partner_trusts *list, const char *domain, struct partner_trust item)
{
    struct partner_trust *items = realloc(list->items, (list->count + 1) * sizeof(*items));

    if (items)
        list->items = items;
    item.domain = items ? strdup(domain) : NULL;
    if (!item.domain) {
        xmppfed_trust_unref(item.trust);
        file_text_fini(&item.secret);
        return false;
    }
    list->items[list->count++] = item;
    return true;
}

bool partner_trusts_add(struct partner_trusts *list, xmppfed_context *ctx, const char *domain,
                        const char *file, struct complaint *why)
{
    struct partner_trust item = {.trust = NULL};
    char what[384];

    snprintf(what, sizeof(what), "the trust anchors for %.300s", domain);
    return file_trust(ctx, file, NULL, what, &item.trust, why) &&
           (add(list, domain, item) || complain(why, "%s: out of memory", file));
}

static bool is_secret(const struct file_text *text)
{
    size_t i;

    for (i = 0; i < text->len; i++)
        if (text->data[i] <= ' ' || text->data[i] > '~')
            return false;
    return text->len >= SECRET_MIN && text->len <= SECRET_MAX;
}

bool partner_trusts_add_secret(struct partner_trusts *list, const char *domain, const char *file,
                               struct complaint *why)
{
    struct partner_trust item = {.trust = NULL};
    char what[384];

    snprintf(what, sizeof(what), "the secret shared with %.300s", domain);
    if (!file_read_secret(file, what, &item.secret, why))
        return false;
    if (!is_secret(&item.secret)) {
        file_text_fini(&item.secret);
        return complain(why,
                        "%s: %s must be %d to %d printable ASCII characters without spaces, as "
                        "'openssl rand -base64 32' makes them",
                        file, what, SECRET_MIN, SECRET_MAX);
    }
    return add(list, domain, item) || complain(why, "%s: out of memory", file);
}

static int give(const struct partner_trust *item, xmppfed_site *site)
{
    const xmppfed_slice secret = {item->secret.data, item->secret.len};

    return item->trust ? xmppfed_site_set_partner_trust(site, item->domain, item->trust)
                       : xmppfed_site_set_partner_secret(site, item->domain, secret);
}

int partner_trusts_apply(const struct partner_trusts *list, xmppfed_site *site)
{
    int rc = 0;
    size_t i;

    for (i = 0; i < list->count && rc == 0; i++)
        rc = give(&list->items[i], site);
    return rc;
}

/* Whether a list has something of the same kind for the same partner. */
static bool has(const struct partner_trusts *list, const struct partner_trust *item)
{
    size_t i;

    for (i = 0; i < list->count; i++)
        if (strcmp(list->items[i].domain, item->domain) == 0 &&
            !list->items[i].trust == !item->trust)
            return true;
    return false;
}

void partner_trusts_remove(const struct partner_trusts *of, const struct partner_trusts *without,
                           xmppfed_site *site)
{
    size_t i;

    for (i = 0; i < of->count; i++) {
        if (has(without, &of->items[i]))
            continue;
        if (of->items[i].trust)
            (void)!xmppfed_site_set_partner_trust(site, of->items[i].domain, NULL);
        else
            (void)!xmppfed_site_set_partner_secret(site, of->items[i].domain,
                                                   (xmppfed_slice){NULL, 0});
    }
}

void partner_trusts_fini(struct partner_trusts *list)
{
    size_t i;

    for (i = 0; i < list->count; i++) {
        xmppfed_trust_unref(list->items[i].trust);
        file_text_fini(&list->items[i].secret);
        free(list->items[i].domain);
    }
    free(list->items);
    *list = (struct partner_trusts){NULL, 0};
}
