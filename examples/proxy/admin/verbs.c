/* verbs.c - what can be asked of a running proxy. */
#include "proxy/admin/verbs.h"

#include <string.h>

#define SETS .rest = "fields"

const struct admin_verb admin_verbs[] = {
    {"status", {NULL}, 0, 0, "listeners, host servers, streams, memory"},
    {"streams list", {NULL}, 0, 0, "all streams: link, peer, direction, proof, TLS, queue, age"},
    {"streams close", {"stream"}, 1, 1, "close a link by its number, or all of a domain"},
    {"explain",
     {"from", "to", "action", "contact"},
     4,
     3,
     "what policy says of an action, condition by condition"},
    {"partner new", {"domain"}, 1, 1, "add a partner record", SETS},
    {"partner set", {"domain"}, 1, 1, "change a partner record", SETS},
    {"partner get", {"domain"}, 1, 1, "the record of a domain, with its row and methods"},
    {"partner remove", {"domain"}, 1, 1, "take a partner record out"},
    {"partner list", {NULL}, 0, 0, "all partner records"},
    {"policy new", {"policy"}, 1, 1, "add an external access policy", SETS},
    {"policy set", {"policy"}, 1, 1, "change a policy", SETS},
    {"policy get", {"policy"}, 1, 0, "a policy, or all of them"},
    {"policy remove", {"policy"}, 1, 1, "take a policy out"},
    {"policy grant", {"user", "policy"}, 2, 2, "grant a policy to a user"},
    {"policy revoke", {"user"}, 1, 1, "take back what a user is granted"},
    {"gateway get", {NULL}, 0, 0, "the gateway settings in force"},
    {"gateway set", {NULL}, 0, 0, "change gateway settings", SETS},
    {"user list", {NULL}, 0, 0, "users with a site, group, branch or grant"},
    {"user set", {"user"}, 1, 1, "set site, group or branch of a user", SETS},
    {"rule list", {NULL}, 0, 0, "which partners users and groups may have"},
    {"rule set", {"rule"}, 1, 1, "change the rule user:ADDRESS or group:NAME", SETS},
    {"rule remove", {"rule"}, 1, 1, "take a rule out"},
    {"block list", {NULL}, 0, 0, "the block lists"},
    {"block add", {"address", "user", "until"}, 3, 1, "block an address, for a user or for all"},
    {"block remove", {"address", "user"}, 2, 1, "take a block out"},
    {"contact list", {"local"}, 1, 0, "what users have done about contacts"},
    {"contact add", {"local", "remote"}, 2, 2, "put a contact on a user's list"},
    {"contact remove", {"local", "remote"}, 2, 2, "take a contact or a block out"},
    {"contact block", {"local", "remote"}, 2, 2, "block a contact of a user"},
    {"import",
     {"file", "consent"},
     2,
     1,
     "records from a partner file or of the original",
     .document = true},
    {"export", {NULL}, 0, 0, "all records as a partner file"},
    {"check", {NULL}, 0, 0, "what a reload would say, without one"},
    {"audit", {"count"}, 1, 0, "who changed what, the last change first"},
    {"reload", {NULL}, 0, 0, "read the configuration and its files anew"},
    {"drain", {"seconds"}, 1, 0, "listen no more, and end when the streams have, or after 60 s"},
    {"diagnose",
     {"domain", "local", "seconds"},
     3,
     1,
     "try a partner step by step, without a stanza"},
    {"test-im",
     {"from", "to", "seconds"},
     3,
     2,
     "send a partner's user a message and see it arrive"},
    {"log-bodies",
     {"domain", "seconds"},
     2,
     2,
     "log what is said with a partner, for an hour at most"},
    {"last-failure", {"domain"}, 1, 1, "why it went wrong with a domain the last time"},
    {NULL, {NULL}, 0, 0, NULL},
};

const struct admin_verb *admin_verb_find(const char *name)
{
    const struct admin_verb *v;

    for (v = admin_verbs; v->name; v++)
        if (strcmp(v->name, name) == 0)
            return v;
    return NULL;
}
