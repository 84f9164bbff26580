/* gateway.h - the gateway-wide settings: defaults and ranges. */
#ifndef XFED_POLICY_GATEWAY_H
#define XFED_POLICY_GATEWAY_H

#include <xmppfed/error.h>
#include <xmppfed/policy.h>

struct xfed_gateway {
    uint32_t values[XMPPFED_GATEWAY_KEEP_ALIVE_PING + 1]; /* by enum xmppfed_gateway_setting */
};

void xfed_gateway_init(struct xfed_gateway *g);
/* XMPPFED_ERR_ARGUMENT for an unknown setting, XMPPFED_ERR_POLICY_RECORD out of range; else 0. */
int xfed_gateway_set(struct xfed_gateway *g, int setting, uint32_t value, xmppfed_problem *why);
/* The value, or 0 for an unknown setting. */
uint32_t xfed_gateway_get(const struct xfed_gateway *g, int setting);

#endif
