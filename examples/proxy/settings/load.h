/* load.h - everything that one reading of the configuration and its files yields. */
#ifndef PROXY_SETTINGS_LOAD_H
#define PROXY_SETTINGS_LOAD_H

#include <jansson.h>
#include <xmppfed/policy.h>

#include "proxy/settings/config.h"
#include "proxy/settings/files.h"
#include "proxy/observe/log.h"
#include "proxy/records/partner_trust.h"

struct loaded {
    struct config *config;
    xmppfed_credentials **domains; /* one for each of config->domains */
    struct file_text *secrets;     /* one for each of config->hosts */
    struct file_text dialback_secret;
    xmppfed_trust *trust;
    xmppfed_policy *policy; /* NULL until load_policy() where there is no partner file */
    struct partner_trusts partner_trusts;
    xmppfed_credentials *inside_credentials; /* NULL: no listener with TLS */
    xmppfed_trust *inside_trust;
};

/*
 * Reads all files that config names; remarks on them go to the log as warnings. Takes over config,
 * also on failure.
 */
bool load_all(xmppfed_context *ctx, struct config *config, const struct log *log,
              struct loaded **ret, struct complaint *why);
/*
 * Where config names no partner file, makes the policy of the rows of the store, which the caller
 * keeps. Remarks go to the log as warnings.
 */
bool load_policy(xmppfed_context *ctx, struct loaded *l, json_t *rows, const struct log *log,
                 struct complaint *why);
/* NULL is fine. */
void loaded_free(struct loaded *l);

/* The secret of a host by its prepared name, or NULL. */
const char *loaded_secret(const struct loaded *l, const char *name);

#endif
