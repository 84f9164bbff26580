/* gateway.c - the gateway-wide settings of Set-CsXmppGatewayConfiguration. */
#include "policy/gateway.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

/*
 * The defaults are the original's. The original documents no range narrower than its type, so the
 * ranges are ours: a zero or a year of seconds is a slip of the hand, not a setting.
 */
static const struct setting {
    const char *name;
    uint32_t initial;
    uint32_t min;
    uint32_t max;
} settings[] = {
    [XMPPFED_GATEWAY_CONNECTION_LIMIT] = {"ConnectionLimit", 1000, 1, 1000000},
    [XMPPFED_GATEWAY_PARTNER_CONNECTION_LIMIT] = {"PartnerConnectionLimit", 20, 1, 100000},
    [XMPPFED_GATEWAY_ESTABLISHMENT_TIMEOUT] = {"StreamEstablishmentTimeout", 60, 1, 3600},
    [XMPPFED_GATEWAY_INACTIVITY_TIMEOUT] = {"StreamInactivityTimeout", 600, 10, 604800},
    [XMPPFED_GATEWAY_KEEP_ALIVE_INTERVAL] = {"KeepAliveInterval", 300, 10, 86400},
    [XMPPFED_GATEWAY_SUBSCRIPTION_REFRESH] = {"SubscriptionRefreshInterval", 28800, 60, 2592000},
    [XMPPFED_GATEWAY_INVITATION_RATE] = {"InvitationRate", 1000, 1, 1000000},
    [XMPPFED_GATEWAY_BIDI] = {"BidirectionalStreams", 1, 0, 1},
    [XMPPFED_GATEWAY_KEEP_ALIVE_PING] = {"KeepAlivePing", XMPPFED_PING_ON_STREAM,
                                         XMPPFED_PING_NEVER, XMPPFED_PING_ALWAYS},
};

static bool is_known(int setting)
{
    return setting >= XMPPFED_GATEWAY_CONNECTION_LIMIT &&
           setting <= XMPPFED_GATEWAY_KEEP_ALIVE_PING;
}

void xfed_gateway_init(struct xfed_gateway *g)
{
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        g->values[i] = settings[i].initial;
}

int xfed_gateway_set(struct xfed_gateway *g, int setting, uint32_t value, xmppfed_problem *why)
{
    const struct setting *s;

    if (!is_known(setting))
        return xfed_fault_set(why, XMPPFED_ERR_ARGUMENT, "there is no gateway setting %d", setting);
    s = &settings[setting];
    if (value < s->min || value > s->max)
        return xfed_fault_set(why, XMPPFED_ERR_POLICY_RECORD,
                              "%s is %" PRIu32 ": set it between %" PRIu32 " and %" PRIu32, s->name,
                              value, s->min, s->max);
    g->values[setting] = value;
    return 0;
}

uint32_t xfed_gateway_get(const struct xfed_gateway *g, int setting)
{
    return is_known(setting) ? g->values[setting] : 0;
}
