/* features.c - <stream:features/> and the set of offers that it stands for. */
#include "stream/features.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/slice.h"
#include "xml/ns.h"

static bool has_child(const xmppfed_element *e, const char *name, const char *ns)
{
    return xmppfed_element_child(e, name, ns) != NULL;
}

/*
 * The number inside a child, 0 if there is no child or no number below max: a limit that cannot be
 * read is a limit that was not said (XEP-0478 3.1).
 */
static size_t read_number(const xmppfed_element *limits, const char *name, size_t max)
{
    static const char space[] = " \t\r\n"; /* XML Schema lets it stand around a number */
    const xmppfed_element *child = xmppfed_element_child(limits, name, XFED_NS_LIMITS);
    const char *text;
    size_t number = 0;

    if (!child)
        return 0;
    text = xmppfed_element_text(child);
    for (text += strspn(text, space); *text >= '0' && *text <= '9'; text++) {
        size_t digit = (size_t)(*text - '0');

        if (number > (max - digit) / 10)
            return 0;
        number = number * 10 + digit;
    }
    return text[strspn(text, space)] == '\0' ? number : 0;
}

static const char EXTERNAL[] = "EXTERNAL";
static const char SCRAM[] = "SCRAM-SHA-256-PLUS"; /* RFC 7677; never without "PLUS" */

static bool lists(const xmppfed_element *mechanisms, const char *name)
{
    const xmppfed_element *child = xmppfed_element_first(mechanisms);

    for (; child; child = xmppfed_element_next(child)) {
        if (xmppfed_element_is(child, "mechanism", XFED_NS_SASL) &&
            xfed_text_equal(xmppfed_element_text(child), name))
            return true;
    }
    return false;
}

/* Whether any of the features carries <required/> of its own namespace (RFC 6120 4.3.2). */
static bool demands(const xmppfed_element *features)
{
    const xmppfed_element *child = xmppfed_element_first(features);

    while (child && !has_child(child, "required", xmppfed_element_ns(child)))
        child = xmppfed_element_next(child);
    return child != NULL;
}

void xfed_stream_features_read(const xmppfed_element *e, struct xfed_stream_features *ret)
{
    const xmppfed_element *tls = xmppfed_element_child(e, "starttls", XFED_NS_TLS);
    const xmppfed_element *sasl = xmppfed_element_child(e, "mechanisms", XFED_NS_SASL);
    const xmppfed_element *dialback =
        xmppfed_element_child(e, "dialback", XFED_NS_DIALBACK_FEATURE);
    const xmppfed_element *limits = xmppfed_element_child(e, "limits", XFED_NS_LIMITS);

    *ret = (struct xfed_stream_features){
        .starttls = tls != NULL,
        .starttls_required = tls && has_child(tls, "required", XFED_NS_TLS),
        .sasl = sasl != NULL,
        .sasl_external = sasl && lists(sasl, EXTERNAL),
        .sasl_scram = sasl && lists(sasl, SCRAM),
        .dialback = dialback != NULL,
        .dialback_errors = dialback && has_child(dialback, "errors", XFED_NS_DIALBACK_FEATURE),
        .bidi = has_child(e, "bidi", XFED_NS_BIDI_FEATURE),
        .management = has_child(e, "sm", XFED_NS_MANAGEMENT),
    };
    ret->only_unknown = !tls && !sasl && !dialback && demands(e);
    if (limits) {
        ret->max_bytes = read_number(limits, "max-bytes", SIZE_MAX);
        ret->idle_seconds = (unsigned)read_number(limits, "idle-seconds", UINT_MAX);
    }
}

/* A <mechanisms/> without any mechanism is not valid (RFC 6120 A.4). The best one comes first. */
static void write_mechanisms(xmppfed_element *features, const struct xfed_stream_features *offer)
{
    xmppfed_element *e;

    if (!offer->sasl_scram && !offer->sasl_external)
        return;
    e = xmppfed_element_add_child(features, "mechanisms", XFED_NS_SASL);
    if (offer->sasl_scram)
        xmppfed_element_add_text(xmppfed_element_add_child(e, "mechanism", XFED_NS_SASL), SCRAM);
    if (offer->sasl_external)
        xmppfed_element_add_text(xmppfed_element_add_child(e, "mechanism", XFED_NS_SASL), EXTERNAL);
}

static void write_number(xmppfed_element *limits, const char *name, size_t number)
{
    char text[24];

    if (number == 0)
        return;
    snprintf(text, sizeof(text), "%zu", number);
    xmppfed_element_add_text(xmppfed_element_add_child(limits, name, XFED_NS_LIMITS), text);
}

xmppfed_element *xfed_stream_features_write(xmppfed_context *ctx,
                                            const struct xfed_stream_features *offer)
{
    xmppfed_element *e = xmppfed_element_new(ctx, "features", XFED_NS_STREAM);
    xmppfed_element *child;

    if (!e)
        return NULL;
    if (offer->starttls) {
        child = xmppfed_element_add_child(e, "starttls", XFED_NS_TLS);
        if (offer->starttls_required)
            xmppfed_element_add_child(child, "required", XFED_NS_TLS);
    }
    write_mechanisms(e, offer);
    if (offer->dialback) {
        child = xmppfed_element_add_child(e, "dialback", XFED_NS_DIALBACK_FEATURE);
        if (offer->dialback_errors)
            xmppfed_element_add_child(child, "errors", XFED_NS_DIALBACK_FEATURE);
    }
    if (offer->bidi)
        xmppfed_element_add_child(e, "bidi", XFED_NS_BIDI_FEATURE);
    if (offer->management)
        xmppfed_element_add_child(e, "sm", XFED_NS_MANAGEMENT);
    if (offer->max_bytes > 0 || offer->idle_seconds > 0) {
        child = xmppfed_element_add_child(e, "limits", XFED_NS_LIMITS);
        write_number(child, "max-bytes", offer->max_bytes);
        write_number(child, "idle-seconds", offer->idle_seconds);
    }
    if (xmppfed_element_status(e) == 0)
        return e;
    xmppfed_element_free(e);
    return NULL;
}
