/* switch.c - the single switches of a partner record and what each partner type sets them to. */
#include "policy/switch.h"

enum {
    NEVER = XMPPFED_PERMIT_NEVER,
    ADDED = XMPPFED_PERMIT_IF_ADDED,
    WROTE = XMPPFED_PERMIT_IF_MESSAGED,
    ALWAYS = XMPPFED_PERMIT_ALWAYS,
    IN = XMPPFED_INBOUND,
    OUT = XMPPFED_OUTBOUND,
};

/* By enum xmppfed_partner_type: Federated, PublicVerified, PublicUnverified. */
struct preset {
    uint8_t inbound[3]; /* of the partner's users towards ours */
    uint8_t outbound[3];
};

/*
 * Inbound, Federated and PublicVerified need no authorization; PublicUnverified needs that our user
 * has added the contact, and lets by what may be an answer to our user's own words. Notes never go
 * to a public partner. Outbound, our users see of a PublicUnverified partner only those whom they
 * have added: a stranger's presence can hold words like any other stanza.
 */
/* clang-format off */
static const struct preset presets[XFED_SWITCH_END] = {
    [XMPPFED_SWITCH_ADD]                = {{ALWAYS, ALWAYS, ADDED}, {ALWAYS, ALWAYS, ALWAYS}},
    [XMPPFED_SWITCH_SEE_PRESENCE]       = {{ALWAYS, ALWAYS, ADDED}, {ALWAYS, ALWAYS, ADDED}},
    [XMPPFED_SWITCH_SEE_NOTES]          = {{ALWAYS, NEVER,  NEVER}, {ALWAYS, ALWAYS, ADDED}},
    [XMPPFED_SWITCH_START_CONVERSATION] = {{ALWAYS, ALWAYS, WROTE}, {ALWAYS, ALWAYS, ALWAYS}},
    [XMPPFED_SWITCH_TYPING]             = {{ALWAYS, ALWAYS, WROTE}, {ALWAYS, ALWAYS, ALWAYS}},
    [XMPPFED_SWITCH_RECEIPTS]           = {{ALWAYS, ALWAYS, WROTE}, {ALWAYS, ALWAYS, ALWAYS}},
    [XMPPFED_SWITCH_GROUP_CHAT]         = {{ALWAYS, NEVER,  NEVER}, {ALWAYS, NEVER,  NEVER}},
    [XMPPFED_SWITCH_FILES]              = {{ALWAYS, ALWAYS, ADDED}, {ALWAYS, ALWAYS, ALWAYS}},
    [XMPPFED_SWITCH_CALLS]              = {{ALWAYS, ALWAYS, ADDED}, {ALWAYS, ALWAYS, ALWAYS}},
    [XFED_SWITCH_QUERY]                 = {{ALWAYS, ALWAYS, ADDED}, {ALWAYS, ALWAYS, ALWAYS}},
    [XFED_SWITCH_FOLLOW_UP]             = {{ALWAYS, ALWAYS, WROTE}, {ALWAYS, ALWAYS, ALWAYS}},
};

/*
 * Seeing is governed by the switch of who sees, whoever sends: the partner's users see ours both by
 * probing and by what our users send. An answer to our user's invitation is presence of theirs.
 */
static const struct xfed_governor governors[XMPPFED_ACTION_CALL + 1][2] = {
    [XMPPFED_ACTION_ADD]        = {{IN,  XMPPFED_SWITCH_ADD, false},
                                   {OUT, XMPPFED_SWITCH_ADD, false}},
    [XMPPFED_ACTION_ANSWER_ADD] = {{OUT, XMPPFED_SWITCH_SEE_PRESENCE, false},
                                   {OUT, XFED_SWITCH_FOLLOW_UP, false}},
    [XMPPFED_ACTION_PRESENCE]   = {{OUT, XMPPFED_SWITCH_SEE_PRESENCE, false},
                                   {IN,  XMPPFED_SWITCH_SEE_PRESENCE, true}},
    [XMPPFED_ACTION_PROBE]      = {{IN,  XMPPFED_SWITCH_SEE_PRESENCE, false},
                                   {OUT, XMPPFED_SWITCH_SEE_PRESENCE, true}},
    [XMPPFED_ACTION_MESSAGE]    = {{IN,  XMPPFED_SWITCH_START_CONVERSATION, false},
                                   {OUT, XMPPFED_SWITCH_START_CONVERSATION, false}},
    [XMPPFED_ACTION_CHAT_STATE] = {{IN,  XMPPFED_SWITCH_TYPING, false},
                                   {OUT, XMPPFED_SWITCH_TYPING, false}},
    [XMPPFED_ACTION_NOTE]       = {{OUT, XMPPFED_SWITCH_SEE_NOTES, false},
                                   {IN,  XMPPFED_SWITCH_SEE_NOTES, false}},
    [XMPPFED_ACTION_GROUP_CHAT] = {{IN,  XMPPFED_SWITCH_GROUP_CHAT, false},
                                   {OUT, XMPPFED_SWITCH_GROUP_CHAT, false}},
    [XMPPFED_ACTION_IQ]         = {{IN,  XFED_SWITCH_QUERY, false},
                                   {OUT, XFED_SWITCH_QUERY, false}},
    [XMPPFED_ACTION_REMOVE]     = {{IN,  XFED_SWITCH_FOLLOW_UP, false},
                                   {OUT, XFED_SWITCH_FOLLOW_UP, false}},
    [XMPPFED_ACTION_ERROR]      = {{IN,  XFED_SWITCH_FOLLOW_UP, false},
                                   {OUT, XFED_SWITCH_FOLLOW_UP, false}},
    [XMPPFED_ACTION_RECEIPT]    = {{IN,  XMPPFED_SWITCH_RECEIPTS, false},
                                   {OUT, XMPPFED_SWITCH_RECEIPTS, false}},
    [XMPPFED_ACTION_FILE]       = {{IN,  XMPPFED_SWITCH_FILES, false},
                                   {OUT, XMPPFED_SWITCH_FILES, false}},
    [XMPPFED_ACTION_CALL]       = {{IN,  XMPPFED_SWITCH_CALLS, false},
                                   {OUT, XMPPFED_SWITCH_CALLS, false}},
};
/* clang-format on */

bool xfed_switch_is_known(int direction, int which)
{
    return direction >= XMPPFED_INBOUND && direction <= XMPPFED_OUTBOUND &&
           which >= XMPPFED_SWITCH_ADD && which <= XMPPFED_SWITCH_CALLS;
}

struct xfed_permits xfed_switch_resolve(int type, const struct xfed_permits *own)
{
    struct xfed_permits permits = *own;
    int column = type - XMPPFED_PARTNER_FEDERATED;

    for (int which = XMPPFED_SWITCH_ADD; which < XFED_SWITCH_END; which++) {
        if (permits.of[0][which] == XMPPFED_PERMIT_BY_TYPE)
            permits.of[0][which] = presets[which].inbound[column];
        if (permits.of[1][which] == XMPPFED_PERMIT_BY_TYPE)
            permits.of[1][which] = presets[which].outbound[column];
    }
    return permits;
}

struct xfed_governor xfed_switch_governor(int direction, int action)
{
    return governors[action][direction - XMPPFED_INBOUND];
}
