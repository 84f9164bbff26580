/* address.c - addresses of SIP and XMPP into each other. */
#include "translate/address.h"

#include <string.h>

#include <xmppfed/address.h>

static int bad(xmppfed_slice address, const char *why, struct translate_problem *problem)
{
    return translate_refuse(problem, TRANSLATE_BAD_ADDRESS, "the address \"%s\" %s",
                            translate_show(address).text, why);
}

/* XEP-0106 3.2: the characters, each with its escape. */
static const struct {
    char character;
    char escape[3];
} escapes[] = {
    {' ', "20"}, {'"', "22"}, {'&', "26"}, {'\'', "27"}, {'/', "2f"},
    {':', "3a"}, {'<', "3c"}, {'>', "3e"}, {'@', "40"},  {'\\', "5c"},
};

/* The character whose escape begins at a backslash, or 0. Case matters (XEP-0106 3.1). */
static char escaped_at(xmppfed_slice local, size_t at)
{
    xmppfed_slice digits = translate_slice_until(translate_slice_from(local, at + 1), 2);

    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
        if (translate_slice_is(digits, escapes[i].escape))
            return escapes[i].character;
    return 0;
}

/* The same in any case: preparation (RFC 8265 3.3) is going to make it lower. */
static bool will_be_escape(xmppfed_slice local, size_t at)
{
    xmppfed_slice digits = translate_slice_until(translate_slice_from(local, at + 1), 2);

    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
        if (translate_slice_is_nocase(digits, escapes[i].escape))
            return true;
    return false;
}

/*
 * Whether the backslashes of two texts begin the same escapes, one by one. A count would not do:
 * one escape may vanish (\2f and a dot above make \2 and an f with dot) and another one appear.
 */
static bool same_escapes(xmppfed_slice a, xmppfed_slice b)
{
    size_t i = translate_slice_find(a, '\\');
    size_t k = translate_slice_find(b, '\\');

    while (i < a.len && k < b.len && escaped_at(a, i) == escaped_at(b, k)) {
        i += 1 + translate_slice_find(translate_slice_from(a, i + 1), '\\');
        k += 1 + translate_slice_find(translate_slice_from(b, k + 1), '\\');
    }
    return i == a.len && k == b.len;
}

/* Which backslashes are escaped: those of an escape, or also those of what may become one. */
enum escaping { ESCAPE_EXACT, ESCAPE_ANY_CASE };

/*
 * JID escaping (XEP-0106 4.2): each character of the table as \xx, a \ only where an escape would
 * begin. Appends to text; false if a blank is first or last, where it may not stand.
 */
static bool escape_local(xmppfed_slice local, enum escaping how, struct translate_text *text)
{
    /* XEP-0106 4.1: \20 must be neither first nor last. */
    if (local.len > 0 && (local.data[0] == ' ' || local.data[local.len - 1] == ' '))
        return false;
    for (size_t i = 0; i < local.len; i++) {
        const char *escape = NULL;

        for (size_t k = 0; k < sizeof(escapes) / sizeof(escapes[0]); k++)
            if (escapes[k].character == local.data[i])
                escape = escapes[k].escape;
        if (local.data[i] == '\\' &&
            !(how == ESCAPE_EXACT ? escaped_at(local, i) != 0 : will_be_escape(local, i)))
            escape = NULL;
        translate_text_byte(text, escape ? '\\' : local.data[i]);
        if (escape)
            translate_text_string(text, escape);
    }
    return true;
}

/* The reverse; what is no escape stays as it is (XEP-0106 4.3). */
static void unescape_local(xmppfed_slice local, struct translate_text *text)
{
    for (size_t i = 0; i < local.len; i++) {
        char c = local.data[i] == '\\' ? escaped_at(local, i) : 0;

        translate_text_byte(text, c ? c : local.data[i]);
        i += c ? 2 : 0;
    }
}

/* Decodes one part of a URI into *ret; false if it is no UTF-8 text that XMPP could carry. */
static bool decode_part(xmppfed_slice part, struct translate_text *text, xmppfed_slice *ret)
{
    if (!translate_uri_decode(part, text)) {
        translate_text_drop(text);
        return false;
    }
    *ret = translate_text_end(text);
    return translate_slice_is_xml_text(*ret);
}

/* Joins and prepares an address; an error of the library. */
static int prepare_bare(xmppfed_slice local, xmppfed_slice host, struct translate_text *text,
                        char ret[XMPPFED_BARE_SIZE])
{
    xmppfed_slice bare;

    translate_text_add(text, local);
    if (local.len > 0)
        translate_text_byte(text, '@');
    translate_text_add(text, host);
    bare = translate_text_end(text);
    if (translate_text_status(text) < 0)
        return XMPPFED_ERR_NOMEM;
    return xmppfed_jid_prepare_bare(bare.data, XMPPFED_LENIENT, ret);
}

static const char another[] = "would be another one's after translation";

/*
 * The same of a local part that is not escaped. What preparation leaves alone is escaped as it
 * stands: a part that PRECIS refuses keeps its bytes, and \3A in it is no escape. Where preparation
 * makes letters lower, \3A has to be escaped like \3a. An error of the library, with the reason.
 */
static int prepare_escaped(xmppfed_slice local, xmppfed_slice host, struct translate_text *text,
                           char ret[XMPPFED_BARE_SIZE], const char **ret_why)
{
    for (int how = ESCAPE_EXACT; how <= ESCAPE_ANY_CASE; how++) {
        xmppfed_slice escaped, prepared;
        int rc;

        if (!escape_local(local, (enum escaping)how, text)) {
            translate_text_drop(text);
            *ret_why = "has a blank at an end of its user";
            return XMPPFED_ERR_ADDRESS;
        }
        escaped = translate_text_end(text);
        rc = prepare_bare(escaped, host, text, ret);
        if (rc < 0 || escaped.len == 0)
            return rc;
        prepared = xmppfed_slice_of(ret);
        prepared = translate_slice_until(prepared, translate_slice_find(prepared, '@'));
        if (translate_slice_equal(prepared, escaped))
            return 0;
        /* A fullwidth digit becomes an ordinary one: the address would be that of somebody else. */
        if (how == ESCAPE_ANY_CASE && !same_escapes(escaped, prepared)) {
            *ret_why = another;
            return XMPPFED_ERR_ADDRESS;
        }
    }
    return 0;
}

/* A part that was written but decodes to nothing, or has the wrong size (RFC 7622 3.3.1, 3.4.1). */
static bool part_fits(xmppfed_slice written, xmppfed_slice decoded)
{
    return written.len == 0 || (decoded.len > 0 && decoded.len < XMPPFED_PART_SIZE);
}

/* Whether a decoded part would end early in an address: xmpp:a%40good.example%2F@example.com. */
static bool has_separator(xmppfed_slice part)
{
    return translate_slice_find(part, '/') < part.len || translate_slice_find(part, '@') < part.len;
}

/* The address of parts; whole is for the sentence. */
static int parts_to_jid(xmppfed_slice whole, const struct translate_uri *uri,
                        struct translate_text *text, xmppfed_slice *ret,
                        struct translate_problem *problem)
{
    char prepared[XMPPFED_BARE_SIZE];
    const char *why = "is no XMPP address after translation";
    xmppfed_slice local, host, resource, full;
    int rc;

    if (uri->scheme == TRANSLATE_SIPS)
        return translate_refuse(problem, TRANSLATE_SECURE_ADDRESS,
                                "\"%s\" asks for TLS on every hop, which XMPP cannot promise",
                                translate_show(whole).text);
    if (uri->temporary)
        return bad(whole, "is a temporary GRUU, which has no XMPP address", problem);
    if (!decode_part(uri->user, text, &local) || !decode_part(uri->host, text, &host) ||
        !decode_part(uri->instance, text, &resource))
        return bad(whole, "is not percent-encoded UTF-8", problem);
    if (translate_text_status(text) < 0)
        return translate_made(text, NULL, problem);
    if (!part_fits(uri->user, local) || !part_fits(uri->instance, resource))
        return bad(whole, "has an empty or too long part", problem);
    /* The local part of an xmpp: URI is one already, only percent-encoded (RFC 5122 2.7.2). */
    if (has_separator(host) || (uri->scheme == TRANSLATE_XMPP && has_separator(local)))
        return bad(whole, "has a separator inside a part", problem);
    rc = uri->scheme == TRANSLATE_XMPP ? prepare_bare(local, host, text, prepared)
                                       : prepare_escaped(local, host, text, prepared, &why);
    if (rc == XMPPFED_ERR_NOMEM)
        return translate_refuse(problem, TRANSLATE_NO_MEMORY, "out of memory for an address");
    if (rc < 0)
        return bad(whole, why, problem);
    translate_text_string(text, prepared);
    if (resource.len > 0) {
        translate_text_byte(text, '/');
        translate_text_add(text, resource);
    }
    full = translate_text_end(text);
    if (translate_text_status(text) < 0)
        return translate_made(text, NULL, problem);
    *ret = full;
    return 0;
}

int translate_address_to_jid(xmppfed_slice uri, struct translate_text *text, xmppfed_slice *ret,
                             struct translate_problem *problem)
{
    struct translate_uri parts;
    int rc = translate_uri_split(uri, &parts, problem);

    return rc < 0 ? rc : parts_to_jid(uri, &parts, text, ret, problem);
}

int translate_address_of_header(xmppfed_slice value, struct translate_text *text,
                                xmppfed_slice *ret, struct translate_problem *problem)
{
    struct translate_uri parts;
    xmppfed_slice uri, gr;
    int rc = translate_uri_of_header(value, &uri, &gr, problem);

    if (rc == 0)
        rc = translate_uri_split(uri, &parts, problem);
    if (rc < 0)
        return rc;
    if (parts.instance.len == 0 && gr.len > 0)
        parts.instance = gr;
    return parts_to_jid(value, &parts, text, ret, problem);
}

xmppfed_slice translate_address_bare(xmppfed_slice jid)
{
    return translate_slice_until(jid, translate_slice_find(jid, '/'));
}

/*
 * What stands as it is in each part, beside letters and digits. sip: has the "user" and "paramchar"
 * rules of RFC 3261 25.1; im: and pres: the characters of RFC 7247 table 1 less those that URI
 * syntax reserves (RFC 3986); xmpp: "nodeid" and "resid" of RFC 5122 2.2.
 */
static const struct {
    const char *name;
    const char *user;
    const char *instance; /* NULL: there is no place for one */
} writers[] = {
    [TRANSLATE_SIP] = {"sip:", "-_.!~*'()&=+$,;?/", "-_.!~*'()[]/:&+$"},
    [TRANSLATE_IM] = {"im:", "-_!~*'&=+$/", NULL},
    [TRANSLATE_PRES] = {"pres:", "-_!~*'&=+$/", NULL},
    [TRANSLATE_XMPP] = {"xmpp:", "-_.!~$()*+,;=", "-_.!~$&'()*+,:;="},
};

/*
 * The local part as it stands in a URI that is not xmpp:. The JIDs a\5cb and a\b would both be
 * a\b there (XEP-0106, Security Considerations), so an address that does not come back is refused.
 */
static int local_of_uri(const char *prepared, const xmppfed_jid *bare, struct translate_text *text,
                        xmppfed_slice *ret)
{
    char again[XMPPFED_BARE_SIZE];
    const char *why;
    xmppfed_slice local;
    int rc;

    unescape_local(bare->local, text);
    local = translate_text_end(text);
    rc = prepare_escaped(local, bare->domain, text, again, &why);
    if (rc == 0 && strcmp(again, prepared) != 0)
        rc = XMPPFED_ERR_ADDRESS;
    if (rc == 0)
        *ret = local;
    return rc;
}

int translate_address_to_uri(const char *jid, enum translate_scheme scheme,
                             enum translate_device device, struct translate_text *text,
                             xmppfed_slice *ret, struct translate_problem *problem)
{
    char prepared[XMPPFED_BARE_SIZE];
    xmppfed_slice whole = xmppfed_slice_of(jid);
    xmppfed_jid full, bare;
    xmppfed_slice local;
    int rc = 0;

    if (scheme == TRANSLATE_SIPS)
        return translate_refuse(problem, TRANSLATE_SECURE_ADDRESS,
                                "a sips: address promises what XMPP cannot");
    if (xmppfed_jid_split(jid, &full) < 0 ||
        xmppfed_jid_prepare_bare(jid, XMPPFED_LENIENT, prepared) < 0 ||
        xmppfed_jid_split(prepared, &bare) < 0 || !translate_slice_is_xml_text(whole))
        return bad(whole, "is no XMPP address", problem);
    if (bare.local.len == 0 && (scheme == TRANSLATE_IM || scheme == TRANSLATE_PRES))
        return bad(whole, "has no user, as im: and pres: need", problem);
    local = bare.local;
    if (scheme != TRANSLATE_XMPP)
        rc = local_of_uri(prepared, &bare, text, &local);
    if (rc == XMPPFED_ERR_NOMEM)
        return translate_refuse(problem, TRANSLATE_NO_MEMORY, "out of memory for an address");
    if (rc < 0)
        return bad(whole, another, problem);
    translate_text_string(text, writers[scheme].name);
    translate_uri_encode(local, writers[scheme].user, text);
    if (bare.local.len > 0)
        translate_text_byte(text, '@');
    translate_text_add(text, bare.domain);
    if (device == TRANSLATE_FULL && full.resource.len > 0 && writers[scheme].instance) {
        translate_text_string(text, scheme == TRANSLATE_XMPP ? "/" : ";gr=");
        translate_uri_encode(full.resource, writers[scheme].instance, text);
    }
    whole = translate_text_end(text);
    rc = translate_text_status(text);
    if (rc < 0)
        return translate_made(text, NULL, problem);
    *ret = whole;
    return 0;
}
