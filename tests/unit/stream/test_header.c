/* test_header.c - stream headers: what is judged, what is kept, what is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/slice.h"
#include "stream/header.h"
#include "stream/reader.h"
#include "support/context.h"
#include "xml/ns.h"

/* Bytes of a header to a verdict on it. */
static int judge(xmppfed_context *ctx, const char *xml, const char *content_ns,
                 struct xfed_stream_header *ret)
{
    struct xfed_account account;
    struct xfed_reader *r;
    xmppfed_element *e = NULL;
    size_t used = 0;
    int rc;

    xfed_account_init(&account, ctx, 1 << 20);
    r = xfed_reader_new(&account, &xfed_xml_limits_before);
    rc = xfed_reader_feed(r, xml, strlen(xml), &used, &e);
    if (rc != XFED_READER_HEADER || used != strlen(xml))
        fail_msg("%s: %d", xml, rc);
    memset(ret, 0xff, sizeof(*ret));
    rc = xfed_stream_header_read(e, xfed_reader_prefix(r), xfed_reader_default_ns(r),
                                 xfed_reader_declares_dialback(r), content_ns, ret);
    xmppfed_element_free(e);
    xfed_reader_free(r);
    return rc;
}

#define NS "xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
#define DB "xmlns:db='jabber:server:dialback' "
#define PAIR "from='contoso.example' to='fabrikam.example' "

struct row {
    const char *name;
    const char *xml;
    int rc;
    const char *from; /* these NULL: "" */
    const char *to;
    const char *id;
    const char *lang;
    bool version_1;
    bool dialback;
};

static const struct row rows[] = {
    {.name = "full",
     .xml = "<?xml version='1.0'?><stream:stream " NS DB PAIR
            "id='++TR84=' xml:lang='en' version='1.0'>",
     .from = "contoso.example",
     .to = "fabrikam.example",
     .id = "++TR84=",
     .lang = "en",
     .version_1 = true,
     .dialback = true},
    {.name = "XEP-0220 2.4.1",
     .xml = "<stream:stream xmlns='jabber:server' xmlns:db='jabber:server:dialback' "
            "xmlns:stream='http://etherx.jabber.org/streams' "
            "from='montague.example' to='capulet.example'>",
     .from = "montague.example",
     .to = "capulet.example",
     .dialback = true},
    {.name = "bare", .xml = "<stream:stream " NS ">"},
    {.name = "empty addresses", .xml = "<stream:stream " NS "from='' to=''>"},
    {.name = "addresses are prepared",
     .xml = "<stream:stream " NS "from='B\xc3\xbc"
            "cher.EXAMPLE' to='Fabrikam.example.'>",
     .from = "xn--bcher-kva.example",
     .to = "fabrikam.example"},
    {.name = "db for something else", .xml = "<stream:stream " NS "xmlns:db='urn:x'>"},

    {.name = "0.9", .xml = "<stream:stream " NS "version='0.9'>"},
    {.name = "1.1", .xml = "<stream:stream " NS "version='1.1'>", .version_1 = true},
    {.name = "2.0", .xml = "<stream:stream " NS "version='2.0'>", .version_1 = true},
    {.name = "12.13", .xml = "<stream:stream " NS "version='12.13'>", .version_1 = true},
    {.name = "leading zeros", .xml = "<stream:stream " NS "version='01.00'>", .version_1 = true},
    {.name = "zeros", .xml = "<stream:stream " NS "version='000.1'>"},
    {.name = "beyond any integer",
     .xml = "<stream:stream " NS "version='99999999999999999999999.0'>",
     .version_1 = true},
    {.name = "no version text",
     .xml = "<stream:stream " NS "version=''>",
     .rc = XMPPFED_ERR_STREAM_VERSION},
    {.name = "no minor",
     .xml = "<stream:stream " NS "version='1'>",
     .rc = XMPPFED_ERR_STREAM_VERSION},
    {.name = "empty minor",
     .xml = "<stream:stream " NS "version='1.'>",
     .rc = XMPPFED_ERR_STREAM_VERSION},
    {.name = "empty major",
     .xml = "<stream:stream " NS "version='.0'>",
     .rc = XMPPFED_ERR_STREAM_VERSION},
    {.name = "three numbers",
     .xml = "<stream:stream " NS "version='1.0.0'>",
     .rc = XMPPFED_ERR_STREAM_VERSION},
    {.name = "words",
     .xml = "<stream:stream " NS PAIR "version='one'>",
     .rc = XMPPFED_ERR_STREAM_VERSION,
     .from = "contoso.example",
     .to = "fabrikam.example"},

    {.name = "RFC 6120 4.9.1.2, wrong stream namespace",
     .xml = "<stream:stream xmlns='jabber:server' "
            "xmlns:stream='http://wrong.namespace.example.org/' " PAIR "version='1.0'>",
     .rc = XMPPFED_ERR_STREAM_NAMESPACE,
     .version_1 = true,
     .from = "contoso.example",
     .to = "fabrikam.example"},
    {.name = "RFC 6120 4.9.3.2, wrong prefix",
     .xml = "<foobar:stream xmlns='jabber:server' "
            "xmlns:foobar='http://etherx.jabber.org/streams' to='fabrikam.example'>",
     .rc = XMPPFED_ERR_XML_BAD_PREFIX,
     .to = "fabrikam.example"},
    {.name = "RFC 6120 4.8.2, without prefixes",
     .xml = "<stream xmlns='http://etherx.jabber.org/streams'>",
     .rc = XMPPFED_ERR_XML_BAD_PREFIX},
    {.name = "another name", .xml = "<stream:steam " NS ">", .rc = XMPPFED_ERR_STREAM_NAMESPACE},
    {.name = "client content",
     .xml = "<stream:stream xmlns='jabber:client' "
            "xmlns:stream='http://etherx.jabber.org/streams' " PAIR ">",
     .rc = XMPPFED_ERR_STREAM_NAMESPACE,
     .from = "contoso.example",
     .to = "fabrikam.example"},
    {.name = "no content",
     .xml = "<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>",
     .rc = XMPPFED_ERR_STREAM_NAMESPACE},

    {.name = "from is a user",
     .xml = "<stream:stream " NS "from='a@contoso.example' to='fabrikam.example'>",
     .rc = XMPPFED_ERR_STREAM_ADDRESSING,
     .to = "fabrikam.example"},
    {.name = "to is a user",
     .xml = "<stream:stream " NS "from='contoso.example' to='a@fabrikam.example'>",
     .rc = XMPPFED_ERR_STREAM_ADDRESSING,
     .from = "contoso.example"},
    {.name = "from with a resource",
     .xml = "<stream:stream " NS "from='contoso.example/x'>",
     .rc = XMPPFED_ERR_STREAM_ADDRESSING},
    {.name = "from is a list",
     .xml = "<stream:stream " NS "from='a.example b.example'>",
     .rc = XMPPFED_ERR_STREAM_ADDRESSING},
    {.name = "to is white space",
     .xml = "<stream:stream " NS "to=' '>",
     .rc = XMPPFED_ERR_STREAM_ADDRESSING},
    {.name = "the namespace counts first",
     .xml = "<stream:stream xmlns='jabber:client' "
            "xmlns:stream='http://etherx.jabber.org/streams' from='a@b.example' version='x'>",
     .rc = XMPPFED_ERR_STREAM_NAMESPACE},
};

static void check_text(const char *name, const char *got, const char *want)
{
    if (strcmp(got, want ? want : "") != 0)
        fail_msg("%s: '%s', not '%s'", name, got, want ? want : "");
}

static void test_rows(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        struct xfed_stream_header h;
        int rc = judge(*state, row->xml, XFED_NS_SERVER, &h);

        if (rc != row->rc)
            fail_msg("%s: %d", row->name, rc);
        check_text(row->name, h.from, row->from);
        check_text(row->name, h.to, row->to);
        check_text(row->name, h.id, row->id);
        check_text(row->name, h.lang, row->lang);
        if (rc == 0 && h.version_0 == row->version_1)
            fail_msg("%s: no version", row->name);
        if (h.version_1 != row->version_1 || h.dialback_prefix != row->dialback)
            fail_msg("%s: version or dialback", row->name);
    }
}

/* An id or language that does not fit is none: a part of it would be somebody else's. */
static void test_long_values(void **state)
{
    static const struct {
        size_t id;
        size_t lang;
        bool kept;
    } lengths[] = {{255, 35, true}, {256, 36, false}, {1000, 1000, false}};

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct xfed_stream_header h;
        char id[1001] = {0};
        char lang[1001] = {0};
        char xml[3000];

        memset(id, 'i', lengths[i].id);
        memset(lang, 'l', lengths[i].lang);
        snprintf(xml, sizeof(xml), "<stream:stream " NS "id='%s' xml:lang='%s'>", id, lang);
        assert_int_equal(judge(*state, xml, XFED_NS_SERVER, &h), 0);
        assert_string_equal(h.id, lengths[i].kept ? id : "");
        assert_string_equal(h.lang, lengths[i].kept ? lang : "");
    }
}

struct write_row {
    const char *name;
    const char *content_ns;
    const char *from;
    const char *to;
    const char *id;
    const char *lang;
    const char *version;
    const char *xml;
};

static const struct write_row write_rows[] = {
    {.name = "full",
     .content_ns = XFED_NS_SERVER,
     .from = "contoso.example",
     .to = "fabrikam.example",
     .id = "1f",
     .lang = "en",
     .version = "1.0",
     .xml = "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
            "xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' "
            "from='contoso.example' to='fabrikam.example' id='1f' xml:lang='en' version='1.0'>"},
    {.name = "least",
     .content_ns = XFED_NS_SERVER,
     .from = "",
     .xml = "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
            "xmlns:stream='http://etherx.jabber.org/streams' "
            "xmlns:db='jabber:server:dialback'>"},
    {.name = "component",
     .content_ns = XMPPFED_NS_COMPONENT,
     .to = "plays.shakespeare.example",
     .xml = "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
            "xmlns:stream='http://etherx.jabber.org/streams' to='plays.shakespeare.example'>"},
};

static void test_write(void **state)
{
    for (size_t i = 0; i < sizeof(write_rows) / sizeof(write_rows[0]); i++) {
        const struct write_row *row = &write_rows[i];
        struct xfed_account account;
        struct xfed_buffer out;
        struct xfed_stream_header h;
        char xml[1024];

        xfed_account_init(&account, *state, 1 << 20);
        xfed_buffer_init(&out, &account, 1 << 20);
        assert_int_equal(xfed_stream_header_write(&out, row->content_ns, row->from, row->to,
                                                  row->id, row->lang, row->version),
                         0);
        assert_true(xfed_slice_copy(xml, sizeof(xml), xfed_buffer_bytes(&out)));
        check_text(row->name, xml, row->xml);
        xfed_buffer_fini(&out);
        assert_int_equal(account.used, 0);

        assert_int_equal(judge(*state, xml, row->content_ns, &h), 0);
        check_text(row->name, h.from, row->from);
        check_text(row->name, h.to, row->to);
        check_text(row->name, h.id, row->id);
        check_text(row->name, h.lang, row->lang);
    }
}

/* A peer's id, echoed, stays inside its quotes. */
static void test_write_hostile_id(void **state)
{
    static const char id[] = "a' to='evil.example'><&\"\t";
    struct xfed_account account;
    struct xfed_buffer out;
    struct xfed_stream_header h;
    char xml[1024];

    xfed_account_init(&account, *state, 1 << 20);
    xfed_buffer_init(&out, &account, 1 << 20);
    assert_int_equal(
        xfed_stream_header_write(&out, XFED_NS_SERVER, "contoso.example", NULL, id, NULL, NULL), 0);
    assert_true(xfed_slice_copy(xml, sizeof(xml), xfed_buffer_bytes(&out)));
    xfed_buffer_fini(&out);
    assert_int_equal(judge(*state, xml, XFED_NS_SERVER, &h), 0);
    assert_string_equal(h.id, id);
    assert_string_equal(h.to, "");
}

static void test_write_full_buffer(void **state)
{
    for (size_t max = 0; max < 200; max += 10) {
        struct xfed_account account;
        struct xfed_buffer out;

        xfed_account_init(&account, *state, 1 << 20);
        xfed_buffer_init(&out, &account, max);
        assert_int_equal(xfed_stream_header_write(&out, XFED_NS_SERVER, "contoso.example",
                                                  "fabrikam.example", "1f", "en", "1.0"),
                         XMPPFED_ERR_LIMIT_SIZE);
        xfed_buffer_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_long_values),
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_write_hostile_id),
        cmocka_unit_test(test_write_full_buffer),
    };

    return cmocka_run_group_tests(tests, test_context_setup, test_context_teardown);
}
