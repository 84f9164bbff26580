/*
 * gate.c - fuzzes the gate: what it cuts does not depend on how the bytes arrive.
 *
 * Input: a byte that chooses the limits ('b' before authentication, 'a' after it, any other: tiny
 * ones), a byte that chooses the pieces (fuzz.h), and the stream.
 */
#include "base/slice.h"
#include "pieces.h"
#include "xml/gate.h"

static const struct xfed_xml_limits tiny = {
    .header_bytes = 128,
    .unit_bytes = 96,
    .depth = 3,
    .elements = 5,
    .attributes = 3,
    .namespaces = 2,
    .name_bytes = 12,
    .attribute_bytes = 24,
};

static const struct xfed_xml_limits *limits_for(uint8_t mode)
{
    if (mode == 'b')
        return &xfed_xml_limits_before;
    return mode == 'a' ? &xfed_xml_limits_after : &tiny;
}

/* What a gate may hold: the bytes of a unit in a block that may be twice as large, and the names.
 */
static size_t holding_limit(const struct xfed_xml_limits *limits)
{
    size_t names = 2 * (size_t)(limits->depth + limits->attributes + 16) * 3 * sizeof(size_t);

    return 2 * (limits->header_bytes + limits->unit_bytes) + limits->name_bytes + names + 1024;
}

static void put(struct xfed_buffer *log, const void *data, size_t len)
{
    FUZZ_CHECK(xfed_buffer_append(log, data, len) == 0);
}

static void check_cut(const struct xfed_gate *g, const struct xfed_xml_limits *limits, int kind)
{
    xmppfed_slice bytes = xfed_gate_bytes(g);

    FUZZ_CHECK(bytes.len >= 3 && bytes.data[0] == '<' && bytes.data[bytes.len - 1] == '>');
    FUZZ_CHECK(bytes.len <= (kind == XFED_GATE_HEADER ? limits->header_bytes : limits->unit_bytes));
    FUZZ_CHECK(xfed_utf8_valid(bytes));
    FUZZ_CHECK(!xfed_gate_pending(g));
}

/* Writes down what the gate says of one stream: kind, offset and bytes of each cut. */
static void run(xmppfed_context *ctx, uint8_t mode, struct fuzz_cut cut, xmppfed_slice bytes,
                struct xfed_buffer *log)
{
    const struct xfed_xml_limits *limits = limits_for(mode);
    struct xfed_account account;
    struct xfed_gate *g;
    xmppfed_slice piece;
    int rc = 0;

    xfed_account_init(&account, ctx, SIZE_MAX);
    g = xfed_gate_new(&account, limits);
    FUZZ_CHECK(g);
    while (rc >= 0 && fuzz_piece(&cut, &bytes, &piece)) {
        while (rc >= 0 && piece.len > 0) {
            size_t used = 0;
            uint64_t offset;

            rc = xfed_gate_feed(g, piece.data, piece.len, &used);
            FUZZ_CHECK(account.used <= holding_limit(limits));
            FUZZ_CHECK(used <= piece.len && (rc != XFED_GATE_MORE || used == piece.len));
            piece = (xmppfed_slice){piece.data + used, piece.len - used};
            if (rc == XFED_GATE_MORE)
                continue;
            if (rc > 0)
                check_cut(g, limits, rc);
            offset = xfed_gate_offset(g);
            put(log, &rc, sizeof(rc));
            put(log, &offset, sizeof(offset));
            put(log, xfed_gate_bytes(g).data, xfed_gate_bytes(g).len);
        }
    }
    xfed_gate_free(g);
    FUZZ_CHECK(account.used == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pieces_check(run, data, size);
    return 0;
}
