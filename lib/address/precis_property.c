/* precis_property.c - the derived property of a code point (RFC 8264 sections 8 and 9). */
#include "address/precis.h"

#include <uninorm.h>
#include <unictype.h>

struct range {
    uint32_t first, last;
};

#define IN(ranges, code) in_ranges((ranges), sizeof(ranges) / sizeof((ranges)[0]), (code))

static bool in_ranges(const struct range *ranges, size_t count, uint32_t code)
{
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

/* Category F, RFC 5892 2.6. */
static const struct range exceptions_pvalid[] = {
    {0x00DF, 0x00DF}, {0x03C2, 0x03C2}, {0x06FD, 0x06FE}, {0x0F0B, 0x0F0B}, {0x3007, 0x3007},
};
static const struct range exceptions_contexto[] = {
    {0x00B7, 0x00B7}, {0x0375, 0x0375}, {0x05F3, 0x05F4},
    {0x0660, 0x0669}, {0x06F0, 0x06F9}, {0x30FB, 0x30FB},
};
static const struct range exceptions_disallowed[] = {
    {0x0640, 0x0640}, {0x07FA, 0x07FA}, {0x302E, 0x302F}, {0x3031, 0x3035}, {0x303B, 0x303B},
};

/* Category I, RFC 5892 2.9: Hangul_Syllable_Type L, V and T. */
static const struct range old_hangul_jamo[] = {
    {0x1100, 0x11FF},
    {0xA960, 0xA97C},
    {0xD7B0, 0xD7C6},
    {0xD7CB, 0xD7FB},
};

/* Category A, RFC 5892 2.1. */
static const uint32_t letter_digits =
    UC_CATEGORY_MASK_Ll | UC_CATEGORY_MASK_Lu | UC_CATEGORY_MASK_Lo | UC_CATEGORY_MASK_Nd |
    UC_CATEGORY_MASK_Lm | UC_CATEGORY_MASK_Mn | UC_CATEGORY_MASK_Mc;

/* Categories N, O, P and R: what free text may have and identifiers may not. */
static const uint32_t free_text = UC_CATEGORY_MASK_Zs | UC_CATEGORY_MASK_S | UC_CATEGORY_MASK_P |
                                  UC_CATEGORY_MASK_Lt | UC_CATEGORY_MASK_Nl | UC_CATEGORY_MASK_No |
                                  UC_CATEGORY_MASK_Me;

static bool has_category(uint32_t code, uint32_t mask)
{
    return uc_is_general_category_withtable(code, mask);
}

/* Category M, RFC 8264 9.13. */
static bool is_ignorable(uint32_t code)
{
    return uc_is_property_default_ignorable_code_point(code) ||
           uc_is_property_not_a_character(code);
}

/* Category Q, RFC 8264 9.17: NFKC makes something else of it. */
static bool has_compat(uint32_t code)
{
    uint32_t result[UC_DECOMPOSITION_MAX_LENGTH];
    size_t count = UC_DECOMPOSITION_MAX_LENGTH;
    const ucs4_t source = code;

    /* The longest NFKC form of one code point has 18, so that nothing is allocated. */
    if (!u32_normalize(UNINORM_NFKC, &source, 1, result, &count))
        return true;
    return count != 1 || result[0] != code;
}

/* The order of the tests is that of RFC 8264 section 8. */
enum xfed_precis_property xfed_precis_property_of(uint32_t code)
{
    if (IN(exceptions_pvalid, code))
        return XFED_PRECIS_PVALID;
    if (IN(exceptions_contexto, code))
        return XFED_PRECIS_CONTEXTO;
    if (IN(exceptions_disallowed, code))
        return XFED_PRECIS_DISALLOWED;
    if (has_category(code, UC_CATEGORY_MASK_Cn) && !uc_is_property_not_a_character(code))
        return XFED_PRECIS_UNASSIGNED;
    if (code >= 0x21 && code <= 0x7E)
        return XFED_PRECIS_PVALID;
    if (code == 0x200C || code == 0x200D)
        return XFED_PRECIS_CONTEXTJ;
    if (IN(old_hangul_jamo, code) || is_ignorable(code) || has_category(code, UC_CATEGORY_MASK_Cc))
        return XFED_PRECIS_DISALLOWED;
    if (has_compat(code))
        return XFED_PRECIS_FREE_PVAL;
    if (has_category(code, letter_digits))
        return XFED_PRECIS_PVALID;
    if (has_category(code, free_text))
        return XFED_PRECIS_FREE_PVAL;
    return XFED_PRECIS_DISALLOWED;
}
