/* log_bodies.c - the command that lets bodies of a partner's messages into the log for a while. */
#include <stdio.h>
#include <string.h>

#include "proxy/admin/commands.h"

/* Audited before it begins: what cannot be audited is not done. */
static bool audit(struct admin_call *call, const char *domain, unsigned seconds)
{
    json_t *record = json_pack("{s:I}", "Seconds", (json_int_t)seconds);
    bool ok = record ? store_audit_add(call->proxy->store, &call->author, "log-bodies", domain,
                                       record, &call->why)
                     : complain(&call->why, "out of memory");

    json_decref(record);
    return ok;
}

bool admin_log_bodies(struct admin_call *call)
{
    struct proxy *p = call->proxy;
    char domain[XMPPFED_DOMAIN_SIZE];
    char who[96];
    unsigned seconds = 0;

    if (xmppfed_domain_prepare(call->fields[0], domain) < 0)
        return complain(&call->why, "\"%.64s\" is not a domain; write one like fabrikam.example",
                        call->fields[0]);
    if (strcmp(call->fields[1], "0") != 0 &&
        !admin_seconds(call, call->fields[1], BODIES_SECONDS_MAX, &seconds))
        return false;
    if (seconds > 0 && xmppfed_policy_methods(p->loaded->policy, domain, NULL) == 0)
        return complain(&call->why, "%s is no partner; \"partner list\" shows those there are",
                        domain);
    if (!audit(call, domain, seconds))
        return false;
    snprintf(who, sizeof(who), "%s (%lu)", call->author.name, (unsigned long)call->author.uid);
    if (!bodies_set(&p->bodies, domain, seconds, who))
        return complain(&call->why,
                        "bodies of %d domains are logged already; end one with \"log-bodies DOMAIN "
                        "0\"",
                        BODIES_MAX);
    admin_put(call->answer, "domain", json_string(domain));
    admin_put(call->answer, "seconds", json_integer((json_int_t)seconds));
    return true;
}
