/* header.c - stream headers: read a peer's, write ours (RFC 6120 4.7, 4.8). */
#include "stream/header.h"

#include <string.h>

#include "base/slice.h"
#include "xml/ns.h"
#include "xml/writer.h"

int xfed_stream_header_check(const xmppfed_element *header, const char *prefix,
                             const char *default_ns, const char *content_ns)
{
    if (!xmppfed_element_is(header, "stream", XFED_NS_STREAM))
        return XMPPFED_ERR_STREAM_NAMESPACE;
    /*
     * Other prefixes, and prefix-free headers, are legal XML, but no server sends them; RFC 6120
     * 4.8.5 lets us refuse what would only hide a mistake.
     */
    if (!xfed_text_equal(prefix, "stream"))
        return XMPPFED_ERR_XML_BAD_PREFIX;
    if (!xfed_text_equal(default_ns, content_ns))
        return XMPPFED_ERR_STREAM_NAMESPACE;
    return 0;
}

/*
 * Reads '<major>.<minor>' (RFC 6120 4.7.5). We speak the lower of both versions, so that every
 * major number from 1 on means 1.0 to us; leading zeros do not count.
 */
static int read_version(const char *text, bool *ret)
{
    static const char digits[] = "0123456789";
    size_t major = strspn(text, digits);
    const char *minor = text + major + 1;

    if (major == 0 || text[major] != '.' || *minor == '\0' || minor[strspn(minor, digits)] != '\0')
        return XMPPFED_ERR_STREAM_VERSION;
    *ret = strspn(text, "0") < major;
    return 0;
}

/*
 * Reads 'from' or 'to': a domain alone, for both are servers (RFC 6120 4.7.1, 4.7.2). An empty one
 * is what a server may send before it gives up on a header (RFC 6120 4.9.1.3).
 */
static int read_domain(const xmppfed_element *header, const char *name,
                       char ret[XMPPFED_DOMAIN_SIZE])
{
    const char *value = xmppfed_element_attribute(header, name);

    if (!value || *value == '\0')
        return 0;
    if (strpbrk(value, "@/") || xmppfed_domain_prepare(value, ret) < 0)
        return XMPPFED_ERR_STREAM_ADDRESSING;
    return 0;
}

/* Copies an attribute that may be absent; what does not fit counts as absent. */
static void read_text(const char *value, char *ret, size_t size)
{
    if (!value || !xfed_text_copy(ret, size, value))
        ret[0] = '\0';
}

int xfed_stream_header_read(const xmppfed_element *header, const char *prefix,
                            const char *default_ns, bool declares_dialback, const char *content_ns,
                            struct xfed_stream_header *ret)
{
    const char *version = xmppfed_element_attribute(header, "version");
    const char *lang = xmppfed_element_attribute_ns(header, "lang", XMPPFED_NS_XML);
    int from_rc;
    int to_rc;
    int version_rc = 0;
    int rc;

    *ret = (struct xfed_stream_header){.dialback_prefix = declares_dialback};
    read_text(xmppfed_element_attribute(header, "id"), ret->id, sizeof(ret->id));
    read_text(lang, ret->lang, sizeof(ret->lang));
    from_rc = read_domain(header, "from", ret->from);
    to_rc = read_domain(header, "to", ret->to);

    if (version)
        version_rc = read_version(version, &ret->version_1);
    ret->version_0 = version_rc == 0 && !ret->version_1;

    rc = xfed_stream_header_check(header, prefix, default_ns, content_ns);
    if (rc == 0)
        rc = version_rc;
    if (rc < 0)
        return rc;
    return from_rc < 0 ? from_rc : to_rc;
}

/* Appends " name='value'"; nothing for a value that is empty or NULL. */
static int write_attribute(struct xfed_buffer *out, const char *name, const char *value)
{
    int rc;

    if (!value || *value == '\0')
        return 0;
    rc = xfed_buffer_append_text(out, " ");
    if (rc == 0)
        rc = xfed_buffer_append_text(out, name);
    if (rc == 0)
        rc = xfed_buffer_append_text(out, "='");
    if (rc == 0)
        rc = xfed_xml_write_value(out, value);
    if (rc == 0)
        rc = xfed_buffer_append_text(out, "'");
    return rc;
}

int xfed_stream_header_write(struct xfed_buffer *out, const char *content_ns, const char *from,
                             const char *to, const char *id, const char *lang, const char *version)
{
    bool server = xfed_text_equal(content_ns, XFED_NS_SERVER);
    const struct {
        const char *name;
        const char *value;
    } attributes[] = {
        {"xmlns", content_ns},
        {"xmlns:stream", XFED_NS_STREAM},
        /* Older servers take this, not the feature, as the offer of dialback: XEP-0220 2.4.1. */
        {"xmlns:db", server ? XFED_NS_DIALBACK : NULL},
        {"from", from},
        {"to", to},
        {"id", id},
        {"xml:lang", lang},
        {"version", version},
    };
    int rc = xfed_buffer_append_text(out, "<?xml version='1.0'?><stream:stream");

    for (size_t i = 0; rc == 0 && i < sizeof(attributes) / sizeof(attributes[0]); i++)
        rc = write_attribute(out, attributes[i].name, attributes[i].value);
    if (rc == 0)
        rc = xfed_buffer_append_text(out, ">");
    return rc;
}
