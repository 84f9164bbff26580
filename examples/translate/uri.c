/* uri.c - URIs of SIP and XMPP: taking them apart and percent-encoding. */
#include "translate/uri.h"

#include <string.h>

static const struct {
    const char *name;
    enum translate_scheme scheme;
} schemes[] = {
    {"sip", TRANSLATE_SIP},   {"sips", TRANSLATE_SIPS}, {"im", TRANSLATE_IM},
    {"pres", TRANSLATE_PRES}, {"xmpp", TRANSLATE_XMPP},
};

static int bad(xmppfed_slice uri, const char *why, struct translate_problem *problem)
{
    return translate_refuse(problem, TRANSLATE_BAD_ADDRESS, "the address \"%s\" %s",
                            translate_show(uri).text, why);
}

static int find_scheme(xmppfed_slice uri, size_t colon, enum translate_scheme *ret,
                       struct translate_problem *problem)
{
    xmppfed_slice name = translate_slice_until(uri, colon);

    if (colon == uri.len)
        return bad(uri, "has no scheme", problem);
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (translate_slice_is_nocase(name, schemes[i].name)) {
            *ret = schemes[i].scheme;
            return 0;
        }
    }
    return translate_refuse(problem, TRANSLATE_BAD_SCHEME,
                            "the address \"%s\" is not of sip, im, pres or xmpp",
                            translate_show(uri).text);
}

/* The first of the characters of marks in bytes, or its length. */
static size_t find_any(xmppfed_slice bytes, const char *marks)
{
    size_t at = 0;

    while (at < bytes.len && !strchr(marks, bytes.data[at]))
        at++;
    return at;
}

/* What no URI has in it, encoded or not (RFC 3986 appendix A). */
static bool has_forbidden(xmppfed_slice uri)
{
    for (size_t i = 0; i < uri.len; i++)
        if ((unsigned char)uri.data[i] <= 0x20 || uri.data[i] == 0x7F ||
            strchr("<>\"", uri.data[i]))
            return true;
    return false;
}

/* Splits "host:port" and drops the port; false if there is no host or a port that is no number. */
static bool take_host(xmppfed_slice hostport, xmppfed_slice *ret)
{
    size_t end = translate_slice_find(hostport, ':');
    xmppfed_slice port;

    if (hostport.len > 0 && hostport.data[0] == '[') {
        end = translate_slice_find(hostport, ']');
        if (end == hostport.len)
            return false;
        end++;
    }
    port = translate_slice_from(hostport, end);
    if (port.len > 0 && port.data[0] != ':')
        return false;
    for (size_t i = 1; i < port.len; i++)
        if (port.data[i] < '0' || port.data[i] > '9')
            return false;
    *ret = translate_slice_until(hostport, end);
    return end > 0 && port.len != 1 && port.len <= 6;
}

/* Finds "gr" among the parameters ";name=value;name". */
static void take_instance(xmppfed_slice params, struct translate_uri *ret)
{
    while (params.len > 0) {
        size_t end;
        xmppfed_slice param, name;

        params = translate_slice_from(params, 1);
        end = translate_slice_find(params, ';');
        param = translate_slice_trim(translate_slice_until(params, end));
        name = translate_slice_until(param, translate_slice_find(param, '='));
        if (translate_slice_is_nocase(name, "gr")) {
            ret->instance = translate_slice_from(param, name.len + 1);
            ret->temporary = ret->instance.len == 0;
        }
        params = translate_slice_from(params, end);
    }
}

/* RFC 3261 19.1.1: [ user [ ":" password ] "@" ] host [ ":" port ] *( ";" param ) [ "?" headers ]
 */
static bool split_sip(xmppfed_slice rest, struct translate_uri *ret)
{
    size_t at = translate_slice_find(rest, '@');
    size_t end;

    if (at < rest.len) {
        ret->user = translate_slice_until(rest, at);
        ret->user = translate_slice_until(ret->user, translate_slice_find(ret->user, ':'));
        rest = translate_slice_from(rest, at + 1);
        if (ret->user.len == 0)
            return false;
    }
    end = find_any(rest, ";?");
    if (!take_host(translate_slice_until(rest, end), &ret->host))
        return false;
    rest = translate_slice_from(rest, end);
    take_instance(translate_slice_until(rest, translate_slice_find(rest, '?')), ret);
    return true;
}

/* RFC 3859 and 3860 3.3: mailbox [ "?" headers ] */
static bool split_mailbox(xmppfed_slice rest, struct translate_uri *ret)
{
    size_t at;

    rest = translate_slice_until(rest, translate_slice_find(rest, '?'));
    at = translate_slice_find(rest, '@');
    ret->user = translate_slice_until(rest, at);
    ret->host = translate_slice_from(rest, at + 1);
    return ret->user.len > 0 && ret->host.len > 0;
}

/* RFC 5122 2.2: [ "//" authority "/" ] [ node "@" ] host [ "/" resource ] [ "?" ... ] [ "#" ... ]
 */
static bool split_xmpp(xmppfed_slice rest, struct translate_uri *ret)
{
    size_t slash, at;

    rest = translate_slice_until(rest, find_any(rest, "?#"));
    if (rest.len >= 2 && memcmp(rest.data, "//", 2) == 0) {
        rest = translate_slice_from(rest, 2);
        rest = translate_slice_from(rest, translate_slice_find(rest, '/') + 1);
    }
    slash = translate_slice_find(rest, '/');
    if (slash < rest.len) {
        ret->instance = translate_slice_from(rest, slash + 1);
        if (ret->instance.len == 0)
            return false;
        rest = translate_slice_until(rest, slash);
    }
    at = translate_slice_find(rest, '@');
    if (at < rest.len) {
        ret->user = translate_slice_until(rest, at);
        rest = translate_slice_from(rest, at + 1);
        if (ret->user.len == 0)
            return false;
    }
    ret->host = rest;
    return rest.len > 0;
}

int translate_uri_split(xmppfed_slice uri, struct translate_uri *ret,
                        struct translate_problem *problem)
{
    struct translate_uri parts = {.scheme = TRANSLATE_SIP};
    size_t colon = translate_slice_find(uri, ':');
    xmppfed_slice rest = translate_slice_from(uri, colon + 1);
    bool ok;
    int rc = find_scheme(uri, colon, &parts.scheme, problem);

    if (rc < 0)
        return rc;
    if (has_forbidden(uri))
        return bad(uri, "has characters that no URI has", problem);
    if (parts.scheme == TRANSLATE_XMPP)
        ok = split_xmpp(rest, &parts);
    else if (parts.scheme == TRANSLATE_IM || parts.scheme == TRANSLATE_PRES)
        ok = split_mailbox(rest, &parts);
    else
        ok = split_sip(rest, &parts);
    if (!ok)
        return bad(uri, "lacks a user or a host, or has an empty part", problem);
    *ret = parts;
    return 0;
}

/* Skips a display name: a quoted string, or tokens up to '<'. Gives the index of '<', or len. */
static size_t find_bracket(xmppfed_slice value)
{
    bool quoted = false;
    size_t at;

    for (at = 0; at < value.len; at++) {
        char c = value.data[at];

        if (quoted && c == '\\')
            at++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == '<')
            return at;
    }
    return value.len;
}

int translate_uri_of_header(xmppfed_slice value, xmppfed_slice *ret_uri, xmppfed_slice *ret_gr,
                            struct translate_problem *problem)
{
    struct translate_uri header = {.scheme = TRANSLATE_SIP};
    xmppfed_slice trimmed = translate_slice_trim(value);
    size_t open = find_bracket(trimmed);
    xmppfed_slice uri, params;
    size_t end;

    if (open < trimmed.len) {
        uri = translate_slice_from(trimmed, open + 1);
        end = translate_slice_find(uri, '>');
        if (end == uri.len)
            return bad(value, "has no closing bracket", problem);
        params = translate_slice_from(uri, end + 1);
    } else {
        /* Without brackets all parameters are the header's: RFC 3261 20. */
        uri = trimmed;
        end = translate_slice_find(uri, ';');
        params = translate_slice_from(uri, end);
    }
    uri = translate_slice_trim(translate_slice_until(uri, end));
    if (uri.len == 0)
        return bad(value, "is empty", problem);
    params = translate_slice_from(params, translate_slice_find(params, ';'));
    take_instance(params, &header);
    *ret_uri = uri;
    *ret_gr = header.instance;
    return 0;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool translate_uri_decode(xmppfed_slice bytes, struct translate_text *text)
{
    for (size_t i = 0; i < bytes.len; i++) {
        int high, low;

        if (bytes.data[i] != '%') {
            translate_text_byte(text, bytes.data[i]);
            continue;
        }
        if (bytes.len - i < 3)
            return false;
        high = digit(bytes.data[i + 1]);
        low = digit(bytes.data[i + 2]);
        if (high < 0 || low < 0 || high + low == 0)
            return false;
        translate_text_byte(text, (char)(high * 16 + low));
        i += 2;
    }
    return true;
}

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void translate_uri_encode(xmppfed_slice bytes, const char *plain, struct translate_text *text)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.data[i];

        if (is_alphanumeric((char)c) || (c != 0 && strchr(plain, c))) {
            translate_text_byte(text, (char)c);
            continue;
        }
        translate_text_byte(text, '%');
        translate_text_byte(text, digits[c >> 4]);
        translate_text_byte(text, digits[c & 15]);
    }
}
