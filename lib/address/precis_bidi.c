/* precis_bidi.c - the Bidi Rule for strings with right-to-left characters (RFC 5893 section 2). */
#include "address/precis.h"

#include <unictype.h>

#define BIT(bidi_class) (UINT32_C(1) << (bidi_class))

static uint32_t class_bit(uint32_t code)
{
    return BIT(uc_bidi_class(code));
}

/* Conditions 2 and 3: what a right-to-left string may have, and may end with before NSMs. */
static const uint32_t rtl_allowed =
    BIT(UC_BIDI_R) | BIT(UC_BIDI_AL) | BIT(UC_BIDI_AN) | BIT(UC_BIDI_EN) | BIT(UC_BIDI_ES) |
    BIT(UC_BIDI_CS) | BIT(UC_BIDI_ET) | BIT(UC_BIDI_ON) | BIT(UC_BIDI_BN) | BIT(UC_BIDI_NSM);
static const uint32_t rtl_end =
    BIT(UC_BIDI_R) | BIT(UC_BIDI_AL) | BIT(UC_BIDI_EN) | BIT(UC_BIDI_AN);

bool xfed_precis_bidi_holds(const uint32_t *codes, size_t count)
{
    const uint32_t both_numbers = BIT(UC_BIDI_EN) | BIT(UC_BIDI_AN);
    uint32_t seen = 0;
    size_t end = count;

    for (size_t i = 0; i < count; i++)
        seen |= class_bit(codes[i]);
    if (!(seen & (BIT(UC_BIDI_R) | BIT(UC_BIDI_AL) | BIT(UC_BIDI_AN))))
        return true;
    /*
     * Conditions 1 and 5: a string that begins with L may not have any of those three, and one that
     * has them must begin with R or AL.
     */
    if (!(class_bit(codes[0]) & (BIT(UC_BIDI_R) | BIT(UC_BIDI_AL))))
        return false;
    while (end > 0 && uc_bidi_class(codes[end - 1]) == UC_BIDI_NSM)
        end--;
    return (seen & ~rtl_allowed) == 0 && (class_bit(codes[end - 1]) & rtl_end) != 0 &&
           (seen & both_numbers) != both_numbers;
}
