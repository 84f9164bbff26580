/* names.h - which characters may stand in XML names and text. */
#ifndef XFED_XML_NAMES_H
#define XFED_XML_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a code point may begin a name without colon (NCNameStartChar). */
bool xfed_xml_is_name_start(uint32_t code);

/* Whether a code point may continue a name without colon (NCNameChar). */
bool xfed_xml_is_name_char(uint32_t code);

/* White space (production S). */
static inline bool xfed_xml_is_space(uint32_t code)
{
    return code == ' ' || code == '\t' || code == '\n' || code == '\r';
}

/* Whether text is a local name or prefix: UTF-8, not empty, no colon (NCName). */
bool xfed_xml_is_ncname(const char *text);

/* Whether text is UTF-8 and holds only characters that XML allows (production Char). */
bool xfed_xml_is_text(const char *text);

#endif
