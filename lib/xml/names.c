/* names.c - the character classes of XML 1.0 (fifth edition) names. */
#include "xml/names.h"

#include "base/utf8.h"

struct range {
    uint32_t first;
    uint32_t last;
};

/* NameStartChar above ASCII, in order (XML 1.0, production 4). */
static const struct range start_ranges[] = {
    {0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x2FF},    {0x370, 0x37D},
    {0x37F, 0x1FFF},  {0x200C, 0x200D}, {0x2070, 0x218F}, {0x2C00, 0x2FEF},
    {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF},
};

bool xfed_xml_is_name_start(uint32_t code)
{
    if (code < 0x80)
        return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || code == '_';
    for (size_t i = 0; i < sizeof(start_ranges) / sizeof(start_ranges[0]); i++) {
        if (code <= start_ranges[i].last)
            return code >= start_ranges[i].first;
    }
    return false;
}

bool xfed_xml_is_name_char(uint32_t code)
{
    if (code >= 'a' && code <= 'z') /* nearly always */
        return true;
    if (xfed_xml_is_name_start(code))
        return true;
    return (code >= '0' && code <= '9') || code == '-' || code == '.' || code == 0xB7 ||
           (code >= 0x300 && code <= 0x36F) || code == 0x203F || code == 0x2040;
}

/* Walks text by code points; false when one of them, or its coding, is not acceptable. */
static bool all_codes(const char *text, bool (*accept)(uint32_t code))
{
    struct xfed_utf8 u = {0};
    enum xfed_utf8_step step = XFED_UTF8_CODE;
    for (; *text; text++) {
        step = xfed_utf8_feed(&u, (uint8_t)*text);
        if (step == XFED_UTF8_REJECT || (step == XFED_UTF8_CODE && !accept(u.code)))
            return false;
    }
    return step == XFED_UTF8_CODE;
}

/* The first code point of text, or 0 (which begins no name). */
static uint32_t first_code(const char *text)
{
    struct xfed_utf8 u = {0};
    for (; *text; text++) {
        enum xfed_utf8_step step = xfed_utf8_feed(&u, (uint8_t)*text);
        if (step != XFED_UTF8_MORE)
            return step == XFED_UTF8_CODE ? u.code : 0;
    }
    return 0;
}

bool xfed_xml_is_ncname(const char *text)
{
    return xfed_xml_is_name_start(first_code(text)) && all_codes(text, xfed_xml_is_name_char);
}

bool xfed_xml_is_text(const char *text)
{
    return all_codes(text, xfed_utf8_is_xml_char);
}
