/*
 * writer.c - fuzzes the writer: parse(write(tree)) == tree, and writing it again gives the same.
 *
 * Input: a byte, then either an element as it stands in a stream ('x') or the orders by which the
 * builder makes one (any other byte): 'o' name namespace opens a child, 'a' name namespace value
 * adds an attribute, 't' text, 'c' closes; each word ends with a line feed.
 */
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "fuzz.h"
#include "wrap.h"

enum { DEPTH_MAX = 40 };

/* Larger than what a stream of ours lets in: written, it could not be read back. */
enum { WRITTEN_MAX = 128 * 1024 };

static void check_round(xmppfed_context *ctx, const xmppfed_element *e, const char *content_ns)
{
    xmppfed_element *again;
    char *first;
    char *second;
    size_t first_len;
    size_t second_len;

    FUZZ_CHECK(xmppfed_element_write(e, content_ns, &first, &first_len) == 0);
    FUZZ_CHECK(strlen(first) == first_len);
    again = first_len < WRITTEN_MAX ? wrap_read(ctx, content_ns, first, first_len) : NULL;
    if (first_len < WRITTEN_MAX) {
        FUZZ_CHECK(again);
        FUZZ_CHECK(dump_equal(ctx, e, again));
        FUZZ_CHECK(xmppfed_element_write(again, content_ns, &second, &second_len) == 0);
        FUZZ_CHECK(first_len == second_len && memcmp(first, second, first_len) == 0);
        xmppfed_element_free_text(ctx, second);
    }
    xmppfed_element_free(again);
    xmppfed_element_free_text(ctx, first);
}

static void obey(struct fuzz_input *in, xmppfed_element **path, int *depth)
{
    uint8_t order = fuzz_byte(in);
    xmppfed_element *at = path[*depth];
    char *name = order == 'c' ? NULL : fuzz_text_until(in, '\n');
    char *ns = order == 'o' || order == 'a' ? fuzz_text_until(in, '\n') : NULL;
    char *value = order == 'a' ? fuzz_text_until(in, '\n') : NULL;

    if (order == 'o' && *depth + 1 < DEPTH_MAX) {
        xmppfed_element *child = xmppfed_element_add_child(at, name, ns);

        if (child)
            path[++*depth] = child;
    } else if (order == 'a') {
        xmppfed_element_set_attribute_ns(at, name, ns, value);
    } else if (order == 't') {
        xmppfed_element_add_text(at, name);
    } else if (order == 'c' && *depth > 0) {
        --*depth;
    }
    free(name);
    free(ns);
    free(value);
}

/* A tree, or NULL if XML does not allow what was ordered. */
static xmppfed_element *build(xmppfed_context *ctx, struct fuzz_input *in)
{
    xmppfed_element *path[DEPTH_MAX];
    int depth = 0;

    path[0] = xmppfed_element_new(ctx, "message", XMPPFED_NS_SERVER);
    FUZZ_CHECK(path[0]);
    while (in->len > 0)
        obey(in, path, &depth);
    if (xmppfed_element_status(path[0]) == 0)
        return path[0];
    xmppfed_element_free(path[0]);
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    xmppfed_context *ctx = fuzz_context();
    xmppfed_element *e = NULL;

    if (fuzz_byte(&in) == 'x')
        e = wrap_read(ctx, XMPPFED_NS_SERVER, in.data, in.len);
    else if (in.len > 0)
        e = build(ctx, &in);
    if (e) {
        xmppfed_element *copy = xmppfed_element_copy(e);

        FUZZ_CHECK(copy && dump_equal(ctx, e, copy));
        xmppfed_element_free(copy);
        check_round(ctx, e, XMPPFED_NS_SERVER);
        check_round(ctx, e, XMPPFED_NS_COMPONENT);
    }
    xmppfed_element_free(e);
    fuzz_context_end(ctx);
    return 0;
}
