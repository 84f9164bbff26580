/*
 * link.h - a component stream on a socket of a libuv loop.
 *
 * A link gives its items to a function. After COMPONENT_DOWN, which each link gives exactly once,
 * the link frees itself and must not be used any more.
 */
#ifndef EXAMPLE_COMPONENT_LINK_H
#define EXAMPLE_COMPONENT_LINK_H

#include <uv.h>

#include "component/component.h"

struct link;

/* Gets each item; a stanza in it belongs to the function. */
typedef void (*link_item_fn)(struct link *l, const struct component_item *item, void *user);

/* Where to connect to: a path of a UNIX socket, or else an IP address and port. */
struct link_target {
    const char *path;
    const char *address;
    uint16_t port;
};

/*
 * Takes a connection that a listening TCP or pipe handle has announced. 0 or an error code. A peer
 * that is refused hears it a second later, and COMPONENT_DOWN comes then.
 */
int link_accept(uv_stream_t *listener, const struct component_options *options,
                link_item_fn on_item, void *user, struct link **ret);
/* Connects. 0 or an error code; a refused connection shows up as COMPONENT_DOWN. */
int link_connect(uv_loop_t *loop, const struct link_target *target,
                 const struct component_options *options, link_item_fn on_item, void *user,
                 struct link **ret);

/* As component_send(). */
int link_send(struct link *l, const xmppfed_element *stanza);
/* As component_sent_count(). */
uint64_t link_sent_count(const struct link *l);
/* As component_end(); COMPONENT_DOWN follows when the peer has closed too, or after 3 s. */
void link_end(struct link *l, const char *condition, const char *text);
/* As component_close(); COMPONENT_DOWN follows later, from the loop. */
void link_close(struct link *l, const char *condition, const char *text);

/* The name that the component proved (or claims), and whether the link is up. */
const char *link_name(const struct link *l);
bool link_is_up(const struct link *l);

#endif
