/* counters.c - what has happened since the start, counted for those who watch. */
#include "proxy/observe/counters.h"

#include <string.h>

const char *const label_directions[DIRECTIONS] = {"in", "out"};

const char *const label_tls_versions[TLS_VERSIONS] = {"none", "TLS1.2", "TLS1.3", "other"};

/* RFC 6120 8.3.3 */
const char *const label_conditions[CONDITIONS] = {
    "bad-request",
    "conflict",
    "feature-not-implemented",
    "forbidden",
    "gone",
    "internal-server-error",
    "item-not-found",
    "jid-malformed",
    "not-acceptable",
    "not-allowed",
    "not-authorized",
    "policy-violation",
    "recipient-unavailable",
    "redirect",
    "registration-required",
    "remote-server-not-found",
    "remote-server-timeout",
    "resource-constraint",
    "service-unavailable",
    "subscription-required",
    "undefined-condition",
    "unexpected-request",
    "other",
};

const char *const label_causes[CAUSE_COUNT] = {"none",
#define X(name, value, condition, sentence) #name,
                                               XMPPFED_ERROR_MAP(X)
#undef X
};

static size_t place_of_cause(int code)
{
    switch (code) {
#define X(name, value, condition, sentence) \
    case value:                             \
        return CAUSE_##name;
        XMPPFED_ERROR_MAP(X)
#undef X
    default:
        return CAUSE_NONE;
    }
}

static size_t place_of_direction(int direction)
{
    return direction == XMPPFED_INBOUND ? 0 : 1;
}

size_t place_of_tls(const char *version)
{
    size_t i;

    if (!*version)
        return 0;
    for (i = 1; i < TLS_VERSIONS - 1; i++)
        if (strcmp(version, label_tls_versions[i]) == 0)
            break;
    return i;
}

static size_t place_of_condition(const char *condition)
{
    size_t i = 0;

    while (i < CONDITIONS - 1 && strcmp(condition, label_conditions[i]) != 0)
        i++;
    return i;
}

void counters_init(struct counters *c)
{
    /* From 5 ms for a resumed neighbour to the default of StreamEstablishmentTimeout. */
    static const uint64_t setup[HISTOGRAM_BOUNDS] = {5000,    10000,   25000,    50000,
                                                     100000,  250000,  500000,   1000000,
                                                     2500000, 5000000, 15000000, 60000000};
    /* From a look into memory to a database that is in trouble. */
    static const uint64_t decision[HISTOGRAM_BOUNDS] = {2,   5,    10,   25,    50,     100,
                                                        250, 1000, 5000, 25000, 100000, 1000000};
    size_t i;

    *c = (struct counters){.events = {0}};
    for (i = 0; i < DIRECTIONS; i++) {
        c->setup[i].bounds = setup;
        c->decision[i].bounds = decision;
    }
}

void counters_proved(struct counters *c, int direction, const xmppfed_proof *proof)
{
    size_t method = proof->kind > 0 && proof->kind < METHODS ? (size_t)proof->kind : 0;

    c->proved[place_of_direction(direction)][method][place_of_tls(proof->tls_version)]++;
}

void counters_set_up(struct counters *c, int direction, uint64_t milliseconds)
{
    histogram_add(&c->setup[place_of_direction(direction)], milliseconds * 1000);
}

void counters_down(struct counters *c, int direction, int code, bool stood)
{
    size_t d = place_of_direction(direction);

    if (stood || code >= 0)
        c->ended[d][place_of_cause(code)]++;
    else
        c->failed[d][place_of_cause(code)]++;
}

void counters_decided(struct counters *c, int direction, uint64_t nanoseconds)
{
    histogram_add(&c->decision[place_of_direction(direction)], (nanoseconds + 500) / 1000);
}

/* The condition of an error stanza: its error's child of that namespace (RFC 6120 8.3.2). */
static const char *condition_of(const xmppfed_element *stanza)
{
    const xmppfed_element *error = xmppfed_element_child(stanza, "error", "jabber:server");
    const xmppfed_element *inner = error ? xmppfed_element_first(error) : NULL;

    while (inner && strcmp(xmppfed_element_ns(inner), "urn:ietf:params:xml:ns:xmpp-stanzas") != 0)
        inner = xmppfed_element_next(inner);
    return inner ? xmppfed_element_name(inner) : "other";
}

void counters_outcome(struct counters *c, int outcome, const xmppfed_element *error)
{
    if (outcome > 0 && outcome <= OUTCOMES)
        c->outcomes[outcome]++;
    if (error)
        counters_bounced(c, XMPPFED_OUTBOUND, condition_of(error));
}

void counters_bounced(struct counters *c, int direction, const char *condition)
{
    if (*condition)
        c->bounces[place_of_direction(direction)][place_of_condition(condition)]++;
}
