/* document.c - XML bodies of SIP requests, through the library's stream parser and writer. */
#include "translate/document.h"

#include <string.h>

#include <xmppfed/stream.h>

/* What an element without a namespace of its own gets; no body is in it. */
#define NS_NONE XMPPFED_NS_SERVER

static const char header[] = "<stream:stream xmlns='" NS_NONE
                             "' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";

static int bad(int code, const char *why, struct translate_problem *problem)
{
    enum translate_refusal kind = TRANSLATE_BAD_BODY;

    if (code == XMPPFED_ERR_NOMEM || code == XMPPFED_ERR_LIMIT_MEMORY)
        kind = TRANSLATE_NO_MEMORY;
    else if (code == XMPPFED_ERR_LIMIT_SIZE || code == XMPPFED_ERR_LIMIT_SHAPE)
        kind = TRANSLATE_TOO_LARGE;
    translate_refuse(problem, kind, "the XML body cannot be read: %s", why);
    if (problem)
        problem->code = code;
    return code;
}

/* Whether two bytes of a declaration are quotes around UTF-8: encoding="utf-8". */
static bool encoding_fits(xmppfed_slice declaration)
{
    size_t at;

    for (at = 0; at + 8 < declaration.len; at++)
        if (memcmp(declaration.data + at, "encoding", 8) == 0)
            break;
    if (at + 8 >= declaration.len)
        return true;
    declaration = translate_slice_from(declaration, at + 8);
    declaration = translate_slice_from(declaration, translate_slice_find(declaration, '=') + 1);
    declaration = translate_slice_trim(declaration);
    return declaration.len > 7 &&
           (translate_slice_is_nocase(translate_slice_until(declaration, 7), "\"utf-8\"") ||
            translate_slice_is_nocase(translate_slice_until(declaration, 7), "'utf-8'"));
}

/* Drops a byte order mark and an XML declaration; false if that names another encoding. */
static bool skip_declaration(xmppfed_slice *body)
{
    xmppfed_slice rest = *body;
    size_t end;

    if (rest.len >= 3 && memcmp(rest.data, "\xef\xbb\xbf", 3) == 0)
        rest = translate_slice_from(rest, 3);
    /* RFC 8048 shows empty lines before it, which XML 1.0 2.8 does not allow but costs nothing. */
    rest = translate_slice_trim(rest);
    if (rest.len >= 6 && memcmp(rest.data, "<?xml", 5) == 0 && strchr(" \t\r\n", rest.data[5])) {
        end = translate_slice_find(rest, '>');
        if (end == rest.len || rest.data[end - 1] != '?' ||
            !encoding_fits(translate_slice_until(rest, end)))
            return false;
        rest = translate_slice_from(rest, end + 1);
    }
    *body = translate_slice_trim(rest);
    return true;
}

/* Takes the one element of a parser that was fed header and body; nothing may follow it. */
static int take_root(xmppfed_stream *stream, xmppfed_slice body, xmppfed_element **ret,
                     struct translate_problem *problem)
{
    xmppfed_stream_item item = {0, NULL};
    int rc = xmppfed_stream_next(stream, &item);

    xmppfed_element_free(rc == 1 ? item.element : NULL);
    item.element = NULL;
    if (rc == 1)
        rc = xmppfed_stream_next(stream, &item);
    if (rc < 0)
        return bad(rc, xmppfed_error_sentence(rc), problem);
    if (rc == 0 || item.kind != XMPPFED_STREAM_ELEMENT) {
        xmppfed_element_free(rc == 1 ? item.element : NULL);
        return bad(XMPPFED_ERR_XML_NOT_WELL_FORMED, "it is not one whole element", problem);
    }
    if (xmppfed_stream_offset(stream) != sizeof(header) - 1 + body.len) {
        xmppfed_element_free(item.element);
        return bad(XMPPFED_ERR_XML_NOT_WELL_FORMED, "something follows the element", problem);
    }
    *ret = item.element;
    return 0;
}

int translate_document_read(const struct translate_setup *setup, xmppfed_slice body,
                            const char *name, const char *ns, xmppfed_element **ret,
                            struct translate_problem *problem)
{
    xmppfed_stream *stream = NULL;
    xmppfed_element *root = NULL;
    int rc;

    if (body.len > setup->document_max)
        return translate_refuse(problem, TRANSLATE_TOO_LARGE,
                                "the body has %zu bytes, more than %zu: send less", body.len,
                                setup->document_max);
    if (!skip_declaration(&body))
        return bad(XMPPFED_ERR_XML_ENCODING, "it is not declared as UTF-8", problem);
    rc = xmppfed_stream_new(setup->context, NS_NONE, &stream);
    if (rc < 0)
        return bad(rc, xmppfed_error_sentence(rc), problem);
    xmppfed_stream_set_trusted(stream, 1);
    rc = xmppfed_stream_feed(stream, header, sizeof(header) - 1);
    if (rc == 0)
        rc = xmppfed_stream_feed(stream, body.data, body.len);
    rc = rc < 0 ? bad(rc, xmppfed_error_sentence(rc), problem)
                : take_root(stream, body, &root, problem);
    xmppfed_stream_free(stream);
    if (rc == 0 && !xmppfed_element_is(root, name, ns)) {
        xmppfed_element_free(root);
        return translate_refuse(problem, TRANSLATE_BAD_BODY, "the XML body is no <%s/> of %s", name,
                                ns);
    }
    if (rc == 0)
        *ret = root;
    return rc;
}

int translate_document_write(const struct translate_setup *setup, const xmppfed_element *root,
                             struct translate_text *text, xmppfed_slice *ret,
                             struct translate_problem *problem)
{
    xmppfed_slice done = {NULL, 0};
    char *written = NULL;
    int rc = xmppfed_element_status(root);

    if (rc == 0)
        rc = xmppfed_element_write(root, "", &written, &done.len);
    if (rc == XMPPFED_ERR_ARGUMENT)
        return translate_refuse(problem, TRANSLATE_BAD_BODY,
                                "it has text that XML cannot carry: controls or no UTF-8");
    if (rc < 0)
        return translate_refuse(problem, TRANSLATE_NO_MEMORY, "out of memory for an XML body");
    done.data = written;
    translate_text_string(text, "<?xml version='1.0' encoding='UTF-8'?>\n");
    translate_text_add(text, done);
    xmppfed_element_free_text(setup->context, written);
    done = translate_text_end(text);
    if (translate_text_status(text) < 0)
        return translate_made(text, NULL, problem);
    *ret = done;
    return 0;
}
