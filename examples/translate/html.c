/* html.c - text/html of a MESSAGE as plain text and as XHTML-IM. */
#include "translate/html.h"

#include <string.h>

enum { DEPTH_MAX = 24, NAME_MAX_LEN = 12 };

/* How an element is treated; what is not listed vanishes around its content. */
enum kind { INLINE, BLOCK, BREAK, DROP };

static const struct tag {
    const char *name;
    const char *xhtml; /* its name in XHTML-IM (XEP-0071 section 6) */
    enum kind kind;
} tags[] = {
    {"a", "a", INLINE},     {"b", "strong", INLINE},  {"blockquote", "blockquote", BLOCK},
    {"br", "br", BREAK},    {"cite", "cite", INLINE}, {"code", "code", INLINE},
    {"div", "div", BLOCK},  {"em", "em", INLINE},     {"head", NULL, DROP},
    {"i", "em", INLINE},    {"li", "li", BLOCK},      {"ol", "ol", BLOCK},
    {"p", "p", BLOCK},      {"pre", "pre", BLOCK},    {"q", "q", INLINE},
    {"script", NULL, DROP}, {"span", "span", INLINE}, {"strong", "strong", INLINE},
    {"style", NULL, DROP},  {"title", NULL, DROP},    {"ul", "ul", BLOCK},
};

struct reader {
    xmppfed_slice rest;
    struct translate_text *text;
    struct translate_text plain; /* a text of its own: both are written at the same time */
    struct {
        const struct tag *tag;
        xmppfed_element *element;
    } open[DEPTH_MAX];
    size_t depth; /* at least 1: the body */
    bool blank;   /* a blank is due before the next character */
    bool fresh;   /* the plain text is at the start of a line */
};

static const struct tag *find_tag(xmppfed_slice name)
{
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
        if (translate_slice_is_nocase(name, tags[i].name))
            return &tags[i];
    return NULL;
}

static void new_line(struct reader *r)
{
    r->blank = false;
    if (!r->fresh)
        translate_text_byte(&r->plain, '\n');
    r->fresh = true;
}

/* Writes the blank that is due; at the start of a line it has no meaning. */
static void write_blank(struct reader *r)
{
    if (r->blank && !r->fresh) {
        translate_text_byte(&r->plain, ' ');
        translate_text_byte(r->text, ' ');
    }
    r->blank = false;
}

static void add_byte(struct reader *r, char c)
{
    write_blank(r);
    r->fresh = false;
    translate_text_byte(&r->plain, c);
    translate_text_byte(r->text, c);
}

/* Puts the text that was gathered into the innermost element. */
static void flush(struct reader *r)
{
    xmppfed_slice words = translate_text_end(r->text);

    if (words.len > 0)
        xmppfed_element_add_text(r->open[r->depth - 1].element, words.data);
}

static void add_code_point(struct reader *r, unsigned long c)
{
    char bytes[4];
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char first[] = {0, 0, 0xC0, 0xE0, 0xF0};
    xmppfed_slice written = {bytes, len};

    if (c > 0x10FFFF)
        return;
    for (size_t i = len; i-- > 1; c >>= 6)
        bytes[i] = (char)(0x80 | (c & 0x3F));
    bytes[0] = (char)(first[len] | c);
    if (!translate_slice_is_xml_text(written))
        return;
    for (size_t i = 0; i < len; i++)
        add_byte(r, bytes[i]);
}

/* A number of decimal or, after 'x', hexadecimal digits; 0 if it is none. */
static unsigned long read_number(xmppfed_slice digits)
{
    unsigned base = digits.len > 0 && (digits.data[0] | 0x20) == 'x' ? 16 : 10;
    unsigned long value = 0;

    for (size_t i = base == 16; i < digits.len; i++) {
        const char *all = "0123456789abcdef";
        char c = digits.data[i] >= 'A' && digits.data[i] <= 'F' ? (char)(digits.data[i] | 0x20)
                                                                : digits.data[i];
        const char *at = c ? strchr(all, c) : NULL;

        if (!at || (unsigned)(at - all) >= base || value > 0x10FFFF)
            return 0;
        value = value * base + (unsigned)(at - all);
    }
    return value;
}

/* A character reference at '&'; one that is none stands for itself. */
static void read_reference(struct reader *r)
{
    static const struct {
        const char *name;
        unsigned long c;
    } names[] = {{"amp", '&'},  {"lt", '<'},    {"gt", '>'},
                 {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}};
    xmppfed_slice near = translate_slice_until(r->rest, 12);
    size_t end = translate_slice_find(near, ';');
    xmppfed_slice name = translate_slice_until(translate_slice_from(near, 1), end - 1);
    unsigned long c = 0;

    if (end < near.len && name.len > 1 && name.data[0] == '#')
        c = read_number(translate_slice_from(name, 1));
    for (size_t i = 0; end < near.len && i < sizeof(names) / sizeof(names[0]); i++)
        if (translate_slice_is(name, names[i].name))
            c = names[i].c;
    if (c > 0)
        add_code_point(r, c);
    else
        add_byte(r, '&');
    r->rest = translate_slice_from(r->rest, c > 0 ? end + 1 : 1);
}

static void close_to(struct reader *r, size_t depth)
{
    flush(r);
    while (r->depth > depth) {
        if (r->open[r->depth - 1].tag->kind == BLOCK)
            new_line(r);
        r->depth--;
    }
}

/* The index of the innermost open element of a tag, 0 if there is none. */
static size_t find_open(const struct reader *r, const struct tag *tag)
{
    size_t at = r->depth - 1;

    while (at > 0 && r->open[at].tag != tag)
        at--;
    return at;
}

/* The value of href if it is of a scheme that a link may have; empty else. */
static xmppfed_slice read_link(xmppfed_slice attributes)
{
    static const char *const schemes[] = {"http:", "https:", "mailto:", "xmpp:", "sip:"};
    xmppfed_slice none = {NULL, 0}, value;

    while (attributes.len > 4 &&
           !translate_slice_is_nocase(translate_slice_until(attributes, 5), "href="))
        attributes = translate_slice_from(attributes, 1);
    value = translate_slice_from(attributes, 5);
    if (value.len > 1 && (value.data[0] == '"' || value.data[0] == '\'')) {
        char quote = value.data[0];

        value = translate_slice_from(value, 1);
        value = translate_slice_until(value, translate_slice_find(value, quote));
    }
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.data[i] <= 0x20)
            return none;
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (translate_slice_is_nocase(translate_slice_until(value, strlen(schemes[i])), schemes[i]))
            return value;
    return none;
}

/* A link as a text of its own; of references only "&amp;" stands in links that people send. */
static xmppfed_slice copy_link(xmppfed_slice link, struct translate_text *text)
{
    for (size_t i = 0; i < link.len; i++) {
        translate_text_byte(text, link.data[i]);
        if (link.data[i] == '&' &&
            translate_slice_is(translate_slice_until(translate_slice_from(link, i), 5), "&amp;"))
            i += 4;
    }
    return translate_text_end(text);
}

static void open_tag(struct reader *r, const struct tag *tag, xmppfed_slice attributes)
{
    xmppfed_element *e;

    /* A paragraph or item ends the one before it, whose end tag HTML lets one forget. */
    if ((strcmp(tag->name, "p") == 0 || strcmp(tag->name, "li") == 0) &&
        r->open[r->depth - 1].tag == tag)
        close_to(r, r->depth - 1);
    if (tag->kind == INLINE)
        write_blank(r);
    flush(r);
    if (tag->kind != INLINE)
        new_line(r);
    if (r->depth == DEPTH_MAX)
        return;
    e = xmppfed_element_add_child(r->open[r->depth - 1].element, tag->xhtml, TRANSLATE_NS_XHTML);
    if (tag->kind == BREAK)
        return;
    if (strcmp(tag->name, "a") == 0) {
        xmppfed_slice link = copy_link(read_link(attributes), r->text);

        if (link.len > 0)
            xmppfed_element_set_attribute(e, "href", link.data);
    }
    r->open[r->depth].tag = tag;
    r->open[r->depth].element = e;
    r->depth++;
}

/* Skips to behind the end tag of an element that vanishes whole, or to the end. */
static void skip_content(struct reader *r, const struct tag *tag)
{
    size_t len = strlen(tag->name);

    while (r->rest.len > 0) {
        r->rest = translate_slice_from(r->rest, translate_slice_find(r->rest, '<'));
        if (r->rest.len > len + 2 && r->rest.data[1] == '/' &&
            translate_slice_is_nocase(translate_slice_until(translate_slice_from(r->rest, 2), len),
                                      tag->name)) {
            r->rest = translate_slice_from(r->rest, translate_slice_find(r->rest, '>') + 1);
            return;
        }
        r->rest = translate_slice_from(r->rest, 1);
    }
}

/* Where a tag ends: '>' outside of quotes, or the end of the text. */
static size_t find_tag_end(xmppfed_slice rest)
{
    char quote = 0;

    for (size_t i = 0; i < rest.len; i++) {
        char c = rest.data[i];

        if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? 0 : c;
        else if (!quote && c == '>')
            return i;
    }
    return translate_slice_find(rest, '>');
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What begins with '<': a comment, a declaration, a tag, or nothing but that character. */
static void read_markup(struct reader *r)
{
    xmppfed_slice inside = translate_slice_from(r->rest, 1);
    bool end = inside.len > 0 && inside.data[0] == '/';
    const struct tag *tag;
    size_t len = 0, stop;

    if (inside.len >= 3 && memcmp(inside.data, "!--", 3) == 0) {
        r->rest = translate_slice_from(inside, 3);
        while (r->rest.len > 0 && !(r->rest.len >= 3 && memcmp(r->rest.data, "-->", 3) == 0))
            r->rest = translate_slice_from(r->rest, 1);
        r->rest = translate_slice_from(r->rest, 3);
        return;
    }
    inside = translate_slice_from(inside, end);
    if (inside.len == 0 ||
        (!is_letter(inside.data[0]) && inside.data[0] != '!' && inside.data[0] != '?')) {
        add_byte(r, '<');
        r->rest = translate_slice_from(r->rest, 1);
        return;
    }
    while (len < inside.len && is_letter(inside.data[len]))
        len++;
    stop = find_tag_end(inside);
    tag = len <= NAME_MAX_LEN ? find_tag(translate_slice_until(inside, len)) : NULL;
    r->rest = translate_slice_from(inside, stop + 1);
    if (tag && end && tag->kind != BREAK && find_open(r, tag) > 0)
        close_to(r, find_open(r, tag));
    else if (tag && !end && tag->kind == DROP)
        skip_content(r, tag);
    else if (tag && !end)
        open_tag(r, tag, translate_slice_from(translate_slice_until(inside, stop), len));
}

int translate_html_add(xmppfed_slice html, struct translate_text *text, xmppfed_element *message,
                       struct translate_problem *problem)
{
    struct reader r = {.rest = html, .text = text, .depth = 1, .fresh = true};
    xmppfed_element *plain =
        xmppfed_element_add_child(message, "body", xmppfed_element_ns(message));
    xmppfed_element *root = xmppfed_element_add_child(message, "html", TRANSLATE_NS_XHTML_IM);
    xmppfed_slice words;
    int rc;

    translate_text_init(&r.plain, text->memory);
    r.open[0].element = xmppfed_element_add_child(root, "body", TRANSLATE_NS_XHTML);
    while (r.rest.len > 0) {
        char c = r.rest.data[0];

        if (c == '<') {
            read_markup(&r);
        } else if (c == '&') {
            read_reference(&r);
        } else {
            if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
                r.blank = true;
            else
                add_byte(&r, c);
            r.rest = translate_slice_from(r.rest, 1);
        }
    }
    close_to(&r, 1);
    words = translate_slice_trim(translate_text_end(&r.plain));
    words = translate_text_copy(text, words);
    rc = translate_text_status(&r.plain);
    translate_text_fini(&r.plain);
    if (rc < 0 || translate_text_status(text) < 0)
        return translate_refuse(problem, TRANSLATE_NO_MEMORY, "out of memory for an HTML text");
    if (words.len == 0) {
        xmppfed_element_remove(plain);
        xmppfed_element_remove(root);
        return 0;
    }
    xmppfed_element_add_text(plain, words.data);
    return 1;
}
