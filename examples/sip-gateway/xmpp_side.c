/* xmpp_side.c - the link with the proxy: connect, pause, connect again; reports that wait. */
#include "sip-gateway/xmpp_side.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/endpoint_text.h"
#include "proxy/settings/files.h"

#define PORT_DEFAULT 23456
#define OUTPUT_MAX ((size_t)4 * 1024 * 1024)
#define REPORTS_MAX 4096
#define NOT_TOLD "sip-gateway: an error was not told: "
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
    xmppfed_element *reports[REPORTS_MAX];
    size_t report_count;
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

/* Sends what waits, as far as the link takes it; the rest in a while. */
static void send_reports(struct xmpp_side *x)
{
    int rc = 0;
    size_t i;

    for (i = 0; i < x->report_count; i++) {
        rc = xmpp_side_send(x, x->reports[i]);
        if (rc == XMPPFED_ERR_STATE || rc == XMPPFED_ERR_LIMIT_QUEUE)
            break;
        if (rc < 0)
            fprintf(stderr, NOT_TOLD "%s\n", xmppfed_error_sentence(rc));
        xmppfed_element_free(x->reports[i]);
    }
    x->report_count -= i;
    memmove(x->reports, x->reports + i, x->report_count * sizeof(x->reports[0]));
    if (x->report_count > 0 && x->up && !x->ending)
        uv_timer_start(&x->again, on_again, PAUSE_FIRST, 0);
}

static void on_again(uv_timer_t *timer)
{
    struct xmpp_side *x = timer->data;

    if (x->up)
        send_reports(x);
    else
        connect_link(x);
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
        send_reports(x);
        x->calls.on_link(NULL, x->calls.user);
        break;
    case COMPONENT_STANZA:
        x->calls.on_stanza(item->stanza, x->calls.user);
        break;
    default:
        went_down(x, item->text);
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
    x->options = (struct component_options){
        .ctx = ctx, .role = COMPONENT_CLIENT, .name = settings->domain, .output_limit = OUTPUT_MAX};
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
    while (x->report_count > 0) {
        fprintf(stderr, NOT_TOLD "the link with the proxy is down\n");
        xmppfed_element_free(x->reports[--x->report_count]);
    }
    xmppfed_trust_unref(x->options.trust);
    xmppfed_credentials_unref(x->options.credentials);
    file_text_fini(&x->secret);
    free(x);
}

bool xmpp_side_is_up(const struct xmpp_side *x)
{
    return x->up;
}

int xmpp_side_send(struct xmpp_side *x, const xmppfed_element *stanza)
{
    return x->up ? link_send(x->link, stanza) : XMPPFED_ERR_STATE;
}

void xmpp_side_report(struct xmpp_side *x, xmppfed_element *stanza)
{
    int rc = stanza ? xmppfed_element_status(stanza) : XMPPFED_ERR_NOMEM;

    if (rc == 0 && x->report_count == REPORTS_MAX)
        rc = XMPPFED_ERR_LIMIT_QUEUE;
    if (rc == 0) {
        x->reports[x->report_count++] = stanza;
        send_reports(x);
        return;
    }
    fprintf(stderr, NOT_TOLD "%s\n", xmppfed_error_sentence(rc));
    xmppfed_element_free(stanza);
}

void xmpp_side_close(struct xmpp_side *x)
{
    if (x->ending)
        return;
    x->ending = true;
    uv_close((uv_handle_t *)&x->again, NULL);
    if (x->link)
        link_close(x->link, NULL, NULL);
}
