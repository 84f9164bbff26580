/* escape.c - text and attribute values as XML that every parser reads back unchanged. */
#include <string.h>

#include "xml/writer.h"

/* What stands for a byte in content, or NULL. */
static const char *text_reference(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;"; /* "]]>" is forbidden in content */
    case '\r':
        return "&#13;"; /* else a parser makes it a line feed (XML 1.0, 2.11) */
    default:
        return NULL;
    }
}

/* What stands for a byte in a value between single quotes, or NULL (XML 1.0, 3.3.3). */
static const char *value_reference(char c)
{
    switch (c) {
    case '\'':
        return "&apos;";
    case '\t':
        return "&#9;";
    case '\n':
        return "&#10;";
    default:
        return text_reference(c);
    }
}

static int escape(struct xfed_buffer *out, const char *text, const char *special,
                  const char *(*reference)(char c))
{
    for (;;) {
        size_t run = strcspn(text, special);
        int rc = xfed_buffer_append(out, text, run);
        if (rc < 0)
            return rc;
        text += run;
        if (!*text)
            return 0;
        rc = xfed_buffer_append_text(out, reference(*text));
        if (rc < 0)
            return rc;
        text++;
    }
}

int xfed_xml_write_text(struct xfed_buffer *out, const char *text)
{
    return escape(out, text, "&<>\r", text_reference);
}

int xfed_xml_write_value(struct xfed_buffer *out, const char *text)
{
    return escape(out, text, "&<>\r'\t\n", value_reference);
}
