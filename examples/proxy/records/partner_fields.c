/* partner_fields.c - the fields that a partner and the open federation share, one row each. */
#include "proxy/records/partner_fields.h"

#include <stdio.h>
#include <string.h>
#include <xmppfed/tls.h>

#include "proxy/endpoint_text.h"
#include "proxy/records/words.h"

/* A field and how its value gets into the record; which members are used depends on load. */
struct field {
    const char *name;
    bool (*load)(const struct field *f, const struct record *r, xmppfed_partner *p);
    const struct record_word *words; /* load_word */
    int (*set)(xmppfed_partner *p, int value);
    void (*switch_on)(xmppfed_partner *p, int on); /* load_bool */
    int direction;                                 /* load_switches */
};

/* Names the record for an error that the library found in it. */
static bool refused(const struct record *r, const xmppfed_problem *problem)
{
    return complain(r->why, "%s: %s: %s", r->file, r->name, problem->text);
}

static bool load_bool(const struct field *f, const struct record *r, xmppfed_partner *p)
{
    bool on = false;

    if (!record_bool(r, f->name, &on))
        return false;
    f->switch_on(p, on);
    return true;
}

static bool load_word(const struct field *f, const struct record *r, xmppfed_partner *p)
{
    int value = 0;

    if (!record_word(r, f->name, f->words, &value))
        return false;
    return f->set(p, value) == 0 || record_complain(r, f->name, "has a value that does not fit");
}

static bool load_description(const struct field *f, const struct record *r, xmppfed_partner *p)
{
    const char *text = "";

    if (!record_string(r, f->name, &text))
        return false;
    return xmppfed_partner_set_description(p, text) == 0 ||
           complain(r->why, "%s: out of memory", r->file);
}

static bool load_fqdn(const struct field *f, const struct record *r, xmppfed_partner *p)
{
    const char *fqdn = "";
    xmppfed_problem problem;

    if (!record_string(r, f->name, &fqdn))
        return false;
    return !*fqdn || xmppfed_partner_set_proxy_fqdn(p, fqdn, &problem) == 0 || refused(r, &problem);
}

static bool load_limit(const struct field *f, const struct record *r, xmppfed_partner *p)
{
    uint32_t limit = 0;

    if (!record_number(r, f->name, &limit))
        return false;
    return xmppfed_partner_set_connection_limit(p, limit) == 0 ||
           record_complain(r, f->name, "must be from 1 to 100000, or 0 for the gateway's");
}

static bool load_addresses(const struct field *f, const struct record *r, xmppfed_partner *p)
{
    xmppfed_problem problem;
    const char *text;
    size_t i;

    for (i = 0; record_text_at(r, f->name, i, &text); i++) {
        char address[ENDPOINT_TEXT_SIZE];
        uint16_t port = 5269;

        if (!text)
            return true;
        if (!endpoint_text_split(text, address, &port))
            return record_complain(r, f->name, "must be IP addresses, as in \"192.0.2.1:5269\"");
        if (xmppfed_partner_add_address(p, address, port, &problem) < 0)
            return refused(r, &problem);
    }
    return false;
}

/* "Inbound": {"SeeNotes": "Never"}: single switches over what the partner type sets them to. */
static bool load_switches(const struct field *f, const struct record *r, xmppfed_partner *p)
{
    const char *known[XMPPFED_SWITCH_CALLS + 1] = {NULL};
    struct record inner = {.file = r->file, .why = r->why};
    size_t i;

    if (!record_object(r, f->name, &inner.object))
        return false;
    (void)snprintf(inner.name, sizeof(inner.name), "%.120s: \"%s\"", r->name, f->name);
    for (i = 0; words_switch[i].word; i++)
        known[i] = words_switch[i].word;
    if (!record_only(&inner, known))
        return false;
    for (i = 0; known[i]; i++) {
        int permit = XMPPFED_PERMIT_BY_TYPE;

        if (!record_word(&inner, known[i], words_permit, &permit) ||
            xmppfed_partner_set_switch(p, f->direction, words_switch[i].value, permit) < 0)
            return false;
    }
    return true;
}

/* "Gateway": {"KeepAliveInterval": 60}: settings of the partner's own. */
static bool load_settings(const struct field *f, const struct record *r, xmppfed_partner *p)
{
    struct record inner = {.file = r->file, .why = r->why};
    const char *known[XMPPFED_GATEWAY_KEEP_ALIVE_PING + 1] = {NULL};
    const struct record_word *w;
    xmppfed_problem problem;
    size_t count = 0;

    if (!record_object(r, f->name, &inner.object))
        return false;
    (void)snprintf(inner.name, sizeof(inner.name), "%.120s: \"%s\"", r->name, f->name);
    for (w = words_gateway; w->word; w++)
        if (w->value != XMPPFED_GATEWAY_CONNECTION_LIMIT && w->value != XMPPFED_GATEWAY_BIDI)
            known[count++] = w->word;
    if (!record_only(&inner, known))
        return false;
    for (w = words_gateway; w->word; w++) {
        uint32_t value = 0;

        if (!record_number(&inner, w->word, &value))
            return false;
        if (json_object_get(inner.object, w->word) &&
            xmppfed_partner_set_gateway(p, w->value, value, &problem) < 0)
            return refused(&inner, &problem);
    }
    return true;
}

#define BOOL(name, setter)                     \
    {                                          \
        name, load_bool, .switch_on = (setter) \
    }
#define WORD(name, list, setter)                          \
    {                                                     \
        name, load_word, .words = (list), .set = (setter) \
    }

static const struct field fields[] = {
    {"Description", load_description},
    WORD("TlsNegotiation", words_negotiation, xmppfed_partner_set_tls),
    WORD("SaslNegotiation", words_negotiation, xmppfed_partner_set_sasl),
    BOOL("SupportDialbackNegotiation", xmppfed_partner_set_dialback),
    BOOL("EnableKeepAlive", xmppfed_partner_set_keep_alive),
    {"ConnectionLimit", load_limit},
    {"ProxyFqdn", load_fqdn},
    WORD("Eku", words_eku, xmppfed_partner_set_eku),
    WORD("Dane", words_dane, xmppfed_partner_set_dane),
    WORD("Ocsp", words_ocsp, xmppfed_partner_set_ocsp),
    WORD("Bidi", words_bidi, xmppfed_partner_set_bidi),
    BOOL("Posh", xmppfed_partner_set_posh),
    BOOL("KeyByCertificate", xmppfed_partner_set_key_by_certificate),
    WORD("TlsMinimum", words_tls_version, xmppfed_partner_set_tls_minimum),
    BOOL("AllowPlaintext", xmppfed_partner_set_allow_plaintext),
    WORD("MinimumProof", words_proof, xmppfed_partner_set_minimum_proof),
    {"Addresses", load_addresses},
    {"Gateway", load_settings},
    {"Inbound", load_switches, .direction = XMPPFED_INBOUND},
    {"Outbound", load_switches, .direction = XMPPFED_OUTBOUND},
};

enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]), OWN_MAX = 8 };

bool partner_fields_only(const struct record *r, const char *const *own)
{
    const char *known[OWN_MAX + FIELD_COUNT + 1];
    size_t count = 0;
    size_t i;

    while (own[count] && count < OWN_MAX) {
        known[count] = own[count];
        count++;
    }
    for (i = 0; i < FIELD_COUNT; i++)
        known[count++] = fields[i].name;
    known[count] = NULL;
    return record_only(r, known);
}

bool partner_fields_load(const struct record *r, xmppfed_partner *p)
{
    size_t i;

    for (i = 0; i < FIELD_COUNT; i++)
        if (json_object_get(r->object, fields[i].name) && !fields[i].load(&fields[i], r, p))
            return false;
    return true;
}
