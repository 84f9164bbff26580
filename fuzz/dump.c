/* dump.c - an element tree as bytes that are equal exactly when the trees say the same. */
#include "dump.h"

#include "base/slice.h"
#include "fuzz.h"
#include "xml/tree.h"

static void put(struct xfed_buffer *out, const void *data, size_t len)
{
    FUZZ_CHECK(xfed_buffer_append(out, data, len) == 0);
}

static void put_string(struct xfed_buffer *out, const char *text)
{
    FUZZ_CHECK(xfed_buffer_append_text(out, text) == 0);
    put(out, "", 1);
}

void dump_open(struct xfed_buffer *out, const char *name, const char *ns)
{
    put(out, "E", 1);
    put_string(out, name);
    put_string(out, ns);
}

void dump_attribute(struct xfed_buffer *out, const char *name, const char *ns, const char *value)
{
    put(out, "A", 1);
    put_string(out, name);
    put_string(out, ns);
    put_string(out, value);
}

void dump_text(struct xfed_buffer *out, const char *text, size_t len)
{
    put(out, "T", 1);
    put(out, text, len);
    put(out, "", 1);
}

void dump_close(struct xfed_buffer *out)
{
    put(out, "X", 1);
}

static void open_element(struct xfed_buffer *out, const xmppfed_element *e)
{
    dump_open(out, e->name, e->ns);
    for (const struct xfed_tree_attribute *a = e->attributes; a; a = a->next)
        dump_attribute(out, a->name, a->ns, a->value);
}

/* The text that begins at node; what follows it directly is part of it. */
static const struct xfed_tree_node *whole_text(struct xfed_buffer *out,
                                               const struct xfed_tree_node *node)
{
    const struct xfed_tree_node *at = node;
    size_t len = 0;

    for (; at && at->text; at = at->next)
        len += at->text_len;
    if (len > 0) {
        put(out, "T", 1);
        for (at = node; at && at->text; at = at->next)
            put(out, at->text, at->text_len);
        put(out, "", 1);
    }
    return at;
}

/* Not recursive: a tree may be as deep as the limits allow. */
void dump_tree(struct xfed_buffer *out, const xmppfed_element *e)
{
    const xmppfed_element *at = e;
    const struct xfed_tree_node *next = e->first;

    open_element(out, e);
    for (;;) {
        if (next && next->text) {
            next = whole_text(out, next);
        } else if (next) {
            at = (const xmppfed_element *)(const void *)next;
            open_element(out, at);
            next = at->first;
        } else {
            dump_close(out);
            if (at == e)
                return;
            next = at->node.next;
            at = at->node.parent;
        }
    }
}

bool dump_equal(xmppfed_context *ctx, const xmppfed_element *a, const xmppfed_element *b)
{
    struct xfed_account account;
    struct xfed_buffer dumps[2];
    bool equal;

    xfed_account_init(&account, ctx, SIZE_MAX);
    xfed_buffer_init(&dumps[0], &account, SIZE_MAX);
    xfed_buffer_init(&dumps[1], &account, SIZE_MAX);
    dump_tree(&dumps[0], a);
    dump_tree(&dumps[1], b);
    equal = xfed_slice_equal(xfed_buffer_bytes(&dumps[0]), xfed_buffer_bytes(&dumps[1]));
    xfed_buffer_fini(&dumps[0]);
    xfed_buffer_fini(&dumps[1]);
    return equal;
}
