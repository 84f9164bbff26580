/* admin_commands.h - the commands of the administration socket: one function each. */
#ifndef PROXY_ADMIN_COMMANDS_H
#define PROXY_ADMIN_COMMANDS_H

#include <jansson.h>

#include "proxy/admin_verbs.h"
#include "proxy/proxy.h"

/* A command being done. */
struct admin_call {
    struct proxy *proxy;
    const char *fields[ADMIN_FIELDS_MAX]; /* as in the verb; NULL where none was given */
    json_t *answer;                       /* an object that the command adds to */
    struct complaint why;                 /* the sentence, if it returns false */
};

/* Each does its command: adds to the answer, or returns false with a sentence. */
bool admin_status(struct admin_call *call);
bool admin_streams_list(struct admin_call *call);
bool admin_streams_close(struct admin_call *call);
bool admin_last_failure(struct admin_call *call);
bool admin_explain(struct admin_call *call);
bool admin_partner_list(struct admin_call *call);
bool admin_partner_show(struct admin_call *call);
bool admin_gateway_get(struct admin_call *call);
bool admin_contact_list(struct admin_call *call);
bool admin_contact_add(struct admin_call *call);
bool admin_contact_remove(struct admin_call *call);
bool admin_contact_block(struct admin_call *call);
bool admin_reload(struct admin_call *call);

/* Seconds since 1970 as "2026-01-31T12:00:00Z". */
json_t *admin_time(int64_t seconds);
/* Text that may have come from a peer; bytes that are no UTF-8 become '?'. */
json_t *admin_text(const char *text);
/* Adds a value to an object, also NULL, which is left out. */
void admin_put(json_t *object, const char *key, json_t *value);

#endif
