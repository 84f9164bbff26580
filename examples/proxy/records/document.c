/* document.c - the partner file as rows of the store, and back. */
#include "proxy/records/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define GATEWAY "Gateway."

/* A list of the partner file, its table, and what its records are called. */
struct list {
    const char *field;
    const char *table;
    bool (*name)(json_t *record, char ret[DOCUMENT_NAME_SIZE], struct complaint *why);
};

static const char *text_at(json_t *record, const char *field)
{
    const char *text = json_string_value(json_object_get(record, field));

    return text ? text : "";
}

/* ---- names ------------------------------------------------------------------------------- */

bool document_domain(const char *text, char ret[XMPPFED_DOMAIN_SIZE + 2], struct complaint *why)
{
    size_t wildcard = strncmp(text, "*.", 2) == 0 ? 2 : 0;
    char domain[XMPPFED_DOMAIN_SIZE];

    if (xmppfed_domain_prepare(text + wildcard, domain) < 0)
        return complain(why, "\"%.64s\" is not a domain; write one like fabrikam.example", text);
    snprintf(ret, XMPPFED_DOMAIN_SIZE + 2, "%.2s%s", wildcard ? "*." : "", domain);
    return true;
}

bool document_address(const char *text, char ret[XMPPFED_BARE_SIZE], struct complaint *why)
{
    return xmppfed_jid_prepare_bare(text, XMPPFED_STRICT, ret) == 0 ||
           complain(why, "\"%.64s\" is not an address; write one like a@contoso.example", text);
}

bool document_policy(const char *text, char ret[DOCUMENT_NAME_SIZE], struct complaint *why)
{
    const char *name = text;
    const char *scope = "tag:";

    if (strcasecmp(text, "global") == 0) {
        scope = "global";
        name = "";
    } else if (strncasecmp(text, "site:", 5) == 0) {
        scope = "site:";
        name = text + 5;
    } else if (strncasecmp(text, "tag:", 4) == 0) {
        name = text + 4;
    }
    if ((!*name && strcmp(scope, "global") != 0) || strlen(name) > 255)
        return complain(why, "\"%.64s\" is no policy; write global, site:NAME, tag:NAME or NAME",
                        text);
    snprintf(ret, DOCUMENT_NAME_SIZE, "%s%s", scope, name);
    return true;
}

/* A resource keeps its bytes: a block compares it as it stands. */
bool document_block(const char *address, const char *user, char ret[DOCUMENT_NAME_SIZE],
                    struct complaint *why)
{
    char bare[XMPPFED_BARE_SIZE];
    char owner[XMPPFED_BARE_SIZE] = "";
    xmppfed_jid jid;

    if (xmppfed_jid_split(address, &jid) < 0 ||
        xmppfed_jid_prepare_bare(address, XMPPFED_LENIENT, bare) < 0)
        return complain(why, "\"%.64s\" is not an address; write one like b@fabrikam.example",
                        address);
    if (user && *user && !document_address(user, owner, why))
        return false;
    snprintf(ret, DOCUMENT_NAME_SIZE, "%s%s%.*s%s%s", bare, jid.resource.len ? "/" : "",
             (int)jid.resource.len, jid.resource.len ? jid.resource.data : "",
             *owner ? " for " : "", owner);
    return true;
}

bool document_rule(const char *text, char ret[DOCUMENT_NAME_SIZE], struct complaint *why)
{
    char address[XMPPFED_BARE_SIZE];

    if (strncmp(text, "group:", 6) == 0 && text[6] && strlen(text) < 256) {
        snprintf(ret, DOCUMENT_NAME_SIZE, "%s", text);
        return true;
    }
    if (strncmp(text, "user:", 5) != 0)
        return complain(why, "\"%.64s\" is no rule; write user:ADDRESS or group:NAME", text);
    if (!document_address(text + 5, address, why))
        return false;
    snprintf(ret, DOCUMENT_NAME_SIZE, "user:%s", address);
    return true;
}

static bool name_partner(json_t *record, char ret[DOCUMENT_NAME_SIZE], struct complaint *why)
{
    return document_domain(text_at(record, "Domain"), ret, why);
}

static bool name_policy(json_t *record, char ret[DOCUMENT_NAME_SIZE], struct complaint *why)
{
    const char *scope = text_at(record, "Scope");
    char text[XMPPFED_PART_SIZE];

    if (!*scope || strcmp(scope, "global") == 0)
        return document_policy("global", ret, why);
    snprintf(text, sizeof(text), "%s:%s", strcmp(scope, "site") == 0 ? "site" : "tag",
             text_at(record, "Name"));
    return document_policy(text, ret, why);
}

static bool name_account(json_t *record, char ret[DOCUMENT_NAME_SIZE], struct complaint *why)
{
    return document_address(text_at(record, "Address"), ret, why);
}

static bool name_rule(json_t *record, char ret[DOCUMENT_NAME_SIZE], struct complaint *why)
{
    char text[DOCUMENT_NAME_SIZE];
    const char *user = text_at(record, "User");

    snprintf(text, sizeof(text), "%s:%s", *user ? "user" : "group",
             *user ? user : text_at(record, "Group"));
    return document_rule(text, ret, why);
}

static bool name_block(json_t *record, char ret[DOCUMENT_NAME_SIZE], struct complaint *why)
{
    return document_block(text_at(record, "Address"), text_at(record, "User"), ret, why);
}

static const struct list lists[] = {
    {"ExternalAccessPolicies", "access_policy", name_policy},
    {"Users", "account", name_account},
    {"Partners", "partner", name_partner},
    {"PartnerRules", "partner_rule", name_rule},
    {"Blocks", "block", name_block},
};

enum { LIST_COUNT = sizeof(lists) / sizeof(lists[0]) };

json_t *document_table(json_t *rows, const char *table)
{
    json_t *records = json_object_get(rows, table);

    if (!records && json_object_set_new(rows, table, json_object()) == 0)
        records = json_object_get(rows, table);
    return records;
}

/* ---- a document into rows ---------------------------------------------------------------- */

/* Two rules of one user are one: their lists go together. */
static bool merge(json_t *into, json_t *record)
{
    const char *field;
    json_t *value;

    json_object_foreach(record, field, value)
    {
        json_t *list = json_object_get(into, field);
        json_t *copy = json_deep_copy(value);
        bool ok = json_is_array(list) ? json_array_extend(list, copy) == 0
                                      : json_object_set(into, field, copy) == 0;

        json_decref(copy);
        if (!ok)
            return false;
    }
    return true;
}

/* What a user is granted is a row of its own. */
static bool split_grant(json_t *rows, const char *name, json_t *record)
{
    const char *policy = text_at(record, "Policy");
    json_t *grants = document_table(rows, "policy_grant");

    if (*policy && json_object_set_new(grants, name, json_sprintf("tag:%s", policy)) < 0)
        return false;
    json_object_del(record, "Policy");
    return true;
}

/* Puts a copy of a record under its name. */
static bool record_into_rows(const struct list *list, json_t *record, json_t *rows,
                             struct complaint *why)
{
    json_t *table = document_table(rows, list->table);
    char name[DOCUMENT_NAME_SIZE];
    json_t *copy;
    json_t *there;
    bool ok;

    if (!list->name(record, name, why))
        return false;
    copy = json_deep_copy(record);
    there = json_object_get(table, name);
    ok = copy && (there ? merge(there, copy) : json_object_set(table, name, copy) == 0);
    if (ok && strcmp(list->table, "account") == 0)
        ok = split_grant(rows, name, copy);
    json_decref(copy);
    return ok || complain(why, "out of memory");
}

static bool list_into_rows(const struct list *list, json_t *document, json_t *rows,
                           struct complaint *why)
{
    json_t *record;
    size_t i;

    json_array_foreach(json_object_get(document, list->field), i, record)
    {
        if (!record_into_rows(list, record, rows, why))
            return false;
    }
    return document_table(rows, list->table) != NULL || complain(why, "out of memory");
}

static bool settings_into_rows(json_t *document, json_t *rows)
{
    json_t *table = document_table(rows, "setting");
    const char *field;
    json_t *value;

    json_object_foreach(document, field, value)
    {
        if (!json_is_array(value) && strcmp(field, "Gateway") != 0 &&
            json_object_set_new(table, field, json_deep_copy(value)) < 0)
            return false;
    }
    json_object_foreach(json_object_get(document, "Gateway"), field, value)
    {
        char name[128];

        snprintf(name, sizeof(name), GATEWAY "%.100s", field);
        if (json_object_set(table, name, value) < 0)
            return false;
    }
    return table != NULL;
}

bool document_to_rows(json_t *document, json_t **ret, struct complaint *why)
{
    json_t *rows = json_object();
    bool ok =
        (rows && document_table(rows, "policy_grant") && settings_into_rows(document, rows)) ||
        complain(why, "out of memory");
    size_t i;

    for (i = 0; ok && i < LIST_COUNT; i++)
        ok = list_into_rows(&lists[i], document, rows, why);
    if (ok)
        *ret = rows;
    else
        json_decref(rows);
    return ok;
}

/* ---- rows into a document ---------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of a table in their order, to be freed; NULL when there are none, or no memory. */
static const char **sorted_names(json_t *table)
{
    size_t count = json_object_size(table);
    const char **names = count ? calloc(count, sizeof(*names)) : NULL;
    const char *name;
    json_t *value;
    size_t i = 0;

    if (!names)
        return NULL;
    json_object_foreach(table, name, value) names[i++] = name;
    qsort(names, count, sizeof(*names), by_name);
    return names;
}

/* "Policy" of a user says what is granted, without the scope, which cannot be another. */
static bool join_grant(json_t *rows, const char *name, json_t *record)
{
    const char *grant = text_at(json_object_get(rows, "policy_grant"), name);

    return !*grant ||
           json_object_set_new(record, "Policy", json_string(grant + strlen("tag:"))) == 0;
}

static bool list_of_rows(const struct list *list, json_t *rows, json_t *document)
{
    json_t *table = json_object_get(rows, list->table);
    size_t count = json_object_size(table);
    const char **names = sorted_names(table);
    json_t *records = json_array();
    bool ok = json_object_set_new(document, list->field, records) == 0 && (names || count == 0);
    size_t i;

    for (i = 0; ok && i < count; i++) {
        json_t *record = json_deep_copy(json_object_get(table, names[i]));

        ok = json_array_append_new(records, record) == 0 &&
             (strcmp(list->table, "account") != 0 || join_grant(rows, names[i], record));
    }
    free(names);
    return ok;
}

static bool settings_of_rows(json_t *rows, json_t *document)
{
    json_t *table = json_object_get(rows, "setting");
    json_t *gateway = json_object();
    size_t count = json_object_size(table);
    const char **names = sorted_names(table);
    bool ok = gateway && (names || count == 0);
    size_t i;

    for (i = 0; ok && i < count; i++) {
        json_t *value = json_object_get(table, names[i]);

        if (strncmp(names[i], GATEWAY, strlen(GATEWAY)) == 0)
            ok = json_object_set(gateway, names[i] + strlen(GATEWAY), value) == 0;
        else
            ok = json_object_set(document, names[i], value) == 0;
    }
    free(names);
    if (ok && json_object_size(gateway) > 0)
        ok = json_object_set(document, "Gateway", gateway) == 0;
    json_decref(gateway);
    return ok;
}

json_t *document_of_rows(json_t *rows)
{
    json_t *document = json_object();
    bool ok = document && settings_of_rows(rows, document);
    size_t i;

    for (i = 0; ok && i < LIST_COUNT; i++)
        ok = list_of_rows(&lists[i], rows, document);
    if (!ok) {
        json_decref(document);
        return NULL;
    }
    return document;
}
