/* diagnose.h - tries a partner step by step, as live traffic would, and sends no stanza. */
#ifndef PROXY_DIAGNOSE_DIAGNOSE_H
#define PROXY_DIAGNOSE_DIAGNOSE_H

#include <jansson.h>

#include "proxy/diagnose/attempt.h"
#include "proxy/proxy.h"

/* Servers of a partner that are tried, the best first. */
#define DIAGNOSE_SERVERS_MAX 4
/* Seconds that a diagnosis may take. */
#define DIAGNOSE_SECONDS 20
#define DIAGNOSE_SECONDS_MAX 60

struct diagnosis;

/* Gets the report, which it takes over (NULL: out of memory). The diagnosis is freed afterwards. */
typedef void (*diagnose_fn)(json_t *report, void *user);

/*
 * Begins: domain is the partner's, local one of ours (NULL: the first that is configured), seconds
 * bound the whole. NULL with a sentence if the arguments are wrong or memory is out.
 */
struct diagnosis *diagnose_start(struct proxy *p, const char *domain, const char *local,
                                 unsigned seconds, diagnose_fn done, void *user,
                                 struct complaint *why);
/* Ends it without a report. */
void diagnose_cancel(struct diagnosis *d);

/* ---- diagnose_report.c ------------------------------------------------------------------- */

/* Everything that was seen. */
struct diagnose_evidence {
    const char *domain;
    const char *local;
    xmppfed_policy *policy; /* held */
    xmppfed_partner_info partner;
    int partner_code;              /* 0: there is a record, partner */
    bool federation;               /* the master switch */
    size_t connections;            /* streams with domains of the record */
    xmppfed_credentials *own;      /* for local, borrowed */
    int64_t unix_seconds;          /* for certificates */
    const xmppfed_dns_result *dns; /* NULL: none was asked, or no answer came */
    int dns_code;                  /* why there are no servers, else 0 */
    const char *dns_text;
    bool fixed; /* the record names the addresses */
    const xmppfed_endpoint *servers;
    size_t server_count; /* of all; at most DIAGNOSE_SERVERS_MAX are tried */
    struct attempt_seen seen[DIAGNOSE_SERVERS_MAX];
    size_t seen_count;
    uint64_t milliseconds;
};

/* The report of the evidence; NULL when out of memory. */
json_t *diagnose_report(const struct diagnose_evidence *e);

/* ---- diagnose_advice.c ------------------------------------------------------------------- */

/* The steps, in order. */
enum diagnose_step {
    STEP_PARTNER,
    STEP_OWN_CERTIFICATE,
    STEP_SRV,
    STEP_TCP,
    STEP_STREAM,
    STEP_TLS,
    STEP_CERTIFICATE,
    STEP_SASL,
    STEP_DIALBACK,
    STEP_ROW,
    STEP_COUNT
};

/* "srv", "own-certificate", ... */
const char *diagnose_step_name(enum diagnose_step step);
/*
 * What to do about a failed step: code is an error code or libuv's, condition the peer's ("" for
 * none). There is always a sentence.
 */
const char *diagnose_advice(enum diagnose_step step, int code, const char *condition);

#endif
