/* management.h - the elements of stream management (XEP-0198): read a peer's, write ours. */
#ifndef XFED_STREAM_MANAGEMENT_H
#define XFED_STREAM_MANAGEMENT_H

#include <stdbool.h>
#include <stdint.h>
#include <xmppfed/element.h>

enum xfed_management_kind {
    XFED_MANAGEMENT_NONE = 0, /* an element of the namespace that is none of these */
    XFED_MANAGEMENT_ENABLE,
    XFED_MANAGEMENT_ENABLED,
    XFED_MANAGEMENT_RESUME,
    XFED_MANAGEMENT_RESUMED,
    XFED_MANAGEMENT_FAILED,
    XFED_MANAGEMENT_REQUEST, /* <r/> */
    XFED_MANAGEMENT_ACK      /* <a/> */
};

/* Longer ids of a session are not resumed: XEP-0198 5 has 4000 bytes, and nobody needs them. */
#define XFED_MANAGEMENT_ID_MAX 255

struct xfed_management {
    enum xfed_management_kind kind;
    bool resume;    /* ENABLE, ENABLED: the stream may be resumed */
    bool has_h;     /* FAILED may have one; RESUME, RESUMED and ACK do */
    uint32_t h;     /* how many stanzas were handled, modulo 2^32 */
    uint32_t max;   /* ENABLE, ENABLED: seconds for which a session is kept; 0: not said */
    const char *id; /* ENABLED: id; RESUME, RESUMED: previd; else "". Borrowed from the element */
};

/*
 * Reads an element of the namespace urn:xmpp:sm:3. An attribute that is optional and cannot be read
 * counts as absent. XMPPFED_ERR_STREAM_ACK_MALFORMED without a required one; else 0.
 */
int xfed_management_parse(const xmppfed_element *e, struct xfed_management *ret) XMPPFED_MUST_CHECK;
/* Builds the element that parses to m; NULL when out of memory. The caller frees. */
xmppfed_element *xfed_management_write(xmppfed_context *ctx, const struct xfed_management *m);
/*
 * <failed/> with a condition of RFC 6120 8.3.3, and how many stanzas of the session were handled,
 * NULL if that is not told; NULL when out of memory. The caller frees.
 */
xmppfed_element *xfed_management_failed(xmppfed_context *ctx, const char *condition,
                                        const uint32_t *h);
/* Adds <handled-count-too-high/> to a stream error (XEP-0198 6). */
void xfed_management_too_high(xmppfed_element *error, uint32_t h, uint32_t sent);

#endif
