/* slice.c - comparing and copying byte ranges and strings. */
#include "base/slice.h"

#include <string.h>

xmppfed_slice xmppfed_slice_of(const char *text)
{
    return (xmppfed_slice){text, text ? strlen(text) : 0};
}

xmppfed_slice xfed_slice(const char *data, size_t len)
{
    return (xmppfed_slice){data, len};
}

bool xfed_slice_equal(xmppfed_slice a, xmppfed_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool xfed_slice_is(xmppfed_slice s, const char *text)
{
    return xfed_slice_equal(s, xmppfed_slice_of(text));
}

bool xfed_text_equal(const char *a, const char *b)
{
    if (!a || !b || a == b)
        return a == b;
    /* Most that differ do so at once, which spares a call: stanzas are compared over and over. */
    return a[0] == b[0] && strcmp(a, b) == 0;
}

/* Not tolower(): the locale of the process must not change what a DNS name is. */
static char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool xfed_text_equal_nocase(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    while (*a != '\0' && ascii_lower(*a) == ascii_lower(*b)) {
        a++;
        b++;
    }
    return ascii_lower(*a) == ascii_lower(*b);
}

bool xfed_text_copy(char *ret, size_t size, const char *text)
{
    return xfed_slice_copy(ret, size, xmppfed_slice_of(text));
}

bool xfed_slice_copy(char *ret, size_t size, xmppfed_slice s)
{
    if (s.len >= size)
        return false;
    if (s.len > 0)
        memcpy(ret, s.data, s.len);
    ret[s.len] = '\0';
    return true;
}
