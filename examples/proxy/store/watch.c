/* watch.c - what other edges do to a shared store, put in force here. */
#include "proxy/store/watch.h"

#define LOOK_MS 200

/* The policy of the records as they are now; while one cannot be made, the last one stays. */
static bool take_over(struct proxy *p, struct complaint *why)
{
    struct loaded fresh = {.config = p->loaded->config};

    return p->loaded->config->partners ||
           (proxy_read_policy(p, &fresh, why) &&
            proxy_set_policy(p, fresh.policy, &fresh.partner_trusts, why));
}

static void on_look(uv_timer_t *timer)
{
    static const char lost[] = "the connection to the store is lost; what was last read stays in "
                               "force, and nothing can be changed until the server is back";
    struct proxy *p = timer->data;
    enum store_news news = store_look(p->store);
    struct complaint why;

    if (news == STORE_QUIET)
        return;
    if (news != STORE_CHANGED)
        p->store_lost = news == STORE_LOST;
    if (news == STORE_LOST)
        log_event(&p->log, EVENT_STORE_LOST, LOG_TEXT("text", lost));
    else if (!take_over(p, &why))
        log_event(&p->log, EVENT_STORE_FAILED, LOG_TEXT("text", why.text));
    else
        log_write(&p->log, news == STORE_BACK ? EVENT_STORE_BACK : EVENT_STORE_CHANGED, NULL);
}

void store_watch_start(struct proxy *p)
{
    uv_timer_init(p->loop, &p->store_look);
    p->store_look.data = p;
    p->store_watched = true;
    if (!store_is_shared(p->store))
        return;
    uv_timer_start(&p->store_look, on_look, LOOK_MS, LOOK_MS);
    /* Looking alone is no reason to keep running. */
    uv_unref((uv_handle_t *)&p->store_look);
}

void store_watch_stop(struct proxy *p)
{
    if (p->store_watched)
        uv_close((uv_handle_t *)&p->store_look, NULL);
    p->store_watched = false;
}
