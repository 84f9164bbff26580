/* features.h - <stream:features/> and the set of offers that it stands for. */
#ifndef XFED_STREAM_FEATURES_H
#define XFED_STREAM_FEATURES_H

#include <stdbool.h>
#include <xmppfed/element.h>

struct xfed_stream_features {
    bool starttls;
    bool starttls_required;
    bool sasl;            /* a <mechanisms/> is there */
    bool sasl_external;   /* and lists EXTERNAL */
    bool sasl_scram;      /* and lists SCRAM-SHA-256-PLUS */
    bool dialback;        /* urn:xmpp:features:dialback */
    bool dialback_errors; /* with <errors/> */
    bool bidi;            /* urn:xmpp:features:bidi (XEP-0288 2.1) */
    bool only_unknown;    /* demands what we do not know, and has none of the above */
    bool management;      /* urn:xmpp:sm:3 (XEP-0198) */
    size_t max_bytes;     /* XEP-0478 limits; 0: not said */
    unsigned idle_seconds;
};

/* Reads <stream:features/>; what is not known is not an error unless it is demanded and alone
 * (RFC 6120 4.3.2, 4.9.3.23). */
void xfed_stream_features_read(const xmppfed_element *e, struct xfed_stream_features *ret);
/* Builds the element for a set of offers; NULL when out of memory. The caller frees. */
xmppfed_element *xfed_stream_features_write(xmppfed_context *ctx,
                                            const struct xfed_stream_features *offer);

#endif
