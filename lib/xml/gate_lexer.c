/*
 * gate_lexer.c - the gate's lexical machine: restricted XML (RFC 6120 11.1), character by
 * character.
 *
 * One function a group of states. Each takes the present character and returns XFED_GATE_MORE,
 * what has become complete, or the RFC 6120 4.9.3 verdict as soon as it is certain.
 */
#include <string.h>

#include "base/slice.h"
#include "xml/decl.h"
#include "xml/gate_state.h"
#include "xml/names.h"

static const char word_xml[] = "xml";
static const char word_cdata[] = "CDATA[";

static int go(struct xfed_gate *g, enum xfed_gate_state state)
{
    g->state = state;
    return XFED_GATE_MORE;
}

/* Goes on if all is well so far. */
static int go_if(struct xfed_gate *g, int rc, enum xfed_gate_state state)
{
    return rc < 0 ? rc : go(g, state);
}

/* ---- stream level, text and CDATA ---- */

static int outside(struct xfed_gate *g, uint32_t code)
{
    if (code == '<')
        return go(g, GATE_LESS);
    /* White space keep-alives (RFC 6120 4.6.1); other text belongs to no element. */
    return xfed_xml_is_space(code) ? XFED_GATE_MORE : XMPPFED_ERR_XML_NOT_WELL_FORMED;
}

static int text(struct xfed_gate *g, uint32_t code)
{
    if (code == '<')
        return go(g, GATE_LESS);
    if (code == '&')
        return go(g, GATE_AMPERSAND);
    if (code == '>' && g->state == GATE_TEXT_BRACKETS)
        return XMPPFED_ERR_XML_NOT_WELL_FORMED; /* "]]>", XML 1.0 production CharData */
    if (code == ']')
        return go(g, g->state == GATE_TEXT ? GATE_TEXT_BRACKET : GATE_TEXT_BRACKETS);
    return go(g, GATE_TEXT);
}

static int cdata(struct xfed_gate *g, uint32_t code)
{
    if (code == '>' && g->state == GATE_CDATA_BRACKETS)
        return go(g, GATE_TEXT);
    if (code == ']')
        return go(g, g->state == GATE_CDATA ? GATE_CDATA_BRACKET : GATE_CDATA_BRACKETS);
    return go(g, GATE_CDATA);
}

static int cdata_open(struct xfed_gate *g, uint32_t code)
{
    if (code != (uint32_t)word_cdata[g->matched])
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    g->matched++;
    return word_cdata[g->matched] ? XFED_GATE_MORE : go(g, GATE_CDATA);
}

/* ---- markup ---- */

/* After "<!": comments and every declaration of a DTD are forbidden (RFC 6120 11.1). */
static int bang(struct xfed_gate *g, uint32_t code)
{
    switch (code) {
    case '-': /* a comment */
    case 'D': /* DOCTYPE */
    case 'E': /* ENTITY, ELEMENT */
    case 'A': /* ATTLIST */
    case 'N': /* NOTATION */
        return XMPPFED_ERR_XML_RESTRICTED;
    case '[':
        g->matched = 0;
        return g->open.count > 0 ? go(g, GATE_CDATA_OPEN) : XMPPFED_ERR_XML_NOT_WELL_FORMED;
    default:
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    }
}

/*
 * After "<?": a processing instruction is forbidden. Only "<?xml " is told apart from it, because
 * it is a declaration at the very start and not well-formed anywhere else (XML 1.0, 2.6 and 2.8).
 */
static int question(struct xfed_gate *g, uint32_t code)
{
    if (word_xml[g->matched]) {
        if (code != (uint32_t)word_xml[g->matched])
            return XMPPFED_ERR_XML_RESTRICTED;
        g->matched++;
        return XFED_GATE_MORE;
    }
    if (code == ':' || xfed_xml_is_name_char(code))
        return XMPPFED_ERR_XML_RESTRICTED;
    if (!g->at_start || !xfed_xml_is_space(code))
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    return go(g, GATE_DECLARATION);
}

static int declaration(struct xfed_gate *g, uint32_t code)
{
    size_t len;

    if (code == '?')
        return go(g, GATE_DECLARATION_END);
    if (code != '>' || g->state != GATE_DECLARATION_END)
        return go(g, GATE_DECLARATION);
    g->at_start = false;
    int rc = xfed_gate_flush(g);
    if (rc == 0)
        rc = xfed_xml_decl_read(xfed_buffer_bytes(&g->buffer), &len);
    return go_if(g, rc, GATE_OUTSIDE);
}

static int begin_element(struct xfed_gate *g, uint32_t code)
{
    xfed_gate_name_begin(g, code);
    if (g->phase == GATE_STREAM &&
        (g->open.count >= g->limits->depth || ++g->elements > g->limits->elements))
        return XMPPFED_ERR_LIMIT_SHAPE;
    return go(g, GATE_NAME);
}

static int less(struct xfed_gate *g, uint32_t code)
{
    if (code == '/' && g->phase == GATE_STREAM)
        return go(g, GATE_END_SLASH);
    if (code == '!')
        return go(g, GATE_BANG);
    if (code == '?') {
        g->matched = 0;
        return go(g, GATE_QUESTION);
    }
    if (!xfed_xml_is_name_start(code))
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    return begin_element(g, code);
}

/* ---- start tags ---- */

static int header_complete(struct xfed_gate *g)
{
    g->phase = GATE_STREAM;
    g->state = GATE_OUTSIDE;
    return XFED_GATE_HEADER;
}

/* An element of the unit has ended, and with the outermost one the unit. */
static int element_complete(struct xfed_gate *g)
{
    g->open.count--;
    if (g->open.count > 0)
        return go(g, GATE_TEXT);
    g->state = GATE_OUTSIDE;
    return XFED_GATE_UNIT;
}

/* In a start tag, where white space, "/" or ">" may stand. */
static int tag(struct xfed_gate *g, uint32_t code)
{
    if (xfed_xml_is_space(code))
        return go(g, GATE_TAG_SPACE);
    if (code == '>')
        return g->phase == GATE_PROLOG ? header_complete(g) : go(g, GATE_TEXT);
    if (code == '/' && g->phase == GATE_STREAM) /* a header that closes itself is no stream */
        return go(g, GATE_EMPTY);
    if (g->state != GATE_TAG_SPACE || !xfed_xml_is_name_start(code))
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    if (g->attributes.count >= g->limits->attributes)
        return XMPPFED_ERR_LIMIT_SHAPE;
    xfed_gate_name_begin(g, code);
    return go(g, GATE_ATTRIBUTE);
}

static int name(struct xfed_gate *g, uint32_t code)
{
    bool ended;
    int rc = xfed_gate_name_add(g, code, &ended);
    if (rc < 0 || !ended)
        return rc;
    rc = xfed_gate_start_named(g);
    if (rc < 0)
        return rc;
    g->state = GATE_TAG;
    return tag(g, code);
}

static int empty(struct xfed_gate *g, uint32_t code)
{
    return code == '>' ? element_complete(g) : XMPPFED_ERR_XML_NOT_WELL_FORMED;
}

static int equals(struct xfed_gate *g, uint32_t code)
{
    if (code == '=')
        return go(g, GATE_QUOTE);
    return xfed_xml_is_space(code) ? go(g, GATE_EQUALS) : XMPPFED_ERR_XML_NOT_WELL_FORMED;
}

static int attribute(struct xfed_gate *g, uint32_t code)
{
    bool ended;
    int rc = xfed_gate_name_add(g, code, &ended);
    if (rc < 0 || !ended)
        return rc;
    rc = xfed_gate_attribute_named(g);
    return rc < 0 ? rc : equals(g, code);
}

static int quote(struct xfed_gate *g, uint32_t code)
{
    if (xfed_xml_is_space(code))
        return XFED_GATE_MORE;
    if (code != '\'' && code != '"')
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    g->quote = (char)code;
    g->value_at = g->unit_len;
    return go(g, GATE_VALUE);
}

static int value(struct xfed_gate *g, uint32_t code)
{
    if (code == (uint32_t)g->quote) {
        g->quote = 0;
        return go(g, GATE_TAG);
    }
    if (code == '<')
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    return go(g, code == '&' ? GATE_AMPERSAND : GATE_VALUE);
}

/* ---- end tags ---- */

static int end_tag(struct xfed_gate *g, uint32_t code)
{
    if (xfed_xml_is_space(code))
        return go(g, GATE_END_SPACE);
    if (code != '>')
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    if (g->open.count > 0)
        return element_complete(g);
    g->phase = GATE_CLOSED;
    return XFED_GATE_CLOSE;
}

static int end_slash(struct xfed_gate *g, uint32_t code)
{
    if (!xfed_xml_is_name_start(code))
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    xfed_gate_name_begin(g, code);
    return go(g, GATE_END_NAME);
}

static int end_name(struct xfed_gate *g, uint32_t code)
{
    bool ended;
    int rc = xfed_gate_name_add(g, code, &ended);
    if (rc < 0 || !ended)
        return rc;
    rc = xfed_gate_end_named(g);
    return rc < 0 ? rc : end_tag(g, code);
}

/* ---- references ---- */

static int reference_complete(struct xfed_gate *g)
{
    return go(g, g->quote ? GATE_VALUE : GATE_TEXT);
}

static int ampersand(struct xfed_gate *g, uint32_t code)
{
    if (code == '#')
        return go(g, GATE_HASH);
    if (!xfed_xml_is_name_start(code))
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    xfed_gate_name_begin(g, code);
    return go(g, GATE_ENTITY);
}

/* Only the predefined entities exist (RFC 6120 11.1); without ";" it is no reference at all. */
static int entity(struct xfed_gate *g, uint32_t code)
{
    static const char *const predefined[] = {"amp", "lt", "gt", "quot", "apos"};
    bool ended;
    int rc = xfed_gate_name_add(g, code, &ended);
    if (rc < 0 || !ended)
        return rc;
    if (code != ';')
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    rc = xfed_gate_flush(g);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < sizeof(predefined) / sizeof(predefined[0]); i++) {
        if (xfed_slice_is(xfed_gate_name_bytes(g, &g->name), predefined[i]))
            return reference_complete(g);
    }
    return XMPPFED_ERR_XML_RESTRICTED;
}

/* The value of a digit, or base if it is none. */
static uint32_t digit(uint32_t code, uint32_t base)
{
    uint32_t n = base;
    if (code >= '0' && code <= '9')
        n = code - '0';
    else if (code >= 'a' && code <= 'f')
        n = code - 'a' + 10;
    else if (code >= 'A' && code <= 'F')
        n = code - 'A' + 10;
    return n < base ? n : base;
}

static int number(struct xfed_gate *g, uint32_t code)
{
    uint32_t base = g->state == GATE_HEXADECIMAL ? 16 : 10;
    uint32_t n = digit(code, base);

    if (n < base) {
        g->has_digits = true;
        g->number = g->number * base + n;
        return g->number <= 0x10FFFF ? XFED_GATE_MORE : XMPPFED_ERR_XML_NOT_WELL_FORMED;
    }
    if (code != ';' || !g->has_digits || !xfed_utf8_is_xml_char(g->number))
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    return reference_complete(g);
}

static int hash(struct xfed_gate *g, uint32_t code)
{
    g->number = 0;
    g->has_digits = false;
    if (code == 'x')
        return go(g, GATE_HEXADECIMAL);
    g->state = GATE_DECIMAL;
    return number(g, code);
}

/* The closing quote is not part of the value, all else until there is. */
static bool value_too_long(const struct xfed_gate *g, uint32_t code)
{
    if (!g->quote || (g->state == GATE_VALUE && code == (uint32_t)g->quote))
        return false;
    return g->unit_len - g->value_at > g->limits->attribute_bytes;
}

int xfed_gate_step(struct xfed_gate *g, uint32_t code)
{
    if (value_too_long(g, code))
        return XMPPFED_ERR_LIMIT_SIZE;
    switch (g->state) {
    case GATE_OUTSIDE:
        return outside(g, code);
    case GATE_TEXT:
    case GATE_TEXT_BRACKET:
    case GATE_TEXT_BRACKETS:
        return text(g, code);
    case GATE_LESS:
        return less(g, code);
    case GATE_BANG:
        return bang(g, code);
    case GATE_CDATA_OPEN:
        return cdata_open(g, code);
    case GATE_CDATA:
    case GATE_CDATA_BRACKET:
    case GATE_CDATA_BRACKETS:
        return cdata(g, code);
    case GATE_QUESTION:
        return question(g, code);
    case GATE_DECLARATION:
    case GATE_DECLARATION_END:
        return declaration(g, code);
    case GATE_NAME:
        return name(g, code);
    case GATE_TAG:
    case GATE_TAG_SPACE:
        return tag(g, code);
    case GATE_ATTRIBUTE:
        return attribute(g, code);
    case GATE_EQUALS:
        return equals(g, code);
    case GATE_QUOTE:
        return quote(g, code);
    case GATE_VALUE:
        return value(g, code);
    case GATE_EMPTY:
        return empty(g, code);
    case GATE_END_SLASH:
        return end_slash(g, code);
    case GATE_END_NAME:
        return end_name(g, code);
    case GATE_END_SPACE:
        return end_tag(g, code);
    case GATE_AMPERSAND:
        return ampersand(g, code);
    case GATE_ENTITY:
        return entity(g, code);
    case GATE_HASH:
        return hash(g, code);
    case GATE_DECIMAL:
    case GATE_HEXADECIMAL:
        return number(g, code);
    }
    return XMPPFED_ERR_INTERNAL;
}
