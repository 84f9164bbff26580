/* commands.h - the commands of the administration socket: one function each. */
#ifndef PROXY_ADMIN_COMMANDS_H
#define PROXY_ADMIN_COMMANDS_H

#include <jansson.h>

#include "proxy/admin/verbs.h"
#include "proxy/proxy.h"

/*
 * An answer that comes later. The command begins it, and ends it once; until then the client waits.
 */
struct admin_later {
    void (*send)(struct admin_later *later, char *line); /* takes the line over; may get NULL */
    void (*cancel)(void *job);                           /* the client has gone */
    void *job;                                           /* NULL: nothing is under way */
};
/* Says that the answer comes later, or not at all once cancel was called with job. */
void admin_later_begin(struct admin_later *later, void (*cancel)(void *job), void *job);
/* Sends the answer, which it takes over; NULL: out of memory. */
void admin_later_end(struct admin_later *later, json_t *answer);

/* A command being done. */
struct admin_call {
    struct proxy *proxy;
    const char *fields[ADMIN_FIELDS_MAX]; /* as in the verb; NULL where none was given */
    json_t *rest;                         /* a list of texts, or NULL */
    json_t *document;                     /* or NULL */
    struct store_author author;
    json_t *answer;            /* an object that the command adds to */
    struct complaint why;      /* the sentence, if it returns false */
    struct admin_later *later; /* for an answer that comes later */
};

/* Each does its command: adds to the answer, or returns false with a sentence. */
bool admin_status(struct admin_call *call);
bool admin_streams_list(struct admin_call *call);
bool admin_streams_close(struct admin_call *call);
bool admin_last_failure(struct admin_call *call);
bool admin_explain(struct admin_call *call);
bool admin_partner_list(struct admin_call *call);
bool admin_partner_get(struct admin_call *call);
bool admin_partner_new(struct admin_call *call);
bool admin_partner_set(struct admin_call *call);
bool admin_partner_remove(struct admin_call *call);
bool admin_policy_new(struct admin_call *call);
bool admin_policy_set(struct admin_call *call);
bool admin_policy_get(struct admin_call *call);
bool admin_policy_remove(struct admin_call *call);
bool admin_policy_grant(struct admin_call *call);
bool admin_policy_revoke(struct admin_call *call);
bool admin_gateway_get(struct admin_call *call);
bool admin_gateway_set(struct admin_call *call);
bool admin_user_list(struct admin_call *call);
bool admin_user_set(struct admin_call *call);
bool admin_rule_list(struct admin_call *call);
bool admin_rule_set(struct admin_call *call);
bool admin_rule_remove(struct admin_call *call);
bool admin_block_list(struct admin_call *call);
bool admin_block_add(struct admin_call *call);
bool admin_block_remove(struct admin_call *call);
bool admin_contact_list(struct admin_call *call);
bool admin_contact_add(struct admin_call *call);
bool admin_contact_remove(struct admin_call *call);
bool admin_contact_block(struct admin_call *call);
bool admin_import(struct admin_call *call);
bool admin_export(struct admin_call *call);
bool admin_check(struct admin_call *call);
bool admin_audit(struct admin_call *call);
bool admin_reload(struct admin_call *call);
bool admin_log_bodies(struct admin_call *call);
bool admin_drain(struct admin_call *call);
bool admin_diagnose(struct admin_call *call);
bool admin_test_im(struct admin_call *call);

/* Reads a number of seconds from 1 to max; without text *ret stays. False with a sentence. */
bool admin_seconds(struct admin_call *call, const char *text, unsigned max, unsigned *ret);
/* What "streams list" says of the proved streams between two domains, a list. */
json_t *admin_streams_between(const struct proxy *p, const char *local, const char *remote);
/* Seconds since 1970 as "2026-01-31T12:00:00Z". */
json_t *admin_time(int64_t seconds);
/* Text that may have come from a peer; bytes that are no UTF-8 become '?'. */
json_t *admin_text(const char *text);
/* Adds a value to an object, also NULL, which is left out. */
void admin_put(json_t *object, const char *key, json_t *value);

#endif
