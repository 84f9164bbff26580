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

static size_t count_escapes(xmppfed_slice local)
{
    size_t count = 0;

    for (size_t i = 0; i < local.len; i++)
        if (local.data[i] == '\\' && escaped_at(local, i)) {
            count++;
            i += 2;
        }
    return count;
}

bool translate_local_escape(xmppfed_slice local, struct translate_text *text)
{
    /* XEP-0106 4.1: \20 must be neither first nor last. */
    if (local.len > 0 && (local.data[0] == ' ' || local.data[local.len - 1] == ' '))
        return false;
    for (size_t i = 0; i < local.len; i++) {
        const char *escape = NULL;

        for (size_t k = 0; k < sizeof(escapes) / sizeof(escapes[0]); k++)
            if (escapes[k].character == local.data[i])
                escape = escapes[k].escape;
        if (local.data[i] == '\\' && !will_be_escape(local, i))
            escape = NULL;
        translate_text_byte(text, escape ? '\\' : local.data[i]);
        if (escape)
            translate_text_string(text, escape);
    }
    return true;
}

void translate_local_unescape(xmppfed_slice local, struct translate_text *text)
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

/* Writes "local@domain" of decoded parts into a text; the caller prepares it. */
static bool join_bare(const struct translate_uri *uri, xmppfed_slice local, xmppfed_slice host,
                      struct translate_text *text, xmppfed_slice *ret)
{
    if (local.len > 0) {
        /* The local part of an xmpp: URI is one already, only percent-encoded (RFC 5122 2.7.2). */
        if (uri->scheme == TRANSLATE_XMPP)
            translate_text_add(text, local);
        else if (!translate_local_escape(local, text)) {
            translate_text_drop(text);
            return false;
        }
        translate_text_byte(text, '@');
    }
    translate_text_add(text, host);
    *ret = translate_text_end(text);
    return true;
}

/* A part that was written but decodes to nothing, or has the wrong size (RFC 7622 3.3.1, 3.4.1). */
static bool part_fits(xmppfed_slice written, xmppfed_slice decoded)
{
    return written.len == 0 || (decoded.len > 0 && decoded.len < XMPPFED_PART_SIZE);
}

/* The address of parts; whole is for the sentence. */
static int parts_to_jid(xmppfed_slice whole, const struct translate_uri *uri,
                        struct translate_text *text, xmppfed_slice *ret,
                        struct translate_problem *problem)
{
    char prepared[XMPPFED_BARE_SIZE];
    xmppfed_slice local, host, resource, bare;
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
    if (!join_bare(uri, local, host, text, &bare))
        return bad(whole, "has a blank at an end of its user", problem);
    if (translate_text_status(text) < 0)
        return translate_made(text, NULL, problem);
    if (strlen(bare.data) != bare.len || memchr(host.data, '/', host.len) ||
        memchr(host.data, '@', host.len))
        return bad(whole, "has a separator in its host", problem);
    rc = xmppfed_jid_prepare_bare(bare.data, XMPPFED_LENIENT, prepared);
    if (rc == XMPPFED_ERR_NOMEM)
        return translate_refuse(problem, TRANSLATE_NO_MEMORY, "out of memory for an address");
    if (rc < 0)
        return bad(whole, "is no XMPP address after translation", problem);
    /* A fullwidth digit becomes an ordinary one: the address would be that of somebody else. */
    if (uri->scheme != TRANSLATE_XMPP &&
        count_escapes(bare) != count_escapes(xmppfed_slice_of(prepared)))
        return bad(whole, "would be another one's after translation", problem);
    translate_text_string(text, prepared);
    if (resource.len > 0) {
        translate_text_byte(text, '/');
        translate_text_add(text, resource);
    }
    bare = translate_text_end(text);
    if (translate_text_status(text) < 0)
        return translate_made(text, NULL, problem);
    *ret = bare;
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

int translate_address_to_uri(const char *jid, enum translate_scheme scheme,
                             enum translate_device device, struct translate_text *text,
                             xmppfed_slice *ret, struct translate_problem *problem)
{
    char prepared[XMPPFED_BARE_SIZE];
    xmppfed_slice whole = xmppfed_slice_of(jid);
    xmppfed_slice local;
    xmppfed_jid full, bare;
    int rc;

    if (scheme == TRANSLATE_SIPS)
        return translate_refuse(problem, TRANSLATE_SECURE_ADDRESS,
                                "a sips: address promises what XMPP cannot");
    if (xmppfed_jid_split(jid, &full) < 0 ||
        xmppfed_jid_prepare_bare(jid, XMPPFED_LENIENT, prepared) < 0 ||
        xmppfed_jid_split(prepared, &bare) < 0 || !translate_slice_is_xml_text(whole))
        return bad(whole, "is no XMPP address", problem);
    if (bare.local.len == 0 && (scheme == TRANSLATE_IM || scheme == TRANSLATE_PRES))
        return bad(whole, "has no user, as im: and pres: need", problem);
    if (scheme == TRANSLATE_XMPP) {
        local = bare.local;
    } else {
        translate_local_unescape(bare.local, text);
        local = translate_text_end(text);
    }
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
