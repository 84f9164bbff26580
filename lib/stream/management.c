/* management.c - the elements of stream management (XEP-0198): read a peer's, write ours. */
#include "stream/management.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/slice.h"
#include "xml/ns.h"

static const struct {
    const char *name;
    enum xfed_management_kind kind;
    const char *id; /* its attribute with the id of a session; NULL for none */
    bool needs_h;
    bool needs_id;
} kinds[] = {
    {"enable", XFED_MANAGEMENT_ENABLE, NULL, false, false},
    {"enabled", XFED_MANAGEMENT_ENABLED, "id", false, false},
    {"resume", XFED_MANAGEMENT_RESUME, "previd", true, true},
    {"resumed", XFED_MANAGEMENT_RESUMED, "previd", true, true},
    {"failed", XFED_MANAGEMENT_FAILED, NULL, false, false},
    {"r", XFED_MANAGEMENT_REQUEST, NULL, false, false},
    {"a", XFED_MANAGEMENT_ACK, NULL, true, false},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* An unsignedInt of XML Schema: digits, with white space around them. */
static bool read_number(const xmppfed_element *e, const char *attribute, uint32_t *ret)
{
    static const char space[] = " \t\r\n";
    const char *text = xmppfed_element_attribute(e, attribute);
    uint32_t number = 0;
    size_t digits = 0;

    if (!text)
        return false;
    for (text += strspn(text, space); *text >= '0' && *text <= '9'; text++, digits++) {
        uint32_t digit = (uint32_t)(*text - '0');

        if (number > (UINT32_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    if (digits == 0 || text[strspn(text, space)] != '\0')
        return false;
    *ret = number;
    return true;
}

static bool read_boolean(const xmppfed_element *e, const char *attribute)
{
    const char *text = xmppfed_element_attribute(e, attribute);

    return xfed_text_equal(text, "true") || xfed_text_equal(text, "1");
}

int xfed_management_parse(const xmppfed_element *e, struct xfed_management *ret)
{
    struct xfed_management m = {.id = ""};
    size_t at = 0;

    while (at < KINDS && strcmp(kinds[at].name, xmppfed_element_name(e)) != 0)
        at++;
    if (at == KINDS) {
        *ret = m;
        return 0;
    }
    m.kind = kinds[at].kind;
    m.resume = read_boolean(e, "resume");
    m.has_h = read_number(e, "h", &m.h);
    (void)read_number(e, "max", &m.max);
    if (kinds[at].id && xmppfed_element_attribute(e, kinds[at].id))
        m.id = xmppfed_element_attribute(e, kinds[at].id);
    if ((kinds[at].needs_h && !m.has_h) || (kinds[at].needs_id && m.id[0] == '\0'))
        return XMPPFED_ERR_STREAM_ACK_MALFORMED;
    *ret = m;
    return 0;
}

static void write_number(xmppfed_element *e, const char *attribute, uint32_t number)
{
    char text[12];

    (void)snprintf(text, sizeof(text), "%" PRIu32, number);
    xmppfed_element_set_attribute(e, attribute, text);
}

/* The element if it is whole, else NULL. */
static xmppfed_element *whole(xmppfed_element *e)
{
    if (!e || xmppfed_element_status(e) == 0)
        return e;
    xmppfed_element_free(e);
    return NULL;
}

xmppfed_element *xfed_management_write(xmppfed_context *ctx, const struct xfed_management *m)
{
    xmppfed_element *e;
    size_t at = 0;

    while (at + 1 < KINDS && kinds[at].kind != m->kind)
        at++;
    e = xmppfed_element_new(ctx, kinds[at].name, XFED_NS_MANAGEMENT);
    if (!e)
        return NULL;
    if (kinds[at].id && m->id && m->id[0])
        xmppfed_element_set_attribute(e, kinds[at].id, m->id);
    if (m->resume)
        xmppfed_element_set_attribute(e, "resume", "true");
    if (m->max > 0)
        write_number(e, "max", m->max);
    if (m->has_h)
        write_number(e, "h", m->h);
    return whole(e);
}

xmppfed_element *xfed_management_failed(xmppfed_context *ctx, const char *condition,
                                        const uint32_t *h)
{
    xmppfed_element *e = xmppfed_element_new(ctx, "failed", XFED_NS_MANAGEMENT);

    if (e && h)
        write_number(e, "h", *h);
    if (e)
        xmppfed_element_add_child(e, condition, XFED_NS_STANZA_ERROR);
    return whole(e);
}

void xfed_management_too_high(xmppfed_element *error, uint32_t h, uint32_t sent)
{
    xmppfed_element *e =
        xmppfed_element_add_child(error, "handled-count-too-high", XFED_NS_MANAGEMENT);

    if (!e)
        return;
    write_number(e, "h", h);
    write_number(e, "send-count", sent);
}
