/* outside.c - the listeners for partners. */
#include "proxy/outside.h"

#include <stdio.h>
#include <string.h>

static enum socket_role role_of(const struct config_listen *at)
{
    return at->direct_tls ? SOCKET_OUTSIDE_DIRECT : SOCKET_OUTSIDE;
}

/* Appends "ADDRESS:PORT" to a list of a fixed size. */
static void list_address(char *list, size_t size, const char *address, uint16_t port)
{
    size_t used = strlen(list);
    bool v6 = strchr(address, ':') != NULL;

    snprintf(list + used, size - used, "%s%s%s%s:%u", used ? "," : "", v6 ? "[" : "", address,
             v6 ? "]" : "", (unsigned)port);
}

bool outside_start(struct proxy *p, char *ret_list, size_t size, struct complaint *why)
{
    const struct config *c = p->loaded->config;
    xmppfed_problem problem = {.text = "no file descriptor is left"};
    size_t i;

    for (i = 0; i < c->outside_count; i++) {
        const struct config_listen *at = &c->outside[i];
        int fd = sockets_copy(&p->sockets, role_of(at), i);

        if (xmppfed_uv_listen_fd(p->edge, fd, at->direct_tls, &problem) < 0)
            return complain(why,
                            "%s: 'outside.listen': %s port %u: %s; free it or change the entry",
                            c->file, at->address, (unsigned)at->port, problem.text);
        list_address(ret_list, size, at->address, sockets_port(&p->sockets, role_of(at), i));
    }
    return true;
}

void outside_stop(struct proxy *p)
{
    xmppfed_uv_stop_listening(p->edge);
    sockets_close(&p->sockets, SOCKET_OUTSIDE);
    sockets_close(&p->sockets, SOCKET_OUTSIDE_DIRECT);
}
