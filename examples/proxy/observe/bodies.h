/*
 * bodies.h - what people say to each other, in the log: only of a domain that an administrator has
 * named, and for an hour at most.
 */
#ifndef PROXY_OBSERVE_BODIES_H
#define PROXY_OBSERVE_BODIES_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>
#include <xmppfed/address.h>
#include <xmppfed/element.h>

#include "proxy/observe/log.h"

#define BODIES_MAX 16
#define BODIES_SECONDS_MAX 3600

/* A domain whose bodies are logged. */
struct body_watch {
    char domain[XMPPFED_DOMAIN_SIZE];
    uint64_t until; /* of the loop's clock */
};

struct bodies {
    const struct log *log; /* NULL before bodies_start() */
    uv_timer_t timer;      /* for the next end */
    struct body_watch watches[BODIES_MAX];
    size_t count;
};

/* Begins without any domain: nothing survives a restart. */
void bodies_start(struct bodies *b, uv_loop_t *loop, const struct log *log);
/* Ends all, with a line each. */
void bodies_stop(struct bodies *b);

/*
 * Logs bodies of a prepared domain for so many seconds from now, in place of what was set before; 0
 * ends it. Each begin and end is a line in the log. False if BODIES_MAX domains are watched.
 */
bool bodies_set(struct bodies *b, const char *domain, unsigned seconds, const char *who);
/* Logs the body of a stanza, if it has one and the domain of its remote user is watched. */
void bodies_log(const struct bodies *b, const char *direction, const xmppfed_element *stanza);

#endif
