/*
 * watch_row.h - values of watches as the columns of their tables have them, in that order; for the
 * files of watch_store.h.
 */
#ifndef BRIDGE_WATCH_ROW_H
#define BRIDGE_WATCH_ROW_H

#include "bridge/watch_store.h"

/* How long a member is given to see to what is due himself, in ms. */
#define WATCH_PATIENCE 3000

/* Where the next column of a row is read; text gets a copy of what is text. */
struct row_cursor {
    const struct query *query;
    struct translate_text *text;
    int column;
};

/* The next column as text. */
xmppfed_slice row_take_text(struct row_cursor *c);
/* The next column as a number. */
int64_t row_take_number(struct row_cursor *c);
/* The next columns: call_id to remote_cseq. */
void row_take_dialog(struct row_cursor *c, struct watch_dialog *d);
/* The next columns: known to priority. */
void row_take_kept(struct row_cursor *c, struct kept_presence *k);

/* Bind the same columns, in the same order. */
void row_bind_dialog(struct query *q, const struct watch_dialog *d);
/* As above. */
void row_bind_kept(struct query *q, const struct kept_presence *k);
/* The domain of a bare address. */
void row_bind_domain(struct query *q, xmppfed_slice bare);
/* Whose a row is when this member writes it. */
void row_bind_member(struct query *q, const char *self, xmppfed_slice member, int64_t flight);

#endif
