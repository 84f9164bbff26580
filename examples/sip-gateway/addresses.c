/* addresses.c - compares and replaces the domains of a stanza's addresses. */
#include "sip-gateway/addresses.h"

#include <string.h>
#include <xmppfed/address.h>

#include "translate/text.h"

/* Replaces the domain of an address by another; false if it is a different domain. */
static bool replace(xmppfed_element *stanza, const char *name, const char *old, const char *new)
{
    const char *value = xmppfed_element_attribute(stanza, name);
    struct translate_text text;
    xmppfed_slice made;
    xmppfed_jid jid;
    bool ok;

    if (!value || xmppfed_jid_split(value, &jid) < 0 ||
        !translate_slice_is_nocase(jid.domain, old) || jid.local.len == 0)
        return false;
    translate_text_init(&text, NULL);
    translate_text_add(&text, jid.local);
    translate_text_byte(&text, '@');
    translate_text_string(&text, new);
    if (jid.resource.len > 0) {
        translate_text_byte(&text, '/');
        translate_text_add(&text, jid.resource);
    }
    made = translate_text_end(&text);
    ok = translate_text_status(&text) == 0;
    if (ok)
        xmppfed_element_set_attribute(stanza, name, made.data);
    translate_text_fini(&text);
    return ok && xmppfed_element_status(stanza) == 0;
}

bool addresses_from_sip(const struct settings *settings, xmppfed_element *stanza)
{
    return replace(stanza, "from", settings->sip_domain, settings->domain);
}

bool addresses_to_sip(const struct settings *settings, xmppfed_element *stanza)
{
    return replace(stanza, "to", settings->domain, settings->sip_domain);
}

/* Whether both name the same user. */
static bool same_bare(const char *a, const char *b)
{
    char bare_a[XMPPFED_BARE_SIZE];
    char bare_b[XMPPFED_BARE_SIZE];

    return a && b && xmppfed_jid_prepare_bare(a, XMPPFED_LENIENT, bare_a) == 0 &&
           xmppfed_jid_prepare_bare(b, XMPPFED_LENIENT, bare_b) == 0 && strcmp(bare_a, bare_b) == 0;
}

bool addresses_answer(const xmppfed_element *head, const xmppfed_element *error)
{
    return same_bare(xmppfed_element_attribute(head, "to"),
                     xmppfed_element_attribute(error, "from")) &&
           same_bare(xmppfed_element_attribute(head, "from"),
                     xmppfed_element_attribute(error, "to"));
}
