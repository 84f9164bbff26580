/* xmpp_side.c - the link with the proxy: connect, pause, connect again. */
#include "sip-gateway/xmpp_side.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/endpoint_text.h"
#include "proxy/settings/files.h"

#define PORT_DEFAULT 23456
#define OUTPUT_MAX ((size_t)4 * 1024 * 1024)
/* Milliseconds between attempts: the first pause, doubled up to the last. */
#define PAUSE_FIRST 500
#define PAUSE_LAST 30000

struct xmpp_side {
    uv_loop_t *loop;
    struct xmpp_side_calls calls;
    char address[ENDPOINT_TEXT_SIZE];
    struct link_target target;
    struct component_options options;
    struct file_text secret;
    struct link *link; /* NULL while there is none */
    uv_timer_t again;
    uint64_t pause;
    bool up;
    bool ending;
};

static void on_item(struct link *l, const struct component_item *item, void *user);
static void on_again(uv_timer_t *timer);

static void connect_link(struct xmpp_side *x)
{
    struct component_item down = {.kind = COMPONENT_DOWN};
    int rc = link_connect(x->loop, &x->target, &x->options, on_item, x, &x->link);

    if (rc == 0)
        return;
    x->link = NULL;
    down.text = xmppfed_error_sentence(rc);
    on_item(NULL, &down, x);
}

static void on_again(uv_timer_t *timer)
{
    connect_link(timer->data);
}

static void went_down(struct xmpp_side *x, const char *why)
{
    x->link = NULL;
    x->up = false;
    if (!x->ending) {
        uv_timer_start(&x->again, on_again, x->pause, 0);
        x->pause = x->pause * 2 > PAUSE_LAST ? PAUSE_LAST : x->pause * 2;
    }
    x->calls.on_link(why, x->calls.user);
}

static void on_item(struct link *l, const struct component_item *item, void *user)
{
    struct xmpp_side *x = user;

    (void)l;
    switch (item->kind) {
    case COMPONENT_UP:
        x->up = true;
        x->pause = PAUSE_FIRST;
        x->calls.on_link(NULL, x->calls.user);
        break;
    case COMPONENT_STANZA:
        x->calls.on_stanza(item->stanza, x->calls.user);
        break;
    case COMPONENT_ACKED:
        x->calls.on_acknowledged(item->number, x->calls.user);
        break;
    case COMPONENT_DOWN:
        went_down(x, item->text);
        break;
    default:
        xmppfed_element_free(item->stanza);
        break;
    }
}

static bool read_files(struct xmpp_side *x, const struct settings *s, struct complaint *why)
{
    struct component_options *o = &x->options;

    if (!file_read_secret(s->secret_file, "the secret", &x->secret, why))
        return false;
    o->secret = x->secret.data;
    return !s->tls_ca ||
           (file_trust(o->ctx, s->tls_ca, NULL, "the trust anchors", &o->trust, why) &&
            file_credentials(o->ctx, s->tls_cert, s->tls_key, s->domain, &o->credentials, why));
}

bool xmpp_side_new(uv_loop_t *loop, xmppfed_context *ctx, const struct settings *settings,
                   const struct xmpp_side_calls *calls, struct xmpp_side **ret,
                   struct complaint *why)
{
    struct xmpp_side *x = calloc(1, sizeof(*x));

    if (!x)
        return complain(why, "%s", xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    x->loop = loop;
    x->calls = *calls;
    x->pause = PAUSE_FIRST;
    x->target = (struct link_target){.address = x->address, .port = PORT_DEFAULT};
    x->options = (struct component_options){.ctx = ctx,
                                            .role = COMPONENT_CLIENT,
                                            .name = settings->domain,
                                            .output_limit = OUTPUT_MAX,
                                            .acks = settings->acks};
    if (strchr(settings->connect, '/'))
        x->target.path = settings->connect;
    else if (!endpoint_text_split(settings->connect, x->address, &x->target.port)) {
        xmpp_side_free(x);
        return complain(why, "--connect must be ADDRESS:PORT or the path of a UNIX socket");
    }
    if (!read_files(x, settings, why)) {
        xmpp_side_free(x);
        return false;
    }
    uv_timer_init(loop, &x->again);
    x->again.data = x;
    uv_timer_start(&x->again, on_again, 0, 0);
    *ret = x;
    return true;
}

void xmpp_side_free(struct xmpp_side *x)
{
    if (!x)
        return;
    xmppfed_trust_unref(x->options.trust);
    xmppfed_credentials_unref(x->options.credentials);
    file_text_fini(&x->secret);
    free(x);
}

int xmpp_side_send(struct xmpp_side *x, const xmppfed_element *stanza, uint64_t *ret_number)
{
    int rc = x->up ? link_send(x->link, stanza) : XMPPFED_ERR_STATE;

    if (rc == 0)
        *ret_number = link_sent_count(x->link);
    return rc;
}

void xmpp_side_close(struct xmpp_side *x)
{
    if (x->ending)
        return;
    x->ending = true;
    uv_close((uv_handle_t *)&x->again, NULL);
    if (x->link)
        link_end(x->link, NULL, NULL);
}
