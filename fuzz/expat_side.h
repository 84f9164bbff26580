/* expat_side.h - reads a stream with Expat and notes the items as our reader would give them. */
#ifndef FUZZ_EXPAT_SIDE_H
#define FUZZ_EXPAT_SIDE_H

#include <expat.h>

#include "dump.h"

/* What Expat takes and RFC 6120 forbids; at the first of these the reading ends. */
enum expat_feature {
    EXPAT_NONE = 0,
    EXPAT_DOCTYPE,      /* RFC 6120 11.1 */
    EXPAT_COMMENT,      /* RFC 6120 11.1 */
    EXPAT_INSTRUCTION,  /* RFC 6120 11.1 */
    EXPAT_ENCODING,     /* RFC 6120 11.6: another one than UTF-8 is declared */
    EXPAT_VERSION,      /* XML 1.0, production VersionNum: not "1." and digits */
    EXPAT_EMPTY_HEADER, /* RFC 6120 4.2: the header is an empty-element tag */
    EXPAT_STREAM_TEXT   /* RFC 6120 4.8: text, a reference or CDATA between the units */
};

struct expat_side {
    XML_Parser parser;
    xmppfed_slice bytes; /* the whole stream, of which the offsets tell */
    struct xfed_account account;
    struct xfed_buffer log;  /* of whole items: 'H', 'U' or 'C', and a dump */
    struct xfed_buffer item; /* the dump of the item that is being read */
    struct xfed_buffer text; /* that is being read */
    unsigned depth;
    bool closed;
    enum XML_Error error; /* 0: none */
    uint64_t error_at;
    uint64_t done; /* the end of the last token of which Expat has told */
    enum expat_feature feature;
    uint64_t feature_at;
};

/* bytes are borrowed. Ends the process when out of memory. */
struct expat_side *expat_side_new(xmppfed_context *ctx, xmppfed_slice bytes);
/* Reads the next piece of the bytes, unless the reading has ended. */
void expat_side_feed(struct expat_side *s, xmppfed_slice piece);
void expat_side_free(struct expat_side *s);

#endif
