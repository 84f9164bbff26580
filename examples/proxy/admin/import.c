/* import.c - the whole store: in from a file, out to a file, checked, and its audit. */
#include <stdlib.h>
#include <string.h>

#include "proxy/admin/edit.h"
#include "proxy/records/document.h"
#include "proxy/records/import_original.h"
#include "proxy/records/partners.h"

#define AUDIT_DEFAULT 50
#define AUDIT_MAX 10000

/* ---- import and export ------------------------------------------------------------------- */

static void ignore_note(const xmppfed_policy_note *note, void *user)
{
    (void)note;
    (void)user;
}

/* A partner file takes the place of all that there is. */
static bool import_own(struct admin_call *call, json_t *rows)
{
    struct partner_trusts trusts = {0};
    xmppfed_policy *policy;
    json_t *own;

    if (!partners_build(call->proxy->ctx, call->fields[0], call->document, ignore_note, NULL,
                        &policy, &trusts, &call->why))
        return false;
    xmppfed_policy_unref(policy);
    partner_trusts_fini(&trusts);
    if (!document_to_rows(call->document, &own, &call->why))
        return false;
    json_object_clear(rows);
    json_object_update(rows, own);
    json_decref(own);
    return true;
}

/* An object of the original has an identity, a partner file has none. */
static bool is_own(json_t *document)
{
    return json_is_object(document) && !json_object_get(document, "Identity");
}

static bool change_all(struct admin_call *call, json_t *rows)
{
    json_t *ignored = json_array();

    admin_put(call->answer, "ignored", ignored);
    if (call->fields[1] && strcmp(call->fields[1], "allow-plaintext") != 0)
        return complain(&call->why, "\"%.64s\" is no consent; write allow-plaintext or nothing",
                        call->fields[1]);
    if (is_own(call->document))
        return import_own(call, rows);
    return import_original(call->document, call->fields[1] != NULL, rows, ignored, &call->why);
}

bool admin_import(struct admin_call *call)
{
    return admin_edit(call, change_all);
}

bool admin_export(struct admin_call *call)
{
    json_t *document;
    json_t *rows;

    if (!admin_rows(call, &rows))
        return false;
    document = document_of_rows(rows);
    json_decref(rows);
    admin_put(call->answer, "document", document);
    return document != NULL || complain(&call->why, "out of memory");
}

/* ---- check ------------------------------------------------------------------------------- */

static void list_note(const xmppfed_policy_note *note, void *user)
{
    json_array_append_new(user,
                          json_pack("{s:s, s:b, s:s, s:s}", "code", note->code, "error",
                                    note->is_error, "name", note->domain, "text", note->text));
}

/* The records as they are now in the file or in the store, with all remarks. */
static bool check_records(struct admin_call *call, const struct config *config, json_t *notes)
{
    struct partner_trusts trusts = {0};
    xmppfed_policy *policy = NULL;
    json_t *document = NULL;
    json_t *rows = NULL;
    bool ok;

    if (config->partners) {
        ok = partners_load(call->proxy->ctx, config->partners, list_note, notes, &policy, &trusts,
                           &call->why);
    } else {
        ok = store_rows(call->proxy->store, &rows, &call->why);
        document = ok ? document_of_rows(rows) : NULL;
        ok = document && partners_build(call->proxy->ctx, "the store", document, list_note, notes,
                                        &policy, &trusts, &call->why);
    }
    xmppfed_policy_unref(policy);
    partner_trusts_fini(&trusts);
    json_decref(document);
    json_decref(rows);
    return ok;
}

bool admin_check(struct admin_call *call)
{
    struct proxy *p = call->proxy;
    json_t *notes = json_array();
    struct config *config;
    struct loaded *loaded;
    bool ok;

    admin_put(call->answer, "notes", notes);
    if (!config_load(p->loaded->config->file, &config, &call->why) ||
        !load_all(p->ctx, config, &p->log, &loaded, &call->why))
        return false;
    ok = check_records(call, config, notes);
    loaded_free(loaded);
    return ok;
}

/* ---- the audit --------------------------------------------------------------------------- */

static json_t *parsed(const char *text)
{
    return text ? json_loads(text, JSON_DECODE_ANY, NULL) : json_null();
}

static void list_change(const struct store_change *change, void *user)
{
    json_t *o = json_object();

    admin_put(o, "time", admin_time(change->at));
    admin_put(o, "uid", json_integer(strtol(change->uid, NULL, 10)));
    admin_put(o, "who", admin_text(change->who));
    admin_put(o, "command", json_string(change->command));
    admin_put(o, "kind", json_string(change->kind));
    admin_put(o, "name", admin_text(change->name));
    admin_put(o, "old", parsed(change->before));
    admin_put(o, "new", parsed(change->after));
    json_array_append_new(user, o);
}

bool admin_audit(struct admin_call *call)
{
    json_t *list = json_array();
    unsigned long max = AUDIT_DEFAULT;
    char *end = NULL;

    admin_put(call->answer, "changes", list);
    if (call->fields[0]) {
        max = strtoul(call->fields[0], &end, 10);
        if (*end || max < 1 || max > AUDIT_MAX)
            return complain(&call->why, "\"%.64s\" is no count; write one from 1 to 10000",
                            call->fields[0]);
    }
    return store_audit(call->proxy->store, max, list_change, list, &call->why);
}
