/* addresses.c - compares and replaces the domains of a stanza's addresses. */
#include "bridge/addresses.h"

#include <string.h>
#include <xmppfed/address.h>

#include "translate/text.h"

/* Which of our domains a user has; NULL for another domain, or an address without user. */
static const char *find_domain(const struct bridge_settings *settings, const xmppfed_jid *jid)
{
    size_t i;

    for (i = 0; jid->local.len > 0 && i < settings->domain_count; i++)
        if (translate_slice_is_nocase(jid->domain, settings->domains[i]))
            return settings->domains[i];
    return NULL;
}

bool addresses_are_ours(const struct bridge_settings *settings, const char *address)
{
    xmppfed_jid jid;

    return address && xmppfed_jid_split(address, &jid) == 0 && find_domain(settings, &jid) != NULL;
}

/* Gives an attribute the address with another domain. */
static bool replace(xmppfed_element *stanza, const char *name, const xmppfed_jid *jid,
                    const char *domain)
{
    struct translate_text text;
    xmppfed_slice made;
    bool ok;

    translate_text_init(&text, NULL);
    translate_text_add(&text, jid->local);
    translate_text_byte(&text, '@');
    translate_text_string(&text, domain);
    if (jid->resource.len > 0) {
        translate_text_byte(&text, '/');
        translate_text_add(&text, jid->resource);
    }
    made = translate_text_end(&text);
    ok = translate_text_status(&text) == 0;
    if (ok)
        xmppfed_element_set_attribute(stanza, name, made.data);
    translate_text_fini(&text);
    return ok && xmppfed_element_status(stanza) == 0;
}

bool addresses_from_sip(const struct bridge_settings *settings, xmppfed_element *stanza)
{
    const char *from = xmppfed_element_attribute(stanza, "from");
    const char *domain;
    xmppfed_jid jid;

    if (!from || xmppfed_jid_split(from, &jid) < 0)
        return false;
    if (!settings->sip_domain)
        domain = find_domain(settings, &jid);
    else if (jid.local.len > 0 && translate_slice_is_nocase(jid.domain, settings->sip_domain))
        domain = settings->domains[0];
    else
        return false;
    return domain && replace(stanza, "from", &jid, domain);
}

bool addresses_to_sip(const struct bridge_settings *settings, xmppfed_element *stanza)
{
    const char *to = xmppfed_element_attribute(stanza, "to");
    const char *domain;
    xmppfed_jid jid;

    if (!to || xmppfed_jid_split(to, &jid) < 0)
        return false;
    domain = find_domain(settings, &jid);
    return domain &&
           replace(stanza, "to", &jid, settings->sip_domain ? settings->sip_domain : domain);
}

/* Whether both name the same user. */
static bool same_bare(const char *a, const char *b)
{
    char bare_a[XMPPFED_BARE_SIZE];
    char bare_b[XMPPFED_BARE_SIZE];

    return a && b && xmppfed_jid_prepare_bare(a, XMPPFED_LENIENT, bare_a) == 0 &&
           xmppfed_jid_prepare_bare(b, XMPPFED_LENIENT, bare_b) == 0 && strcmp(bare_a, bare_b) == 0;
}

bool addresses_answer(const char *from, const char *to, const xmppfed_element *error)
{
    return same_bare(to, xmppfed_element_attribute(error, "from")) &&
           same_bare(from, xmppfed_element_attribute(error, "to"));
}
