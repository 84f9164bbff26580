/* wrap.h - reads elements that stand alone, by putting them inside a stream. */
#ifndef FUZZ_WRAP_H
#define FUZZ_WRAP_H

#include <xmppfed/element.h>

/*
 * The first element inside a stream of ours with this content namespace, or NULL if the bytes do
 * not begin with a whole one. The caller frees it.
 */
xmppfed_element *wrap_read(xmppfed_context *ctx, const char *content_ns, const char *bytes,
                           size_t len);

#endif
