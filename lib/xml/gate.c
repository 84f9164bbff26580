/* gate.c - feeds bytes to the lexical machine and keeps those of the unfinished unit. */
#include "xml/gate.h"

#include "xml/gate_state.h"

struct xfed_gate *xfed_gate_new(struct xfed_account *account, const struct xfed_xml_limits *limits)
{
    struct xfed_gate *g = xfed_zalloc(account->ctx, sizeof(*g));
    if (!g)
        return NULL;
    g->account = account;
    g->limits = limits;
    g->next = limits;
    xfed_buffer_init(&g->buffer, account, 0);
    return g;
}

void xfed_gate_free(struct xfed_gate *g)
{
    if (!g)
        return;
    xfed_buffer_fini(&g->buffer);
    xfed_free(g->account->ctx, g->header_name);
    xfed_account_give(g->account, g->header_name_len);
    xfed_gate_spans_free(g, &g->open);
    xfed_gate_spans_free(g, &g->attributes);
    xfed_free(g->account->ctx, g);
}

void xfed_gate_set_limits(struct xfed_gate *g, const struct xfed_xml_limits *limits)
{
    g->next = limits;
}

int xfed_gate_flush(struct xfed_gate *g)
{
    if (g->input_from == g->input_at)
        return 0;
    int rc = xfed_buffer_append(&g->buffer, g->input + g->input_from, g->input_at - g->input_from);
    if (rc == 0)
        g->input_from = g->input_at;
    return rc;
}

/* The "<" at input_at begins the header, a unit or the closing tag. */
static void begin(struct xfed_gate *g)
{
    g->limits = g->next;
    g->buffer.max = g->phase == GATE_PROLOG ? g->limits->header_bytes : g->limits->unit_bytes;
    g->pending = true;
    g->at_start = g->offset == 0 && g->input_at == 0;
    g->input_from = g->input_at;
    g->elements = 0;
    g->namespaces = 0;
}

/* Forgets what was handed out by the call before. */
static void release(struct xfed_gate *g)
{
    if (!g->complete)
        return;
    xfed_buffer_clear(&g->buffer);
    /* An idle stream is to hold as little as it can: there are many more of them than busy ones. */
    xfed_gate_spans_free(g, &g->open);
    xfed_gate_spans_free(g, &g->attributes);
    g->unit_len = 0;
    g->complete = false;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool is_printable_ascii(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x80;
}

/*
 * ASCII that changes nothing within text, CDATA or a value of either quote: white space and all
 * that prints but the quotes, "&", "<" and "]". A table, since most bytes come by here.
 */
/* clang-format off */
static const bool plain[256] = {
    /*        0  1  2  3  4  5  6  7  8  9  A  B  C  D  E  F */
    /* 00 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0,
    /* 10 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* 20 */ 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1,
    /* 30 */ 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1,
    /* 40 */ 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    /* 50 */ 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1,
    /* 60 */ 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    /* 70 */ 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
};
/* clang-format on */

/* What the attribute value being read may still take. */
static size_t room_for_value(const struct xfed_gate *g)
{
    size_t taken = g->unit_len - g->value_at;

    return g->limits->attribute_bytes > taken ? g->limits->attribute_bytes - taken : 0;
}

/*
 * The number of bytes ahead that need no walk through the machine: plain bytes or letters of a
 * name, as far as no limit forbids them.
 */
static size_t run_ahead(struct xfed_gate *g, size_t len)
{
    const char *data = g->input + g->input_at;
    size_t most = smaller(len - g->input_at, g->buffer.max - g->unit_len);
    size_t run = 0;

    if (g->utf8.state != 0)
        return 0;
    if (g->state == GATE_NAME || g->state == GATE_ATTRIBUTE || g->state == GATE_END_NAME)
        return xfed_gate_name_run(g, data, most);
    if (g->state == GATE_VALUE)
        most = smaller(most, room_for_value(g));
    else if (g->state != GATE_TEXT && g->state != GATE_CDATA)
        return 0;
    while (run < most && plain[(uint8_t)data[run]])
        run++;
    return run;
}

static int feed_byte(struct xfed_gate *g, uint8_t byte)
{
    if (!g->pending && byte == '<')
        begin(g);
    g->input_at++;
    if (g->pending && g->unit_len >= g->buffer.max)
        return XMPPFED_ERR_LIMIT_SIZE;

    if (g->utf8.state == 0) {
        g->char_at = g->unit_len;
        /* Nearly all markup: there is nothing to decode, and XML allows each of them. */
        if (is_printable_ascii(byte)) {
            if (g->pending)
                g->unit_len++;
            return xfed_gate_step(g, byte);
        }
    }
    enum xfed_utf8_step step = xfed_utf8_feed(&g->utf8, byte);
    if (step == XFED_UTF8_REJECT)
        return XMPPFED_ERR_XML_ENCODING; /* RFC 6120 4.9.3.22 */
    if (g->pending)
        g->unit_len++;
    if (step == XFED_UTF8_MORE)
        return XFED_GATE_MORE;
    if (!xfed_utf8_is_xml_char(g->utf8.code))
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    return xfed_gate_step(g, g->utf8.code);
}

/* Keeps what is unfinished, or hands out what is complete. */
static int settle(struct xfed_gate *g, int result)
{
    if (!g->pending)
        return result;
    int rc = xfed_gate_flush(g);
    if (rc < 0)
        return rc;
    if (result != XFED_GATE_MORE) {
        g->pending = false;
        g->complete = true;
    }
    return result;
}

static int fail(struct xfed_gate *g, int code)
{
    g->error = code;
    g->pending = false;
    g->complete = false;
    xfed_buffer_clear(&g->buffer);
    return code;
}

int xfed_gate_feed(struct xfed_gate *g, const char *data, size_t len, size_t *ret_used)
{
    if (g->error < 0)
        return g->error;
    release(g);
    if (g->phase == GATE_CLOSED) {
        g->offset += len;
        *ret_used = len;
        return XFED_GATE_MORE;
    }

    g->input = data;
    g->input_from = 0;
    g->input_at = 0;
    int rc = XFED_GATE_MORE;
    while (rc == XFED_GATE_MORE && g->input_at < len) {
        size_t run = run_ahead(g, len);
        g->input_at += run;
        g->unit_len += run;
        if (run == 0)
            rc = feed_byte(g, (uint8_t)data[g->input_at]);
    }
    if (rc >= 0)
        rc = settle(g, rc);
    g->offset += g->input_at;
    if (rc < 0)
        return fail(g, rc);
    *ret_used = g->input_at;
    return rc;
}

xmppfed_slice xfed_gate_bytes(const struct xfed_gate *g)
{
    if (!g->complete)
        return (xmppfed_slice){NULL, 0};
    return xfed_buffer_bytes(&g->buffer);
}

uint64_t xfed_gate_offset(const struct xfed_gate *g)
{
    return g->offset;
}

bool xfed_gate_pending(const struct xfed_gate *g)
{
    return g->pending;
}
