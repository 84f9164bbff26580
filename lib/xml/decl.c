/* decl.c - checks the XML declaration, so that libxml2 never chooses an encoding by itself. */
#include "xml/decl.h"

#include <string.h>
#include <xmppfed/error.h>

#include "base/slice.h"
#include "xml/names.h"

struct cursor {
    const char *at;
    const char *end;
};

static bool skip_space(struct cursor *c)
{
    const char *before = c->at;
    while (c->at < c->end && xfed_xml_is_space((uint8_t)*c->at))
        c->at++;
    return c->at > before;
}

static bool skip_literal(struct cursor *c, const char *text)
{
    size_t len = strlen(text);
    if ((size_t)(c->end - c->at) < len || memcmp(c->at, text, len) != 0)
        return false;
    c->at += len;
    return true;
}

/* Reads "= 'value'" after the name of a pseudo attribute. */
static bool read_value(struct cursor *c, xmppfed_slice *ret)
{
    skip_space(c);
    if (!skip_literal(c, "="))
        return false;
    skip_space(c);
    if (c->at == c->end || (*c->at != '\'' && *c->at != '"'))
        return false;
    const char *first = c->at + 1;
    const char *quote = memchr(first, *c->at, (size_t)(c->end - first));
    if (!quote)
        return false;
    *ret = xfed_slice(first, (size_t)(quote - first));
    c->at = quote + 1;
    return true;
}

/* VersionNum is '1.' and digits; other versions are not XML as RFC 6120 11.8 means it. */
static bool version_accepted(xmppfed_slice version)
{
    if (version.len < 3 || version.data[0] != '1' || version.data[1] != '.')
        return false;
    for (size_t i = 2; i < version.len; i++) {
        if (version.data[i] < '0' || version.data[i] > '9')
            return false;
    }
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* EncName: a letter, then letters, digits, '.', '_' or '-'. */
static bool is_encoding_name(xmppfed_slice name)
{
    if (name.len == 0 || !is_letter(name.data[0]))
        return false;
    for (size_t i = 1; i < name.len; i++) {
        char c = name.data[i];
        if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-')
            return false;
    }
    return true;
}

static bool is_utf8_name(xmppfed_slice name)
{
    char copy[sizeof("utf-8")];
    return xfed_slice_copy(copy, sizeof(copy), name) && xfed_text_equal_nocase(copy, "utf-8");
}

int xfed_xml_decl_read(xmppfed_slice bytes, size_t *ret_len)
{
    struct cursor c = {bytes.data, bytes.data + bytes.len};
    xmppfed_slice value;
    bool foreign = false;

    if (bytes.len == 0 || !skip_literal(&c, "<?xml")) {
        *ret_len = 0;
        return 0;
    }
    if (!skip_space(&c) || !skip_literal(&c, "version") || !read_value(&c, &value) ||
        !version_accepted(value))
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;

    bool space = skip_space(&c);
    if (space && skip_literal(&c, "encoding")) {
        if (!read_value(&c, &value) || !is_encoding_name(value))
            return XMPPFED_ERR_XML_NOT_WELL_FORMED;
        foreign = !is_utf8_name(value);
        space = skip_space(&c);
    }
    if (space && skip_literal(&c, "standalone")) {
        if (!read_value(&c, &value) ||
            (!xfed_slice_is(value, "yes") && !xfed_slice_is(value, "no")))
            return XMPPFED_ERR_XML_NOT_WELL_FORMED;
        skip_space(&c);
    }
    if (!skip_literal(&c, "?>"))
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    if (foreign)
        return XMPPFED_ERR_XML_ENCODING; /* RFC 6120 11.6 */
    *ret_len = (size_t)(c.at - bytes.data);
    return 0;
}
