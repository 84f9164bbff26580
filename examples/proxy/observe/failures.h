/* failures.h - the last failure with each remote domain, for who asks why. */
#ifndef PROXY_OBSERVE_FAILURES_H
#define PROXY_OBSERVE_FAILURES_H

#include <stddef.h>
#include <stdint.h>

/* Domains that are remembered; beyond it the one that failed longest ago is forgotten. */
#define FAILURES_MAX 1000

/* What is known of one failure. */
struct failure_note {
    const char *text;
    const char *event; /* static: the name of the event that told it */
    int direction;     /* enum xmppfed_direction */
    int code;
    int64_t time; /* seconds since 1970 */
};

struct failure {
    char *domain;
    char *text; /* what .last shows of it */
    struct failure_note last;
    uint64_t count; /* failures of this domain as long as it is remembered */
    uint64_t order; /* the higher the later */
};

struct failures {
    struct failure *items; /* in the order of their domains */
    size_t count;
    uint64_t last_order;
};

/* Keeps a copy of a failure in the place of the domain's one before; without memory nothing is
 * kept. */
void failures_note(struct failures *f, const char *domain, const struct failure_note *what);
/* The last failure of a domain, or NULL. */
const struct failure *failures_of(const struct failures *f, const char *domain);
/* Frees all; safe on a zeroed one. */
void failures_fini(struct failures *f);

#endif
