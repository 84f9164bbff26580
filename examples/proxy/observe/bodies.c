/* bodies.c - what people say to each other, in the log: of one domain, for an hour at most. */
#include "proxy/observe/bodies.h"

#include <string.h>

#include "proxy/addresses.h"

static struct body_watch *find(struct bodies *b, const char *domain)
{
    size_t i;

    for (i = 0; i < b->count; i++)
        if (strcmp(b->watches[i].domain, domain) == 0)
            return &b->watches[i];
    return NULL;
}

static void end(struct bodies *b, struct body_watch *w, const char *why)
{
    log_event(b->log, EVENT_BODIES_OFF, LOG_TEXT("domain", w->domain), LOG_TEXT("text", why));
    *w = b->watches[--b->count];
}

static void on_timer(uv_timer_t *timer);

/* Sets the timer to what ends first. */
static void arm(struct bodies *b)
{
    uint64_t now = uv_now(b->timer.loop);
    uint64_t next = UINT64_MAX;
    size_t i;

    for (i = 0; i < b->count; i++)
        if (b->watches[i].until < next)
            next = b->watches[i].until;
    if (b->count > 0)
        uv_timer_start(&b->timer, on_timer, next > now ? next - now : 0, 0);
    else
        uv_timer_stop(&b->timer);
}

static void on_timer(uv_timer_t *timer)
{
    struct bodies *b = timer->data;
    size_t i = b->count;

    while (i-- > 0)
        if (b->watches[i].until <= uv_now(timer->loop))
            end(b, &b->watches[i], "the time is over");
    arm(b);
}

void bodies_start(struct bodies *b, uv_loop_t *loop, const struct log *log)
{
    b->log = log;
    b->count = 0;
    uv_timer_init(loop, &b->timer);
    b->timer.data = b;
    /* To end it is no reason to keep running. */
    uv_unref((uv_handle_t *)&b->timer);
}

void bodies_stop(struct bodies *b)
{
    if (!b->log)
        return;
    while (b->count > 0)
        end(b, &b->watches[b->count - 1], "the proxy ends");
    uv_close((uv_handle_t *)&b->timer, NULL);
    b->log = NULL;
}

bool bodies_set(struct bodies *b, const char *domain, unsigned seconds, const char *who)
{
    struct body_watch *w = find(b, domain);

    if (seconds == 0) {
        if (w)
            end(b, w, "ended on request");
        arm(b);
        return true;
    }
    if (!w && b->count == BODIES_MAX)
        return false;
    if (!w) {
        w = &b->watches[b->count++];
        memcpy(w->domain, domain, strlen(domain) + 1);
    }
    w->until = uv_now(b->timer.loop) + (uint64_t)seconds * 1000;
    log_event(b->log, EVENT_BODIES_ON, LOG_TEXT("domain", domain), LOG_NUMBER("seconds", seconds),
              LOG_TEXT("who", who));
    arm(b);
    return true;
}

/* Whether an address is one of a domain that is watched; a peer wrote it in any case. */
static bool is_watched(const struct bodies *b, const char *address)
{
    char bare[XMPPFED_BARE_SIZE];
    const char *domain;
    size_t i;

    if (!address || xmppfed_jid_prepare_bare(address, XMPPFED_LENIENT, bare) < 0)
        return false;
    domain = address_domain(bare);
    for (i = 0; i < b->count; i++)
        if (strcmp(b->watches[i].domain, domain) == 0)
            return true;
    return false;
}

void bodies_log(const struct bodies *b, const char *direction, const xmppfed_element *stanza)
{
    const char *from = xmppfed_element_attribute(stanza, "from");
    const char *to = xmppfed_element_attribute(stanza, "to");
    const char *id = xmppfed_element_attribute(stanza, "id");
    const xmppfed_element *body;

    if (b->count == 0 || (!is_watched(b, from) && !is_watched(b, to)))
        return;
    body = xmppfed_element_child(stanza, "body", "jabber:server");
    if (body)
        log_event(b->log, EVENT_BODY, LOG_TEXT("direction", direction),
                  LOG_TEXT("from", from ? from : ""), LOG_TEXT("to", to ? to : ""),
                  LOG_TEXT("id", id ? id : ""), LOG_TEXT("body", xmppfed_element_text(body)));
}
