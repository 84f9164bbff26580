/* reload.c - reads the configuration and its files anew while the proxy runs. */
#include "proxy/reload.h"

#include "proxy/local_host.h"
#include "proxy/service/notify.h"

static bool read_and_apply(struct proxy *p, struct complaint *why)
{
    struct config *config;
    struct loaded *loaded;

    if (p->local && p->local->refresh && !p->local->refresh(p->local->user, why))
        return false;
    if (!config_load(p->loaded->config->file, &config, why) ||
        !load_all(p->ctx, config, &p->log, &loaded, why))
        return false;
    if (proxy_read_policy(p, loaded, why))
        return proxy_reload(p, loaded, why);
    loaded_free(loaded);
    return false;
}

bool reload_files(struct proxy *p, struct complaint *why)
{
    bool ok;

    if (p->draining)
        return complain(why, "the proxy is shutting down; start it again instead");
    notify_reloading();
    ok = read_and_apply(p, why);
    /* Also after a failure: what was in force still is. */
    notify("READY=1");
    if (ok)
        log_event(&p->log, EVENT_RELOADED, LOG_TEXT("file", p->loaded->config->file));
    else
        log_event(&p->log, EVENT_RELOAD_FAILED, LOG_TEXT("text", why->text));
    return ok;
}
