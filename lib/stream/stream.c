/* stream.c - the public stream parser, and what its users write. */
#include <xmppfed/stream.h>

#include "base/buffer.h"
#include "base/slice.h"
#include "base/utf8.h"
#include "stream/header.h"
#include "stream/reader.h"
#include "stream/stanza.h"
#include "stream/stream_error.h"
#include "xml/writer.h"

/* Bytes fed and not yet taken. */
#define MAX_WAITING ((size_t)1 << 20)
/* Those and one element on its way through the gate. */
#define MAX_HELD (2 * MAX_WAITING)

struct xmppfed_stream {
    xmppfed_context *ctx;
    struct xfed_account account;
    struct xfed_reader *reader;
    struct xfed_buffer waiting;
    char *content_ns;
    int error; /* sticky */
    bool closed;
};

int xmppfed_stream_new(xmppfed_context *ctx, const char *content_ns, xmppfed_stream **ret)
{
    xmppfed_stream *s;

    if (!ctx || !content_ns || *content_ns == '\0' || !ret)
        return XMPPFED_ERR_ARGUMENT;
    s = xfed_zalloc(ctx, sizeof(*s));
    if (!s)
        return XMPPFED_ERR_NOMEM;
    s->ctx = xmppfed_context_ref(ctx);
    xfed_account_init(&s->account, ctx, MAX_HELD);
    xfed_buffer_init(&s->waiting, &s->account, MAX_WAITING);
    s->reader = xfed_reader_new(&s->account, &xfed_xml_limits_before);
    s->content_ns = xfed_strdup(ctx, content_ns);
    if (!s->reader || !s->content_ns) {
        xmppfed_stream_free(s);
        return XMPPFED_ERR_NOMEM;
    }
    *ret = s;
    return 0;
}

void xmppfed_stream_free(xmppfed_stream *s)
{
    xmppfed_context *ctx;

    if (!s)
        return;
    ctx = s->ctx;
    xfed_reader_free(s->reader);
    xfed_buffer_fini(&s->waiting);
    xfed_free(ctx, s->content_ns);
    xfed_free(ctx, s);
    xmppfed_context_unref(ctx);
}

void xmppfed_stream_set_trusted(xmppfed_stream *s, int trusted)
{
    if (s)
        xfed_reader_set_limits(s->reader,
                               trusted ? &xfed_xml_limits_after : &xfed_xml_limits_before);
}

int xmppfed_stream_feed(xmppfed_stream *s, const void *data, size_t len)
{
    if (!s || (!data && len > 0))
        return XMPPFED_ERR_ARGUMENT;
    if (s->error)
        return s->error;
    if (s->closed || len == 0)
        return 0;
    return xfed_buffer_append(&s->waiting, data, len);
}

/* Ends the parser for good: nothing that still waits will be read. */
static int stop(xmppfed_stream *s, int error)
{
    xfed_buffer_clear(&s->waiting);
    s->error = error;
    return error;
}

static int check_header(const xmppfed_stream *s, const xmppfed_element *header)
{
    return xfed_stream_header_check(header, xfed_reader_prefix(s->reader),
                                    xfed_reader_default_ns(s->reader), s->content_ns);
}

int xmppfed_stream_next(xmppfed_stream *s, xmppfed_stream_item *ret)
{
    static const int kinds[] = {
        [XFED_READER_HEADER] = XMPPFED_STREAM_HEADER,
        [XFED_READER_ELEMENT] = XMPPFED_STREAM_ELEMENT,
        [XFED_READER_CLOSE] = XMPPFED_STREAM_CLOSE,
    };
    xmppfed_element *element = NULL;
    int rc = XFED_READER_MORE;

    if (!s || !ret)
        return XMPPFED_ERR_ARGUMENT;
    if (s->error)
        return s->error;
    while (rc == XFED_READER_MORE) {
        xmppfed_slice bytes = xfed_buffer_bytes(&s->waiting);
        size_t used;

        if (bytes.len == 0)
            return 0;
        rc = xfed_reader_feed(s->reader, bytes.data, bytes.len, &used, &element);
        if (rc < 0)
            return stop(s, rc);
        xfed_buffer_consume(&s->waiting, used);
    }
    if (rc == XFED_READER_HEADER) {
        int verdict = check_header(s, element);

        if (verdict < 0) {
            xmppfed_element_free(element);
            return stop(s, verdict);
        }
    }
    if (rc == XFED_READER_CLOSE) {
        xfed_buffer_clear(&s->waiting);
        s->closed = true;
    }
    *ret = (xmppfed_stream_item){kinds[rc], element};
    return 1;
}

uint64_t xmppfed_stream_offset(const xmppfed_stream *s)
{
    return s ? xfed_reader_offset(s->reader) : 0;
}

/* Whether XML can carry a text; NULL is none. */
static bool is_xml_text(const char *text)
{
    struct xfed_utf8 utf8 = {0};
    enum xfed_utf8_step step = XFED_UTF8_CODE;

    for (; text && *text != '\0'; text++) {
        step = xfed_utf8_feed(&utf8, (uint8_t)*text);
        if (step == XFED_UTF8_REJECT)
            return false;
        if (step == XFED_UTF8_CODE && !xfed_utf8_is_xml_char(utf8.code))
            return false;
    }
    return step == XFED_UTF8_CODE;
}

/* Gives a written buffer to the caller as text; ends the buffer in any case. */
static int hand_over(xmppfed_context *ctx, struct xfed_buffer *written, int rc, char **ret,
                     size_t *ret_len)
{
    xmppfed_slice bytes = xfed_buffer_bytes(written);
    char *text = NULL;

    if (rc == 0) {
        text = xfed_strndup(ctx, bytes.data, bytes.len);
        rc = text ? 0 : XMPPFED_ERR_NOMEM;
    }
    if (rc == 0) {
        *ret = text;
        *ret_len = bytes.len;
    }
    xfed_buffer_fini(written);
    return rc;
}

int xmppfed_stream_header_write(xmppfed_context *ctx, const char *content_ns, const char *from,
                                const char *to, const char *id, char **ret, size_t *ret_len)
{
    struct xfed_account account;
    struct xfed_buffer out;
    int rc;

    if (!ctx || !content_ns || *content_ns == '\0' || !ret || !ret_len)
        return XMPPFED_ERR_ARGUMENT;
    if (!is_xml_text(content_ns) || !is_xml_text(from) || !is_xml_text(to) || !is_xml_text(id))
        return XMPPFED_ERR_ARGUMENT;
    xfed_account_init(&account, ctx, MAX_HELD);
    xfed_buffer_init(&out, &account, MAX_WAITING);
    /* The component protocol is older than the version (XEP-0114 3). */
    rc = xfed_stream_header_write(&out, content_ns, from, to, id, NULL,
                                  xfed_text_equal(content_ns, XMPPFED_NS_COMPONENT) ? NULL : "1.0");
    return hand_over(ctx, &out, rc, ret, ret_len);
}

int xmppfed_stream_error_write(xmppfed_context *ctx, const char *condition, const char *text,
                               char **ret, size_t *ret_len)
{
    struct xfed_account account;
    struct xfed_buffer out;
    xmppfed_element *e;
    int rc;

    if (!ctx || !xfed_stream_error_known(condition) || !is_xml_text(text) || !ret || !ret_len)
        return XMPPFED_ERR_ARGUMENT;
    e = xfed_stream_error_write(ctx, condition, text);
    if (!e)
        return XMPPFED_ERR_NOMEM;
    xfed_account_init(&account, ctx, MAX_HELD);
    xfed_buffer_init(&out, &account, MAX_WAITING);
    /* The error is of the stream's namespace: it reads the same in any content namespace. */
    rc = xfed_xml_write(&out, e, XMPPFED_NS_SERVER);
    xmppfed_element_free(e);
    return hand_over(ctx, &out, rc, ret, ret_len);
}

xmppfed_element *xmppfed_stanza_error(const xmppfed_element *stanza, const char *condition,
                                      const char *text)
{
    if (xfed_stanza_kind_of(stanza, xmppfed_element_ns(stanza)) == XFED_STANZA_NONE)
        return NULL;
    if (!xfed_stanza_may_bounce(stanza) || !xfed_stanza_error_find(condition))
        return NULL;
    return xfed_stanza_error_answer(stanza, condition, text);
}
