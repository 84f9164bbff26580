/* partners.h - partner records (JSON): who the partners are and what our users may do. */
#ifndef PROXY_RECORDS_PARTNERS_H
#define PROXY_RECORDS_PARTNERS_H

#include <jansson.h>
#include <xmppfed/policy.h>

#include "proxy/settings/complaint.h"
#include "proxy/records/partner_trust.h"

/* Gets each remark on a record: errors E1 E2 P1 ..., warnings W1 W2 .... */
typedef void (*partners_note_fn)(const xmppfed_policy_note *note, void *user);

/*
 * Reads a partner file into a policy, and the anchors that its records name, which the caller ends
 * with partner_trusts_fini(). On failure why names the file, and the line or the record and
 * field. Notes are given also on failure, as far as checking came.
 */
bool partners_load(xmppfed_context *ctx, const char *path, partners_note_fn on_note, void *user,
                   xmppfed_policy **ret, struct partner_trusts *ret_trusts, struct complaint *why);

/* The same of a document that is there already; name stands for the file in sentences. */
bool partners_build(xmppfed_context *ctx, const char *name, json_t *document,
                    partners_note_fn on_note, void *user, xmppfed_policy **ret,
                    struct partner_trusts *ret_trusts, struct complaint *why);

#endif
