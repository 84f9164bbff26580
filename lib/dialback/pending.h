/*
 * pending.h - dialback requests that wait for an answer, correlated by stream object.
 *
 * An answer counts only if this very stream carries an open request with the same domains and id
 * (the unsolicited answers of CVE-2012-3525). Nothing is found by id alone.
 */
#ifndef XFED_DIALBACK_PENDING_H
#define XFED_DIALBACK_PENDING_H

#include "base/list.h"
#include "base/memory.h"
#include <xmppfed/address.h>

/* One receiving-server check: the inbound stream that asked, and the outbound one that verifies. */
struct xfed_dialback_check {
    struct xfed_node node;
    uint64_t asker;                   /* inbound link that sent db:result */
    uint64_t verifier;                /* outbound link that carries db:verify; 0 while dialling */
    char local[XMPPFED_DOMAIN_SIZE];  /* our domain, 'to' of the db:result */
    char remote[XMPPFED_DOMAIN_SIZE]; /* claimed domain, 'from' of the db:result */
    char *id;                         /* id of the inbound stream */
    char *key;
    xmppfed_time deadline;
};

struct xfed_dialback_pending {
    xmppfed_context *ctx;
    struct xfed_node checks;
    size_t count;
    size_t max;
};

void xfed_dialback_pending_init(struct xfed_dialback_pending *p, xmppfed_context *ctx, size_t max);
void xfed_dialback_pending_fini(struct xfed_dialback_pending *p);

/*
 * Adds a check. Errors: XMPPFED_ERR_LIMIT_PENDING (max or the share of remote reached),
 * XMPPFED_ERR_DUPLICATE (the asker has a check for this pair of domains open already),
 * XMPPFED_ERR_NOMEM.
 */
int xfed_dialback_pending_add(struct xfed_dialback_pending *p, uint64_t asker, const char *local,
                              const char *remote, const char *id, const char *key,
                              xmppfed_time deadline,
                              struct xfed_dialback_check **ret) XMPPFED_MUST_CHECK;

/* The check that this link carries with these domains and id, or NULL: then the answer is ignored.
 */
struct xfed_dialback_check *xfed_dialback_pending_find(struct xfed_dialback_pending *p,
                                                       uint64_t verifier, const char *local,
                                                       const char *remote, const char *id);
/* The check after prev in order of arrival (NULL: the first), or NULL at the end. */
struct xfed_dialback_check *xfed_dialback_pending_next(struct xfed_dialback_pending *p,
                                                       const struct xfed_dialback_check *prev);
/* Ends a check and frees it. */
void xfed_dialback_pending_remove(struct xfed_dialback_pending *p, struct xfed_dialback_check *c);
/* The earliest deadline, or XMPPFED_TIME_NEVER. */
xmppfed_time xfed_dialback_pending_deadline(const struct xfed_dialback_pending *p);

#endif
