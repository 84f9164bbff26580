/* rule.c - the names and sentences of the conditions that a decision goes through. */
#include <xmppfed/policy.h>

struct rule_text {
    const char *name;
    const char *sentence;
};

static const struct rule_text texts[] = {
    [XMPPFED_RULE_FEDERATION_ON] = {"FEDERATION_ON", "federation is switched on"},
    [XMPPFED_RULE_PARTNER] = {"PARTNER", "the domain is in a partner record"},
    [XMPPFED_RULE_PROOF] = {"PROOF", "the stream proves the domain as strongly as the record asks"},
    [XMPPFED_RULE_BRANCH] = {"BRANCH", "the user is not homed on a survivable branch"},
    [XMPPFED_RULE_ACCESS_FEDERATION] = {"ACCESS_FEDERATION",
                                        "the user's external access policy permits federation"},
    [XMPPFED_RULE_ACCESS_XMPP] = {"ACCESS_XMPP",
                                  "the user's external access policy permits XMPP partners"},
    [XMPPFED_RULE_PARTNER_LIST] = {"PARTNER_LIST",
                                   "the rules of the user or its group permit the partner"},
    [XMPPFED_RULE_BLOCK_LIST] = {"BLOCK_LIST", "no block list names the remote address"},
    [XMPPFED_RULE_BLOCKED] = {"BLOCKED", "the user has not blocked the contact"},
    [XMPPFED_RULE_TYPE] = {"TYPE", "the partner type permits the action"},
    [XMPPFED_RULE_CONTACT] = {"CONTACT",
                              "the user has added the contact, or written to it, as far as the "
                              "partner type asks for it"},
    [XMPPFED_RULE_RATE] = {"RATE", "the partner's domain has not sent too many invitations"},
};

static const struct rule_text unknown = {"UNKNOWN", ""};

static const struct rule_text *text_of(int rule)
{
    if (rule < XMPPFED_RULE_FEDERATION_ON || rule > XMPPFED_RULE_RATE)
        return &unknown;
    return &texts[rule];
}

const char *xmppfed_rule_name(int rule)
{
    return text_of(rule)->name;
}

const char *xmppfed_rule_sentence(int rule)
{
    return text_of(rule)->sentence;
}
