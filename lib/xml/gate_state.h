/* gate_state.h - the inside of the gate, shared by its three source files and nobody else. */
#ifndef XFED_XML_GATE_STATE_H
#define XFED_XML_GATE_STATE_H

#include "xml/gate.h"

/* What the lexical machine expects next. */
enum xfed_gate_state {
    GATE_OUTSIDE = 0, /* at stream level, between units */
    GATE_TEXT,        /* in the content of an element */
    GATE_TEXT_BRACKET,
    GATE_TEXT_BRACKETS,
    GATE_LESS,       /* after "<" */
    GATE_BANG,       /* after "<!" */
    GATE_CDATA_OPEN, /* in "<![CDATA[" */
    GATE_CDATA,
    GATE_CDATA_BRACKET,
    GATE_CDATA_BRACKETS,
    GATE_QUESTION,    /* after "<?", reading the target */
    GATE_DECLARATION, /* after "<?xml " as the first bytes */
    GATE_DECLARATION_END,
    GATE_NAME,      /* in the name of a start tag */
    GATE_TAG,       /* in a start tag, before white space */
    GATE_TAG_SPACE, /* in a start tag, after white space */
    GATE_ATTRIBUTE, /* in the name of an attribute */
    GATE_EQUALS,    /* between name and "=" */
    GATE_QUOTE,     /* between "=" and the opening quote */
    GATE_VALUE,
    GATE_EMPTY,     /* after "/" in a start tag */
    GATE_END_SLASH, /* after "</" */
    GATE_END_NAME,
    GATE_END_SPACE,
    GATE_AMPERSAND, /* after "&" */
    GATE_ENTITY,
    GATE_HASH, /* after "&#" */
    GATE_DECIMAL,
    GATE_HEXADECIMAL
};

enum xfed_gate_phase { GATE_PROLOG, GATE_STREAM, GATE_CLOSED };

/* A name among the bytes of the unit, which is shorter than 4 GiB. */
struct xfed_gate_span {
    uint32_t at;
    uint32_t len;
    uint32_t hash;
};

struct xfed_gate_spans {
    struct xfed_gate_span *items;
    uint32_t count;
    uint32_t capacity;
};

struct xfed_gate {
    struct xfed_account *account;
    /* Both are the owner's, who may change what is in them at any time. */
    const struct xfed_xml_limits *limits; /* of the unit being read */
    const struct xfed_xml_limits *next;   /* of the unit after it */
    int error;
    enum xfed_gate_phase phase;
    enum xfed_gate_state state;
    bool pending;  /* something has begun and is not complete */
    bool complete; /* the buffer holds something that was handed out */
    bool at_start; /* the "<" being read was the very first byte */
    uint64_t offset;
    struct xfed_utf8 utf8;

    /* The input of the present call; [from, at) belongs to the unit and is not in the buffer. */
    const char *input;
    size_t input_from;
    size_t input_at;

    struct xfed_buffer buffer; /* the bytes of the unfinished unit */
    char *header_name;         /* what the closing tag must repeat */
    size_t header_name_len;
    size_t unit_len; /* bytes of the unit so far, in the buffer or not */
    size_t char_at;  /* where in the unit the present character begins */

    struct xfed_gate_span name; /* being read, or read last */
    bool colon_seen;
    bool after_colon;
    struct xfed_gate_spans open;       /* elements of the unit that are open */
    struct xfed_gate_spans attributes; /* of the start tag being read */
    unsigned elements;
    unsigned namespaces;

    char quote;       /* of the attribute value being read, or 0 */
    size_t value_at;  /* where it begins */
    unsigned matched; /* characters of a fixed word */
    uint32_t number;  /* of a character reference */
    bool has_digits;
};

/* Moves the bytes read so far to the buffer. Errors as xfed_buffer_append. */
int xfed_gate_flush(struct xfed_gate *g) XMPPFED_MUST_CHECK;

/* Takes one character that XML allows. Returns as xfed_gate_feed does. */
int xfed_gate_step(struct xfed_gate *g, uint32_t code) XMPPFED_MUST_CHECK;

/* A name begins with the present character. */
void xfed_gate_name_begin(struct xfed_gate *g, uint32_t code);
/* Adds the present character, or sets *ret_ended when it cannot belong to a name. */
int xfed_gate_name_add(struct xfed_gate *g, uint32_t code, bool *ret_ended) XMPPFED_MUST_CHECK;
/* Adds the small letters that data begins with and the limits allow, all at once: how many. */
size_t xfed_gate_name_run(struct xfed_gate *g, const char *data, size_t len);
/* The bytes of a name, which must have been flushed. */
xmppfed_slice xfed_gate_name_bytes(const struct xfed_gate *g, const struct xfed_gate_span *name);

/* The name just read is a start tag's: the header's is kept, another one is open from now on. */
int xfed_gate_start_named(struct xfed_gate *g) XMPPFED_MUST_CHECK;
/* It is an attribute's: it must be new in its tag, and counts if it declares a namespace. */
int xfed_gate_attribute_named(struct xfed_gate *g) XMPPFED_MUST_CHECK;
/* It is an end tag's: it must be that of the innermost open element, or of the header. */
int xfed_gate_end_named(struct xfed_gate *g) XMPPFED_MUST_CHECK;

/* Lets a list go. */
void xfed_gate_spans_free(struct xfed_gate *g, struct xfed_gate_spans *s);

#endif
