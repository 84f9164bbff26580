/* parse.c - runs libxml2 over one header or unit and builds the tree from its SAX2 events. */
#include "xml/parse.h"

#include <pthread.h>
#include <string.h>

#include <libxml/parser.h>

#include "base/buffer.h"
#include "base/slice.h"
#include "xml/decl.h"
#include "xml/names.h"
#include "xml/scope.h"
#include "xml/tree.h"

/* libxml2 wants int lengths, and refuses very long pieces (10 MB) whatever they hold. */
enum { LARGEST_PIECE = 64 * 1024 };

/* Since 2.12 the structured error is const. */
#if LIBXML_VERSION >= 21200
typedef const xmlError *error_argument;
#else
typedef xmlError *error_argument;
#endif

/* One run of the parser: what the SAX callbacks share. */
struct run {
    xmppfed_context *ctx;
    struct xfed_account account; /* unlimited: the gate has bounded the unit */
    struct xfed_buffer text;     /* libxml2 gives text in pieces */
    struct xfed_tree_ns *namespaces;
    unsigned depth;                /* of open elements, the seed's included */
    unsigned ground;               /* the depth at which the root stands: that of the seed */
    xmppfed_element *root;         /* the tree built so far */
    xmppfed_element *at;           /* the innermost open element, NULL outside the root */
    struct xfed_xml_scope **scope; /* where a header's scope goes, NULL for a unit */
    bool done;                     /* the root is complete */
    int error;
};

/* xmlChar is unsigned char; both views of bytes are allowed to alias. */
static const char *chars(const xmlChar *text)
{
    return (const char *)text;
}

static void fail(struct run *run, int code)
{
    if (run->error == 0)
        run->error = code;
}

/* Text is complete when a tag follows it. */
static void end_text(struct run *run)
{
    xmppfed_slice text = xfed_buffer_bytes(&run->text);
    if (text.len > 0 && !xfed_tree_text(run->at, text.data, text.len))
        fail(run, XMPPFED_ERR_NOMEM);
    xfed_buffer_clear(&run->text);
}

/* Five pointers an attribute: local name, prefix, namespace, first and end of the value. */
static bool add_attributes(struct run *run, xmppfed_element *e, int count, const xmlChar **raw)
{
    struct xfed_tree_attribute **end = &e->attributes;
    for (int i = 0; i < count; i++, raw += 5) {
        const char *name = chars(raw[0]);
        const char *ns = xfed_tree_ns(e->tree, &run->namespaces, chars(raw[2]));
        if (!ns)
            return false;
        *end = xfed_tree_attribute(e->tree, name, strlen(name), ns, chars(raw[3]),
                                   (size_t)(raw[4] - raw[3]));
        if (!*end)
            return false;
        end = &(*end)->next;
    }
    return true;
}

static xmppfed_element *add_element(struct run *run, const char *name, const char *uri)
{
    if (!run->root) {
        run->root = xfed_tree_new(run->ctx, name, uri ? uri : "");
        return run->root;
    }
    struct xfed_tree *tree = run->root->tree;
    const char *ns = xfed_tree_ns(tree, &run->namespaces, uri);
    xmppfed_element *e = ns ? xfed_tree_element(tree, name, strlen(name), ns) : NULL;
    if (e)
        xfed_tree_link(run->at, &e->node);
    return e;
}

/* The scope of a header, from pairs of prefix and namespace. */
static int make_scope(struct run *run, const xmlChar *prefix, int count, const xmlChar **pairs)
{
    struct xfed_xml_scope_builder builder;
    int rc = 0;

    xfed_xml_scope_init(&builder, run->ctx);
    for (int i = 0; i < count && rc == 0; i++, pairs += 2)
        rc = xfed_xml_scope_declare(&builder, chars(pairs[0]), pairs[1] ? chars(pairs[1]) : "");
    if (rc == 0)
        rc = xfed_xml_scope_finish(&builder, prefix ? chars(prefix) : "", run->scope);
    xfed_xml_scope_fini(&builder);
    return rc;
}

static void start_element(void *user, const xmlChar *name, const xmlChar *prefix,
                          const xmlChar *uri, int ns_count, const xmlChar **ns_pairs,
                          int attribute_count, int defaulted, const xmlChar **attributes)
{
    struct run *run = user;
    (void)defaulted; /* always 0: there is no DTD */

    if (run->error < 0 || run->depth++ < run->ground)
        return;
    if (run->done) {
        fail(run, XMPPFED_ERR_XML_NOT_WELL_FORMED);
        return;
    }
    if (run->at)
        end_text(run);
    xmppfed_element *e = add_element(run, chars(name), uri ? chars(uri) : NULL);
    if (!e || !add_attributes(run, e, attribute_count, attributes)) {
        fail(run, XMPPFED_ERR_NOMEM);
        return;
    }
    run->at = e;
    if (run->scope) {
        int rc = make_scope(run, prefix, ns_count, ns_pairs);
        if (rc < 0)
            fail(run, rc);
        run->done = true;
    }
}

static void end_element(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct run *run = user;
    (void)name;
    (void)prefix;
    (void)uri;

    if (run->error < 0)
        return;
    if (run->depth <= run->ground || run->scope) {
        /* The end tag of the seed, or of a header: a unit holds neither. */
        fail(run, XMPPFED_ERR_XML_NOT_WELL_FORMED);
        return;
    }
    end_text(run);
    run->depth--;
    run->at = run->at->node.parent;
    run->done = run->at == NULL;
}

static void characters(void *user, const xmlChar *text, int len)
{
    struct run *run = user;

    if (run->error < 0)
        return;
    if (run->at && !run->done) {
        int rc = xfed_buffer_append(&run->text, text, (size_t)len);
        if (rc < 0)
            fail(run, rc);
        return;
    }
    for (int i = 0; i < len; i++) {
        if (!xfed_xml_is_space(text[i]))
            fail(run, XMPPFED_ERR_XML_NOT_WELL_FORMED);
    }
}

/* Nothing but the five predefined entities exists, so that nothing can expand. */
static xmlEntityPtr get_entity(void *user, const xmlChar *name)
{
    (void)user;
    return xmlGetPredefinedEntity(name);
}

/* The gate has refused all of these; should one slip through, this run ends (RFC 6120 11.1). */
static void refuse_subset(void *user, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
    (void)name;
    (void)id;
    (void)system;
    fail(user, XMPPFED_ERR_XML_RESTRICTED);
}

static void refuse_comment(void *user, const xmlChar *text)
{
    (void)text;
    fail(user, XMPPFED_ERR_XML_RESTRICTED);
}

static void refuse_instruction(void *user, const xmlChar *target, const xmlChar *text)
{
    (void)target;
    (void)text;
    fail(user, XMPPFED_ERR_XML_RESTRICTED);
}

static void refuse_reference(void *user, const xmlChar *name)
{
    (void)name;
    fail(user, XMPPFED_ERR_XML_RESTRICTED);
}

/*
 * Faults in namespaces (200 to 205: a bad binding, an undeclared prefix, an attribute given twice)
 * do not stop libxml2 and are told here only. Its other complaints, such as a namespace that is no
 * absolute URI (99, 100), are none of XMPP's business.
 */
static void on_error(void *user, error_argument error)
{
    struct run *run = user;

    if (error->code == XML_ERR_NO_MEMORY)
        fail(run, XMPPFED_ERR_NOMEM);
    else if (error->level == XML_ERR_FATAL ||
             (error->code >= XML_NS_ERR_XML_NAMESPACE && error->code <= XML_NS_ERR_COLON))
        fail(run, XMPPFED_ERR_XML_NOT_WELL_FORMED);
}

static const xmlSAXHandler handler = {
    .initialized = XML_SAX2_MAGIC,
    .startElementNs = start_element,
    .endElementNs = end_element,
    .characters = characters,
    .cdataBlock = characters,
    .ignorableWhitespace = characters,
    .getEntity = get_entity,
    .reference = refuse_reference,
    .internalSubset = refuse_subset,
    .externalSubset = refuse_subset,
    .comment = refuse_comment,
    .processingInstruction = refuse_instruction,
    .serror = on_error,
};

static void init_libxml2(void)
{
    xmlInitParser();
}

/* A parser that has been given its first bytes, but has not looked at them yet. */
static xmlParserCtxtPtr parser_new(struct run *run, xmppfed_slice first)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    xmlSAXHandler copy = handler;

    if (pthread_once(&once, init_libxml2) != 0)
        return NULL;
    xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(&copy, run, first.data, (int)first.len, NULL);
    /*
     * Always set: it also puts back what a host changed in libxml2's globals. Without NOENT "&amp;"
     * in an attribute would arrive as "&#38;"; with get_entity nothing else can be substituted.
     */
    if (parser)
        (void)xmlCtxtUseOptions(parser, XML_PARSE_NOENT | XML_PARSE_NONET);
    return parser;
}

/*
 * libxml2 keeps a thread's last complaint, as errno is kept, whoever it was told to. Takes it away,
 * so that a host can still read its own after us; returns where it goes back to, NULL for nowhere.
 */
static xmlError *take_last_error(xmlError *ret)
{
    xmlError *last = (xmlError *)(uintptr_t)xmlGetLastError();

    if (last) {
        *ret = *last;
        memset(last, 0, sizeof(*last));
    }
    return last;
}

/* Also ends a complaint about our own parser, which points to that and would outlive it. */
static void give_last_error(xmlError *last, const xmlError *kept)
{
    xmlResetLastError();
    if (last)
        *last = *kept;
}

static void feed(struct run *run, xmlParserCtxtPtr parser, xmppfed_slice bytes)
{
    while (bytes.len > 0 && run->error == 0) {
        size_t piece = bytes.len < LARGEST_PIECE ? bytes.len : LARGEST_PIECE;
        /* The result is the last complaint, serious or not; on_error has judged it. */
        (void)xmlParseChunk(parser, bytes.data, (int)piece, 0);
        if (!parser->wellFormed)
            fail(run, XMPPFED_ERR_XML_NOT_WELL_FORMED);
        bytes.data += piece;
        bytes.len -= piece;
    }
}

/* libxml2 holds text back until a tag follows: what does not end in one was not cut by the gate. */
static bool ends_in_tag(xmppfed_slice bytes)
{
    return bytes.len > 0 && bytes.data[bytes.len - 1] == '>';
}

/*
 * Parses first and then second; the tree is in run->root only if 0 is returned. first is a header
 * or seed, which the gate keeps far below what libxml2 refuses. It goes in when the parser is made,
 * so that both parts cost one run of libxml2's machine.
 */
static int parse(struct run *run, xmppfed_slice first, xmppfed_slice second)
{
    xmlError kept;

    xfed_account_init(&run->account, run->ctx, SIZE_MAX);
    xfed_buffer_init(&run->text, &run->account, SIZE_MAX);

    xmlError *last = take_last_error(&kept);
    xmlParserCtxtPtr parser = parser_new(run, first);
    if (parser)
        feed(run, parser, second);
    else
        fail(run, XMPPFED_ERR_NOMEM);
    xmlFreeParserCtxt(parser);
    give_last_error(last, &kept);
    if (run->root && run->root->tree->status < 0)
        fail(run, run->root->tree->status);
    if (!run->done)
        fail(run, XMPPFED_ERR_XML_NOT_WELL_FORMED);
    xfed_buffer_fini(&run->text);
    if (run->error < 0)
        xmppfed_element_free(run->root);
    return run->error;
}

int xfed_xml_parse_header(xmppfed_context *ctx, xmppfed_slice bytes, xmppfed_element **ret_header,
                          struct xfed_xml_scope **ret_scope)
{
    struct xfed_xml_scope *scope = NULL;
    struct run run = {.ctx = ctx, .ground = 0, .scope = &scope};
    size_t skipped;

    int rc = xfed_xml_decl_read(bytes, &skipped);
    if (rc < 0)
        return rc;
    while (skipped < bytes.len && xfed_xml_is_space((uint8_t)bytes.data[skipped]))
        skipped++;
    if (!ends_in_tag(bytes))
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    /* libxml2 does not look at a document of less than four bytes, such as "<a>". */
    rc = parse(&run, xfed_slice(bytes.data + skipped, bytes.len - skipped), XFED_LITERAL("    "));
    if (rc < 0) {
        xfed_xml_scope_free(scope);
        return rc;
    }
    *ret_header = run.root;
    *ret_scope = scope;
    return 0;
}

/* Writes the bytes to out with line feeds for line ends; the length of that. */
static size_t end_lines(xmppfed_slice bytes, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.data[i] == '\n' && i > 0 && bytes.data[i - 1] == '\r')
            continue;
        out[len++] = bytes.data[i];
        if (bytes.data[i] == '\r')
            out[len - 1] = '\n';
    }
    return len;
}

int xfed_xml_parse_unit(xmppfed_context *ctx, const struct xfed_xml_scope *scope,
                        xmppfed_slice bytes, xmppfed_element **ret)
{
    struct xfed_xml_seed seed = xfed_xml_scope_seed(scope, bytes);
    struct run run = {.ctx = ctx, .ground = seed.depth};
    char *lines = NULL;

    if (!ends_in_tag(bytes))
        return XMPPFED_ERR_XML_NOT_WELL_FORMED;
    /*
     * Line ends become line feeds before parsing (XML 1.0, 2.11). libxml2 sees to that in text and
     * in values, but not in the CDATA sections of a push parser.
     */
    if (memchr(bytes.data, '\r', bytes.len)) {
        lines = xfed_alloc(ctx, bytes.len);
        if (!lines)
            return XMPPFED_ERR_NOMEM;
        bytes = xfed_slice(lines, end_lines(bytes, lines));
    }
    int rc = parse(&run, seed.tags, bytes);
    xfed_free(ctx, lines);
    if (rc == 0)
        *ret = run.root;
    return rc;
}
