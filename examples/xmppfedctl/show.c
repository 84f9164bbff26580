/* show.c - the answers of the proxy for people. */
#include "xmppfedctl/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xmppfedctl/show_records.h"
#include "xmppfedctl/table.h"

static const char *text_at(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static void show_streams(json_t *answer)
{
    static const struct column columns[] = {
        {"link", "LINK"},     {"peer", "PEER"},    {"direction", "DIR"}, {"local", "LOCAL"},
        {"remote", "REMOTE"}, {"state", "STATE"},  {"proof", "PROOF"},   {"tls", "TLS"},
        {"cipher", "CIPHER"}, {"queued", "QUEUE"}, {"age", "AGE"},       {NULL, NULL}};
    json_t *list = json_object_get(answer, "streams");

    if (json_array_size(list) == 0)
        puts("no streams");
    else
        table_print(list, columns);
}

static void show_status(json_t *answer)
{
    static const struct column fields[] = {{"version", "version"},
                                           {"state", "state"},
                                           {"started", "started"},
                                           {"loaded", "policy loaded"},
                                           {"configuration", "configuration"},
                                           {"federation", "federation"},
                                           {"outside", "listening outside"},
                                           {"inside", "listening inside"},
                                           {"hosts", "host servers"},
                                           {"memory", "memory (bytes)"},
                                           {"queued", "stanzas waiting"},
                                           {NULL, NULL}};

    table_print_fields(answer, fields);
    putchar('\n');
    show_streams(answer);
}

static void show_closed(json_t *answer)
{
    char *links = table_text(json_object_get(answer, "closed"));

    printf("closed %s\n", links ? links : "");
    free(links);
}

static void show_explain(json_t *answer)
{
    static const struct column fields[] = {{"action", "action"},
                                           {"direction", "direction"},
                                           {"local", "our user"},
                                           {"remote", "their user"},
                                           {"contact", "contact"},
                                           {"contact_source", "contact from"},
                                           {NULL, NULL}};
    static const struct column partner[] = {{"Domain", "partner"}, {"PartnerType", "type"},
                                            {"row", "matrix row"}, {"methods", "methods"},
                                            {"note", "remark"},    {NULL, NULL}};
    static const struct column conditions[] = {
        {"result", "RESULT"}, {"rule", "RULE"}, {"sentence", "CONDITION"}, {NULL, NULL}};
    static const struct column end[] = {{"verdict", "verdict"},          {"rule", "decided by"},
                                        {"sentence", "which asks that"}, {"condition", "error"},
                                        {"effects", "effects"},          {NULL, NULL}};

    table_print_fields(answer, fields);
    putchar('\n');
    table_print_fields(json_object_get(answer, "partner"), partner);
    putchar('\n');
    table_print(json_object_get(answer, "conditions"), conditions);
    putchar('\n');
    table_print_fields(answer, end);
}

static void show_partners(json_t *answer)
{
    static const struct column columns[] = {{"Domain", "DOMAIN"},
                                            {"PartnerType", "TYPE"},
                                            {"TlsNegotiation", "TLS"},
                                            {"SaslNegotiation", "SASL"},
                                            {"SupportDialbackNegotiation", "DIALBACK"},
                                            {"row", "ROW"},
                                            {"methods", "METHODS"},
                                            {"note", "REMARK"},
                                            {NULL, NULL}};
    json_t *list = json_object_get(answer, "partners");

    if (json_array_size(list) == 0)
        puts("no partners: every domain is refused");
    else
        table_print(list, columns);
}

static void show_partner(json_t *answer)
{
    static const struct column fields[] = {
        {"Domain", "Domain"},
        {"AdditionalDomains", "AdditionalDomains"},
        {"Description", "Description"},
        {"PartnerType", "PartnerType"},
        {"TlsNegotiation", "TlsNegotiation"},
        {"SaslNegotiation", "SaslNegotiation"},
        {"SupportDialbackNegotiation", "SupportDialbackNegotiation"},
        {"AllowPlaintext", "AllowPlaintext"},
        {"EnableKeepAlive", "EnableKeepAlive"},
        {"ConnectionLimit", "ConnectionLimit"},
        {"ProxyFqdn", "ProxyFqdn"},
        {"Addresses", "Addresses"},
        {"Eku", "Eku"},
        {"Ocsp", "Ocsp"},
        {"Bidi", "Bidi"},
        {"TlsMinimum", "TlsMinimum"},
        {"Pins", "Pins"},
        {"PinOnly", "PinOnly"},
        {"row", "matrix row"},
        {"methods", "methods"},
        {"note", "remark"},
        {"note_text", "which means"},
        {NULL, NULL}};

    table_print_fields(json_object_get(answer, "partner"), fields);
}

static void show_gateway(json_t *answer)
{
    static const struct column fields[] = {
        {"AllowFederatedUsers", "AllowFederatedUsers"},
        {"Strict", "Strict"},
        {"ConnectionLimit", "ConnectionLimit"},
        {"PartnerConnectionLimit", "PartnerConnectionLimit"},
        {"StreamEstablishmentTimeout", "StreamEstablishmentTimeout (s)"},
        {"StreamInactivityTimeout", "StreamInactivityTimeout (s)"},
        {"KeepAliveInterval", "KeepAliveInterval (s)"},
        {"SubscriptionRefreshInterval", "SubscriptionRefreshInterval (s)"},
        {"InvitationRate", "InvitationRate (an hour)"},
        {"BidirectionalStreams", "BidirectionalStreams"},
        {"KeepAlivePing", "KeepAlivePing"},
        {NULL, NULL}};

    table_print_fields(json_object_get(answer, "gateway"), fields);
}

static void show_contacts(json_t *answer)
{
    static const struct column columns[] = {{"local", "OUR USER"},
                                            {"remote", "THEIR USER"},
                                            {"contact", "STATE"},
                                            {"changed", "SINCE"},
                                            {NULL, NULL}};
    json_t *list = json_object_get(answer, "contacts");

    if (json_array_size(list) == 0)
        puts("no contacts");
    else
        table_print(list, columns);
    if (json_is_false(json_object_get(answer, "complete")))
        puts("... there are more; name a user to see all of one");
}

static void show_contact(json_t *answer)
{
    printf("%s, %s: %s, was %s\n", text_at(answer, "local"), text_at(answer, "remote"),
           text_at(answer, "contact"), text_at(answer, "before"));
}

static void show_failure(json_t *answer)
{
    static const struct column fields[] = {
        {"domain", "domain"},         {"time", "time"}, {"event", "event"},
        {"direction", "direction"},   {"code", "code"}, {"text", "text"},
        {"count", "failures so far"}, {NULL, NULL}};

    table_print_fields(answer, fields);
}

/* Steps as a table, and the advice of those that have one. */
static void show_steps(json_t *steps)
{
    static const struct column columns[] = {{"result", "RESULT"},
                                            {"step", "STEP"},
                                            {"server", "SERVER"},
                                            {"seen", "SEEN"},
                                            {NULL, NULL}};
    static const struct column fields[] = {{"step", "step"}, {"advice", "advice"}, {NULL, NULL}};
    json_t *step;
    size_t i;

    table_print(steps, columns);
    json_array_foreach(steps, i, step)
    {
        if (json_object_get(step, "advice")) {
            putchar('\n');
            table_print_fields(step, fields);
        }
    }
    putchar('\n');
}

static void show_diagnosis(json_t *answer)
{
    static const struct column end[] = {{"domain", "domain"}, {"local", "our domain"},
                                        {"result", "result"}, {"failed", "decided by"},
                                        {"advice", "advice"}, {NULL, NULL}};

    show_steps(json_object_get(answer, "steps"));
    table_print_fields(answer, end);
}

static void show_test(json_t *answer)
{
    static const struct column conditions[] = {
        {"result", "RESULT"}, {"rule", "RULE"}, {"sentence", "CONDITION"}, {NULL, NULL}};
    static const struct column end[] = {
        {"target", "target"},          {"from", "from"},     {"result", "result"},
        {"latency", "latency (ms)"},   {"error", "error"},   {"diagnosis", "diagnosis"},
        {"confirmed", "confirmed by"}, {"stream", "stream"}, {NULL, NULL}};
    json_t *policy = json_object_get(answer, "policy");

    table_print(json_object_get(policy, "conditions"), conditions);
    putchar('\n');
    if (json_object_get(answer, "steps"))
        show_steps(json_object_get(answer, "steps"));
    if (json_array_size(json_object_get(answer, "streams")) > 0) {
        show_streams(answer);
        putchar('\n');
    }
    table_print_fields(answer, end);
}

static void show_request(json_t *answer)
{
    static const struct column fields[] = {{"request", "request"},
                                           {"key", "key"},
                                           {"key_type", "key type"},
                                           {"names", "names"},
                                           {NULL, NULL}};

    table_print_fields(answer, fields);
    puts(
        "\nSend the request to an authority, keep the key to yourself, and look at what comes back "
        "with\n'cert check'.");
}

static void show_check(json_t *answer)
{
    static const struct column columns[] = {{"result", "RESULT"},
                                            {"domain", "DOMAIN"},
                                            {"file", "FILE"},
                                            {"text", "FINDING"},
                                            {NULL, NULL}};

    table_print(json_object_get(answer, "findings"), columns);
}

void show(const char *command, json_t *answer)
{
    static const struct {
        const char *command;
        void (*show)(json_t *answer);
    } rows[] = {
        {"status", show_status},          {"streams list", show_streams},
        {"streams close", show_closed},   {"explain", show_explain},
        {"partner list", show_partners},  {"partner get", show_partner},
        {"partner new", show_partner},    {"partner set", show_partner},
        {"gateway get", show_gateway},    {"gateway set", show_gateway},
        {"contact list", show_contacts},  {"contact add", show_contact},
        {"contact remove", show_contact}, {"contact block", show_contact},
        {"last-failure", show_failure},   {"diagnose", show_diagnosis},
        {"test-im", show_test},           {"cert request", show_request},
        {"cert check", show_check},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].command, command) == 0) {
            rows[i].show(answer);
            return;
        }
    }
    if (!show_records(command, answer))
        puts("done");
}
