/* edit.c - changes of the store by command: whole or not at all, and in force at once. */
#include "proxy/admin/edit.h"

#include <string.h>

#include "proxy/records/document.h"
#include "proxy/records/partners.h"

/* The remarks on one record, for the answer. */
struct notes {
    const char *name;
    json_t *list;
};

static void take_note(const xmppfed_policy_note *note, void *user)
{
    struct notes *n = user;

    if (n->name && strcmp(note->domain, n->name) == 0)
        json_array_append_new(n->list, json_pack("{s:s, s:s, s:s}", "code", note->code, "name",
                                                 note->domain, "text", note->text));
}

/* A policy of rows; what is wrong with them is a sentence of its own. */
static bool build(struct admin_call *call, json_t *rows, xmppfed_policy **ret,
                  struct partner_trusts *ret_trusts)
{
    struct notes notes = {json_string_value(json_object_get(call->answer, "name")), json_array()};
    json_t *document = document_of_rows(rows);
    bool ok = document ? partners_build(call->proxy->ctx, "nothing was changed", document,
                                        take_note, &notes, ret, ret_trusts, &call->why)
                       : complain(&call->why, "out of memory");

    admin_put(call->answer, "notes", notes.list);
    json_decref(document);
    return ok;
}

/* Inside the transaction: what is to be in force is in *ret. */
static bool change_rows(struct admin_call *call, admin_edit_fn change, xmppfed_policy **ret,
                        struct partner_trusts *ret_trusts)
{
    json_t *before = NULL;
    json_t *after = NULL;
    bool ok;

    ok = store_rows(call->proxy->store, &before, &call->why);
    if (ok) {
        after = json_deep_copy(before);
        ok = (after || complain(&call->why, "out of memory")) && change(call, after) &&
             build(call, after, ret, ret_trusts);
    }
    if (ok && !store_write(call->proxy->store, &call->author, before, after, &call->why)) {
        xmppfed_policy_unref(*ret);
        partner_trusts_fini(ret_trusts);
        ok = false;
    }
    json_decref(before);
    json_decref(after);
    return ok;
}

bool admin_edit(struct admin_call *call, admin_edit_fn change)
{
    struct proxy *p = call->proxy;
    struct partner_trusts trusts = {0};
    xmppfed_policy *policy;

    if (p->loaded->config->partners)
        return complain(&call->why,
                        "the partners are in %.512s, which is only read: change that file and "
                        "reload, or import it and take 'partners' out of the configuration",
                        p->loaded->config->partners);
    if (!store_begin(p->store, &call->why))
        return false;
    if (!change_rows(call, change, &policy, &trusts)) {
        store_cancel(p->store);
        return false;
    }
    if (!store_commit(p->store, &call->why)) {
        xmppfed_policy_unref(policy);
        partner_trusts_fini(&trusts);
        return false;
    }
    return proxy_set_policy(p, policy, &trusts, &call->why);
}

bool admin_assign(struct admin_call *call, const struct assign_field *fields, json_t *record)
{
    json_t *text;
    size_t i;

    json_array_foreach(call->rest, i, text)
    {
        if (!assign(record, fields, json_string_value(text), &call->why))
            return false;
    }
    return true;
}

json_t *admin_record(struct admin_call *call, json_t *rows, const char *table, const char *name,
                     bool make)
{
    json_t *records = document_table(rows, table);
    json_t *record = json_object_get(records, name);

    admin_put(call->answer, "name", admin_text(name));
    if (make && !record) {
        json_object_set_new(records, name, json_object());
        record = json_object_get(records, name);
        if (!record)
            complain(&call->why, "out of memory");
        return record;
    }
    if (make)
        complain(&call->why, "%.512s is there already; change it with \"set\"", name);
    else if (!record)
        complain(&call->why, "there is no %.512s; see which there are with \"list\" or \"get\"",
                 name);
    return make ? NULL : record;
}

bool admin_remove(struct admin_call *call, json_t *rows, const char *table, const char *name)
{
    if (!admin_record(call, rows, table, name, false))
        return false;
    return json_object_del(document_table(rows, table), name) == 0;
}

bool admin_rows(struct admin_call *call, json_t **ret)
{
    struct proxy *p = call->proxy;

    if (p->loaded->config->partners)
        return complain(&call->why,
                        "the partners are in %.512s, not in the store; look there, or import it "
                        "and take 'partners' out of the configuration",
                        p->loaded->config->partners);
    return store_rows(p->store, ret, &call->why);
}
