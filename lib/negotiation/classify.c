/* classify.c - elements become events; names are always compared with their namespace. */
#include "negotiation/classify.h"

#include "address/domain.h"
#include "stream/stanza.h"
#include "xml/ns.h"

#include <string.h>

/* Elements that are known by their name alone. */
static const struct {
    const char *ns;
    const char *name;
    unsigned event;
} plain[] = {
    {XFED_NS_STREAM, "features", XFED_EVENT_FEATURES},
    {XFED_NS_STREAM, "error", XFED_EVENT_STREAM_ERROR},
    {XFED_NS_TLS, "starttls", XFED_EVENT_STARTTLS},
    {XFED_NS_TLS, "proceed", XFED_EVENT_PROCEED},
    {XFED_NS_TLS, "failure", XFED_EVENT_TLS_FAILURE},
    {XFED_NS_SASL, "auth", XFED_EVENT_AUTH},
    {XFED_NS_SASL, "challenge", XFED_EVENT_CHALLENGE},
    {XFED_NS_SASL, "response", XFED_EVENT_RESPONSE},
    {XFED_NS_SASL, "abort", XFED_EVENT_ABORT},
    {XFED_NS_SASL, "success", XFED_EVENT_SUCCESS},
    {XFED_NS_SASL, "failure", XFED_EVENT_FAILURE},
    {XFED_NS_BIDI, "bidi", XFED_EVENT_BIDI},
};

/* The domain of one address of a stanza; false if it is missing or no address. */
static bool domain_of(const xmppfed_element *e, const char *attribute,
                      char ret[XMPPFED_DOMAIN_SIZE])
{
    const char *text = xmppfed_element_attribute(e, attribute);
    xmppfed_jid jid;

    return text && xmppfed_jid_split(text, &jid) == 0 &&
           xfed_domain_prepare_slice(jid.domain, ret) == 0;
}

static unsigned classify_stanza(const xmppfed_element *e, struct xfed_classified *ret)
{
    if (!domain_of(e, "from", ret->from) || !domain_of(e, "to", ret->to))
        return XFED_EVENT_STANZA_UNADDRESSED;
    ret->input.remote = ret->from;
    ret->input.local = ret->to;
    return XFED_EVENT_STANZA;
}

static unsigned classify_dialback(const xmppfed_element *e, struct xfed_classified *ret)
{
    if (xfed_dialback_parse(e, &ret->dialback) < 0)
        return XFED_EVENT_DB_MALFORMED;
    ret->input.dialback = &ret->dialback;
    switch (ret->dialback.kind) {
    case XFED_DIALBACK_RESULT_REQUEST:
        return XFED_EVENT_DB_RESULT;
    case XFED_DIALBACK_VERIFY_REQUEST:
        return XFED_EVENT_DB_VERIFY;
    case XFED_DIALBACK_VERIFY_ANSWER:
        return XFED_EVENT_DB_VERIFY_ANSWER;
    case XFED_DIALBACK_RESULT_ANSWER:
        break;
    case XFED_DIALBACK_NONE:
        return XFED_EVENT_DB_MALFORMED;
    }
    switch (ret->dialback.verdict) {
    case XFED_DIALBACK_VALID:
        return XFED_EVENT_DB_VALID;
    case XFED_DIALBACK_INVALID:
        return XFED_EVENT_DB_INVALID;
    case XFED_DIALBACK_ERROR:
        return XFED_EVENT_DB_ERROR;
    }
    return XFED_EVENT_DB_MALFORMED;
}

static unsigned classify_management(const xmppfed_element *e, struct xfed_classified *ret)
{
    if (xfed_management_parse(e, &ret->management) < 0)
        return XFED_EVENT_SM_MALFORMED;
    ret->input.management = &ret->management;
    switch (ret->management.kind) {
    case XFED_MANAGEMENT_ENABLE:
        return XFED_EVENT_SM_ENABLE;
    case XFED_MANAGEMENT_ENABLED:
        return XFED_EVENT_SM_ENABLED;
    case XFED_MANAGEMENT_RESUME:
        return XFED_EVENT_SM_RESUME;
    case XFED_MANAGEMENT_RESUMED:
        return XFED_EVENT_SM_RESUMED;
    case XFED_MANAGEMENT_FAILED:
        return XFED_EVENT_SM_FAILED;
    case XFED_MANAGEMENT_REQUEST:
        return XFED_EVENT_SM_REQUEST;
    case XFED_MANAGEMENT_ACK:
        return XFED_EVENT_SM_ACK;
    case XFED_MANAGEMENT_NONE:
        break;
    }
    return XFED_EVENT_UNKNOWN;
}

unsigned xfed_classify(const xmppfed_element *e, struct xfed_classified *ret)
{
    const char *ns = xmppfed_element_ns(e);

    /* Not all of *ret, which has room for every kind: the input tells what is filled in. */
    ret->input = (struct xfed_input){.element = e};
    if (xfed_stanza_kind_of(e, XFED_NS_SERVER) != XFED_STANZA_NONE)
        return classify_stanza(e, ret);
    if (strcmp(ns, XFED_NS_DIALBACK) == 0)
        return classify_dialback(e, ret);
    if (strcmp(ns, XFED_NS_MANAGEMENT) == 0)
        return classify_management(e, ret);
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (!xmppfed_element_is(e, plain[i].name, plain[i].ns))
            continue;
        if (plain[i].event == XFED_EVENT_FEATURES) {
            xfed_stream_features_read(e, &ret->features);
            ret->input.features = &ret->features;
            if (ret->features.only_unknown)
                return XFED_EVENT_FEATURES_UNKNOWN;
        }
        return plain[i].event;
    }
    if (xfed_stanza_kind_of(e, XFED_NS_CLIENT) != XFED_STANZA_NONE)
        return XFED_EVENT_STANZA_NAMESPACE;
    return XFED_EVENT_UNKNOWN;
}
