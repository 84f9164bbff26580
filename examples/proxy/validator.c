/* validator.c - DNSSEC validated by the proxy itself, where no name server near it does. */
#include "proxy/validator.h"

#include "proxy/proxy.h"

#ifdef HAVE_UNBOUND

#include <stdlib.h>
#include <xmppfed/unbound.h>

struct validator {
    struct proxy *proxy;
    xmppfed_unbound *unbound;
    uv_poll_t readable;
};

static void on_answer(uint64_t token, const uint8_t *data, size_t len, void *user)
{
    struct validator *v = user;

    xmppfed_federation_dns_answer(v->proxy->fed, token, data, len, uv_now(v->proxy->loop));
}

static bool set_up(const struct config *c, xmppfed_unbound *u, struct complaint *why)
{
    xmppfed_problem problem = {0};
    int rc = xmppfed_unbound_add_anchors(u, c->root_anchor, &problem);
    size_t i;

    for (i = 0; rc == 0 && i < c->server_count; i++)
        rc = xmppfed_unbound_add_server(u, c->servers[i].address, c->servers[i].port);
    if (rc == 0)
        rc = xmppfed_unbound_start(u, &problem);
    return rc == 0 || complain(why, "%s: 'dns.root_anchor': %s", c->file,
                               problem.code ? problem.text : xmppfed_error_sentence(rc));
}

static bool make(const struct config *c, struct validator *v, struct complaint *why)
{
    if (xmppfed_unbound_new(on_answer, v, &v->unbound) < 0)
        return complain(why, "out of memory");
    if (set_up(c, v->unbound, why))
        return true;
    xmppfed_unbound_free(v->unbound);
    return false;
}

bool validator_check(const struct config *config, struct complaint *why)
{
    struct validator v = {.proxy = NULL};

    if (!config->dns_validate)
        return true;
    if (!make(config, &v, why))
        return false;
    xmppfed_unbound_free(v.unbound);
    return true;
}

static void on_query(const xmppfed_dns_query *q, void *user)
{
    struct validator *v = user;

    if (xmppfed_unbound_ask(v->unbound, q) == 0)
        return;
    xmppfed_federation_dns_failed(v->proxy->fed, q->token, uv_now(v->proxy->loop));
    xmppfed_uv_wake(v->proxy->edge);
}

static void on_readable(uv_poll_t *readable, int status, int events)
{
    struct validator *v = readable->data;

    (void)status;
    (void)events;
    if (!v->proxy->edge)
        return;
    xmppfed_unbound_process(v->unbound);
    xmppfed_uv_wake(v->proxy->edge);
}

bool validator_start(struct proxy *p, struct complaint *why)
{
    struct validator *v;

    if (!p->loaded->config->dns_validate)
        return true;
    v = calloc(1, sizeof(*v));
    if (!v)
        return complain(why, "out of memory");
    v->proxy = p;
    if (!make(p->loaded->config, v, why)) {
        free(v);
        return false;
    }
    if (uv_poll_init(p->loop, &v->readable, xmppfed_unbound_fd(v->unbound)) < 0) {
        xmppfed_unbound_free(v->unbound);
        free(v);
        return complain(why, "%s: 'dns.validate': the loop takes no descriptor more",
                        p->loaded->config->file);
    }
    v->readable.data = v;
    uv_poll_start(&v->readable, UV_READABLE, on_readable);
    xmppfed_uv_set_query_fn(p->edge, on_query, v);
    p->validator = v;
    return true;
}

static void on_closed(uv_handle_t *handle)
{
    struct validator *v = handle->data;

    xmppfed_unbound_free(v->unbound);
    free(v);
}

void validator_stop(struct proxy *p)
{
    if (p->validator)
        uv_close((uv_handle_t *)&p->validator->readable, on_closed);
    p->validator = NULL;
}

#else

bool validator_check(const struct config *config, struct complaint *why)
{
    return !config->dns_validate ||
           complain(
               why,
               "%s: 'dns.validate': this proxy was built without libunbound; set 'dns.trusted' "
               "and run a validating name server on loopback",
               config->file);
}

bool validator_start(struct proxy *p, struct complaint *why)
{
    return validator_check(p->loaded->config, why);
}

void validator_stop(struct proxy *p)
{
    p->validator = NULL;
}

#endif
