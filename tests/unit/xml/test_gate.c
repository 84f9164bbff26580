/* test_gate.c - what the gate cuts, what it refuses and as which error, however it is fed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/slice.h"
#include "support/context.h"
#include "support/split.h"
#include "xml/gate.h"

#define OPEN "<s:s xmlns:s='x'>"

/* What a whole stream gave: "H{...}", "U{...}" and "C" in order, then the error or 0. */
struct row {
    const char *name;
    const char *in;
    size_t len; /* 0: up to the NUL */
    const char *log;
    int error;
    const struct xfed_xml_limits *limits; /* NULL: those after authentication */
};

struct fixture {
    struct alloc_fail counter;
    xmppfed_context *ctx;
    struct xfed_account account;
    const struct row *row;
    unsigned failures;
};

static void set_up(struct fixture *f)
{
    memset(f, 0, sizeof(*f));
    f->ctx = test_context_counted(&f->counter);
    xfed_account_init(&f->account, f->ctx, 1 << 20);
}

static void tear_down(struct fixture *f)
{
    assert_int_equal(f->account.used, 0);
    test_context_counted_free(f->ctx, &f->counter);
}

struct log {
    char text[4096];
    size_t len;
};

static void log_add(struct log *l, xmppfed_slice s)
{
    assert_true(s.len < sizeof(l->text) - l->len);
    if (s.len > 0)
        memcpy(l->text + l->len, s.data, s.len);
    l->len += s.len;
    l->text[l->len] = '\0';
}

static void log_result(struct log *l, struct xfed_gate *g, int result)
{
    if (result == XFED_GATE_MORE)
        return;
    log_add(l, xmppfed_slice_of(result == XFED_GATE_HEADER ? "H{"
                                : result == XFED_GATE_UNIT ? "U{"
                                                           : "C{"));
    log_add(l, xfed_gate_bytes(g));
    log_add(l, xmppfed_slice_of("}"));
}

/* Feeds one piece to the end or the first error. */
static int feed_piece(struct xfed_gate *g, xmppfed_slice piece, struct log *l)
{
    size_t used = 0;
    int rc;
    do {
        rc = xfed_gate_feed(g, piece.data, piece.len, &used);
        if (rc < 0)
            return rc;
        piece.data += used;
        piece.len -= used;
        log_result(l, g, rc);
    } while (rc != XFED_GATE_MORE || piece.len > 0);
    return 0;
}

static void run_row(void *user, struct split *s)
{
    struct fixture *f = user;
    const struct row *row = f->row;
    struct log l = {.len = 0};
    xmppfed_slice piece;
    int rc = 0;

    struct xfed_gate *g =
        xfed_gate_new(&f->account, row->limits ? row->limits : &xfed_xml_limits_after);
    assert_non_null(g);
    while (rc == 0 && split_next(s, &piece))
        rc = feed_piece(g, piece, &l);
    if (rc != row->error || strcmp(l.text, row->log ? row->log : "") != 0) {
        print_error("%s, %zu cuts, first at %zu: error %d, log %s\n", row->name, s->count,
                    s->count ? s->cuts[0] : 0, rc, l.text);
        f->failures++;
    }
    if (rc < 0) {
        size_t used = 77;
        if (xfed_gate_feed(g, "<x/>", 4, &used) != rc || used != 77 || xfed_gate_pending(g))
            f->failures++;
    }
    xfed_gate_free(g);
}

static void run_rows(const struct row *rows, size_t count)
{
    struct fixture f;
    set_up(&f);
    for (size_t i = 0; i < count; i++) {
        f.row = &rows[i];
        size_t len = rows[i].len ? rows[i].len : strlen(rows[i].in);
        split_each(xfed_slice(rows[i].in, len), run_row, &f);
    }
    assert_int_equal(f.failures, 0);
    tear_down(&f);
}

#define ROWS(rows) run_rows((rows), sizeof(rows) / sizeof((rows)[0]))

static void test_cuts(void **state)
{
    static const struct row rows[] = {
        {.name = "nothing", .in = " ", .log = ""},
        {.name = "plain", .in = OPEN "<a/></s:s>", .log = "H{" OPEN "}U{<a/>}C{</s:s>}"},
        {.name = "declaration",
         .in = "<?xml version='1.0'?>" OPEN,
         .log = "H{<?xml version='1.0'?>" OPEN "}"},
        {.name = "declaration in full",
         .in = "<?xml version = \"1.0\" encoding = \"Utf-8\" standalone='yes' ?>\n <a>",
         .log = "H{<?xml version = \"1.0\" encoding = \"Utf-8\" standalone='yes' ?>\n <a>}"},
        {.name = "version 1.1",
         .in = "<?xml version='1.1' encoding='UTF-8'?><a>",
         .log = "H{<?xml version='1.1' encoding='UTF-8'?><a>}"},
        {.name = "standalone no",
         .in = "<?xml version='1.0' standalone='no'?><a>",
         .log = "H{<?xml version='1.0' standalone='no'?><a>}"},
        {.name = "white space first", .in = "\r\n\t <a>", .log = "H{<a>}"},
        {.name = "no prefix", .in = "<a ><b></b ></a >", .log = "H{<a >}U{<b></b >}C{</a >}"},
        {.name = "keep-alives", .in = "<a>\n \t<b/> \n<c/> ", .log = "H{<a>}U{<b/>}U{<c/>}"},
        {.name = "after close", .in = "<a></a><!DOCTYPE \xFF <", .log = "H{<a>}C{</a>}"},
        {.name = "nested",
         .in = "<a><b><c x = '1' y=\"'>\" /><c>t</c></b><d/>",
         .log = "H{<a>}U{<b><c x = '1' y=\"'>\" /><c>t</c></b>}U{<d/>}"},
        {.name = "same name inside",
         .in = "<a><a><a/></a></a>",
         .log = "H{<a>}U{<a><a/></a>}C{</a>}"},
        {.name = "references",
         .in = "<a><b c='&lt;&#x1F600;&apos;'>&amp;&gt;&quot;&#10;&#x10FFFF;</b>",
         .log = "H{<a>}U{<b c='&lt;&#x1F600;&apos;'>&amp;&gt;&quot;&#10;&#x10FFFF;</b>}"},
        {.name = "cdata",
         .in = "<a><b><![CDATA[<x>&foo; ]] ]>]]]></b>",
         .log = "H{<a>}U{<b><![CDATA[<x>&foo; ]] ]>]]]></b>}"},
        {.name = "brackets in text",
         .in = "<a><b>]] ]&gt;]></b>",
         .log = "H{<a>}U{<b>]] ]&gt;]></b>}"},
        {.name = "greater in text", .in = "<a><b>a>b</b>", .log = "H{<a>}U{<b>a>b</b>}"},
        {.name = "other scripts",
         .in = "<a><\xC3\xA9:\xE4\xB8\xAD x='\xF0\x9F\x98\x80'>\xEF\xBB\xBF\xEF\xBF\xBD"
               "</\xC3\xA9:\xE4\xB8\xAD>",
         .log = "H{<a>}U{<\xC3\xA9:\xE4\xB8\xAD x='\xF0\x9F\x98\x80'>\xEF\xBB\xBF\xEF\xBF\xBD"
                "</\xC3\xA9:\xE4\xB8\xAD>}"},
        {.name = "xml-like names",
         .in = "<a><b.c-d_1 xml:lang='x'/>",
         .log = "H{<a>}U{<b.c-d_1 xml:lang='x'/>}"},
    };
    (void)state;
    ROWS(rows);
}

static void test_restricted(void **state)
{
    enum { E = XMPPFED_ERR_XML_RESTRICTED };
    static const struct row rows[] = {
        {.name = "doctype first", .in = "<!D", .error = E},
        {.name = "doctype after declaration",
         .in = "<?xml version='1.0'?><!DOCTYPE a []>",
         .error = E},
        {.name = "doctype in stream", .in = "<a><!DOCTYPE", .log = "H{<a>}", .error = E},
        {.name = "entity in stream", .in = "<a><!ENTITY", .log = "H{<a>}", .error = E},
        {.name = "doctype in unit", .in = "<a><b><!DOCTYPE", .log = "H{<a>}", .error = E},
        {.name = "comment first", .in = "<!-", .error = E},
        {.name = "comment in stream", .in = "<a><!-", .log = "H{<a>}", .error = E},
        {.name = "comment in unit", .in = "<a><b><!--x--></b>", .log = "H{<a>}", .error = E},
        {.name = "instruction first", .in = "<?php", .error = E},
        {.name = "instruction in stream", .in = "<a><?xmk", .log = "H{<a>}", .error = E},
        {.name = "instruction in unit", .in = "<a><b><?go ?></b>", .log = "H{<a>}", .error = E},
        {.name = "instruction like xml", .in = "<?xml-stylesheet", .error = E},
        {.name = "entity", .in = "<a><b>&foo;</b>", .log = "H{<a>}", .error = E},
        {.name = "entity in value", .in = "<a><b c='&foo;'/>", .log = "H{<a>}", .error = E},
        {.name = "entity in header", .in = "<a b='&foo;'>", .error = E},
        {.name = "entity like amp", .in = "<a><b>&amps;", .log = "H{<a>}", .error = E},
        {.name = "entity upper case", .in = "<a><b>&AMP;", .log = "H{<a>}", .error = E},
    };
    (void)state;
    ROWS(rows);
}

static void test_encoding(void **state)
{
    enum { E = XMPPFED_ERR_XML_ENCODING };
    static const struct row rows[] = {
        {.name = "latin 1", .in = "<?xml version='1.0' encoding='ISO-8859-1'?>", .error = E},
        {.name = "utf-16", .in = "<?xml version='1.0' encoding='UTF-16'?>", .error = E},
        {.name = "ascii", .in = "<?xml version='1.0' encoding='US-ASCII'?>", .error = E},
        {.name = "utf-16 mark", .in = "\xFF\xFE<", .error = E},
        {.name = "lone tail", .in = "<a><b>\x80", .log = "H{<a>}", .error = E},
        {.name = "overlong 2", .in = "<a><b>\xC0\xAF", .log = "H{<a>}", .error = E},
        {.name = "overlong 3", .in = "<a><b>\xE0\x80\xAF", .log = "H{<a>}", .error = E},
        {.name = "overlong 4", .in = "<a><b>\xF0\x80\x80\xAF", .log = "H{<a>}", .error = E},
        {.name = "above range", .in = "<a><b>\xF4\x90\x80\x80", .log = "H{<a>}", .error = E},
        {.name = "surrogate", .in = "<a><b>\xED\xA0\x80", .log = "H{<a>}", .error = E},
        {.name = "cut by a tag", .in = "<a><b>\xC3</b>", .log = "H{<a>}", .error = E},
        {.name = "in a value", .in = "<a><b c='\xFF'/>", .log = "H{<a>}", .error = E},
        {.name = "in a name", .in = "<a><b\xFF/>", .log = "H{<a>}", .error = E},
        {.name = "in cdata", .in = "<a><b><![CDATA[\xFE", .log = "H{<a>}", .error = E},
        {.name = "between units", .in = "<a>\xFF", .log = "H{<a>}", .error = E},
    };
    (void)state;
    ROWS(rows);
}

static void test_not_well_formed(void **state)
{
    enum { E = XMPPFED_ERR_XML_NOT_WELL_FORMED };
    static const struct row rows[] = {
        {.name = "text first", .in = "hello", .error = E},
        {.name = "byte order mark", .in = "\xEF\xBB\xBF<a>", .error = E},
        {.name = "close first", .in = "</a>", .error = E},
        {.name = "version 2.0", .in = "<?xml version='2.0'?><a>", .error = E},
        {.name = "no version", .in = "<?xml encoding='UTF-8'?><a>", .error = E},
        {.name = "bare declaration", .in = "<?xml?><a>", .error = E},
        {.name = "declaration order",
         .in = "<?xml version='1.0' standalone='no' encoding='utf-8'?>",
         .error = E},
        {.name = "declaration rest", .in = "<?xml version='1.0' x='y'?>", .error = E},
        {.name = "bad encoding name", .in = "<?xml version='1.0' encoding=''?>", .error = E},
        {.name = "bad standalone", .in = "<?xml version='1.0' standalone='maybe'?>", .error = E},
        {.name = "unquoted version", .in = "<?xml version=1.0?>", .error = E},
        {.name = "open quote", .in = "<?xml version='1.0?>", .error = E},
        {.name = "declaration after white space", .in = " <?xml version='1.0'?><a>", .error = E},
        {.name = "declaration twice",
         .in = "<?xml version='1.0'?><?xml version='1.0'?>",
         .error = E},
        {.name = "declaration in stream", .in = "<a><?xml version", .log = "H{<a>}", .error = E},
        {.name = "declaration in unit", .in = "<a><b><?xml ", .log = "H{<a>}", .error = E},
        {.name = "header closes itself", .in = "<a/>", .error = E},
        {.name = "other close", .in = "<a></b>", .log = "H{<a>}", .error = E},
        {.name = "close with other prefix", .in = "<s:a></t:a>", .log = "H{<s:a>}", .error = E},
        {.name = "close longer", .in = "<a></ab>", .log = "H{<a>}", .error = E},
        {.name = "close with attribute", .in = "<a></a b=''>", .log = "H{<a>}", .error = E},
        {.name = "close without name", .in = "<a></ a>", .log = "H{<a>}", .error = E},
        {.name = "text in stream", .in = "<a>x", .log = "H{<a>}", .error = E},
        {.name = "reference in stream", .in = "<a>&#32;", .log = "H{<a>}", .error = E},
        {.name = "cdata in stream", .in = "<a><![CDATA[", .log = "H{<a>}", .error = E},
        {.name = "mark in stream", .in = "<a>\xEF\xBB\xBF", .log = "H{<a>}", .error = E},
        {.name = "conditional section", .in = "<a><b><![INCLUDE[", .log = "H{<a>}", .error = E},
        {.name = "bang", .in = "<a><b><!x", .log = "H{<a>}", .error = E},
        {.name = "mismatch", .in = "<a><b></c>", .log = "H{<a>}", .error = E},
        {.name = "crossed", .in = "<a><b><c></b></c>", .log = "H{<a>}", .error = E},
        {.name = "end tag longer", .in = "<a><b></bb>", .log = "H{<a>}", .error = E},
        {.name = "attribute twice", .in = "<a><b c='' d='' c=''/>", .log = "H{<a>}", .error = E},
        {.name = "declared twice", .in = "<a xmlns='a' xmlns='a'>", .error = E},
        {.name = "no quotes", .in = "<a><b c=d/>", .log = "H{<a>}", .error = E},
        {.name = "no value", .in = "<a><b c/>", .log = "H{<a>}", .error = E},
        {.name = "no name", .in = "<a><b =''/>", .log = "H{<a>}", .error = E},
        {.name = "no space between", .in = "<a><b c='1'd='2'/>", .log = "H{<a>}", .error = E},
        {.name = "less in value", .in = "<a><b c='<'/>", .log = "H{<a>}", .error = E},
        {.name = "slash alone", .in = "<a><b / >", .log = "H{<a>}", .error = E},
        {.name = "space first", .in = "<a>< b/>", .log = "H{<a>}", .error = E},
        {.name = "digit first", .in = "<a><1/>", .log = "H{<a>}", .error = E},
        {.name = "colon first", .in = "<a><:b/>", .log = "H{<a>}", .error = E},
        {.name = "colon last", .in = "<a><b:/>", .log = "H{<a>}", .error = E},
        {.name = "two colons", .in = "<a><b:c:d/>", .log = "H{<a>}", .error = E},
        {.name = "digit after colon", .in = "<a><b:1/>", .log = "H{<a>}", .error = E},
        {.name = "attribute colon last", .in = "<a><b xmlns:='x'/>", .log = "H{<a>}", .error = E},
        {.name = "end of cdata in text", .in = "<a><b>]]>", .log = "H{<a>}", .error = E},
        {.name = "end of cdata, more brackets", .in = "<a><b>]]]>", .log = "H{<a>}", .error = E},
        {.name = "bare ampersand", .in = "<a><b>& ", .log = "H{<a>}", .error = E},
        {.name = "ampersand in address", .in = "<a><b>?x&y=1", .log = "H{<a>}", .error = E},
        {.name = "no number", .in = "<a><b>&#;", .log = "H{<a>}", .error = E},
        {.name = "no hexadecimal number", .in = "<a><b>&#x;", .log = "H{<a>}", .error = E},
        {.name = "hexadecimal in decimal", .in = "<a><b>&#1f;", .log = "H{<a>}", .error = E},
        {.name = "reference to 0", .in = "<a><b>&#0;", .log = "H{<a>}", .error = E},
        {.name = "reference to control", .in = "<a><b>&#x1F;", .log = "H{<a>}", .error = E},
        {.name = "reference to surrogate", .in = "<a><b>&#xD800;", .log = "H{<a>}", .error = E},
        {.name = "reference to FFFE", .in = "<a><b c='&#xFFFE;", .log = "H{<a>}", .error = E},
        {.name = "reference too high", .in = "<a><b>&#x110000", .log = "H{<a>}", .error = E},
        {.name = "reference wraps", .in = "<a><b>&#x100000041;", .log = "H{<a>}", .error = E},
        {.name = "control", .in = "<a><b>\x01", .log = "H{<a>}", .error = E},
        {.name = "control in value", .in = "<a><b c='\x1F", .log = "H{<a>}", .error = E},
        {.name = "FFFE", .in = "<a><b>\xEF\xBF\xBE", .log = "H{<a>}", .error = E},
        {.name = "FFFF in cdata", .in = "<a><b><![CDATA[\xEF\xBF\xBF", .log = "H{<a>}", .error = E},
        {.name = "NUL", .in = "<a>\0", .len = 4, .log = "H{<a>}", .error = E},
        {.name = "utf-16 without mark", .in = "<\0a\0", .len = 4, .error = E},
    };
    (void)state;
    ROWS(rows);
}

/* Small on purpose; each row is at a limit or one above it. */
static const struct xfed_xml_limits tight = {
    .header_bytes = 12,
    .unit_bytes = 40,
    .depth = 3,
    .elements = 4,
    .attributes = 3,
    .namespaces = 2,
    .name_bytes = 5,
    .attribute_bytes = 10,
};

static void test_limits(void **state)
{
    enum { SIZE = XMPPFED_ERR_LIMIT_SIZE, SHAPE = XMPPFED_ERR_LIMIT_SHAPE };
    static const struct row rows[] = {
        {.name = "header over", .in = "<a b='12345'>", .error = SIZE, .limits = &tight},
        {.name = "header at", .in = "<a b='1234'>", .log = "H{<a b='1234'>}", .limits = &tight},
        {.name = "space is not header",
         .in = "              <a>",
         .log = "H{<a>}",
         .limits = &tight},
        {.name = "unit at",
         .in = "<a><b>123456789012345678901234567890123</b>",
         .log = "H{<a>}U{<b>123456789012345678901234567890123</b>}",
         .limits = &tight},
        {.name = "unit over",
         .in = "<a><b>1234567890123456789012345678901234</b>",
         .log = "H{<a>}",
         .error = SIZE,
         .limits = &tight},
        {.name = "unit over by characters",
         .in = "<a><b>\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD"
               "\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8",
         .log = "H{<a>}",
         .error = SIZE,
         .limits = &tight},
        {.name = "depth at",
         .in = "<a><b><c><d/></c></b>",
         .log = "H{<a>}U{<b><c><d/></c></b>}",
         .limits = &tight},
        {.name = "depth over",
         .in = "<a><b><c><d><e",
         .log = "H{<a>}",
         .error = SHAPE,
         .limits = &tight},
        {.name = "elements at",
         .in = "<a><b><c/><c/><c/></b><b/>",
         .log = "H{<a>}U{<b><c/><c/><c/></b>}U{<b/>}",
         .limits = &tight},
        {.name = "elements over",
         .in = "<a><b><c/><c/><c/><c/></b>",
         .log = "H{<a>}",
         .error = SHAPE,
         .limits = &tight},
        {.name = "attributes at",
         .in = "<a><b c='' d='' e=''><f g=''/></b>",
         .log = "H{<a>}U{<b c='' d='' e=''><f g=''/></b>}",
         .limits = &tight},
        {.name = "attributes over",
         .in = "<a><b c='' d='' e='' f=''/>",
         .log = "H{<a>}",
         .error = SHAPE,
         .limits = &tight},
        {.name = "namespaces at",
         .in = "<a><b xmlns=''><b xmlns=''/></b><b xmlns=''/>",
         .log = "H{<a>}U{<b xmlns=''><b xmlns=''/></b>}U{<b xmlns=''/>}",
         .limits = &tight},
        {.name = "namespaces over",
         .in = "<a><b xmlns=''><b xmlns=''/><b xmlns=",
         .log = "H{<a>}",
         .error = SHAPE,
         .limits = &tight},
        {.name = "name at", .in = "<a><bb:bb/>", .log = "H{<a>}U{<bb:bb/>}", .limits = &tight},
        {.name = "name over",
         .in = "<a><bb:bbb/>",
         .log = "H{<a>}",
         .error = SHAPE,
         .limits = &tight},
        {.name = "attribute name over",
         .in = "<a><b cccccc",
         .log = "H{<a>}",
         .error = SHAPE,
         .limits = &tight},
        {.name = "end name over",
         .in = "<a></aaaaaa",
         .log = "H{<a>}",
         .error = SHAPE,
         .limits = &tight},
        {.name = "entity name over",
         .in = "<a><b>&aaaaaa",
         .log = "H{<a>}",
         .error = SHAPE,
         .limits = &tight},
        {.name = "value at",
         .in = "<a><b c='1234567890'/>",
         .log = "H{<a>}U{<b c='1234567890'/>}",
         .limits = &tight},
        {.name = "value over",
         .in = "<a><b c='12345678901",
         .log = "H{<a>}",
         .error = SIZE,
         .limits = &tight},
        {.name = "value over by a reference",
         .in = "<a><b c='&#000000000",
         .log = "H{<a>}",
         .error = SIZE,
         .limits = &tight},
        {.name = "long space in close",
         .in = "<a></a                                        ",
         .log = "H{<a>}",
         .error = SIZE,
         .limits = &tight},
    };
    (void)state;
    ROWS(rows);
}

static void test_defaults(void **state)
{
    (void)state;
    /* RFC 6120 13.12 */
    assert_true(xfed_xml_limits_before.unit_bytes >= 10000);
    assert_true(xfed_xml_limits_after.unit_bytes >= xfed_xml_limits_before.unit_bytes);
    assert_true(xfed_xml_limits_before.attribute_bytes > 3071); /* RFC 7622 3.1 */
    assert_true(xfed_xml_limits_after.depth < 256); /* libxml2's own limit, where it has one */
}

static void test_boundary_and_pending(void **state)
{
    static const char in[] = "<a><proceed/>\x16\x03\x01";
    struct fixture f;
    size_t used;

    (void)state;
    set_up(&f);
    struct xfed_gate *g = xfed_gate_new(&f.account, &xfed_xml_limits_before);
    assert_int_equal(xfed_gate_feed(g, in, sizeof(in) - 1, &used), XFED_GATE_HEADER);
    assert_int_equal(used, 3);
    assert_int_equal(xfed_gate_feed(g, in + 3, sizeof(in) - 4, &used), XFED_GATE_UNIT);
    assert_int_equal(used, 10);
    assert_int_equal(xfed_gate_offset(g), 13);
    assert_true(xfed_slice_is(xfed_gate_bytes(g), "<proceed/>"));
    assert_false(xfed_gate_pending(g));

    /* A call without bytes gives the memory of the unit back. */
    assert_int_equal(xfed_gate_feed(g, NULL, 0, &used), XFED_GATE_MORE);
    assert_int_equal(xfed_gate_bytes(g).len, 0);
    size_t idle = f.account.used;
    assert_int_equal(xfed_gate_feed(g, "\n", 1, &used), XFED_GATE_MORE);
    assert_false(xfed_gate_pending(g));
    assert_int_equal(f.account.used, idle);
    assert_int_equal(xfed_gate_feed(g, "<", 1, &used), XFED_GATE_MORE);
    assert_true(xfed_gate_pending(g));
    assert_int_equal(xfed_gate_feed(g, NULL, 0, &used), XFED_GATE_MORE);
    assert_int_equal(xfed_gate_feed(g, "x\x01", 2, &used), XMPPFED_ERR_XML_NOT_WELL_FORMED);
    assert_int_equal(xfed_gate_offset(g), 17);
    xfed_gate_free(g);
    xfed_gate_free(NULL);
    tear_down(&f);
}

static void test_set_limits(void **state)
{
    static const char unit[] = "<b>1234567890123456789012345678901234</b>";
    struct fixture f;
    size_t used;

    (void)state;
    set_up(&f);
    struct xfed_gate *g = xfed_gate_new(&f.account, &tight);
    assert_int_equal(xfed_gate_feed(g, "<a>", 3, &used), XFED_GATE_HEADER);
    xfed_gate_set_limits(g, &xfed_xml_limits_after);
    assert_int_equal(xfed_gate_feed(g, unit, sizeof(unit) - 1, &used), XFED_GATE_UNIT);
    /* A unit that has begun keeps the limits it began with. */
    assert_int_equal(xfed_gate_feed(g, unit, 5, &used), XFED_GATE_MORE);
    xfed_gate_set_limits(g, &tight);
    assert_int_equal(xfed_gate_feed(g, unit + 5, sizeof(unit) - 6, &used), XFED_GATE_UNIT);
    assert_int_equal(xfed_gate_feed(g, unit, sizeof(unit) - 1, &used), XMPPFED_ERR_LIMIT_SIZE);
    xfed_gate_free(g);
    tear_down(&f);
}

/* The account bounds what is held, whatever the limits say. */
static void test_account(void **state)
{
    struct fixture f;
    size_t used;
    int rc = 0;

    (void)state;
    set_up(&f);
    f.account.limit = 2048;
    struct xfed_gate *g = xfed_gate_new(&f.account, &xfed_xml_limits_after);
    assert_int_equal(xfed_gate_feed(g, "<a>", 3, &used), XFED_GATE_HEADER);
    assert_int_equal(xfed_gate_feed(g, "<b>", 3, &used), XFED_GATE_MORE);
    for (size_t i = 0; i < 4096 && rc == 0; i++)
        rc = xfed_gate_feed(g, "x", 1, &used);
    assert_int_equal(rc, XMPPFED_ERR_LIMIT_MEMORY);
    xfed_gate_free(g);
    tear_down(&f);
}

/* A deep and a wide unit: the lists grow and are given back. */
static void test_deep_and_wide(void **state)
{
    char unit[8192];
    size_t len = 0;
    size_t used;
    struct fixture f;

    (void)state;
    for (int i = 0; i < 100; i++)
        len += (size_t)snprintf(unit + len, sizeof(unit) - len, "<e%d>", i);
    len += (size_t)snprintf(unit + len, sizeof(unit) - len, "<w");
    for (int i = 0; i < 100; i++)
        len += (size_t)snprintf(unit + len, sizeof(unit) - len, " a%d=''", i);
    len += (size_t)snprintf(unit + len, sizeof(unit) - len, "/>");
    for (int i = 99; i >= 0; i--)
        len += (size_t)snprintf(unit + len, sizeof(unit) - len, "</e%d>", i);

    set_up(&f);
    struct xfed_gate *g = xfed_gate_new(&f.account, &xfed_xml_limits_after);
    assert_int_equal(xfed_gate_feed(g, "<a>", 3, &used), XFED_GATE_HEADER);
    assert_int_equal(xfed_gate_feed(g, unit, len, &used), XFED_GATE_UNIT);
    assert_int_equal(used, len);
    assert_int_equal(xfed_gate_feed(g, NULL, 0, &used), XFED_GATE_MORE);
    assert_true(f.account.used <= 512); /* the header's name */
    xfed_gate_free(g);
    tear_down(&f);
}

/* Every allocation fails once: NOMEM and nothing lost. */
static void test_no_memory(void **state)
{
    static const char in[] = "<?xml version='1.0'?><s:s xmlns:s='x'><a b='1' c='2'><d>text</d></a>"
                             "<e/></s:s>";
    size_t failures = 0;

    (void)state;
    for (size_t n = 1;; n++) {
        struct fixture f;
        struct log l = {.len = 0};
        set_up(&f);
        f.counter.calls = 0;
        f.counter.fail_at = n;
        struct xfed_gate *g = xfed_gate_new(&f.account, &xfed_xml_limits_after);
        int rc = g ? feed_piece(g, XFED_LITERAL(in), &l) : XMPPFED_ERR_NOMEM;
        bool reached = f.counter.calls >= n;
        /* A buffer that cannot have twice the room asks for what it needs: that may succeed. */
        assert_true(rc == 0 || (reached && rc == XMPPFED_ERR_NOMEM));
        xfed_gate_free(g);
        tear_down(&f);
        if (!reached)
            break;
        failures += rc < 0;
    }
    assert_true(failures >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_restricted),
        cmocka_unit_test(test_encoding),
        cmocka_unit_test(test_not_well_formed),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_boundary_and_pending),
        cmocka_unit_test(test_set_limits),
        cmocka_unit_test(test_account),
        cmocka_unit_test(test_deep_and_wide),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
