/* test_features.c - stream features, from XML to the set of offers and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "stream/features.h"
#include "stream/reader.h"
#include "support/budget.h"
#include "support/context.h"
#include "xml/ns.h"

/* The first element of a stream that consists of these bytes. */
static xmppfed_element *parse(xmppfed_context *ctx, const char *xml)
{
    static const char header[] = "<stream:stream xmlns='jabber:server' "
                                 "xmlns:stream='http://etherx.jabber.org/streams'>";
    struct xfed_account account;
    struct xfed_reader *r;
    xmppfed_element *e = NULL;
    size_t used;

    xfed_account_init(&account, ctx, 1 << 20);
    r = xfed_reader_new(&account, &xfed_xml_limits_before);
    assert_int_equal(xfed_reader_feed(r, header, strlen(header), &used, &e), XFED_READER_HEADER);
    xmppfed_element_free(e);
    assert_int_equal(xfed_reader_feed(r, xml, strlen(xml), &used, &e), XFED_READER_ELEMENT);
    assert_int_equal(used, strlen(xml));
    xfed_reader_free(r);
    return e;
}

struct row {
    const char *name;
    const char *xml; /* children of <stream:features/> */
    struct xfed_stream_features features;
    bool writes_back;
};

#define TLS(inside) "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>" inside "</starttls>"
#define SASL(inside) "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" inside "</mechanisms>"
#define DIALBACK(inside) "<dialback xmlns='urn:xmpp:features:dialback'>" inside "</dialback>"
#define BIDI "<bidi xmlns='urn:xmpp:features:bidi'/>"
#define LIMITS(inside) "<limits xmlns='urn:xmpp:stream-limits:0'>" inside "</limits>"

static const struct row rows[] = {
    {.name = "empty", .xml = "", .writes_back = true},
    {.name = "starttls", .xml = TLS(""), .features = {.starttls = true}, .writes_back = true},
    {.name = "starttls required",
     .xml = TLS("<required/>"),
     .features = {.starttls = true, .starttls_required = true},
     .writes_back = true},
    {.name = "required of another namespace",
     .xml = TLS("<required xmlns='urn:x'/>"),
     .features = {.starttls = true}},
    {.name = "the unknown is demanded",
     .xml = "<a xmlns='urn:x'/><x xmlns='urn:x'><required/></x>",
     .features = {.only_unknown = true}},
    {.name = "the unknown is demanded beside the known",
     .xml = "<x xmlns='urn:x'><required/></x>" DIALBACK(""),
     .features = {.dialback = true}},
    {.name = "the unknown is not demanded", .xml = "<x xmlns='urn:x'><y/></x>"},
    {.name = "required of another namespace in the unknown",
     .xml = "<x xmlns='urn:x'><required xmlns='urn:y'/></x>"},
    {.name = "starttls of another namespace", .xml = "<starttls xmlns='urn:x'/>"},
    {.name = "EXTERNAL",
     .xml = SASL("<mechanism>EXTERNAL</mechanism>"),
     .features = {.sasl = true, .sasl_external = true},
     .writes_back = true},
    {.name = "SCRAM",
     .xml = SASL("<mechanism>SCRAM-SHA-256-PLUS</mechanism>"),
     .features = {.sasl = true, .sasl_scram = true},
     .writes_back = true},
    {.name = "SCRAM before EXTERNAL",
     .xml = SASL("<mechanism>SCRAM-SHA-256-PLUS</mechanism><mechanism>EXTERNAL</mechanism>"),
     .features = {.sasl = true, .sasl_scram = true, .sasl_external = true},
     .writes_back = true},
    {.name = "SCRAM without a binding, and of weaker hashes",
     .xml = SASL("<mechanism>SCRAM-SHA-256</mechanism><mechanism>SCRAM-SHA-1-PLUS</mechanism>"
                 "<mechanism>scram-sha-256-plus</mechanism>"),
     .features = {.sasl = true}},
    {.name = "EXTERNAL last",
     .xml = SASL("<mechanism>PLAIN</mechanism><x/><mechanism>EXTERNAL</mechanism>"),
     .features = {.sasl = true, .sasl_external = true}},
    {.name = "other mechanisms",
     .xml = SASL("<mechanism>PLAIN</mechanism><mechanism>external</mechanism>"
                 "<mechanism xmlns='urn:x'>EXTERNAL</mechanism><hostname>EXTERNAL</hostname>"),
     .features = {.sasl = true}},
    {.name = "no mechanisms", .xml = SASL(""), .features = {.sasl = true}},
    {.name = "dialback", .xml = DIALBACK(""), .features = {.dialback = true}, .writes_back = true},
    {.name = "dialback with errors",
     .xml = DIALBACK("<errors/>"),
     .features = {.dialback = true, .dialback_errors = true},
     .writes_back = true},
    {.name = "both ways", .xml = BIDI, .features = {.bidi = true}, .writes_back = true},
    {.name = "XEP-0478 example",
     .xml = LIMITS("<max-bytes>10000</max-bytes><idle-seconds>1800</idle-seconds>"),
     .features = {.max_bytes = 10000, .idle_seconds = 1800},
     .writes_back = true},
    {.name = "white space around a number",
     .xml = LIMITS("<max-bytes>\n 10000\t</max-bytes>"),
     .features = {.max_bytes = 10000}},
    {.name = "largest",
     .xml = LIMITS("<idle-seconds>4294967295</idle-seconds>"),
     .features = {.idle_seconds = UINT_MAX},
     .writes_back = true},
    {.name = "too large",
     .xml = LIMITS("<max-bytes>99999999999999999999999</max-bytes>"
                   "<idle-seconds>4294967296</idle-seconds>")},
    {.name = "not numbers",
     .xml = LIMITS("<max-bytes>-1</max-bytes><idle-seconds>1 2</idle-seconds>")},
    {.name = "empty numbers", .xml = LIMITS("<max-bytes/><idle-seconds>x</idle-seconds>")},
    {.name = "unknown features",
     .xml = "<bidi xmlns='urn:xmpp:bidi'/><sm xmlns='urn:xmpp:sm:2'/>" TLS(""),
     .features = {.starttls = true}},
    {.name = "stream management",
     .xml = "<sm xmlns='urn:xmpp:sm:3'/>",
     .features = {.management = true},
     .writes_back = true},
    {.name = "stream management of Prosody",
     .xml = "<sm xmlns='urn:xmpp:sm:2'><optional/></sm><sm xmlns='urn:xmpp:sm:3'><optional/></sm>",
     .features = {.management = true}},
    {.name = "all",
     .xml = TLS("<required/>") SASL("<mechanism>EXTERNAL</mechanism>") DIALBACK("<errors/>")
         BIDI LIMITS("<max-bytes>262144</max-bytes>"),
     .features = {.starttls = true,
                  .starttls_required = true,
                  .sasl = true,
                  .sasl_external = true,
                  .dialback = true,
                  .dialback_errors = true,
                  .bidi = true,
                  .max_bytes = 262144},
     .writes_back = true},
};

static bool same(const struct xfed_stream_features *a, const struct xfed_stream_features *b)
{
    return a->starttls == b->starttls && a->starttls_required == b->starttls_required &&
           a->sasl == b->sasl && a->sasl_external == b->sasl_external &&
           a->sasl_scram == b->sasl_scram && a->dialback == b->dialback &&
           a->dialback_errors == b->dialback_errors && a->bidi == b->bidi &&
           a->management == b->management && a->max_bytes == b->max_bytes &&
           a->idle_seconds == b->idle_seconds;
}

static void check_row(xmppfed_context *ctx, const struct row *row)
{
    struct xfed_stream_features got;
    xmppfed_element *e;
    char xml[1024];

    assert_true(snprintf(xml, sizeof(xml), "<stream:features>%s</stream:features>", row->xml) <
                (int)sizeof(xml));
    e = parse(ctx, xml);
    memset(&got, 0xff, sizeof(got));
    xfed_stream_features_read(e, &got);
    xmppfed_element_free(e);
    if (!same(&got, &row->features))
        fail_msg("%s: read", row->name);
    if (!row->writes_back)
        return;

    e = xfed_stream_features_write(ctx, &row->features);
    assert_true(xmppfed_element_is(e, "features", XFED_NS_STREAM));
    memset(&got, 0xff, sizeof(got));
    xfed_stream_features_read(e, &got);
    xmppfed_element_free(e);
    if (!same(&got, &row->features))
        fail_msg("%s: written", row->name);
}

static void test_rows(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check_row(*state, &rows[i]);
}

/* No offer of SASL without a mechanism. */
static void test_no_mechanisms(void **state)
{
    const struct xfed_stream_features offer = {.sasl = true};
    xmppfed_element *e = xfed_stream_features_write(*state, &offer);

    assert_null(xmppfed_element_first(e));
    xmppfed_element_free(e);
}

static xmppfed_element *build(xmppfed_context *ctx, const void *row)
{
    return xfed_stream_features_write(ctx, &((const struct row *)row)->features);
}

static void test_out_of_memory(void **state)
{
    const struct row *last = &rows[sizeof(rows) / sizeof(rows[0]) - 1];

    (void)state;
    budget_each(last->name, build, last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_no_mechanisms),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, test_context_setup, test_context_teardown);
}
