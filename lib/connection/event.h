/* event.h - the inside of xmppfed_event, made and queued by connection and federation. */
#ifndef XFED_CONNECTION_EVENT_H
#define XFED_CONNECTION_EVENT_H

#include "base/list.h"
#include "base/memory.h"
#include <xmppfed/event.h>

struct xmppfed_event {
    struct xfed_node node;
    xmppfed_context *ctx;
    int kind;
    int direction;
    int code;
    int contact;
    int outcome;
    uint32_t evidence;
    uint64_t link;
    uint64_t token;
    char *local; /* NULL stands for "" in all five */
    char *remote;
    char *text;
    char *id;
    char *key;
    xmppfed_element *element;
    bool has_proof;
    bool has_decision;
    bool has_endpoint;
    bool has_query;
    xmppfed_proof proof;
    xmppfed_decision decision;
    xmppfed_endpoint endpoint;
    xmppfed_dns_query query;
};

/* A zeroed event of a kind about two names (either may be NULL); NULL when out of memory. */
xmppfed_event *xfed_event_new(xmppfed_context *ctx, int kind, const char *local,
                              const char *remote);
/* Copies text into one of the five text fields; false when out of memory. */
bool xfed_event_set(xmppfed_event *ev, char **field, const char *text);
/* Frees an event with all that it owns; NULL is fine. */
void xfed_event_free(xmppfed_event *ev);

/* A queue of events that hands out one at a time and frees it when the next is asked for. */
struct xfed_event_queue {
    struct xfed_node events;
    xmppfed_event *current;
};
void xfed_event_queue_init(struct xfed_event_queue *q);
void xfed_event_queue_fini(struct xfed_event_queue *q);
/* Puts an event last; the queue owns it from here on. */
void xfed_event_queue_push(struct xfed_event_queue *q, xmppfed_event *ev);
/* The next event, or NULL; the one handed out before is freed. */
xmppfed_event *xfed_event_queue_pop(struct xfed_event_queue *q);
/* Leaves the event handed out last to the caller, who is to free it. */
xmppfed_event *xfed_event_queue_take(struct xfed_event_queue *q);

#endif
