/* stream_error.h - stream errors (RFC 6120 4.9): read a peer's, write ours. */
#ifndef XFED_STREAM_STREAM_ERROR_H
#define XFED_STREAM_STREAM_ERROR_H

#include <stdbool.h>
#include <xmppfed/element.h>

/* Whether a condition is one of RFC 6120 4.9.3. */
bool xfed_stream_error_known(const char *condition);
/* <stream:error/> with the condition and, if not NULL, a text. NULL when out of memory. */
xmppfed_element *xfed_stream_error_write(xmppfed_context *ctx, const char *condition,
                                         const char *text);
/* Whether e is <stream:error/>; *ret_condition gets a static name, *ret_text borrows or is "". */
bool xfed_stream_error_read(const xmppfed_element *e, const char **ret_condition,
                            const char **ret_text);
/* What the peer's application added to <stream:error/> (RFC 6120 4.9.4), or NULL. */
const xmppfed_element *xfed_stream_error_application(const xmppfed_element *e);

#endif
