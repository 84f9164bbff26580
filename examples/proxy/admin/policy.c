/* policy.c - what policy holds and would say: partners, settings, explanations. */
#include <string.h>
#include <time.h>

#include "proxy/addresses.h"
#include "proxy/admin/commands.h"
#include "proxy/records/document.h"
#include "proxy/records/words.h"

/* The words of the bits that are set. */
static json_t *words_of_set(const struct record_word *words, uint32_t set)
{
    json_t *list = json_array();

    for (; words->word; words++)
        if (set & (uint32_t)words->value)
            json_array_append_new(list, json_string(words->word));
    return list;
}

/* ---- partners ---------------------------------------------------------------------------- */

/* What a list shows of a record; the rest is in describe_rest(). */
static void describe(const xmppfed_partner_info *info, json_t *o)
{
    admin_put(o, "Domain", json_string(info->domain));
    admin_put(o, "PartnerType", json_string(word_of(words_partner_type, info->type)));
    admin_put(o, "TlsNegotiation", json_string(word_of(words_negotiation, info->tls)));
    admin_put(o, "SaslNegotiation", json_string(word_of(words_negotiation, info->sasl)));
    admin_put(o, "SupportDialbackNegotiation", json_boolean(info->dialback));
    admin_put(o, "row", json_integer(info->row));
    admin_put(o, "methods", words_of_set(words_method, info->methods));
    admin_put(o, "note", json_string(info->note_code));
    admin_put(o, "Description", admin_text(info->description));
}

static json_t *domains_of(const xmppfed_partner_info *info)
{
    json_t *list = json_array();
    const char *domain;
    size_t i;

    for (i = 0; (domain = xmppfed_partner_info_domain(info, i)) != NULL; i++)
        json_array_append_new(list, json_string(domain));
    return list;
}

static json_t *addresses_of(const xmppfed_partner_info *info)
{
    json_t *list = json_array();
    const char *address;
    uint16_t port;
    size_t i;

    for (i = 0; (address = xmppfed_partner_info_address(info, i, &port)) != NULL; i++)
        json_array_append_new(list, json_sprintf(strchr(address, ':') ? "[%s]:%u" : "%s:%u",
                                                 address, (unsigned)port));
    return list;
}

/* Each switch as it is in force, whether by type or by the record's own word. */
static json_t *switches_of(const xmppfed_partner_info *info, int direction)
{
    json_t *o = json_object();
    const struct record_word *w;

    for (w = words_switch; w->word; w++)
        admin_put(o, w->word,
                  json_string(word_of(words_permit,
                                      xmppfed_partner_info_switch(info, direction, w->value))));
    return o;
}

static void describe_rest(const xmppfed_partner_info *info, json_t *o)
{
    admin_put(o, "note_text", json_string(info->note_text));
    admin_put(o, "AdditionalDomains", domains_of(info));
    admin_put(o, "AllowPlaintext", json_boolean(info->allow_plaintext));
    admin_put(o, "EnableKeepAlive", json_boolean(info->keep_alive));
    admin_put(o, "ConnectionLimit", json_integer(info->connection_limit));
    admin_put(o, "ProxyFqdn", json_string(info->proxy_fqdn));
    admin_put(o, "Addresses", addresses_of(info));
    admin_put(o, "MinimumProof", json_string(word_of(words_proof, info->minimum_proof)));
    admin_put(o, "Inbound", switches_of(info, XMPPFED_INBOUND));
    admin_put(o, "Outbound", switches_of(info, XMPPFED_OUTBOUND));
    admin_put(o, "Eku", json_string(word_of(words_eku, info->eku)));
    admin_put(o, "Dane", json_string(word_of(words_dane, info->dane)));
    admin_put(o, "Ocsp", json_string(word_of(words_ocsp, info->ocsp)));
    admin_put(o, "Bidi", json_string(word_of(words_bidi, info->bidi)));
    admin_put(o, "Posh", json_boolean(info->posh));
    admin_put(o, "KeyByCertificate", json_boolean(info->key_by_certificate));
    admin_put(o, "TlsMinimum", json_string(word_of(words_tls_version, info->tls_minimum)));
    admin_put(o, "Pins", json_integer((json_int_t)info->pin_count));
    admin_put(o, "PinOnly", json_boolean(info->pin_only));
    admin_put(o, "SharedSecret", json_string(info->shared_secret ? "set" : ""));
}

bool admin_partner_list(struct admin_call *call)
{
    const xmppfed_policy *policy = call->proxy->loaded->policy;
    xmppfed_partner_info info = {.size = sizeof(info)};
    json_t *list = json_array();
    size_t i;

    admin_put(call->answer, "partners", list);
    for (i = 0; xmppfed_policy_partner(policy, i, &info) == 0; i++) {
        json_t *o = json_object();

        describe(&info, o);
        json_array_append_new(list, o);
    }
    return true;
}

/* The record of a domain; a wildcard is no domain, but names its record all the same. */
static int find_partner(const xmppfed_policy *policy, const char *text, xmppfed_partner_info *ret)
{
    char wanted[XMPPFED_DOMAIN_SIZE + 2];
    struct complaint ignored;
    size_t i;

    if (strncmp(text, "*.", 2) != 0)
        return xmppfed_policy_find_partner(policy, text, ret);
    if (!document_domain(text, wanted, &ignored))
        return XMPPFED_ERR_ADDRESS;
    for (i = 0; xmppfed_policy_partner(policy, i, ret) == 0; i++)
        if (strcmp(ret->domain, wanted) == 0)
            return 0;
    return XMPPFED_ERR_POLICY_UNKNOWN_PARTNER;
}

bool admin_partner_get(struct admin_call *call)
{
    xmppfed_partner_info info = {.size = sizeof(info)};
    const char *domain = call->fields[0];
    const char *file = call->proxy->loaded->config->partners;
    json_t *o = json_object();
    int rc = find_partner(call->proxy->loaded->policy, domain, &info);

    admin_put(call->answer, "partner", o);
    if (rc == XMPPFED_ERR_POLICY_UNKNOWN_PARTNER)
        return complain(&call->why,
                        "%.255s is in no partner record, so that it is refused; add one %s%.512s",
                        domain, file ? "and reload: " : "with \"partner new\"", file ? file : "");
    if (rc < 0)
        return complain(&call->why, "\"%.64s\" is not a domain; write one like fabrikam.example",
                        domain);
    describe(&info, o);
    describe_rest(&info, o);
    return true;
}

bool admin_gateway_get(struct admin_call *call)
{
    json_t *o = json_object();
    const struct record_word *w;

    admin_put(call->answer, "gateway", o);
    for (w = words_gateway; w->word; w++)
        admin_put(o, w->word,
                  json_integer(xmppfed_policy_gateway(call->proxy->loaded->policy, w->value)));
    admin_put(o, "AllowFederatedUsers",
              json_boolean(xmppfed_policy_federation(call->proxy->loaded->policy)));
    admin_put(o, "Strict", json_boolean(xmppfed_policy_strict(call->proxy->loaded->policy)));
    return true;
}

/* ---- explain ----------------------------------------------------------------------------- */

enum { FROM, TO, ACTION, CONTACT };

/* A question with room for its addresses. */
struct asked {
    xmppfed_question question;
    char from[XMPPFED_BARE_SIZE];
    char to[XMPPFED_BARE_SIZE];
    char full[XMPPFED_BARE_SIZE + XMPPFED_PART_SIZE];
    const char *contact; /* the remote address without resource */
    const char *contact_source;
};

static bool read_words(struct admin_call *call, struct asked *a)
{
    char list[256];

    a->question.action = word_value(words_action, call->fields[ACTION]);
    word_list(words_action, list, sizeof(list));
    if (!a->question.action)
        return complain(&call->why, "\"%.64s\" is no action; name one of %s", call->fields[ACTION],
                        list);
    a->contact_source = "not asked";
    if (!call->fields[CONTACT])
        return true;
    a->question.contact = word_value(words_contact, call->fields[CONTACT]);
    a->contact_source = "given";
    word_list(words_contact, list, sizeof(list));
    return a->question.contact ||
           complain(&call->why, "\"%.64s\" is no contact state; name one of %s",
                    call->fields[CONTACT], list);
}

/* A block may be of one resource, so that the partner's side of the question keeps it. */
static const char *with_resource(const char *bare, const char *given, struct asked *a)
{
    xmppfed_jid parts;

    if (xmppfed_jid_split(given, &parts) < 0 || parts.resource.len == 0)
        return bare;
    snprintf(a->full, sizeof(a->full), "%s/%.*s", bare, (int)parts.resource.len,
             parts.resource.data);
    return a->full;
}

/* The side whose domain is served here is ours; there must be exactly one. */
static bool read_sides(struct admin_call *call, struct asked *a)
{
    const char *from;
    const char *to;
    bool ours;

    if (xmppfed_jid_prepare_bare(call->fields[FROM], XMPPFED_LENIENT, a->from) < 0)
        return complain(&call->why, "\"%.64s\" is not an address; write one like a@contoso.example",
                        call->fields[FROM]);
    if (xmppfed_jid_prepare_bare(call->fields[TO], XMPPFED_LENIENT, a->to) < 0)
        return complain(&call->why, "\"%.64s\" is not an address; write one like a@contoso.example",
                        call->fields[TO]);
    from = address_domain(a->from);
    to = address_domain(a->to);
    ours = xmppfed_site_hosts(call->proxy->site, from) != 0;
    if (ours == (xmppfed_site_hosts(call->proxy->site, to) != 0))
        return complain(&call->why,
                        ours ? "%.255s and %.255s are both served here: nothing goes outside"
                             : "neither %.255s nor %.255s is served here; one side must be ours",
                        from, to);
    a->question.direction = ours ? XMPPFED_OUTBOUND : XMPPFED_INBOUND;
    a->question.local = ours ? a->from : a->to;
    a->contact = ours ? a->to : a->from;
    a->question.remote = with_resource(a->contact, call->fields[ours ? TO : FROM], a);
    return true;
}

/* As for a stanza: the contact is looked up only where the decision depends on it. */
static bool decide(struct admin_call *call, struct asked *a, xmppfed_decision *ret)
{
    const struct proxy *p = call->proxy;
    int rc;

    a->question.time = (int64_t)time(NULL);
    rc = xmppfed_policy_decide(p->loaded->policy, &a->question, ret);
    if (rc == 0 && ret->verdict == XMPPFED_VERDICT_NEED_CONTACT) {
        a->question.contact = store_contact(p->store, a->question.local, a->contact);
        a->contact_source = "store";
        rc = xmppfed_policy_decide(p->loaded->policy, &a->question, ret);
    }
    return rc == 0 || complain(&call->why, "%s", xmppfed_error_sentence(rc));
}

/* Every condition in order: passed, failed, or not asked. */
static json_t *conditions(const xmppfed_decision *d)
{
    json_t *list = json_array();
    int rule;

    for (rule = XMPPFED_RULE_FEDERATION_ON; rule <= XMPPFED_RULE_RATE; rule++) {
        const char *result = "not asked";
        size_t i;

        for (i = 0; i < d->reason_count; i++)
            if (d->reasons[i].rule == rule)
                result = d->reasons[i].passed ? "pass" : "fail";
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s}", "rule", xmppfed_rule_name(rule),
                                        "result", result, "sentence", xmppfed_rule_sentence(rule)));
    }
    return list;
}

static void answer(struct admin_call *call, const struct asked *a, const xmppfed_decision *d)
{
    bool allowed = d->verdict == XMPPFED_VERDICT_ALLOW;
    int decided = d->reason_count ? d->reasons[d->reason_count - 1].rule : 0;
    json_t *o = call->answer;

    admin_put(o, "direction", json_string(a->question.direction == XMPPFED_INBOUND ? "in" : "out"));
    admin_put(o, "local", json_string(a->question.local));
    admin_put(o, "remote", json_string(a->question.remote));
    admin_put(o, "action", json_string(call->fields[ACTION]));
    admin_put(o, "contact", json_string(word_of(words_contact, a->question.contact)));
    admin_put(o, "contact_source", json_string(a->contact_source));
    admin_put(o, "verdict", json_string(allowed ? "allow" : "refuse"));
    admin_put(o, "rule", json_string(allowed ? "" : xmppfed_rule_name(decided)));
    admin_put(o, "sentence", json_string(allowed ? "" : xmppfed_rule_sentence(decided)));
    admin_put(o, "condition", json_string(d->condition));
    admin_put(o, "effects", words_of_set(words_effect, d->effects));
    admin_put(o, "conditions", conditions(d));
}

bool admin_explain(struct admin_call *call)
{
    struct asked a = {.question = {.contact = XMPPFED_CONTACT_UNKNOWN}};
    xmppfed_partner_info info = {.size = sizeof(info)};
    xmppfed_decision d;

    if (!read_words(call, &a) || !read_sides(call, &a) || !decide(call, &a, &d))
        return false;
    answer(call, &a, &d);
    if (xmppfed_policy_find_partner(call->proxy->loaded->policy, address_domain(a.contact),
                                    &info) == 0) {
        json_t *o = json_object();

        describe(&info, o);
        admin_put(call->answer, "partner", o);
    }
    return true;
}
