/* utf8.c - a strict UTF-8 decoder, one byte at a time (RFC 3629 section 4). */
#include "base/utf8.h"

#include <string.h>

/*
 * What may come next. The four last states are those in which the range of the second byte is
 * narrower, which is what rules out overlong forms, surrogates and codes above U+10FFFF.
 */
enum { START, TAIL_1, TAIL_2, TAIL_3, AFTER_E0, AFTER_ED, AFTER_F0, AFTER_F4 };

static const struct {
    uint8_t low, high, next;
} tails[] = {
    [TAIL_1] = {0x80, 0xBF, START},    [TAIL_2] = {0x80, 0xBF, TAIL_1},
    [TAIL_3] = {0x80, 0xBF, TAIL_2},   [AFTER_E0] = {0xA0, 0xBF, TAIL_1},
    [AFTER_ED] = {0x80, 0x9F, TAIL_1}, [AFTER_F0] = {0x90, 0xBF, TAIL_2},
    [AFTER_F4] = {0x80, 0x8F, TAIL_2},
};

static enum xfed_utf8_step feed_lead(struct xfed_utf8 *u, uint8_t byte)
{
    if (byte < 0x80) {
        u->code = byte;
        return XFED_UTF8_CODE;
    }
    if (byte >= 0xC2 && byte <= 0xDF) {
        u->code = byte & 0x1FU;
        u->state = TAIL_1;
    } else if ((byte & 0xF0U) == 0xE0) {
        u->code = byte & 0x0FU;
        u->state = byte == 0xE0 ? AFTER_E0 : byte == 0xED ? AFTER_ED : TAIL_2;
    } else if (byte >= 0xF0 && byte <= 0xF4) {
        u->code = byte & 0x07U;
        u->state = byte == 0xF0 ? AFTER_F0 : byte == 0xF4 ? AFTER_F4 : TAIL_3;
    } else {
        return XFED_UTF8_REJECT;
    }
    return XFED_UTF8_MORE;
}

enum xfed_utf8_step xfed_utf8_feed(struct xfed_utf8 *u, uint8_t byte)
{
    uint8_t state = u->state;

    if (state == START)
        return feed_lead(u, byte);
    if (byte < tails[state].low || byte > tails[state].high) {
        u->state = START;
        return XFED_UTF8_REJECT;
    }
    u->code = u->code << 6 | (byte & 0x3FU);
    u->state = tails[state].next;
    return u->state == START ? XFED_UTF8_CODE : XFED_UTF8_MORE;
}

/* How many of the next eight-byte words are pure ASCII, in bytes. */
static size_t ascii_run(const char *data, size_t len)
{
    size_t i;

    for (i = 0; len - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
        uint64_t word;

        memcpy(&word, data + i, sizeof(word));
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    return i;
}

bool xfed_utf8_valid(xmppfed_slice s)
{
    struct xfed_utf8 u = {0};
    size_t i = 0;

    while (i < s.len) {
        if (u.state == START)
            i += ascii_run(s.data + i, s.len - i);
        if (i < s.len && xfed_utf8_feed(&u, (uint8_t)s.data[i++]) == XFED_UTF8_REJECT)
            return false;
    }
    return u.state == START;
}

bool xfed_utf8_is_xml_char(uint32_t code)
{
    return code == 0x9 || code == 0xA || code == 0xD || (code >= 0x20 && code <= 0xD7FF) ||
           (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
}

/* C0, DEL and C1, and the line and paragraph separators: what could forge a line of a log. */
static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029;
}

void xfed_utf8_scrub(char *text)
{
    struct xfed_utf8 u = {0};
    char *begin = text; /* of the sequence being read */
    char *p = text;

    while (*p != '\0') {
        enum xfed_utf8_step step = xfed_utf8_feed(&u, (uint8_t)*p);

        if (step == XFED_UTF8_REJECT && p > begin) {
            /* The sequence is cut short; this byte may begin another one. */
            memset(begin, '?', (size_t)(p - begin));
            begin = p;
            continue;
        }
        p++;
        if (step == XFED_UTF8_MORE)
            continue;
        if (step == XFED_UTF8_REJECT || is_control(u.code))
            memset(begin, '?', (size_t)(p - begin));
        begin = p;
    }
    *begin = '\0';
}
