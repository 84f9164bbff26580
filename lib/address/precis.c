/* precis.c - the UsernameCaseMapped profile (RFC 8265 section 3.3): its steps in their order. */
#include "address/precis.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/utf8.h"

enum { MAX_CODES = XMPPFED_PART_SIZE - 1 };

struct codes {
    size_t count;
    uint32_t code[MAX_CODES];
};

static bool is_printable_ascii(xmppfed_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < 0x21 || text.data[i] > 0x7E)
            return false;
    return true;
}

/* Every printable ASCII character is PVALID (RFC 8264 9.11), so only the case is left to map. */
static void lower_ascii(xmppfed_slice text, char *ret)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];

        ret[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    ret[text.len] = '\0';
}

/* text is valid UTF-8 of at most MAX_CODES octets. */
static void decode(xmppfed_slice text, struct codes *ret)
{
    struct xfed_utf8 u = {0};

    ret->count = 0;
    for (size_t i = 0; i < text.len; i++)
        if (xfed_utf8_feed(&u, (uint8_t)text.data[i]) == XFED_UTF8_CODE)
            ret->code[ret->count++] = u.code;
}

/* Fullwidth and halfwidth forms become the ordinary ones (RFC 8264 5.2.1). */
static void map_width(struct codes *codes)
{
    for (size_t i = 0; i < codes->count; i++) {
        ucs4_t mapped[UC_DECOMPOSITION_MAX_LENGTH];
        int tag;
        int count = uc_decomposition(codes->code[i], &tag, mapped);

        if (count == 1 && (tag == UC_DECOMP_WIDE || tag == UC_DECOMP_NARROW))
            codes->code[i] = mapped[0];
    }
}

/*
 * One code point at a time: mapping the whole string would turn a last capital sigma into a final
 * sigma, which a peer that maps code points would not (RFC 7622 3.5, examples 9 to 11).
 */
static void map_case(struct codes *codes)
{
    for (size_t i = 0; i < codes->count; i++)
        codes->code[i] = uc_tolower(codes->code[i]);
}

static int normalize(struct codes *codes)
{
    struct codes result;
    uint32_t *out;

    result.count = MAX_CODES;
    out = u32_normalize(UNINORM_NFC, codes->code, codes->count, result.code, &result.count);
    if (!out)
        return errno == ENOMEM ? XMPPFED_ERR_NOMEM : XMPPFED_ERR_ADDRESS;
    if (out != result.code) {
        /* It did not fit, so it has more code points than a part may have octets. */
        free(out);
        return XMPPFED_ERR_ADDRESS;
    }
    memcpy(codes->code, result.code, result.count * sizeof(result.code[0]));
    codes->count = result.count;
    return 0;
}

/* Whether every code point may stand in an identifier, here or in another place. */
static bool all_allowed(const struct codes *codes)
{
    for (size_t i = 0; i < codes->count; i++) {
        switch (xfed_precis_property_of(codes->code[i])) {
        case XFED_PRECIS_PVALID:
        case XFED_PRECIS_CONTEXTJ:
        case XFED_PRECIS_CONTEXTO:
            break;
        case XFED_PRECIS_FREE_PVAL:
        case XFED_PRECIS_DISALLOWED:
        case XFED_PRECIS_UNASSIGNED:
            return false;
        }
    }
    return codes->count > 0;
}

/* Whether those that need a context have theirs (RFC 8264 4.2.2). */
static bool contexts_hold(const struct codes *codes)
{
    for (size_t i = 0; i < codes->count; i++) {
        enum xfed_precis_property property = xfed_precis_property_of(codes->code[i]);

        if ((property == XFED_PRECIS_CONTEXTJ || property == XFED_PRECIS_CONTEXTO) &&
            !xfed_precis_context_holds(codes->code, codes->count, i))
            return false;
    }
    return true;
}

static int encode(const struct codes *codes, char ret[XMPPFED_PART_SIZE])
{
    uint8_t out[XMPPFED_PART_SIZE];
    size_t len = 0;

    for (size_t i = 0; i < codes->count; i++) {
        int size = u8_uctomb(out + len, codes->code[i], (ptrdiff_t)(sizeof(out) - 1 - len));

        if (size < 0)
            return XMPPFED_ERR_ADDRESS;
        len += (size_t)size;
    }
    memcpy(ret, out, len);
    ret[len] = '\0';
    return 0;
}

int xfed_precis_username(xmppfed_slice text, char ret[XMPPFED_PART_SIZE])
{
    struct codes codes;
    int rc;

    if (text.len == 0 || text.len >= XMPPFED_PART_SIZE || !xfed_utf8_valid(text))
        return XMPPFED_ERR_ADDRESS;
    if (is_printable_ascii(text)) {
        lower_ascii(text, ret);
        return 0;
    }

    /* Preparation (RFC 8265 3.3.2): what has a width form would not be an identifier without it. */
    decode(text, &codes);
    map_width(&codes);
    if (!all_allowed(&codes))
        return XMPPFED_ERR_ADDRESS;

    /* Enforcement (RFC 8265 3.3.3), and then what depends on neighbours, which mapping changes. */
    map_case(&codes);
    rc = normalize(&codes);
    if (rc < 0)
        return rc;
    if (!all_allowed(&codes) || !contexts_hold(&codes) ||
        !xfed_precis_bidi_holds(codes.code, codes.count))
        return XMPPFED_ERR_ADDRESS;
    return encode(&codes, ret);
}
