/* subscription.c - presence authorizations of XMPP and notification dialogs of SIP. */
#include "translate/subscription.h"

#include <string.h>

#include "translate/address.h"

/* What each type of <presence/> asks for (RFC 8048 sections 3 and 5). */
static const struct type_row {
    const char *type;
    const char *method;
    enum translate_dialog dialog;
    bool expires; /* Expires is the setup's, not 0 */
    const char *state;
} types[] = {
    {"subscribe", "SUBSCRIBE", TRANSLATE_DIALOG_NEW, true, NULL},
    {"unsubscribe", "SUBSCRIBE", TRANSLATE_DIALOG_OUTBOUND, false, NULL},
    {"probe", "SUBSCRIBE", TRANSLATE_DIALOG_NEW, false, NULL},
    {"subscribed", "NOTIFY", TRANSLATE_DIALOG_INBOUND, false, "active"},
    {"unsubscribed", "NOTIFY", TRANSLATE_DIALOG_INBOUND, false, "terminated;reason=rejected"},
};

static const struct type_row *find_type(const char *type)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].type, type) == 0)
            return &types[i];
    return NULL;
}

/* Contact has the device, From the user alone (RFC 8048 examples 2 and 8). */
static int write_contact(const xmppfed_element *presence, struct translate_text *text,
                         struct translate_sip *sip, struct translate_problem *problem)
{
    const char *from = xmppfed_element_attribute(presence, "from");
    xmppfed_slice bare;
    int rc = translate_sip_address(presence, text, sip, problem);

    if (rc == 0)
        rc = translate_address_to_uri(from, TRANSLATE_SIP, TRANSLATE_BARE, text, &bare, problem);
    if (rc < 0)
        return rc;
    sip->contact = sip->from;
    translate_text_byte(text, '<');
    translate_text_add(text, bare);
    translate_text_byte(text, '>');
    sip->from = translate_text_end(text);
    return 0;
}

static void write_state(const struct type_row *row, unsigned remaining, struct translate_text *text,
                        struct translate_sip *sip)
{
    translate_text_string(text, row->state);
    if (strcmp(row->state, "active") == 0 && remaining > 0) {
        translate_text_string(text, ";expires=");
        translate_text_number(text, remaining);
    }
    sip->subscription_state = translate_text_end(text);
}

int translate_subscription_to_sip(const struct translate_setup *setup,
                                  const xmppfed_element *presence, unsigned remaining,
                                  struct translate_text *text, struct translate_sip *ret,
                                  enum translate_dialog *ret_dialog,
                                  struct translate_problem *problem)
{
    const char *type = xmppfed_element_attribute(presence, "type");
    const struct type_row *row = type ? find_type(type) : NULL;
    struct translate_sip sip = translate_sip_empty();
    int rc;

    if (strcmp(xmppfed_element_name(presence), "presence") != 0 ||
        (type && strcmp(type, "error") == 0))
        return translate_refuse(problem, TRANSLATE_BAD_REQUEST, "the stanza is no presence");
    if (!type || strcmp(type, "unavailable") == 0) {
        rc = translate_presence_to_notify(setup, &presence, 1, remaining, text, &sip, problem);
        if (rc < 0)
            return rc;
        *ret = sip;
        *ret_dialog = TRANSLATE_DIALOG_INBOUND;
        return 0;
    }
    if (!row)
        return translate_refuse(problem, TRANSLATE_NOT_MAPPED,
                                "presence of type \"%s\" is not known",
                                translate_show(xmppfed_slice_of(type)).text);
    rc = write_contact(presence, text, &sip, problem);
    if (rc < 0)
        return rc;
    sip.method = xmppfed_slice_of(row->method);
    sip.event = xmppfed_slice_of("presence");
    if (row->state) {
        write_state(row, remaining, text, &sip);
    } else {
        sip.accept = xmppfed_slice_of(TRANSLATE_TYPE_PIDF);
        sip.expires = row->expires ? (long)setup->expires : 0;
    }
    if (translate_text_status(text) < 0)
        return translate_made(text, NULL, problem);
    *ret = sip;
    *ret_dialog = row->dialog;
    return 0;
}

void translate_outcome_fini(struct translate_outcome *outcome)
{
    xmppfed_element_free(outcome->first);
    xmppfed_element_free(outcome->second);
    memset(outcome, 0, sizeof(*outcome));
}

/* A presence stanza of a type between the bare addresses of a request (RFC 6121 3.1.2). */
static int make(const struct translate_setup *setup, const char *type, xmppfed_slice from,
                xmppfed_slice to, struct translate_text *text, xmppfed_element **ret,
                struct translate_problem *problem)
{
    xmppfed_element *made = xmppfed_element_new(setup->context, "presence", setup->ns);
    xmppfed_slice bare_from = translate_text_copy(text, translate_address_bare(from));
    xmppfed_slice bare_to = translate_text_copy(text, translate_address_bare(to));
    int rc;

    if (translate_text_status(text) == 0) {
        xmppfed_element_set_attribute(made, "from", bare_from.data);
        xmppfed_element_set_attribute(made, "to", bare_to.data);
        xmppfed_element_set_attribute(made, "type", type);
    }
    rc = translate_made(text, made, problem);
    if (rc < 0) {
        xmppfed_element_free(made);
        return rc;
    }
    *ret = made;
    return 0;
}

/* RFC 8048 3.2: a SIP user asks for an authorization, lets one go, or asks once. */
static int take_subscribe(const struct translate_setup *setup, const struct translate_sip *sip,
                          struct translate_known known, struct translate_text *text,
                          struct translate_outcome *out, struct translate_problem *problem)
{
    const char *type = known.dialog ? NULL : "subscribe";
    xmppfed_slice from, to;
    int rc = translate_sip_ends(sip, text, &from, &to, problem);

    if (rc < 0)
        return rc;
    out->next = TRANSLATE_NEXT_NOTIFY;
    /* RFC 3856 6.4: an hour where nothing is said; nobody gets more than we ask for ourselves. */
    out->expires = sip->expires < 0 || sip->expires > (long)setup->expires ? setup->expires
                                                                           : (unsigned)sip->expires;
    if (sip->expires == 0) {
        type = known.dialog ? "unavailable" : "probe";
        out->next = known.dialog ? TRANSLATE_NEXT_CLOSE : TRANSLATE_NEXT_NOTIFY;
    }
    return type ? make(setup, type, from, to, text, &out->first, problem) : 0;
}

/*
 * RFC 6665 4.1.3 on what each reason of "terminated" asks for, and RFC 8048 on what it tells the
 * XMPP user: only a rejection, or the end of the resource, ends his authorization.
 */
static const struct {
    const char *reason;
    enum translate_next next;
} reasons[] = {
    {"deactivated", TRANSLATE_NEXT_RENEW}, {"timeout", TRANSLATE_NEXT_RENEW},
    {"probation", TRANSLATE_NEXT_LATER},   {"giveup", TRANSLATE_NEXT_LATER},
    {"rejected", TRANSLATE_NEXT_END},      {"noresource", TRANSLATE_NEXT_END},
    {"invariant", TRANSLATE_NEXT_KEEP},
};

static enum translate_next next_by_reason(xmppfed_slice reason)
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (translate_slice_is_nocase(reason, reasons[i].reason))
            return reasons[i].next;
    /* RFC 6665 4.1.3: without a reason that is known, the subscriber may try again at any time. */
    return TRANSLATE_NEXT_LATER;
}

static unsigned read_seconds(xmppfed_slice digits)
{
    unsigned value = 0;

    for (size_t i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9' || value > 1000000)
            return 0;
        value = value * 10 + (unsigned)(digits.data[i] - '0');
    }
    return value;
}

static int take_terminated(const struct translate_setup *setup, const struct translate_sip *sip,
                           struct translate_text *text, struct translate_outcome *out,
                           struct translate_problem *problem)
{
    xmppfed_slice state = sip->subscription_state;
    xmppfed_slice from, to;
    int rc;

    out->next = next_by_reason(translate_sip_parameter(state, "reason"));
    out->after = read_seconds(translate_sip_parameter(state, "retry-after"));
    if (out->next == TRANSLATE_NEXT_END) {
        rc = translate_sip_ends(sip, text, &from, &to, problem);
        return rc < 0 ? rc : make(setup, "unsubscribed", from, to, text, &out->first, problem);
    }
    /* Renewed at once, or never to change again: what was told last still holds. */
    if (sip->body.len == 0 && out->next != TRANSLATE_NEXT_LATER)
        return 0;
    /* Else what it says of presence holds; without a body nobody knows, which is "not there". */
    return translate_presence_to_xmpp(setup, sip, text, &out->first, problem);
}

/* RFC 8048 3.1 and 4.3: a SIP user answers, or tells of his presence. */
static int take_notify(const struct translate_setup *setup, const struct translate_sip *sip,
                       struct translate_known known, struct translate_text *text,
                       struct translate_outcome *out, struct translate_problem *problem)
{
    xmppfed_slice state = translate_sip_first(sip->subscription_state);
    xmppfed_slice from, to;
    int rc;

    out->next = TRANSLATE_NEXT_KEEP;
    if (translate_slice_is_nocase(state, "terminated"))
        return take_terminated(setup, sip, text, out, problem);
    if (translate_slice_is_nocase(state, "pending"))
        return 0;
    if (!translate_slice_is_nocase(state, "active"))
        return translate_refuse(
            problem, TRANSLATE_BAD_REQUEST,
            "NOTIFY lacks a Subscription-State of active, pending or terminated");
    if (!known.accepted) {
        rc = translate_sip_ends(sip, text, &from, &to, problem);
        if (rc == 0)
            rc = make(setup, "subscribed", from, to, text, &out->first, problem);
        return rc < 0 ? rc : translate_presence_to_xmpp(setup, sip, text, &out->second, problem);
    }
    return sip->body.len > 0 ? translate_presence_to_xmpp(setup, sip, text, &out->first, problem)
                             : 0;
}

int translate_subscription_to_xmpp(const struct translate_setup *setup,
                                   const struct translate_sip *sip, struct translate_known known,
                                   struct translate_text *text, struct translate_outcome *ret,
                                   struct translate_problem *problem)
{
    struct translate_outcome out = {.next = TRANSLATE_NEXT_KEEP};
    xmppfed_slice package = translate_sip_media_type(sip->event);
    int rc;

    if (!translate_slice_is_nocase(package, "presence")) {
        rc = translate_refuse(problem, TRANSLATE_NOT_MAPPED,
                              "the event package \"%s\" is not known here",
                              translate_show(package).text);
        if (problem)
            problem->status = 489;
        return rc;
    }
    if (translate_slice_is(sip->method, "SUBSCRIBE"))
        rc = take_subscribe(setup, sip, known, text, &out, problem);
    else if (translate_slice_is(sip->method, "NOTIFY"))
        rc = take_notify(setup, sip, known, text, &out, problem);
    else if (translate_slice_is(sip->method, "PUBLISH"))
        rc = translate_presence_to_xmpp(setup, sip, text, &out.first, problem);
    else
        rc = translate_refuse(problem, TRANSLATE_BAD_REQUEST, "\"%s\" tells nothing of presence",
                              translate_show(sip->method).text);
    if (rc < 0) {
        translate_outcome_fini(&out);
        return rc;
    }
    *ret = out;
    return 0;
}

int translate_subscription_closed(const struct translate_setup *setup,
                                  const struct translate_sip *sip, struct translate_text *text,
                                  struct translate_sip *ret, struct translate_problem *problem)
{
    struct translate_sip made = translate_sip_empty();
    xmppfed_element *presence = NULL;
    const xmppfed_element *only;
    xmppfed_slice from, to;
    int rc = translate_sip_ends(sip, text, &from, &to, problem);

    /* His watching is turned round: from whom he watched, to him. */
    if (rc == 0)
        rc = make(setup, "unavailable", to, from, text, &presence, problem);
    if (rc < 0)
        return rc;
    only = presence;
    rc = translate_presence_to_notify(setup, &only, 1, 0, text, &made, problem);
    xmppfed_element_free(presence);
    if (rc < 0)
        return rc;
    made.subscription_state = xmppfed_slice_of("terminated;reason=timeout");
    *ret = made;
    return 0;
}

int translate_subscription_unsubscribed(const struct translate_setup *setup,
                                        const xmppfed_element *presence,
                                        struct translate_text *text, xmppfed_element **ret,
                                        struct translate_problem *problem)
{
    return make(setup, "unsubscribed", xmppfed_slice_of(xmppfed_element_attribute(presence, "to")),
                xmppfed_slice_of(xmppfed_element_attribute(presence, "from")), text, ret, problem);
}

int translate_subscription_failed(const struct translate_setup *setup,
                                  const xmppfed_element *presence,
                                  const struct translate_response *response,
                                  struct translate_text *text, xmppfed_element **ret,
                                  enum translate_next *ret_next, struct translate_problem *problem)
{
    const char *type = xmppfed_element_attribute(presence, "type");
    bool probe = type && strcmp(type, "probe") == 0;
    xmppfed_element *made = NULL;
    enum translate_next next = TRANSLATE_NEXT_LATER;
    int rc = 0;

    if (!translate_error_condition(response->status))
        return translate_refuse(problem, TRANSLATE_BAD_REQUEST, "the response is no failure");
    switch (response->status) {
    case 403:
    case 489:
    case 603:
        next = TRANSLATE_NEXT_END;
        rc = translate_subscription_unsubscribed(setup, presence, text, &made, problem);
        break;
    case 423:
    case 481:
        next = TRANSLATE_NEXT_RENEW;
        break;
    default:
        if (!probe)
            rc = translate_error_to_xmpp(presence, response, text, &made, problem);
    }
    if (rc < 0)
        return rc;
    *ret = made;
    *ret_next = next;
    return 0;
}
