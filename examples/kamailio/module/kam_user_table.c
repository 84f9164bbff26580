/* kam_user_table.c - the table of users, read by Kamailio's database interface (srdb1). */
#include "kamailio/module/user_table.h"

#include <stdio.h>
#include <string.h>

#include <core/sr_module.h>
#include <lib/srdb1/db.h>

/* In the order of xmppfed-create.sql; those before BRANCH are texts. */
enum { USERNAME, DOMAIN, SITE, POLICY, GROUP, BRANCH, COLUMN_COUNT };

static str names[COLUMN_COUNT] = {str_init("username"), str_init("domain"), str_init("site"),
                                  str_init("policy"),   str_init("grp"),    str_init("branch")};

/* The functions of the module for a URL: "sqlite:///..." is served by db_sqlite. */
static bool bind_database(const char *url, db_func_t *ret)
{
    char module[64];
    db_bind_api_f bind;

    snprintf(module, sizeof(module), "db_%.*s", (int)strcspn(url, ":"), url);
    bind = (db_bind_api_f)(void (*)(void))find_mod_export(module, "db_bind_api", 0, 0);
    memset(ret, 0, sizeof(*ret));
    return bind && bind(ret) == 0 && ret->init && ret->use_table && ret->query;
}

/* A value as text; empty for none, and for what is no text. */
static const char *text_of(const db_val_t *value, char *buffer, size_t size)
{
    if (VAL_NULL(value))
        return "";
    if (VAL_TYPE(value) == DB1_STRING)
        return VAL_STRING(value);
    if (VAL_TYPE(value) != DB1_STR && VAL_TYPE(value) != DB1_BLOB)
        return "";
    snprintf(buffer, size, "%.*s", VAL_STR(value).len, VAL_STR(value).s);
    return buffer;
}

static bool put(json_t *user, const char *field, const db_val_t *value)
{
    char buffer[256];
    const char *text = text_of(value, buffer, sizeof(buffer));

    return !*text || json_object_set_new(user, field, json_string(text)) == 0;
}

static bool add_user(json_t *users, const db_val_t *values)
{
    json_t *user = json_object();
    char name[256];
    char domain[256];
    bool ok;

    ok = json_object_set_new(user, "Address",
                             json_sprintf("%s@%s", text_of(&values[USERNAME], name, sizeof(name)),
                                          text_of(&values[DOMAIN], domain, sizeof(domain)))) == 0 &&
         put(user, "Site", &values[SITE]) && put(user, "Policy", &values[POLICY]) &&
         put(user, "Group", &values[GROUP]) &&
         (VAL_NULL(&values[BRANCH]) || VAL_INT(&values[BRANCH]) == 0 ||
          json_object_set_new(user, "Branch", json_true()) == 0);
    /* It takes the object over, also on failure. */
    return json_array_append_new(users, user) == 0 && ok;
}

static bool add_users(json_t *users, const db1_res_t *result)
{
    int i;

    for (i = 0; i < RES_ROW_N(result); i++)
        if (!add_user(users, ROW_VALUES(RES_ROWS(result) + i)))
            return false;
    return true;
}

static bool query(const struct module_settings *s, const db_func_t *db, db1_con_t *connection,
                  json_t *users, struct complaint *why)
{
    db_key_t columns[COLUMN_COUNT];
    str table = {s->users_table, (int)strlen(s->users_table)};
    db1_res_t *result = NULL;
    bool ok;
    int i;

    for (i = 0; i < COLUMN_COUNT; i++)
        columns[i] = &names[i];
    if (db->use_table(connection, &table) < 0 ||
        db->query(connection, NULL, NULL, NULL, columns, 0, COLUMN_COUNT, NULL, &result) < 0)
        return complain(why,
                        "the table %.64s of users cannot be read; make it with xmppfed-create.sql",
                        s->users_table);
    ok = add_users(users, result) || complain(why, "out of memory");
    db->free_result(connection, result);
    return ok;
}

bool user_table_read(const struct module_settings *s, json_t **ret, struct complaint *why)
{
    str url = {s->db_url, (int)strlen(s->db_url)};
    json_t *users;
    db1_con_t *connection;
    db_func_t db;
    bool ok;

    if (!bind_database(s->db_url, &db))
        return complain(why, "no module for the database of 'db_url' is loaded; load it, as "
                             "db_sqlite.so, before this one");
    connection = db.init(&url);
    if (!connection)
        return complain(why, "the database of 'db_url' cannot be opened; see the lines before");
    users = json_array();
    ok = users && query(s, &db, connection, users, why);
    db.close(connection);
    if (ok)
        *ret = users;
    else
        json_decref(users);
    return ok;
}
