/* users.c - users of a table put where the proxy's policy looks for users: its store. */
#include "kamailio/module/users.h"

#include <unistd.h>

#include "proxy/admin/edit.h"
#include "proxy/records/document.h"

/* The tables of the store that are made of "Users". */
static const char *const tables[] = {"account", "policy_grant"};

/* The document of the call is rows that have nothing but these tables. */
static bool replace(struct admin_call *call, json_t *rows)
{
    size_t i;

    for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        if (json_object_set(rows, tables[i], document_table(call->document, tables[i])) < 0)
            return complain(&call->why, "out of memory");
    return true;
}

bool users_put(struct proxy *p, json_t *users, struct complaint *why)
{
    struct admin_call call = {.proxy = p,
                              .author = {(uint32_t)getuid(), "kamailio", "table of users"},
                              .answer = json_object()};
    json_t *document = json_pack("{s:O}", "Users", users);
    bool ok = document_to_rows(document, &call.document, why);

    if (ok && !admin_edit(&call, replace))
        ok = complain(why, "%s", call.why.text);
    json_decref(document);
    json_decref(call.document);
    json_decref(call.answer);
    return ok;
}
