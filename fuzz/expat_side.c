/* expat_side.c - reads a stream with Expat and notes the items as our reader would give them. */
#include "expat_side.h"

#include <stdlib.h>
#include <string.h>

#include "base/slice.h"
#include "fuzz.h"
#include "xml/names.h"

/* A byte that UTF-8 never has: namespace and name cannot run into each other (CVE-2022-25236). */
static const char separator = '\xFF';

/* The token that Expat tells of. */
static xmppfed_slice token(const struct expat_side *s)
{
    uint64_t at = (uint64_t)XML_GetCurrentByteIndex(s->parser);
    size_t len = (size_t)XML_GetCurrentByteCount(s->parser);

    FUZZ_CHECK(at <= s->bytes.len && len <= s->bytes.len - at);
    return xfed_slice(s->bytes.data + at, len);
}

static void note_done(struct expat_side *s)
{
    xmppfed_slice t = token(s);
    uint64_t end = (uint64_t)(t.data - s->bytes.data) + t.len;

    s->done = end > s->done ? end : s->done;
}

static void note_feature_from(struct expat_side *s, enum expat_feature feature, uint64_t from)
{
    note_done(s);
    if (s->feature)
        return;
    s->feature = feature;
    s->feature_at = from;
    (void)XML_StopParser(s->parser, XML_FALSE);
}

static void note_feature(struct expat_side *s, enum expat_feature feature)
{
    note_feature_from(s, feature, (uint64_t)XML_GetCurrentByteIndex(s->parser));
}

static void put_letter(struct xfed_buffer *out, char letter)
{
    FUZZ_CHECK(xfed_buffer_append(out, &letter, 1) == 0);
}

/* The item is whole. */
static void end_item(struct expat_side *s, char letter)
{
    xmppfed_slice dump = xfed_buffer_bytes(&s->item);

    put_letter(&s->log, letter);
    FUZZ_CHECK(xfed_buffer_append(&s->log, dump.data, dump.len) == 0);
    xfed_buffer_clear(&s->item);
}

static void end_text(struct expat_side *s)
{
    xmppfed_slice text = xfed_buffer_bytes(&s->text);

    if (text.len > 0)
        dump_text(&s->item, text.data, text.len);
    xfed_buffer_clear(&s->text);
}

/* Splits a name that Expat has put together; the caller frees *ret_ns. */
static const char *split_name(const char *name, char **ret_ns)
{
    const char *found = strchr(name, separator);
    size_t len = found ? (size_t)(found - name) : 0;
    char *ns = malloc(len + 1);

    FUZZ_CHECK(ns);
    memcpy(ns, name, len);
    ns[len] = '\0';
    *ret_ns = ns;
    return found ? found + 1 : name;
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct expat_side *s = user;
    xmppfed_slice t = token(s);
    char *ns;
    const char *local = split_name(name, &ns);

    if (s->feature)
        goto out;
    note_done(s);
    if (s->depth == 0 && t.len >= 2 && t.data[t.len - 2] == '/') {
        note_feature(s, EXPAT_EMPTY_HEADER);
        goto out;
    }
    end_text(s);
    dump_open(&s->item, local, ns);
    for (; *attributes; attributes += 2) {
        char *attribute_ns;
        const char *attribute = split_name(attributes[0], &attribute_ns);

        dump_attribute(&s->item, attribute, attribute_ns, attributes[1]);
        free(attribute_ns);
    }
    if (s->depth++ == 0) {
        dump_close(&s->item);
        end_item(s, 'H');
    }
out:
    free(ns);
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
    struct expat_side *s = user;

    (void)name;
    if (s->feature)
        return;
    note_done(s);
    end_text(s);
    s->depth--;
    if (s->depth > 0)
        dump_close(&s->item);
    if (s->depth == 1)
        end_item(s, 'U');
    if (s->depth == 0) {
        end_item(s, 'C');
        s->closed = true;
        (void)XML_StopParser(s->parser, XML_FALSE);
    }
}

static bool is_space(xmppfed_slice t)
{
    for (size_t i = 0; i < t.len; i++)
        if (!xfed_xml_is_space((uint8_t)t.data[i]))
            return false;
    return true;
}

static void XMLCALL on_text(void *user, const XML_Char *text, int len)
{
    struct expat_side *s = user;

    if (s->feature)
        return;
    note_done(s);
    if (s->depth > 1)
        FUZZ_CHECK(xfed_buffer_append(&s->text, text, (size_t)len) == 0);
    else if (!is_space(token(s)))
        note_feature(s, EXPAT_STREAM_TEXT);
}

static void XMLCALL on_cdata(void *user)
{
    struct expat_side *s = user;

    note_done(s);
    if (s->depth < 2)
        note_feature(s, EXPAT_STREAM_TEXT);
}

static void XMLCALL on_cdata_end(void *user)
{
    note_done(user);
}

static void XMLCALL on_comment(void *user, const XML_Char *text)
{
    (void)text;
    note_feature(user, EXPAT_COMMENT);
}

static void XMLCALL on_instruction(void *user, const XML_Char *target, const XML_Char *text)
{
    (void)target;
    (void)text;
    note_feature(user, EXPAT_INSTRUCTION);
}

/* Expat tells of it at the last of several tokens. */
static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public_id, int has_subset)
{
    struct expat_side *s = user;

    (void)name;
    (void)system;
    (void)public_id;
    (void)has_subset;
    note_feature_from(s, EXPAT_DOCTYPE, s->done);
}

static bool is_version_1(const XML_Char *version)
{
    return strncmp(version, "1.", 2) == 0 && version[2] &&
           strspn(version + 2, "0123456789") == strlen(version + 2);
}

static void XMLCALL on_declaration(void *user, const XML_Char *version, const XML_Char *encoding,
                                   int standalone)
{
    struct expat_side *s = user;

    (void)standalone;
    note_done(s);
    if (version && !is_version_1(version))
        note_feature(s, EXPAT_VERSION);
    else if (encoding && !xfed_text_equal_nocase(encoding, "utf-8"))
        note_feature(s, EXPAT_ENCODING);
}

/* Everything else, so that done is true of every token. */
static void XMLCALL on_other(void *user, const XML_Char *text, int len)
{
    (void)text;
    (void)len;
    note_done(user);
}

struct expat_side *expat_side_new(xmppfed_context *ctx, xmppfed_slice bytes)
{
    struct expat_side *s = calloc(1, sizeof(*s));

    FUZZ_CHECK(s);
    s->bytes = bytes;
    xfed_account_init(&s->account, ctx, SIZE_MAX);
    xfed_buffer_init(&s->log, &s->account, SIZE_MAX);
    xfed_buffer_init(&s->item, &s->account, SIZE_MAX);
    xfed_buffer_init(&s->text, &s->account, SIZE_MAX);
    s->parser = XML_ParserCreateNS("UTF-8", separator);
    FUZZ_CHECK(s->parser);
#ifdef HAVE_REPARSE_DEFERRAL
    /* Otherwise a tag that came in pieces is told of later than it could be (CVE-2023-52425). */
    (void)XML_SetReparseDeferralEnabled(s->parser, XML_FALSE);
#endif
    (void)XML_SetHashSalt(s->parser, 1);
    XML_SetUserData(s->parser, s);
    XML_SetElementHandler(s->parser, on_start, on_end);
    XML_SetCharacterDataHandler(s->parser, on_text);
    XML_SetCdataSectionHandler(s->parser, on_cdata, on_cdata_end);
    XML_SetCommentHandler(s->parser, on_comment);
    XML_SetProcessingInstructionHandler(s->parser, on_instruction);
    XML_SetStartDoctypeDeclHandler(s->parser, on_doctype);
    XML_SetXmlDeclHandler(s->parser, on_declaration);
    XML_SetDefaultHandler(s->parser, on_other);
    return s;
}

void expat_side_feed(struct expat_side *s, xmppfed_slice piece)
{
    if (s->closed || s->feature || s->error)
        return;
    if (XML_Parse(s->parser, piece.data, (int)piece.len, XML_FALSE) != XML_STATUS_ERROR ||
        s->closed || s->feature)
        return;
    s->error = XML_GetErrorCode(s->parser);
    s->error_at = (uint64_t)XML_GetCurrentByteIndex(s->parser);
}

void expat_side_free(struct expat_side *s)
{
    XML_ParserFree(s->parser);
    xfed_buffer_fini(&s->log);
    xfed_buffer_fini(&s->item);
    xfed_buffer_fini(&s->text);
    free(s);
}
