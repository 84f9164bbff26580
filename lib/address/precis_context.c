/* precis_context.c - the nine contextual rules (RFC 5892 appendix A). */
#include "address/precis.h"

#include <string.h>
#include <unictype.h>

/* A string as seen from one of its code points. */
struct context {
    const uint32_t *codes;
    size_t count;
    size_t index;
};

static bool has_script(uint32_t code, const char *name)
{
    const uc_script_t *script = uc_script(code);

    return script && strcmp(script->name, name) == 0;
}

static bool contains(const struct context *c, uint32_t first, uint32_t last)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->codes[i] >= first && c->codes[i] <= last)
            return true;
    return false;
}

static bool follows_virama(const struct context *c)
{
    return c->index > 0 && uc_combining_class(c->codes[c->index - 1]) == UC_CCC_VR;
}

/* (L or D) T* before the index. */
static bool joins_before(const struct context *c)
{
    for (size_t i = c->index; i-- > 0;) {
        int type = uc_joining_type(c->codes[i]);

        if (type != UC_JOINING_TYPE_T)
            return type == UC_JOINING_TYPE_L || type == UC_JOINING_TYPE_D;
    }
    return false;
}

/* T* (R or D) after the index. */
static bool joins_after(const struct context *c)
{
    for (size_t i = c->index + 1; i < c->count; i++) {
        int type = uc_joining_type(c->codes[i]);

        if (type != UC_JOINING_TYPE_T)
            return type == UC_JOINING_TYPE_R || type == UC_JOINING_TYPE_D;
    }
    return false;
}

/* A.3: between two small l, as in Catalan. */
static bool is_between_l(const struct context *c)
{
    return c->index > 0 && c->index + 1 < c->count && c->codes[c->index - 1] == 'l' &&
           c->codes[c->index + 1] == 'l';
}

/* A.7: at least one code point of a Japanese script in the string. */
static bool has_japanese(const struct context *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (has_script(c->codes[i], "Hiragana") || has_script(c->codes[i], "Katakana") ||
            has_script(c->codes[i], "Han"))
            return true;
    return false;
}

bool xfed_precis_context_holds(const uint32_t *codes, size_t count, size_t index)
{
    const struct context c = {codes, count, index};

    switch (codes[index]) {
    case 0x200C: /* A.1 ZERO WIDTH NON-JOINER */
        return follows_virama(&c) || (joins_before(&c) && joins_after(&c));
    case 0x200D: /* A.2 ZERO WIDTH JOINER */
        return follows_virama(&c);
    case 0x00B7: /* A.3 MIDDLE DOT */
        return is_between_l(&c);
    case 0x0375: /* A.4 GREEK LOWER NUMERAL SIGN */
        return index + 1 < count && has_script(codes[index + 1], "Greek");
    case 0x05F3: /* A.5 HEBREW PUNCTUATION GERESH */
    case 0x05F4: /* A.6 HEBREW PUNCTUATION GERSHAYIM */
        return index > 0 && has_script(codes[index - 1], "Hebrew");
    case 0x30FB: /* A.7 KATAKANA MIDDLE DOT */
        return has_japanese(&c);
    default:
        break;
    }
    if (codes[index] >= 0x0660 && codes[index] <= 0x0669) /* A.8 ARABIC-INDIC DIGITS */
        return !contains(&c, 0x06F0, 0x06F9);
    if (codes[index] >= 0x06F0 && codes[index] <= 0x06F9) /* A.9 EXTENDED ARABIC-INDIC DIGITS */
        return !contains(&c, 0x0660, 0x0669);
    return false;
}
