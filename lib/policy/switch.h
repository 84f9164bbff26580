/* switch.h - the single switches of a partner record and what each partner type sets them to. */
#ifndef XFED_POLICY_SWITCH_H
#define XFED_POLICY_SWITCH_H

#include <stdbool.h>
#include <stdint.h>
#include <xmppfed/policy.h>

/* What no switch of a record governs, because conversation breaks without it: the type does. */
enum {
    XFED_SWITCH_QUERY = XMPPFED_SWITCH_CALLS + 1, /* IQ: discovery, version, answers */
    XFED_SWITCH_FOLLOW_UP,                        /* errors, and taking back what was said */
    XFED_SWITCH_END
};

/* An enum xmppfed_permit for each enum xmppfed_direction, less one, and each switch. */
struct xfed_permits {
    uint8_t of[2][XFED_SWITCH_END];
};

/* Whether there is a switch of that number that a record may set, in a direction that exists. */
bool xfed_switch_is_known(int direction, int which);

/* Fills in what own leaves at BY_TYPE. */
struct xfed_permits xfed_switch_resolve(int type, const struct xfed_permits *own);

/* The switch that governs a stanza. */
struct xfed_governor {
    uint8_t actor; /* whose users act: XMPPFED_INBOUND the partner's, XMPPFED_OUTBOUND ours */
    uint8_t which;
    bool consented; /* only NEVER stops it: that our own user sends it is the authorization */
};
/* The one for a stanza of an action (enum xmppfed_action) that goes in a direction. */
struct xfed_governor xfed_switch_governor(int direction, int action);

#endif
