/* jid.c - splitting XMPP addresses and making bare ones comparable (RFC 7622 section 3). */
#include <xmppfed/address.h>

#include <string.h>

#include "address/domain.h"
#include "address/precis.h"
#include "base/slice.h"
#include "base/utf8.h"

/* RFC 7622 3.3.1, with the ASCII characters that no PRECIS identifier has. */
static bool is_forbidden(char c)
{
    switch (c) {
    case '"':
    case '&':
    case '\'':
    case '/':
    case ':':
    case '<':
    case '>':
    case '@':
    case 0x7F:
        return true;
    default:
        return (unsigned char)c <= 0x20;
    }
}

static bool has_forbidden(xmppfed_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (is_forbidden(text.data[i]))
            return true;
    return false;
}

static bool part_fits(xmppfed_slice part)
{
    return part.len > 0 && part.len < XMPPFED_PART_SIZE;
}

int xmppfed_jid_split(const char *text, xmppfed_jid *ret)
{
    xmppfed_jid jid = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    xmppfed_slice rest = xmppfed_slice_of(text);
    const char *mark;

    if (!text || !ret)
        return XMPPFED_ERR_ADDRESS;
    /* In this order: a resource may have any of the separators in it (RFC 7622 3.2). */
    mark = memchr(rest.data, '/', rest.len);
    if (mark) {
        jid.resource = xmppfed_slice_of(mark + 1);
        rest.len = (size_t)(mark - rest.data);
        if (!part_fits(jid.resource))
            return XMPPFED_ERR_ADDRESS;
    }
    mark = memchr(rest.data, '@', rest.len);
    if (mark) {
        jid.local = xfed_slice(rest.data, (size_t)(mark - rest.data));
        rest = xfed_slice(mark + 1, rest.len - jid.local.len - 1);
        if (!part_fits(jid.local))
            return XMPPFED_ERR_ADDRESS;
    }
    jid.domain = rest;
    if (!part_fits(jid.domain))
        return XMPPFED_ERR_ADDRESS;
    *ret = jid;
    return 0;
}

static int prepare_local(xmppfed_slice local, int strictness, char ret[XMPPFED_PART_SIZE])
{
    char prepared[XMPPFED_PART_SIZE];
    int rc;

    rc = xfed_precis_username(local, prepared);
    /* After mapping, too: a fullwidth commercial at becomes the one that separates. */
    if (rc == 0 && has_forbidden(xmppfed_slice_of(prepared)))
        rc = XMPPFED_ERR_ADDRESS;
    if (rc == 0) {
        xfed_text_copy(ret, XMPPFED_PART_SIZE, prepared);
        return 0;
    }
    if (rc != XMPPFED_ERR_ADDRESS || strictness != XMPPFED_LENIENT)
        return rc;
    /* Many servers still use Nodeprep, which accepts more: such a peer's address keeps its bytes.
     */
    if (has_forbidden(local) || !xfed_utf8_valid(local) ||
        !xfed_slice_copy(ret, XMPPFED_PART_SIZE, local))
        return XMPPFED_ERR_ADDRESS;
    return 0;
}

int xmppfed_jid_prepare_bare(const char *text, int strictness, char ret[XMPPFED_BARE_SIZE])
{
    char local[XMPPFED_PART_SIZE];
    char domain[XMPPFED_DOMAIN_SIZE];
    xmppfed_jid jid;
    size_t len = 0;
    int rc;

    if (!ret)
        return XMPPFED_ERR_ADDRESS;
    rc = xmppfed_jid_split(text, &jid);
    if (rc < 0)
        return rc;
    rc = xfed_domain_prepare_slice(jid.domain, domain);
    if (rc < 0)
        return rc;
    if (jid.local.len > 0) {
        rc = prepare_local(jid.local, strictness, local);
        if (rc < 0)
            return rc;
        len = strlen(local);
        memcpy(ret, local, len);
        ret[len++] = '@';
    }
    xfed_text_copy(ret + len, XMPPFED_BARE_SIZE - len, domain);
    return 0;
}
