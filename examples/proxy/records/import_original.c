/* import_original.c - objects that the original's Get- cmdlets show, as records of ours. */
#include "proxy/records/import_original.h"

#include <stdio.h>
#include <string.h>

#include "proxy/records/document.h"

/* One object of the original being read. */
struct object {
    json_t *fields;
    char name[DOCUMENT_NAME_SIZE];
    bool consent;
    json_t *rows;
    json_t *ignored;
    struct complaint *why;
};

/* The kind of an object, told by a field that only that kind has. */
struct kind {
    const char *mark;
    bool (*load)(struct object *o);
};

static bool out_of_memory(const struct object *o)
{
    return complain(o->why, "out of memory");
}

/* Those of a list are PowerShell's or ConvertTo-Json's own and say nothing. */
static bool is_noise(const char *field)
{
    static const char *const noise[] = {
        "Identity",   "Domain",          "Anchor",        "Element",       "Key", "ScopeClass",
        "InstanceId", "XsAnyAttributes", "XsAnyElements", "TypedIdentity", NULL};
    size_t i = 0;

    while (noise[i] && strcmp(noise[i], field) != 0)
        i++;
    return noise[i] != NULL;
}

static const char *identity_of(const struct object *o)
{
    const char *identity = json_string_value(json_object_get(o->fields, "Identity"));

    return identity ? identity : "";
}

/*
 * Copies the fields of a list into a record; null is a field that was never set. Numbers for words
 * are how ConvertTo-Json shows an enumeration, and which is which is written nowhere.
 */
static bool copy(struct object *o, const char *const *known, const char *const *words,
                 json_t *record)
{
    const char *field;
    json_t *value;

    json_object_foreach(o->fields, field, value)
    {
        size_t i = 0;
        size_t w = 0;

        while (known[i] && strcmp(known[i], field) != 0)
            i++;
        while (words[w] && strcmp(words[w], field) != 0)
            w++;
        if (words[w] && json_is_number(value))
            return complain(o->why,
                            "%.255s: field \"%s\" is a number; export it as a word, with "
                            "ConvertTo-Json -EnumsAsStrings",
                            o->name, field);
        if (json_is_null(value) || is_noise(field))
            continue;
        if (known[i]
                ? json_object_set(record, field, value) < 0
                : json_array_append_new(o->ignored, json_sprintf("%s: %s", o->name, field)) < 0)
            return out_of_memory(o);
    }
    return true;
}

static const char *const no_words[] = {NULL};

/* ---- partners ---------------------------------------------------------------------------- */

/* A text alone is how ConvertTo-Json may show a list of one, and "" an empty text never set. */
static bool tidy_partner(struct object *o, json_t *record)
{
    static const char *const texts[] = {"ProxyFqdn", "Description", NULL};
    json_t *domains = json_object_get(record, "AdditionalDomains");
    size_t i;

    if (json_is_string(domains) &&
        json_object_set_new(record, "AdditionalDomains", json_pack("[O]", domains)) < 0)
        return out_of_memory(o);
    for (i = 0; texts[i]; i++) {
        const char *text = json_string_value(json_object_get(record, texts[i]));

        if (text && !*text)
            json_object_del(record, texts[i]);
    }
    return true;
}

/* The original's own defaults are row 1, ours are row 7: what it did not say was row 1. */
static bool fill_partner(struct object *o, json_t *record)
{
    const char *sasl = json_string_value(json_object_get(record, "SaslNegotiation"));
    const char *tls = json_string_value(json_object_get(record, "TlsNegotiation"));

    if (!sasl && json_object_set_new(record, "SaslNegotiation", json_string("Required")) < 0)
        return out_of_memory(o);
    if (o->consent && tls && strcmp(tls, "Required") != 0 &&
        !json_is_false(json_object_get(record, "SupportDialbackNegotiation")) &&
        json_object_set_new(record, "AllowPlaintext", json_true()) < 0)
        return out_of_memory(o);
    return true;
}

static bool load_partner(struct object *o)
{
    static const char *const known[] = {"AdditionalDomains", "Description",
                                        "PartnerType",       "TlsNegotiation",
                                        "SaslNegotiation",   "SupportDialbackNegotiation",
                                        "EnableKeepAlive",   "ConnectionLimit",
                                        "ProxyFqdn",         NULL};
    static const char *const words[] = {"PartnerType", "TlsNegotiation", "SaslNegotiation", NULL};
    const char *domain = json_string_value(json_object_get(o->fields, "Domain"));
    char name[XMPPFED_DOMAIN_SIZE + 2];
    json_t *record;

    if (!document_domain(domain ? domain : identity_of(o), name, o->why))
        return false;
    snprintf(o->name, sizeof(o->name), "%s", name);
    record = json_pack("{s:s}", "Domain", name);
    if (!record || json_object_set_new(document_table(o->rows, "partner"), name, record) < 0)
        return out_of_memory(o);
    return copy(o, known, words, record) && tidy_partner(o, record) && fill_partner(o, record);
}

/* ---- the gateway ------------------------------------------------------------------------- */

static bool load_gateway(struct object *o)
{
    static const char *const known[] = {"ConnectionLimit",
                                        "PartnerConnectionLimit",
                                        "StreamEstablishmentTimeout",
                                        "StreamInactivityTimeout",
                                        "KeepAliveInterval",
                                        "SubscriptionRefreshInterval",
                                        NULL};
    json_t *settings = document_table(o->rows, "setting");
    json_t *record = json_object();
    const char *field;
    json_t *value;
    bool ok;

    snprintf(o->name, sizeof(o->name), "gateway");
    ok = copy(o, known, no_words, record);
    json_object_foreach(record, field, value)
    {
        char name[64];

        snprintf(name, sizeof(name), "Gateway.%.50s", field);
        if (ok && json_object_set(settings, name, value) < 0)
            ok = out_of_memory(o);
    }
    json_decref(record);
    return ok;
}

/* ---- access ------------------------------------------------------------------------------ */

static bool load_policy(struct object *o)
{
    static const char *const known[] = {"Description",
                                        "EnableFederationAccess",
                                        "EnableXmppAccess",
                                        "EnablePublicCloudAccess",
                                        "EnablePublicCloudAudioVideoAccess",
                                        "EnableOutsideAccess",
                                        NULL};
    const char *colon;
    json_t *record;

    if (!document_policy(identity_of(o), o->name, o->why))
        return false;
    colon = strchr(o->name, ':');
    record = json_pack("{s:s}", "Scope", !colon ? "global" : o->name[0] == 's' ? "site" : "user");
    if (!record ||
        json_object_set_new(document_table(o->rows, "access_policy"), o->name, record) < 0 ||
        (colon && json_object_set_new(record, "Name", json_string(colon + 1)) < 0))
        return out_of_memory(o);
    return copy(o, known, no_words, record);
}

/* Get-CsAccessEdgeConfiguration, of which only the master switch counts here. */
static bool load_edge(struct object *o)
{
    json_t *on = json_object_get(o->fields, "AllowFederatedUsers");

    return json_object_set(document_table(o->rows, "setting"), "AllowFederatedUsers", on) == 0 ||
           out_of_memory(o);
}

/* ---- all --------------------------------------------------------------------------------- */

static const struct kind kinds[] = {
    {"TlsNegotiation", load_partner},         {"PartnerType", load_partner},
    {"PartnerConnectionLimit", load_gateway}, {"EnableXmppAccess", load_policy},
    {"AllowFederatedUsers", load_edge},
};

static bool load(struct object *o)
{
    size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (json_object_get(o->fields, kinds[i].mark))
            return kinds[i].load(o);
    return complain(o->why,
                    "\"%.64s\" is no object of Get-CsXmppAllowedPartner, "
                    "Get-CsXmppGatewayConfiguration or Get-CsExternalAccessPolicy; import those",
                    identity_of(o));
}

bool import_original(json_t *objects, bool consent, json_t *rows, json_t *ignored,
                     struct complaint *why)
{
    struct object o = {.consent = consent, .rows = rows, .ignored = ignored, .why = why};
    json_t *value;
    size_t i;

    if (json_is_object(objects)) {
        o.fields = objects;
        return load(&o);
    }
    json_array_foreach(objects, i, value)
    {
        o.fields = value;
        o.name[0] = '\0';
        if (!json_is_object(value))
            return complain(why, "object %zu of the list is none; export the list anew", i + 1);
        if (!load(&o))
            return false;
    }
    return true;
}
