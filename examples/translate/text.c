/* text.c - text that translations make: blocks that grow, and what is asked of slices. */
#include "translate/text.h"

#include <stdlib.h>
#include <string.h>

/* One text; the bytes follow the struct. */
struct translate_block {
    struct translate_block *next;
    size_t len;
    size_t size; /* one less than there is room for: the NUL always fits */
};

enum { FIRST_SIZE = 56 };

void translate_text_init(struct translate_text *text, const xmppfed_allocator *memory)
{
    memset(text, 0, sizeof(*text));
    text->memory = memory;
}

static void *resize(const struct translate_text *text, void *old, size_t size)
{
    if (text->memory)
        return text->memory->realloc_fn(old, size, text->memory->user);
    return realloc(old, size);
}

static void release(const struct translate_text *text, struct translate_block *block)
{
    if (text->memory)
        text->memory->free_fn(block, text->memory->user);
    else
        free(block);
}

void translate_text_fini(struct translate_text *text)
{
    while (text->blocks) {
        struct translate_block *next = text->blocks->next;

        release(text, text->blocks);
        text->blocks = next;
    }
    text->open = false;
    text->failed = false;
}

static char *bytes_of(struct translate_block *block)
{
    return (char *)(block + 1);
}

/* Makes room for more bytes in the text that is being written, and begins one if there is none. */
static bool reserve(struct translate_text *text, size_t more)
{
    struct translate_block *block = text->open ? text->blocks : NULL;
    size_t len = block ? block->len : 0;
    size_t size = block ? block->size : 0;
    size_t room = sizeof(*block) + 1;

    if (text->failed)
        return false;
    if (block && more <= size - len)
        return true;
    if (more > SIZE_MAX / 4 - len) {
        text->failed = true;
        return false;
    }
    size = size < FIRST_SIZE ? FIRST_SIZE : size * 2;
    if (size < len + more)
        size = len + more;
    block = resize(text, block, room + size);
    if (!block) {
        text->failed = true;
        return false;
    }
    if (!text->open) {
        block->next = text->blocks;
        block->len = 0;
        text->open = true;
    }
    block->size = size;
    text->blocks = block;
    return true;
}

void translate_text_add(struct translate_text *text, xmppfed_slice bytes)
{
    if (!reserve(text, bytes.len) || bytes.len == 0)
        return;
    memcpy(bytes_of(text->blocks) + text->blocks->len, bytes.data, bytes.len);
    text->blocks->len += bytes.len;
}

void translate_text_byte(struct translate_text *text, char c)
{
    xmppfed_slice one = {&c, 1};

    translate_text_add(text, one);
}

void translate_text_string(struct translate_text *text, const char *string)
{
    translate_text_add(text, xmppfed_slice_of(string));
}

void translate_text_number(struct translate_text *text, unsigned long number)
{
    char digits[24];
    size_t at = sizeof(digits);
    xmppfed_slice written;

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    written.data = digits + at;
    written.len = sizeof(digits) - at;
    translate_text_add(text, written);
}

xmppfed_slice translate_text_end(struct translate_text *text)
{
    xmppfed_slice done = {NULL, 0};

    if (!reserve(text, 0))
        return done;
    done.data = bytes_of(text->blocks);
    done.len = text->blocks->len;
    bytes_of(text->blocks)[done.len] = '\0';
    text->open = false;
    return done;
}

void translate_text_drop(struct translate_text *text)
{
    if (text->open)
        text->blocks->len = 0;
}

xmppfed_slice translate_text_peek(const struct translate_text *text)
{
    xmppfed_slice now = {NULL, 0};

    if (!text->open)
        return now;
    now.data = bytes_of(text->blocks);
    now.len = text->blocks->len;
    return now;
}

xmppfed_slice translate_text_copy(struct translate_text *text, xmppfed_slice bytes)
{
    translate_text_add(text, bytes);
    return translate_text_end(text);
}

int translate_text_status(const struct translate_text *text)
{
    return text->failed ? XMPPFED_ERR_NOMEM : 0;
}

bool translate_slice_equal(xmppfed_slice a, xmppfed_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool translate_slice_is(xmppfed_slice a, const char *word)
{
    return translate_slice_equal(a, xmppfed_slice_of(word));
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool translate_slice_is_nocase(xmppfed_slice a, const char *word)
{
    size_t i;

    if (strlen(word) != a.len)
        return false;
    for (i = 0; i < a.len && lower(a.data[i]) == lower(word[i]); i++)
        ;
    return i == a.len;
}

xmppfed_slice translate_slice_from(xmppfed_slice a, size_t start)
{
    if (start >= a.len)
        start = a.len;
    if (a.data)
        a.data += start;
    a.len -= start;
    return a;
}

xmppfed_slice translate_slice_until(xmppfed_slice a, size_t end)
{
    if (end < a.len)
        a.len = end;
    return a;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

xmppfed_slice translate_slice_trim(xmppfed_slice a)
{
    while (a.len > 0 && is_blank(a.data[0]))
        a = translate_slice_from(a, 1);
    while (a.len > 0 && is_blank(a.data[a.len - 1]))
        a.len--;
    return a;
}

size_t translate_slice_find(xmppfed_slice a, char c)
{
    const char *found = a.len > 0 ? memchr(a.data, c, a.len) : NULL;

    return found ? (size_t)(found - a.data) : a.len;
}

/* How many bytes the character at the start has, 0 if it is none; *ret is its code point. */
static size_t decode(const unsigned char *bytes, size_t len, uint32_t *ret)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t count = bytes[0] < 0x80             ? 1
                   : (bytes[0] & 0xE0) == 0xC0 ? 2
                   : (bytes[0] & 0xF0) == 0xE0 ? 3
                   : (bytes[0] & 0xF8) == 0xF0 ? 4
                                               : 0;
    uint32_t c = count == 1 ? bytes[0] : bytes[0] & (0x7FU >> count);

    if (count == 0 || count > len)
        return 0;
    for (size_t i = 1; i < count; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (bytes[i] & 0x3F);
    }
    *ret = c;
    return c >= smallest[count] ? count : 0;
}

bool translate_slice_is_xml_text(xmppfed_slice bytes)
{
    size_t at = 0;

    while (at < bytes.len) {
        uint32_t c = 0;
        size_t count = decode((const unsigned char *)bytes.data + at, bytes.len - at, &c);

        if (count == 0 || (c < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
            (c >= 0xD800 && c <= 0xDFFF) || c == 0xFFFE || c == 0xFFFF || c > 0x10FFFF)
            return false;
        at += count;
    }
    return true;
}
