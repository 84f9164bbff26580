/* assign.c - FIELD=VALUE of a command line, put into a record of the partner file. */
#include "proxy/records/assign.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Of a name that is wrong, in a sentence. */
#define NAME_SHOWN 64

const struct assign_field assign_partner[] = {
    {"AdditionalDomains", ASSIGN_LIST},
    {"Description", ASSIGN_TEXT},
    {"PartnerType", ASSIGN_TEXT},
    {"TlsNegotiation", ASSIGN_TEXT},
    {"SaslNegotiation", ASSIGN_TEXT},
    {"SupportDialbackNegotiation", ASSIGN_TRUTH},
    {"AllowPlaintext", ASSIGN_TRUTH},
    {"EnableKeepAlive", ASSIGN_TRUTH},
    {"ConnectionLimit", ASSIGN_NUMBER},
    {"ProxyFqdn", ASSIGN_TEXT},
    {"Addresses", ASSIGN_LIST},
    {"Bidi", ASSIGN_TEXT},
    {"Posh", ASSIGN_TRUTH},
    {"KeyByCertificate", ASSIGN_TRUTH},
    {"Eku", ASSIGN_TEXT},
    {"Dane", ASSIGN_TEXT},
    {"Ocsp", ASSIGN_TEXT},
    {"TlsMinimum", ASSIGN_TEXT},
    {"MinimumProof", ASSIGN_TEXT},
    {"Pins", ASSIGN_LIST},
    {"PinOnly", ASSIGN_TRUTH},
    {"TrustAnchors", ASSIGN_TEXT},
    {"SharedSecret", ASSIGN_TEXT},
    {"Gateway", ASSIGN_NUMBERS},
    {"Inbound", ASSIGN_TEXTS},
    {"Outbound", ASSIGN_TEXTS},
    {NULL, ASSIGN_TEXT},
};

const struct assign_field assign_policy[] = {
    {"Description", ASSIGN_TEXT},
    {"EnableFederationAccess", ASSIGN_TRUTH},
    {"EnableXmppAccess", ASSIGN_TRUTH},
    {"EnablePublicCloudAccess", ASSIGN_TRUTH},
    {"EnablePublicCloudAudioVideoAccess", ASSIGN_TRUTH},
    {"EnableOutsideAccess", ASSIGN_TRUTH},
    {NULL, ASSIGN_TEXT},
};

const struct assign_field assign_user[] = {
    {"Site", ASSIGN_TEXT}, {"Group", ASSIGN_TEXT}, {"Branch", ASSIGN_TRUTH}, {NULL, ASSIGN_TEXT}};

const struct assign_field assign_rule[] = {
    {"Allow", ASSIGN_LIST}, {"Deny", ASSIGN_LIST}, {NULL, ASSIGN_TEXT}};

/* FIELD[.PART] [+-]= VALUE, taken apart. */
struct assignment {
    const struct assign_field *field;
    char part[64];
    char sign; /* '=', '+' or '-' */
    const char *value;
};

static bool is_name(const char *text, size_t len, const char *name)
{
    return strlen(name) == len && strncasecmp(text, name, len) == 0;
}

static bool take_apart(const char *text, const struct assign_field *fields, struct assignment *a,
                       struct complaint *why)
{
    const char *equals = strchr(text, '=');
    const char *end = equals;
    const char *dot;

    if (!equals || equals == text)
        return complain(why, "\"%.64s\" sets nothing; write FIELD=VALUE", text);
    a->value = equals + 1;
    a->sign = end[-1] == '+' || end[-1] == '-' ? *--end : '=';
    dot = memchr(text, '.', (size_t)(end - text));
    if (dot)
        snprintf(a->part, sizeof(a->part), "%.*s", (int)(end - dot - 1), dot + 1);
    for (a->field = fields; a->field->name; a->field++)
        if (is_name(text, (size_t)((dot ? dot : end) - text), a->field->name))
            break;
    if (!a->field->name)
        return complain(why, "field \"%.*s\" is not known here; correct its name",
                        end - text < NAME_SHOWN ? (int)(end - text) : NAME_SHOWN, text);
    if (a->field->type >= ASSIGN_TEXTS && !*a->part)
        return complain(why, "field \"%s\" has parts; write %s.NAME=VALUE", a->field->name,
                        a->field->name);
    if (a->field->type < ASSIGN_TEXTS && dot)
        return complain(why, "field \"%s\" has no parts; write %s=VALUE", a->field->name,
                        a->field->name);
    if (a->sign != '=' && a->field->type != ASSIGN_LIST)
        return complain(why, "field \"%s\" is no list; write %s=VALUE", a->field->name,
                        a->field->name);
    return true;
}

/* ---- values ------------------------------------------------------------------------------ */

static json_t *truth_of(const struct assignment *a, struct complaint *why)
{
    if (strcasecmp(a->value, "true") == 0)
        return json_true();
    if (strcasecmp(a->value, "false") == 0)
        return json_false();
    complain(why, "field \"%s\" must be true or false", a->field->name);
    return NULL;
}

static json_t *number_of(const struct assignment *a, struct complaint *why)
{
    unsigned long long number;
    char *end;

    errno = 0;
    number = strtoull(a->value, &end, 10);
    if (a->value[0] >= '0' && a->value[0] <= '9' && !*end && errno == 0 && number <= UINT32_MAX)
        return json_integer((json_int_t)number);
    complain(why, "field \"%s\" must be a whole number from 0 to 4294967295", a->field->name);
    return NULL;
}

/* What is between commas, without the blanks around it. */
static json_t *list_of(const struct assignment *a, struct complaint *why)
{
    json_t *list = json_array();
    const char *at = a->value;
    bool ok = list != NULL;

    while (ok && *at) {
        size_t len;

        at += strspn(at, ", ");
        len = strcspn(at, ", ");
        ok = len == 0 || json_array_append_new(list, json_stringn(at, len)) == 0;
        at += len;
    }
    if (ok)
        return list;
    json_decref(list);
    complain(why, "field \"%s\" has a text that is not UTF-8", a->field->name);
    return NULL;
}

static json_t *text_of(const struct assignment *a, struct complaint *why)
{
    json_t *text = json_string(a->value);

    if (!text)
        complain(why, "field \"%s\" has a text that is not UTF-8", a->field->name);
    return text;
}

static json_t *value_of(const struct assignment *a, struct complaint *why)
{
    switch (a->field->type) {
    case ASSIGN_TRUTH:
        return truth_of(a, why);
    case ASSIGN_NUMBER:
    case ASSIGN_NUMBERS:
        return number_of(a, why);
    case ASSIGN_LIST:
        return list_of(a, why);
    case ASSIGN_TEXT:
    case ASSIGN_TEXTS:
        break;
    }
    return text_of(a, why);
}

/* ---- into the record --------------------------------------------------------------------- */

static size_t index_in(json_t *list, const json_t *text)
{
    json_t *value;
    size_t i;

    json_array_foreach(list, i, value)
    {
        if (json_is_string(value) &&
            strcasecmp(json_string_value(value), json_string_value(text)) == 0)
            break;
    }
    return i;
}

/* Adds what is not there yet, or takes out what is. */
static bool change_list(json_t *record, const struct assignment *a, json_t *texts,
                        struct complaint *why)
{
    json_t *list = json_object_get(record, a->field->name);
    json_t *text;
    size_t i;

    if (!list && json_object_set_new(record, a->field->name, json_array()) < 0)
        return complain(why, "out of memory");
    list = json_object_get(record, a->field->name);
    json_array_foreach(texts, i, text)
    {
        size_t at = index_in(list, text);
        bool there = at < json_array_size(list);

        if (a->sign == '-' && !there)
            return complain(why, "\"%.64s\" is not in field \"%s\", so that it cannot be taken out",
                            json_string_value(text), a->field->name);
        if (a->sign == '-')
            json_array_remove(list, at);
        else if (!there && json_array_append(list, text) < 0)
            return complain(why, "out of memory");
    }
    if (json_array_size(list) == 0)
        json_object_del(record, a->field->name);
    return true;
}

/* The object that the value goes into, and its name there. */
static json_t *target(json_t *record, const struct assignment *a)
{
    json_t *inner = json_object_get(record, a->field->name);

    if (a->field->type < ASSIGN_TEXTS)
        return record;
    if (!inner && json_object_set_new(record, a->field->name, json_object()) == 0)
        inner = json_object_get(record, a->field->name);
    return inner;
}

static bool put(json_t *record, const struct assignment *a, json_t *value, struct complaint *why)
{
    json_t *into = target(record, a);
    const char *name = into == record ? a->field->name : a->part;

    if (*a->value)
        return json_object_set(into, name, value) == 0 || complain(why, "out of memory");
    json_object_del(into, name);
    if (into != record && json_object_size(into) == 0)
        json_object_del(record, a->field->name);
    return true;
}

bool assign(json_t *record, const struct assign_field *fields, const char *text,
            struct complaint *why)
{
    struct assignment a = {.part = ""};
    json_t *value = NULL;
    bool ok;

    if (!take_apart(text, fields, &a, why))
        return false;
    if (*a.value && !(value = value_of(&a, why)))
        return false;
    if (a.sign != '=' && !*a.value)
        ok = complain(why, "\"%.64s\" sets nothing; write a value behind the sign", text);
    else
        ok = a.sign == '=' ? put(record, &a, value, why) : change_list(record, &a, value, why);
    json_decref(value);
    return ok;
}
