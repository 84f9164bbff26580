/* admin_verbs.c - what can be asked of a running proxy. */
#include "proxy/admin_verbs.h"

#include <string.h>

const struct admin_verb admin_verbs[] = {
    {"status", {NULL}, 0, 0, "listeners, host servers, streams, memory"},
    {"streams list", {NULL}, 0, 0, "all streams: link, peer, direction, proof, TLS, queue, age"},
    {"streams close", {"stream"}, 1, 1, "close a link by its number, or all of a domain"},
    {"explain",
     {"from", "to", "action", "contact"},
     4,
     3,
     "what policy says of an action, condition by condition"},
    {"partner list", {NULL}, 0, 0, "all partner records"},
    {"partner show", {"domain"}, 1, 1, "the record of a domain, with its row and methods"},
    {"gateway get", {NULL}, 0, 0, "the gateway settings in force"},
    {"contact list", {"local"}, 1, 0, "what users have done about contacts"},
    {"contact add", {"local", "remote"}, 2, 2, "put a contact on a user's list"},
    {"contact remove", {"local", "remote"}, 2, 2, "take a contact or a block out"},
    {"contact block", {"local", "remote"}, 2, 2, "block a contact of a user"},
    {"reload", {NULL}, 0, 0, "read the configuration and its files anew"},
    {"diagnose",
     {"domain", "local", "seconds"},
     3,
     1,
     "try a partner step by step, without a stanza"},
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
