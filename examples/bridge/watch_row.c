/* watch_row.c - values of watches as the columns of their tables have them. */
#include "bridge/watch_row.h"

xmppfed_slice row_take_text(struct row_cursor *c)
{
    return translate_text_copy(c->text, query_text_at(c->query, c->column++));
}

int64_t row_take_number(struct row_cursor *c)
{
    return query_number_at(c->query, c->column++);
}

void row_take_dialog(struct row_cursor *c, struct watch_dialog *d)
{
    d->call_id = row_take_text(c);
    d->local_tag = row_take_text(c);
    d->remote_tag = row_take_text(c);
    d->local_uri = row_take_text(c);
    d->remote_uri = row_take_text(c);
    d->target = row_take_text(c);
    d->route = row_take_text(c);
    d->cseq = (uint32_t)row_take_number(c);
    d->remote_cseq = (uint32_t)row_take_number(c);
}

void row_bind_dialog(struct query *q, const struct watch_dialog *d)
{
    query_text(q, d->call_id);
    query_text(q, d->local_tag);
    query_text(q, d->remote_tag);
    query_text(q, d->local_uri);
    query_text(q, d->remote_uri);
    query_text(q, d->target);
    query_text(q, d->route);
    query_number(q, d->cseq);
    query_number(q, d->remote_cseq);
}

void row_take_kept(struct row_cursor *c, struct kept_presence *k)
{
    k->known = row_take_number(c) != 0;
    k->open = row_take_number(c) != 0;
    k->resource = row_take_text(c);
    k->show = row_take_text(c);
    k->status = row_take_text(c);
    k->language = row_take_text(c);
    k->priority = row_take_text(c);
}

void row_bind_kept(struct query *q, const struct kept_presence *k)
{
    query_number(q, k->known);
    query_number(q, k->open);
    query_text(q, k->resource.data ? k->resource : (xmppfed_slice){"", 0});
    query_text(q, k->show);
    query_text(q, k->status);
    query_text(q, k->language);
    query_text(q, k->priority);
}

void row_bind_member(struct query *q, const char *self, xmppfed_slice member, int64_t flight)
{
    if (flight > 0 && member.len > 0)
        query_text(q, member);
    else
        query_string(q, self);
}

void row_bind_domain(struct query *q, xmppfed_slice bare)
{
    size_t at = translate_slice_find(bare, '@');

    query_text(q, at < bare.len ? translate_slice_from(bare, at + 1) : bare);
}
