/* access.h - the external access policies of a builder, and which one applies to a user. */
#ifndef XFED_POLICY_ACCESS_H
#define XFED_POLICY_ACCESS_H

#include "base/map.h"

#include <xmppfed/error.h>
#include <xmppfed/policy.h>

struct xfed_access {
    xmppfed_context *ctx;
    bool has_global;
    uint32_t global;       /* flags of the global policy */
    struct xfed_map sites; /* site -> flags, as a uint32_t of our own */
    struct xfed_map users; /* policy name -> flags */
};

void xfed_access_init(struct xfed_access *a, xmppfed_context *ctx);
void xfed_access_fini(struct xfed_access *a);

/* The contract of xmppfed_policy_builder_add_access(). */
int xfed_access_add(struct xfed_access *a, int scope, const char *name, uint32_t flags,
                    xmppfed_problem *why) XMPPFED_MUST_CHECK;

/* Whether a user policy of that name was added. */
bool xfed_access_has_policy(const struct xfed_access *a, const char *policy);

/* The flags of the nearest policy, whole; site and policy may be "". */
uint32_t xfed_access_nearest(const struct xfed_access *a, const char *site, const char *policy);

#endif
