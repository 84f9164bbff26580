/* access.c - access policies, grants, users, partner rules and blocks, by command. */
#include <stdio.h>
#include <string.h>

#include "proxy/admin/edit.h"
#include "proxy/records/document.h"

/* The records of a table with their names, sorted by json_dumps() as little as by anybody. */
static bool list_records(struct admin_call *call, const char *table, const char *key,
                         const char *only)
{
    json_t *list = json_array();
    json_t *rows;
    const char *name;
    json_t *record;

    admin_put(call->answer, key, list);
    if (!admin_rows(call, &rows))
        return false;
    json_object_foreach(json_object_get(rows, table), name, record)
    {
        json_t *grant = json_object_get(json_object_get(rows, "policy_grant"), name);

        if (only && strcmp(only, name) != 0)
            continue;
        record = json_deep_copy(record);
        admin_put(record, "name", admin_text(name));
        if (strcmp(table, "account") == 0 && grant)
            json_object_set(record, "Policy", grant);
        json_array_append_new(list, record);
    }
    json_decref(rows);
    return !only || json_array_size(list) > 0 ||
           complain(&call->why, "there is no %.512s; see which there are without a name", only);
}

/* ---- access policies --------------------------------------------------------------------- */

/* Gives a new record the fields that its name says: "site:x" is the scope site and the name x. */
static bool name_policy(struct admin_call *call, json_t *record, const char *name)
{
    const char *colon = strchr(name, ':');
    const char *scope = !colon ? "global" : name[0] == 's' ? "site" : "user";

    if (json_object_set_new(record, "Scope", json_string(scope)) < 0 ||
        (colon && json_object_set_new(record, "Name", json_string(colon + 1)) < 0))
        return complain(&call->why, "the name is not UTF-8; write another");
    return true;
}

/* The global policy exists always, as in the original: with all flags off it is no row. */
static bool change_policy(struct admin_call *call, json_t *rows, bool make)
{
    char name[DOCUMENT_NAME_SIZE];
    json_t *record;

    if (!document_policy(call->fields[0], name, &call->why))
        return false;
    if (!make && strcmp(name, "global") == 0 &&
        !json_object_get(document_table(rows, "access_policy"), name))
        make = true;
    record = admin_record(call, rows, "access_policy", name, make);
    return record && (!make || name_policy(call, record, name)) &&
           admin_assign(call, assign_policy, record);
}

static bool new_policy(struct admin_call *call, json_t *rows)
{
    return change_policy(call, rows, true);
}

static bool set_policy(struct admin_call *call, json_t *rows)
{
    return change_policy(call, rows, false);
}

static bool remove_policy(struct admin_call *call, json_t *rows)
{
    char name[DOCUMENT_NAME_SIZE];

    return document_policy(call->fields[0], name, &call->why) &&
           admin_remove(call, rows, "access_policy", name);
}

/* A user without any setting is no record; one who gets the first becomes one. */
static json_t *user_record(struct admin_call *call, json_t *rows, const char *address)
{
    json_t *users = document_table(rows, "account");

    admin_put(call->answer, "name", admin_text(address));
    if (!json_object_get(users, address) &&
        json_object_set_new(users, address, json_pack("{s:s}", "Address", address)) < 0)
        complain(&call->why, "out of memory");
    return json_object_get(users, address);
}

static void forget_empty_user(json_t *rows, const char *address)
{
    json_t *users = document_table(rows, "account");

    if (json_object_size(json_object_get(users, address)) == 1 &&
        !json_object_get(document_table(rows, "policy_grant"), address))
        json_object_del(users, address);
}

static bool grant_policy(struct admin_call *call, json_t *rows)
{
    char address[XMPPFED_BARE_SIZE];
    char name[DOCUMENT_NAME_SIZE];

    if (!document_address(call->fields[0], address, &call->why) ||
        !document_policy(call->fields[1], name, &call->why))
        return false;
    if (strncmp(name, "tag:", 4) != 0)
        return complain(&call->why,
                        "%.512s is in force without a grant; grant a policy of the scope user",
                        name);
    if (!json_object_get(document_table(rows, "access_policy"), name))
        return complain(&call->why, "there is no policy %.512s; make it with \"policy new\"", name);
    return user_record(call, rows, address) &&
           json_object_set_new(document_table(rows, "policy_grant"), address, json_string(name)) ==
               0;
}

static bool revoke_policy(struct admin_call *call, json_t *rows)
{
    char address[XMPPFED_BARE_SIZE];

    if (!document_address(call->fields[0], address, &call->why))
        return false;
    if (json_object_del(document_table(rows, "policy_grant"), address) < 0)
        return complain(&call->why, "%.512s is granted no policy, so that none can be revoked",
                        address);
    admin_put(call->answer, "name", admin_text(address));
    forget_empty_user(rows, address);
    return true;
}

bool admin_policy_new(struct admin_call *call)
{
    return admin_edit(call, new_policy);
}

bool admin_policy_set(struct admin_call *call)
{
    return admin_edit(call, set_policy);
}

bool admin_policy_remove(struct admin_call *call)
{
    return admin_edit(call, remove_policy);
}

bool admin_policy_grant(struct admin_call *call)
{
    return admin_edit(call, grant_policy);
}

bool admin_policy_revoke(struct admin_call *call)
{
    return admin_edit(call, revoke_policy);
}

bool admin_policy_get(struct admin_call *call)
{
    char name[DOCUMENT_NAME_SIZE];

    if (call->fields[0] && !document_policy(call->fields[0], name, &call->why))
        return false;
    return list_records(call, "access_policy", "policies", call->fields[0] ? name : NULL);
}

/* ---- users ------------------------------------------------------------------------------- */

static bool set_user(struct admin_call *call, json_t *rows)
{
    char address[XMPPFED_BARE_SIZE];
    json_t *record;

    if (!document_address(call->fields[0], address, &call->why))
        return false;
    record = user_record(call, rows, address);
    if (!record || !admin_assign(call, assign_user, record))
        return false;
    forget_empty_user(rows, address);
    return true;
}

bool admin_user_set(struct admin_call *call)
{
    return admin_edit(call, set_user);
}

bool admin_user_list(struct admin_call *call)
{
    return list_records(call, "account", "users", NULL);
}

/* ---- rules ------------------------------------------------------------------------------- */

static bool set_rule(struct admin_call *call, json_t *rows)
{
    char name[DOCUMENT_NAME_SIZE];
    json_t *rules = document_table(rows, "partner_rule");
    json_t *record;

    if (!document_rule(call->fields[0], name, &call->why))
        return false;
    record = admin_record(call, rows, "partner_rule", name, !json_object_get(rules, name));
    if (!record ||
        json_object_set_new(record, name[0] == 'u' ? "User" : "Group",
                            json_string(strchr(name, ':') + 1)) < 0 ||
        !admin_assign(call, assign_rule, record))
        return false;
    /* Without domains it says nothing. */
    if (json_object_size(record) == 1)
        json_object_del(rules, name);
    return true;
}

static bool remove_rule(struct admin_call *call, json_t *rows)
{
    char name[DOCUMENT_NAME_SIZE];

    return document_rule(call->fields[0], name, &call->why) &&
           admin_remove(call, rows, "partner_rule", name);
}

bool admin_rule_list(struct admin_call *call)
{
    return list_records(call, "partner_rule", "rules", NULL);
}

bool admin_rule_set(struct admin_call *call)
{
    return admin_edit(call, set_rule);
}

bool admin_rule_remove(struct admin_call *call)
{
    return admin_edit(call, remove_rule);
}

/* ---- blocks ------------------------------------------------------------------------------ */

/* "all" or nothing is everybody. */
static const char *owner_of(const struct admin_call *call)
{
    return call->fields[1] && strcmp(call->fields[1], "all") != 0 ? call->fields[1] : NULL;
}

static bool add_block(struct admin_call *call, json_t *rows)
{
    char name[DOCUMENT_NAME_SIZE];
    const char *owner = owner_of(call);
    json_t *record;

    if (!document_block(call->fields[0], owner, name, &call->why))
        return false;
    record = admin_record(call, rows, "block", name,
                          !json_object_get(document_table(rows, "block"), name));
    if (!record || json_object_set_new(record, "Address", json_string(call->fields[0])) < 0 ||
        (owner && json_object_set_new(record, "User", json_string(owner)) < 0))
        return false;
    json_object_del(record, "Until");
    return !call->fields[2] ||
           json_object_set_new(record, "Until", json_string(call->fields[2])) == 0;
}

static bool remove_block(struct admin_call *call, json_t *rows)
{
    char name[DOCUMENT_NAME_SIZE];

    return document_block(call->fields[0], owner_of(call), name, &call->why) &&
           admin_remove(call, rows, "block", name);
}

bool admin_block_list(struct admin_call *call)
{
    return list_records(call, "block", "blocks", NULL);
}

bool admin_block_add(struct admin_call *call)
{
    return admin_edit(call, add_block);
}

bool admin_block_remove(struct admin_call *call)
{
    return admin_edit(call, remove_block);
}
