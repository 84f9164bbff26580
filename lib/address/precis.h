/* precis.h - preparing user names (RFC 8264, RFC 8265 UsernameCaseMapped) and its parts. */
#ifndef XFED_ADDRESS_PRECIS_H
#define XFED_ADDRESS_PRECIS_H

#include <stdbool.h>
#include <xmppfed/address.h>

/* The derived property of a code point for the IdentifierClass (RFC 8264 section 8). */
enum xfed_precis_property {
    XFED_PRECIS_PVALID,
    XFED_PRECIS_FREE_PVAL, /* valid in free text, not in identifiers */
    XFED_PRECIS_CONTEXTJ,
    XFED_PRECIS_CONTEXTO,
    XFED_PRECIS_DISALLOWED,
    XFED_PRECIS_UNASSIGNED
};

/* The derived property of a code point (RFC 8264 8). */
enum xfed_precis_property xfed_precis_property_of(uint32_t code);

/* Whether the contextual rule of the code point at index holds (RFC 5892 appendix A). */
bool xfed_precis_context_holds(const uint32_t *codes, size_t count, size_t index);

/* Whether the Bidi Rule holds or does not apply (RFC 5893 section 2, RFC 8265 3.3.1). */
bool xfed_precis_bidi_holds(const uint32_t *codes, size_t count);

/*
 * Writes the comparable form of a user name with its NUL to ret: width mapping, lower case, NFC.
 * XMPPFED_ERR_ADDRESS if it is empty, not UTF-8, over 1023 octets before or after, or not in the
 * IdentifierClass; XMPPFED_ERR_NOMEM when libunistring has none left. ret is then untouched.
 */
int xfed_precis_username(xmppfed_slice text, char ret[XMPPFED_PART_SIZE]) XMPPFED_MUST_CHECK;

#endif
