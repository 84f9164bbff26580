/* partner.c - partner records and gateway settings, changed by command. */
#include <string.h>

#include "proxy/admin/edit.h"
#include "proxy/records/document.h"
#include "proxy/records/words.h"

/* ---- partners ---------------------------------------------------------------------------- */

static bool change_partner(struct admin_call *call, json_t *rows, bool make)
{
    char domain[XMPPFED_DOMAIN_SIZE + 2];
    json_t *record;

    if (!document_domain(call->fields[0], domain, &call->why))
        return false;
    record = admin_record(call, rows, "partner", domain, make);
    if (!record)
        return false;
    if (make && json_object_set_new(record, "Domain", json_string(domain)) < 0)
        return complain(&call->why, "out of memory");
    return admin_assign(call, assign_partner, record);
}

static bool new_partner(struct admin_call *call, json_t *rows)
{
    return change_partner(call, rows, true);
}

static bool set_partner(struct admin_call *call, json_t *rows)
{
    return change_partner(call, rows, false);
}

static bool remove_partner(struct admin_call *call, json_t *rows)
{
    char domain[XMPPFED_DOMAIN_SIZE + 2];

    return document_domain(call->fields[0], domain, &call->why) &&
           admin_remove(call, rows, "partner", domain);
}

/* What is in force now: the row of the matrix, the methods, W1 or W2. */
static bool then_show(struct admin_call *call, bool changed)
{
    return changed && admin_partner_get(call);
}

bool admin_partner_new(struct admin_call *call)
{
    return then_show(call, admin_edit(call, new_partner));
}

bool admin_partner_set(struct admin_call *call)
{
    return then_show(call, admin_edit(call, set_partner));
}

bool admin_partner_remove(struct admin_call *call)
{
    return admin_edit(call, remove_partner);
}

/* ---- the gateway ------------------------------------------------------------------------- */

static const struct assign_field gateway_fields[] = {
    {"AllowFederatedUsers", ASSIGN_TRUTH},
    {"Strict", ASSIGN_TRUTH},
    {"ConnectionLimit", ASSIGN_NUMBER},
    {"PartnerConnectionLimit", ASSIGN_NUMBER},
    {"StreamEstablishmentTimeout", ASSIGN_NUMBER},
    {"StreamInactivityTimeout", ASSIGN_NUMBER},
    {"KeepAliveInterval", ASSIGN_NUMBER},
    {"SubscriptionRefreshInterval", ASSIGN_NUMBER},
    {"InvitationRate", ASSIGN_NUMBER},
    {"BidirectionalStreams", ASSIGN_NUMBER},
    {"KeepAlivePing", ASSIGN_NUMBER},
    {NULL, ASSIGN_TEXT},
};

/* The switches stand by themselves in the partner file, the numbers in "Gateway". */
static void row_name(const struct assign_field *field, char ret[64])
{
    snprintf(ret, 64, "%s%s", field->type == ASSIGN_NUMBER ? "Gateway." : "", field->name);
}

/* As one record with all settings, changed, and apart again. */
static bool set_gateway(struct admin_call *call, json_t *rows)
{
    json_t *settings = document_table(rows, "setting");
    const struct assign_field *f;
    json_t *record = json_object();
    char name[64];
    bool ok;

    for (f = gateway_fields; f->name; f++) {
        row_name(f, name);
        json_object_set(record, f->name, json_object_get(settings, name));
    }
    ok = admin_assign(call, gateway_fields, record);
    for (f = gateway_fields; ok && f->name; f++) {
        json_t *value = json_object_get(record, f->name);

        row_name(f, name);
        if (value)
            json_object_set(settings, name, value);
        else
            json_object_del(settings, name);
    }
    json_decref(record);
    return ok;
}

bool admin_gateway_set(struct admin_call *call)
{
    return admin_edit(call, set_gateway) && admin_gateway_get(call);
}
